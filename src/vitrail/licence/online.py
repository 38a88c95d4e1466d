"""Asking a Keygen-compatible licence server about the licence.

`POST {endpoint}/accounts/{account}/licenses/actions/validate-key` with the key in the body; what it names is in the
included entitlements. Every answer is signed: `Keygen-Signature` is Ed25519 over `(request-target)`, `host`, `date` and
`digest`, with the authority's key, and `Digest` is the SHA-256 of the body. An answer that is not signed, is signed by
somebody else, or is more than five minutes off this machine's clock is no answer. Source: Keygen's documentation,
"API reference: signatures" and "licenses: validate key".
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx

from vitrail.db.base import now
from vitrail.errors import Unavailable
from vitrail.licence import authority
from vitrail.licence.authority import LicenceKeyInvalid, parse_time, unbase64
from vitrail.licence.files import features_of, holder_of
from vitrail.licence.keys import features_named
from vitrail.licence.state import AUTHORITY, Answer
from vitrail.settings import Settings

TIMEOUT_S = 10.0
MAX_BYTES = 1_000_000
DRIFT = timedelta(minutes=5)
JSON_API = "application/vnd.api+json"


class LicenceServerSilent(Unavailable):
    """The licence server gave no answer that can be used."""

    title = "The licence server can't be asked"
    code = "licence-server-silent"


class LicenceServerRefuses(LicenceServerSilent):
    """It answered, and that it does not answer this."""


async def ask(settings: Settings) -> Answer:
    """What the licence server says now. Raises `LicenceServerSilent`; no error names the key."""
    assert settings.license_endpoint is not None
    assert settings.license_account is not None
    assert settings.license_key is not None
    key = settings.license_key.get_secret_value().strip()
    public_key = settings.license_public_key or AUTHORITY
    base = f"{settings.license_endpoint}/accounts/{quote(settings.license_account, safe='')}/licenses"
    meta: dict[str, Any] = {"key": key}
    if settings.license_product:
        meta["scope"] = {"product": settings.license_product}
    async with httpx.AsyncClient(timeout=TIMEOUT_S, headers={"Accept": JSON_API}) as client:
        said = await _signed_json(
            client,
            client.build_request(
                "POST",
                f"{base}/actions/validate-key?include=entitlements",
                content=json.dumps({"meta": meta}),
                headers={"Content-Type": JSON_API},
            ),
            public_key,
        )
        try:
            answer = _answer(said)
            if answer.licence_id and "included" not in said:
                answer = replace(
                    answer, features=answer.features | await _entitled(client, base, answer, key, public_key)
                )
            return answer
        except (ValueError, TypeError, KeyError, RecursionError):
            raise LicenceServerSilent(
                "It answered something else than licence servers answer.",
                cure="See that VITRAIL_LICENSE_ENDPOINT is the API of a Keygen-compatible server (…/v1).",
            ) from None


async def _entitled(client: httpx.AsyncClient, base: str, answer: Answer, key: str, public_key: str) -> frozenset[str]:
    """The licence's entitlements, from servers that include none in a validation. A policy may keep a licence from
    reading them itself; then its metadata or its key names the features, or nothing does."""
    request = client.build_request(
        "GET",
        f"{base}/{quote(answer.licence_id, safe='')}/entitlements?limit=100",
        headers={"Authorization": f"License {key}"},
    )
    try:
        listed = await _signed_json(client, request, public_key)
    except LicenceServerRefuses:
        return frozenset()
    return features_named(each["attributes"]["code"] for each in listed["data"])


async def _signed_json(client: httpx.AsyncClient, request: httpx.Request, public_key: str) -> Any:
    try:
        response = await client.send(request, stream=True)
        try:
            body = await _bounded(response)
        finally:
            await response.aclose()
    except httpx.HTTPError as error:
        kind = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "can't be reached"
        raise LicenceServerSilent(
            f"{request.url.host} {kind} ({type(error).__name__}).",
            cure=f"Let this machine reach https://{request.url.host}, through HTTPS_PROXY where there is one.",
        ) from None
    if not response.is_success:
        raise _refused(request.url.host, response.status_code)
    verify(request, response, body, public_key)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise LicenceServerSilent("It answered no JSON.", cure="See that VITRAIL_LICENSE_ENDPOINT is right.") from None


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise httpx.DecodingError("too long")
    return bytes(body)


def verify(request: httpx.Request, response: httpx.Response, body: bytes, public_key: str) -> None:
    """Raises `LicenceServerSilent` unless the answer is the authority's, to this question, and of now."""
    headers = response.headers
    digest = f"sha-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"
    given = dict(re.findall(r'(\w+)="([^"]*)"', headers.get("keygen-signature", "")))
    message = "\n".join(
        (
            f"(request-target): {request.method.lower()} {request.url.raw_path.decode()}",
            f"host: {request.headers['host']}",
            f"date: {headers.get('date', '')}",
            f"digest: {digest}",
        )
    )
    try:
        genuine = (
            given.get("algorithm") == "ed25519"
            and headers.get("digest") == digest
            and authority.signed(message, unbase64(given.get("signature", "")), public_key)
        )
    except LicenceKeyInvalid as error:
        raise LicenceServerSilent(error.cause, cure=error.cure) from None
    except ValueError:
        genuine = False
    if not genuine:
        raise LicenceServerSilent(
            f"What answered at {request.url.host} is not the licence's authority: its signature is missing or wrong.",
            cure="Set VITRAIL_LICENSE_PUBLIC_KEY to the account's Ed25519 key; look for a proxy that changes answers.",
        )
    try:
        off = abs(parsedate_to_datetime(headers["date"]) - now())
    except (ValueError, TypeError):
        off = DRIFT * 2
    if off > DRIFT:
        raise LicenceServerSilent(
            "The answer's date is more than five minutes off this machine's clock: it is an old one, or the clock is "
            "wrong.",
            cure="Set the machine's clock right (NTP).",
        )


def _refused(host: str, status: int) -> LicenceServerSilent:
    cause = f"{host} answered with status {status}."
    if 300 <= status < 500 and status not in (408, 429):
        return LicenceServerRefuses(
            cause, cure="See that VITRAIL_LICENSE_ENDPOINT and VITRAIL_LICENSE_ACCOUNT are right."
        )
    return LicenceServerSilent(cause, cure="Nothing to do here: it is asked again by itself.")


def _answer(said: Any) -> Answer:
    meta, data = said["meta"], said.get("data")
    if not isinstance(meta["valid"], bool) or not isinstance(meta["code"], str):
        raise TypeError("meta")
    attributes = data["attributes"] if data else {}
    return Answer(
        valid=meta["valid"],
        code=meta["code"][:100],
        licence_id=str(data["id"])[:100] if data else "",
        holder=holder_of(attributes),
        issued=_moment(attributes.get("created")),
        expiry=_moment(attributes.get("expiry")),
        features=features_of(said) if data else frozenset(),
    )


def _moment(value: Any) -> datetime | None:
    return parse_time(value) if value is not None else None
