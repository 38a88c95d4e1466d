"""Which sandbox runs builds, by the settings."""

from __future__ import annotations

from vitrail.sandbox.errors import SandboxUnavailable
from vitrail.sandbox.local import LocalProvider
from vitrail.sandbox.provider import SandboxProvider, SandboxSpec
from vitrail.settings import Settings

FOLDER = "sandboxes"  # in the data folder


def make_provider(settings: Settings) -> SandboxProvider:
    """Raises `Unavailable` when the settings name a provider that there is none of. Starts nothing."""
    if settings.sandbox == "local":
        return LocalProvider(settings.data_dir.absolute() / FOLDER)
    if settings.sandbox == "e2b":
        raise SandboxUnavailable(
            "The settings ask for E2B sandboxes, which this version of Vitrail does not offer.",
            cure="Set SANDBOX_PROVIDER=local: builds then run in bubblewrap sandboxes on this machine.",
        )
    raise SandboxUnavailable(
        f"SANDBOX_PROVIDER is {settings.sandbox!r}, and there is no such provider.",
        cure="Set SANDBOX_PROVIDER=local, or leave it unset.",
    )


def spec_for(settings: Settings, **more: object) -> SandboxSpec:
    """The limits that the operator set; `more` are further fields of `SandboxSpec`."""
    limits: dict[str, object] = {
        "memory_mb": settings.sandbox_memory_mb,
        "max_processes": settings.sandbox_max_processes,
    }
    return SandboxSpec(**(limits | more))  # type: ignore[arg-type]
