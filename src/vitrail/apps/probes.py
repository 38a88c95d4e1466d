"""The doctor's checks of what data apps are built with: sandbox, toolchain, browser, model. Each is tried for real."""

from __future__ import annotations

from vitrail.services import Services


async def sandbox(services: Services) -> str:
    """Starts a sandbox of its own and runs a command in it."""
    import asyncio

    from vitrail.sandbox.local import LocalProvider
    from vitrail.sandbox.providers import make_provider

    provider = make_provider(services.settings)
    try:
        await provider.check()
        by = {"v2": "control groups v2", "v1": "control groups v1", "rlimits": "rlimits"}
        limits = (
            by[await asyncio.to_thread(provider.limits_by)] if isinstance(provider, LocalProvider) else "its provider"
        )
    finally:
        await provider.aclose()
    return f"a sandbox ({provider.name}) started and ran a command; limits are held by {limits}"


async def toolchain(services: Services) -> str:
    """Looks for the toolchain of this version; building it takes too long for a check."""
    import asyncio

    from vitrail.errors import Unavailable
    from vitrail.sandbox.toolchain import open_toolchain
    from vitrail.sandbox.toolchain_build import sources, tag_of

    tag = await asyncio.to_thread(lambda: tag_of(sources()))
    if await asyncio.to_thread(open_toolchain, services.settings, tag) is None:
        raise Unavailable(
            "The app toolchain of this version is not built yet.",
            cure="Run `make setup` (or python -m vitrail.sandbox.toolchain); the server also builds it when it starts.",
        )
    return f"version {tag} is ready"


async def browser(services: Services) -> str:
    """Starts the Chromium that apps are checked with."""
    from vitrail.apps.renderer import Renderer

    if not services.settings.render_enabled:
        return "switched off by VITRAIL_RENDER_ENABLED: versions are not rendered before they are ready"
    renderer = Renderer(services.settings.chromium)
    try:
        started = await renderer.start()
        return f"{renderer.program()} {started.version} started"
    finally:
        await renderer.aclose()


async def model(services: Services) -> str:
    """Asks the model for one word. The offline planner needs no asking."""
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest
    from pydantic_ai.settings import ModelSettings

    from vitrail.agent.classify import classify
    from vitrail.agent.models import make_model

    choice = make_model(services.settings)
    if choice.offline:
        return f"{choice.label} is built in"
    try:
        await model_request(
            choice.model, [ModelRequest.user_text_prompt("Answer: ok")], model_settings=ModelSettings(max_tokens=16)
        )
    except Exception as error:
        raise classify(error, choice.provider, choice.name) from error
    return f"{choice.label} answered"


PROBES = (
    ("sandbox", "Sandbox", sandbox),
    ("toolchain", "App toolchain", toolchain),
    ("browser", "Browser", browser),
    ("model", "Model", model),
)
