"""Licence keys in Keygen's published offline format: `key/{base64url(payload)}.{base64url(signature)}`.

The signature is Ed25519 over the text `key/{base64url(payload)}`. Source: Keygen's documentation, "Offline
licensing, cryptographic keys" (scheme ED25519_SIGN). The payload is ours (`issue`), or the one that Keygen puts into
keys by default, which names the licence and its end but no features.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vitrail.licence import authority
from vitrail.licence.authority import LicenceKeyInvalid, keypair, parse_time, unbase64url, wire_time

__all__ = ["Licence", "LicenceKeyInvalid", "features_named", "issue", "keypair", "read"]

PREFIX = "key/"
MAX_LENGTH = 20_000  # a key is a few hundred characters; more is not a key


@dataclass(frozen=True, slots=True)
class Licence:
    """What an authority has signed. Without `expiry` it does not end. `renew_by` is the end of a licence *file*, which
    is a snapshot: after it another one must be fetched, though the licence itself goes on."""

    id: str
    issued: datetime
    expiry: datetime | None
    features: frozenset[str]
    holder: str = ""
    renew_by: datetime | None = None
    suspended: bool = False


def issue(licence: Licence, private_key: str) -> str:
    """The key for `licence`, signed. Raises `LicenceKeyInvalid` when the private key is none."""
    payload: dict[str, Any] = {
        "id": licence.id,
        "issued": wire_time(licence.issued),
        "expiry": wire_time(licence.expiry) if licence.expiry else None,
        "features": sorted(licence.features),
    }
    if licence.holder:
        payload["holder"] = licence.holder
    dataset = base64.urlsafe_b64encode(json.dumps(payload, separators=(",", ":")).encode()).decode()
    signature = authority.sign(PREFIX + dataset, private_key)
    return f"{PREFIX}{dataset}.{base64.urlsafe_b64encode(signature).decode()}"


def read(key: str, public_key: str) -> Licence:
    """The licence in `key`, once its signature holds; expiry is not judged here. Raises `LicenceKeyInvalid`."""
    cure = "Copy LIGHTDASH_LICENSE_KEY again, whole and on one line; it starts with `key/`."
    key = key.strip()
    dataset, dot, signature = key.removeprefix(PREFIX).partition(".")
    if not key.startswith(PREFIX) or not dot or len(key) > MAX_LENGTH:
        raise LicenceKeyInvalid("It does not have the form of a licence key.", cure=cure)
    try:
        signed = authority.signed(PREFIX + dataset, unbase64url(signature), public_key)
    except ValueError:
        signed = False
    if not signed:
        raise authority.not_signed(cure)
    try:
        return _parse(json.loads(unbase64url(dataset)))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise authority.not_understood() from None


def features_named(names: Iterable[object]) -> frozenset[str]:
    """Features as Keygen's people write entitlement codes (`DATA_APPS`, `data-apps`), in our spelling."""
    found = list(names)
    if not all(isinstance(name, str) for name in found):
        raise TypeError("features")
    return frozenset(str(name).strip().lower().replace("-", "_") for name in found)


def _parse(payload: Any) -> Licence:
    if not isinstance(payload, dict):
        raise TypeError("payload")
    if isinstance(held := payload.get("license"), dict):  # Keygen's default dataset
        return Licence(str(held["id"]), parse_time(held["created"]), _end(held.get("expiry")), frozenset())
    features = payload["features"]
    if not isinstance(features, list):
        raise TypeError("features")
    return Licence(
        id=str(payload["id"]),
        issued=parse_time(payload["issued"]),
        expiry=_end(payload.get("expiry")),
        features=features_named(features),
        holder=str(payload.get("holder", "")),
    )


def _end(value: Any) -> datetime | None:
    return parse_time(value) if value is not None else None
