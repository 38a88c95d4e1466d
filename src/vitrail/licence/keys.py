"""Licence keys in Keygen's published offline format: `key/{base64url(payload)}.{base64url(signature)}`.

The signature is Ed25519 over the text `key/{base64url(payload)}`. Source: Keygen's documentation, "Offline
licensing, cryptographic keys" (scheme ED25519_SIGN).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vitrail.errors import InvalidInput

PREFIX = "key/"
MAX_LENGTH = 20_000  # a key is a few hundred characters; more is not a key


class LicenceKeyInvalid(InvalidInput):
    """The text is not a licence that this authority signed. The text itself is never repeated."""

    title = "The licence can't be used"
    code = "licence-invalid"


@dataclass(frozen=True, slots=True)
class Licence:
    """What an authority has signed. Without `expiry` it does not end."""

    id: str
    issued: datetime
    expiry: datetime | None
    features: frozenset[str]
    holder: str = ""


def keypair() -> tuple[str, str]:
    """A new authority: (private key, public key), 64 hex digits each."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw().hex()


def issue(licence: Licence, private_key: str) -> str:
    """The key for `licence`, signed. Raises `LicenceKeyInvalid` when the private key is none."""
    try:
        signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key.strip()))
    except ValueError:
        raise LicenceKeyInvalid(
            "The private key is not 64 hexadecimal digits.", cure="Use the one that `vitrail license keypair` printed."
        ) from None
    payload: dict[str, Any] = {
        "id": licence.id,
        "issued": _wire_time(licence.issued),
        "expiry": _wire_time(licence.expiry) if licence.expiry else None,
        "features": sorted(licence.features),
    }
    if licence.holder:
        payload["holder"] = licence.holder
    dataset = base64.urlsafe_b64encode(json.dumps(payload, separators=(",", ":")).encode()).decode()
    signature = signer.sign((PREFIX + dataset).encode())
    return f"{PREFIX}{dataset}.{base64.urlsafe_b64encode(signature).decode()}"


def read(key: str, public_key: str) -> Licence:
    """The licence in `key`, once its signature holds; expiry is not judged here. Raises `LicenceKeyInvalid`."""
    cure = "Copy LIGHTDASH_LICENSE_KEY again, whole and on one line; it starts with `key/`."
    key = key.strip()
    dataset, dot, signature = key.removeprefix(PREFIX).partition(".")
    if not key.startswith(PREFIX) or not dot or len(key) > MAX_LENGTH:
        raise LicenceKeyInvalid("It does not have the form of a licence key.", cure=cure)
    try:
        verifier = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key.strip()))
    except ValueError:
        raise LicenceKeyInvalid(
            "VITRAIL_LICENSE_PUBLIC_KEY is not 64 hexadecimal digits.",
            cure="Use the public key that `vitrail license keypair` printed.",
        ) from None
    try:
        verifier.verify(_unbase64(signature), (PREFIX + dataset).encode())
    except (InvalidSignature, binascii.Error, ValueError):
        raise LicenceKeyInvalid(
            "Its signature does not match: it was changed, cut short, or signed by another authority.",
            cure=cure + " If you issue licences yourself, set VITRAIL_LICENSE_PUBLIC_KEY.",
        ) from None
    try:
        return _parse(json.loads(_unbase64(dataset)))
    except (binascii.Error, ValueError, TypeError, KeyError):
        raise LicenceKeyInvalid(
            "It is signed, but what it says can't be read by this version.", cure="Ask for a new licence."
        ) from None


def _parse(payload: Any) -> Licence:
    if not isinstance(payload, dict):
        raise TypeError("payload")
    expiry = payload.get("expiry")
    features = payload["features"]
    if not isinstance(features, list) or not all(isinstance(feature, str) for feature in features):
        raise TypeError("features")
    return Licence(
        id=str(payload["id"]),
        issued=_parse_time(payload["issued"]),
        expiry=_parse_time(expiry) if expiry is not None else None,
        features=frozenset(features),
        holder=str(payload.get("holder", "")),
    )


def _unbase64(text: str) -> bytes:
    """base64url, with or without its padding; nothing but its alphabet."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _wire_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parse_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
