"""What the doctor tries of data apps: the toolchain, a sandbox, the browser, the model."""

from __future__ import annotations

from vitrail.agent.models import make_model
from vitrail.apps.renderer import Renderer
from vitrail.errors import Unavailable
from vitrail.sandbox.providers import make_provider
from vitrail.sandbox.toolchain import ensure_toolchain
from vitrail.services import Services


async def toolchain(services: Services) -> str:
    """It is built (or was), and whole."""
    found = await ensure_toolchain(services.settings, lambda _: None)
    return f"version {found.tag}"


async def sandbox(services: Services) -> str:
    """One is started, something runs in it, and it is ended."""
    provider = make_provider(services.settings)
    try:
        await provider.check()
    finally:
        await provider.aclose()
    return f"{provider.name}: a sandbox was started and ended"


async def browser(services: Services) -> str:
    """It starts."""
    if not services.settings.render_enabled:
        raise Unavailable(
            "Rendering is switched off (VITRAIL_RENDER_ENABLED=false); versions are ready without having been drawn.",
            cure="Set VITRAIL_RENDER_ENABLED=true, so that ready means that it works.",
        )
    renderer = Renderer(services.settings.chromium)
    try:
        started = await renderer.start()
        return f"Chromium {started.version}"
    finally:
        await renderer.aclose()


async def model(services: Services) -> str:
    """The settings name one that can be asked. Nothing is sent: a call costs money."""
    chosen = make_model(services.settings, None)
    return f"{chosen.label}"
