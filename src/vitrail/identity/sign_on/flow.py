"""One sign-on from its beginning in the browser to its end. What has to be remembered in between (state, nonce, PKCE
verifier, where to go after) travels in a cookie that only we can read and that ends with the answer."""

from __future__ import annotations

import hmac
import json
import re
import time
from dataclasses import dataclass

from vitrail.identity.sign_on.failures import NotStartedHere, ProviderRefuses
from vitrail.identity.sign_on.provider import Claims, Provider
from vitrail.secret import SecretBox, SecretChanged, token

MINUTES = 10
PURPOSE = "sign-on"
OWN_PAGE = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,1000}")


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and the cookie that it takes along."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Who came back, and the page that they wanted."""

    claims: Claims
    issuer: str
    to: str


@dataclass(frozen=True, slots=True)
class Callback:
    """What the provider sent the browser back with."""

    code: str | None
    state: str | None
    issuer: str | None
    error: str | None


def own_page(to: str | None) -> str:
    """A page of this instance and no other; `/` for anything else."""
    return to if to and OWN_PAGE.fullmatch(to) else "/"


async def start(provider: Provider, secrets: SecretBox, *, redirect_uri: str, to: str | None) -> Started:
    """Begins a sign-on. Raises `ProviderUnusable`."""
    kept = {
        "state": token(),
        "nonce": token(),
        "verifier": token(),
        "to": own_page(to),
        "until": time.time() + MINUTES * 60,
    }
    url = await provider.authorization_url(
        redirect_uri=redirect_uri,
        state=str(kept["state"]),
        nonce=str(kept["nonce"]),
        verifier=str(kept["verifier"]),
    )
    return Started(url, secrets.encrypt(PURPOSE, json.dumps(kept)))


async def finish(
    provider: Provider, secrets: SecretBox, *, cookie: str | None, came: Callback, redirect_uri: str
) -> Answered:
    """Ends a sign-on. Raises a `SignOnFailed`."""
    try:
        kept = json.loads(secrets.decrypt(PURPOSE, cookie or ""))
    except SecretChanged:
        kept = None
    if kept is None or kept["until"] < time.time() or not _same(kept["state"], came.state):
        raise NotStartedHere(
            "This sign-on was not begun in this browser, took longer than ten minutes, or was ended already.",
            cure="Sign in again.",
        )
    about = await provider.metadata()
    if came.issuer is not None and came.issuer != about.issuer:  # RFC 9207: an answer of another provider
        raise NotStartedHere("The answer comes from another provider.", cure="Sign in again.")
    if came.code is None:
        raise ProviderRefuses(
            f"The provider did not sign you in ({re.sub('[^a-z_]', '', came.error or 'no reason')[:40]}).",
            cure="Try again, or ask who runs it.",
        )
    claims = await provider.claims(
        code=came.code, redirect_uri=redirect_uri, verifier=kept["verifier"], nonce=kept["nonce"]
    )
    return Answered(claims, about.issuer, own_page(kept["to"]))


def _same(kept: str, sent: str | None) -> bool:
    return sent is not None and hmac.compare_digest(kept.encode(), sent.encode())
