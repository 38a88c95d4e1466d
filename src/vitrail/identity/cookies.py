"""Cookies: only for this host, only over https where there is https, never for scripts."""

from __future__ import annotations

from fastapi import Response

from vitrail.services import Services
from vitrail.settings import Settings


def session_cookie(settings: Settings) -> str:
    """The name of the cookie of a sign-in."""
    return _named(settings, "vitrail")


def short_cookie(settings: Settings) -> str:
    """The name of the cookie of a single sign-on that is under way."""
    return _named(settings, "vitrail-sign-on")


def set_cookie(response: Response, services: Services, name: str, value: str, *, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=_secure(services.settings), httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, services: Services, name: str) -> None:
    response.delete_cookie(name, path="/", secure=_secure(services.settings), httponly=True, samesite="lax")


def _named(settings: Settings, name: str) -> str:
    """With https the `__Host-` prefix binds the cookie to exactly this host."""
    return f"__Host-{name}" if _secure(settings) else name


def _secure(settings: Settings) -> bool:
    return settings.origin.startswith("https://")
