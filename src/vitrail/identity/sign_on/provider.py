"""Talking to an OpenID provider: its metadata, its keys, the code for tokens, and whether an ID token is genuine.

Follows OpenID Connect Core 1.0 (§3.1.3.7: what an ID token must hold), Discovery 1.0, and the OAuth 2.0 security best
practice (RFC 9700): authorization code with PKCE, exact issuer, asymmetric signatures only.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import jwt

from vitrail.identity.sign_on.failures import NotGenuine, ProviderUnusable
from vitrail.settings import Settings

TIMEOUT_S = 10.0
MAX_BYTES = 1_000_000
METADATA_S = 3600.0
KEYS_AGAIN_S = 60.0
"""How soon keys are fetched once more for a key id that is not among them."""
LEEWAY_S = 60
# A provider that signs with a secret shared by all its clients (HS…) or not at all (none) proves nothing.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the provider says of itself; all addresses are https, or this machine's own."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    basic: bool
    """Whether the client's secret goes into the header rather than the body."""


class Provider:
    """The one provider that the settings name."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_metadata_url is not None
        assert settings.oidc_client_id is not None
        self._url = settings.oidc_metadata_url
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        self._scopes = settings.oidc_scopes
        self._lock = asyncio.Lock()
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: tuple[jwt.PyJWKSet, float] | None = None

    async def authorization_url(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in. Raises `ProviderUnusable`."""
        about = await self.metadata()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(about.authorization_endpoint).query else "?"
        return f"{about.authorization_endpoint}{joint}{urlencode(asked)}"

    async def claims(self, *, code: str, redirect_uri: str, verifier: str, nonce: str) -> Claims:
        """Who the person is, for a code. Raises `ProviderUnusable` or `NotGenuine`."""
        about = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        headers = {"Accept": "application/json"}
        if self._secret and about.basic:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif self._secret:
            form["client_secret"] = self._secret
        answer = await _json("POST", about.token_endpoint, data=form, headers=headers)
        token, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str):
            raise ProviderUnusable(
                "The provider answered the code without an ID token.", cure="See that AUTH_OIDC_SCOPES holds openid."
            )
        found = await self._verified(about, token, nonce)
        if "email" not in found and about.userinfo_endpoint and isinstance(access, str):
            more = await _json("GET", about.userinfo_endpoint, headers={"Authorization": f"Bearer {access}"})
            if more.get("sub") != found["sub"]:  # Core §5.3.2: else it is about somebody else
                raise NotGenuine("The provider's two answers are about different people.", cure="Sign in again.")
            found = {**more, **found}
        return found

    async def metadata(self) -> Metadata:
        """The provider's metadata, asked for once an hour. Raises `ProviderUnusable`."""
        async with self._lock:
            if self._metadata is None or time.monotonic() - self._metadata[1] > METADATA_S:
                self._metadata = read_metadata(self._url, await _json("GET", self._url)), time.monotonic()
            return self._metadata[0]

    async def _verified(self, about: Metadata, token: str, nonce: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in about.algorithms:
                raise NotGenuine(
                    f"The ID token is signed with {str(header.get('alg'))[:20]!r}: not announced, or no proof.",
                    cure="Let the provider sign ID tokens with RS256 or ES256.",
                )
            key = await self._key(about, header.get("kid"))
            found: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[header["alg"]],
                audience=self._client_id,
                issuer=about.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise NotGenuine(
                f"The ID token is not one for us: {type(error).__name__}.",
                cure="Sign in again. If it stays: compare AUTH_OIDC_CLIENT_ID and this machine's clock.",
            ) from None
        several = isinstance(found["aud"], list) and len(found["aud"]) > 1
        if found.get("nonce") != nonce or ((several or "azp" in found) and found.get("azp") != self._client_id):
            raise NotGenuine("The ID token was made for another sign-in.", cure="Sign in again.")
        if not isinstance(found["sub"], str) or not 0 < len(found["sub"]) <= 255:
            raise NotGenuine("The ID token does not say whom it is about.", cure="Look at the provider's settings.")
        return found

    async def _key(self, about: Metadata, kid: Any) -> jwt.PyJWK:
        """The provider's key with this id; keys are fetched again for one that is not known yet (they rotate)."""
        async with self._lock:
            for _ in range(2):
                if self._keys is not None and (key := _chosen(self._keys[0], kid)) is not None:
                    return key
                if self._keys is not None and time.monotonic() - self._keys[1] < KEYS_AGAIN_S:
                    break
                answer = await _json("GET", about.jwks_uri)
                try:
                    self._keys = jwt.PyJWKSet.from_dict(answer), time.monotonic()
                except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
                    raise ProviderUnusable("The provider's keys can't be read.", cure="Ask who runs it.") from None
        raise NotGenuine("The ID token is signed with a key that the provider does not have.", cure="Sign in again.")


def read_metadata(url: str, found: Mapping[str, Any]) -> Metadata:
    """The metadata document, checked. Raises `ProviderUnusable`."""

    def address(name: str) -> str:
        value = found.get(name)
        if not isinstance(value, str) or not _may_ask(value):
            raise ProviderUnusable(
                f"The metadata names no usable {name}.",
                cure="See that AUTH_OIDC_METADATA_DOCUMENT_URL is the provider's …/.well-known/openid-configuration.",
            )
        return value

    issuer = address("issuer")
    if url != f"{issuer.rstrip('/')}/.well-known/openid-configuration":  # Discovery §4.3: else anybody could name it
        raise ProviderUnusable(
            f"The metadata is that of another issuer ({issuer[:200]}).",
            cure="Set AUTH_OIDC_METADATA_DOCUMENT_URL to the issuer's own …/.well-known/openid-configuration.",
        )
    announced = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Metadata(
        issuer=issuer,
        authorization_endpoint=address("authorization_endpoint"),
        token_endpoint=address("token_endpoint"),
        jwks_uri=address("jwks_uri"),
        userinfo_endpoint=address("userinfo_endpoint") if "userinfo_endpoint" in found else None,
        algorithms=tuple(sorted(ALGORITHMS.intersection(str(each) for each in announced))),
        basic="client_secret_basic" in methods,
    )


def _chosen(keys: jwt.PyJWKSet, kid: Any) -> jwt.PyJWK | None:
    usable = [key for key in keys.keys if key.public_key_use in (None, "sig")]
    if kid is None:  # Core §10.1: allowed while there is only one
        return usable[0] if len(usable) == 1 else None
    return next((key for key in usable if key.key_id == kid), None)


def _may_ask(url: str) -> bool:
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and local)


async def _json(method: str, url: str, **sent: Any) -> dict[str, Any]:
    """One answer, bounded in time and size; redirects are not followed. No error holds what was sent."""
    host = urlsplit(url).netloc
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client, client.stream(method, url, **sent) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise ProviderUnusable(f"{host} answered more than anybody could want.", cure="Ask who runs it.")
            status = response.status_code
        found = json.loads(bytes(body)) if status == httpx.codes.OK else None
    except httpx.HTTPError as error:
        kind = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "can't be reached"
        raise ProviderUnusable(
            f"{host} {kind} ({type(error).__name__}).", cure="Try again; see that this server may reach it."
        ) from None
    except (ValueError, RecursionError):
        found, status = None, 200
    if not isinstance(found, dict):
        raise ProviderUnusable(
            f"{host} answered {status} where a JSON object was expected.",
            cure="Compare AUTH_OIDC_CLIENT_ID and AUTH_OIDC_CLIENT_SECRET with what the provider holds.",
        )
    return found
