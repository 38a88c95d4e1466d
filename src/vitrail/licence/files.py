"""Licence files (certificates) in Keygen's published format.

    -----BEGIN LICENSE FILE-----
    base64 of the JSON {"enc": …, "sig": …, "alg": …}
    -----END LICENSE FILE-----

`sig` is base64 of the Ed25519 signature over the text `license/{enc}`. With `alg` `base64+ed25519`, `enc` is base64 of
the dataset; with `aes-256-gcm+ed25519` it is `{ciphertext}.{iv}.{tag}`, each base64, encrypted with the SHA-256 of the
licence key. The dataset is a JSON:API document: `data` the licence, `meta` {issued, expiry, ttl} of the *file*,
`included` the entitlements. Source: Keygen's documentation, "Offline licensing, cryptographic license files".
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vitrail.licence import authority
from vitrail.licence.authority import LicenceKeyInvalid, parse_time, unbase64, wire_time
from vitrail.licence.keys import Licence, features_named

BEGIN, END = "-----BEGIN LICENSE FILE-----", "-----END LICENSE FILE-----"
PLAIN, ENCRYPTED = "base64+ed25519", "aes-256-gcm+ed25519"
MAX_LENGTH = 200_000
CURE = (
    "Copy the whole file into LIGHTDASH_LICENSE_CERTIFICATE, from its first line to its last, as it is or once more "
    "in base64."
)


def issue_file(licence: Licence, private_key: str, *, key: str, ttl: timedelta, encrypted: bool = False) -> str:
    """The licence file, signed; `ttl` is how long the file counts, `key` the licence key, which also encrypts."""
    dataset = json.dumps(_dataset(licence, key, ttl), separators=(",", ":")).encode()
    if encrypted:
        nonce = os.urandom(12)
        sealed = AESGCM(_secret(key)).encrypt(nonce, dataset, None)
        enc = ".".join(base64.b64encode(part).decode() for part in (sealed[:-16], nonce, sealed[-16:]))
    else:
        enc = base64.b64encode(dataset).decode()
    signature = base64.b64encode(authority.sign(f"license/{enc}", private_key)).decode()
    body = json.dumps({"enc": enc, "sig": signature, "alg": ENCRYPTED if encrypted else PLAIN}, separators=(",", ":"))
    return "\n".join([BEGIN, *wrap(base64.b64encode(body.encode()).decode(), 60), END]) + "\n"


def read_file(text: str, public_key: str, key: str | None) -> Licence:
    """The licence in the file, once its signature holds; ends are not judged here. `key` is the licence key, where
    one is set: it opens an encrypted file, and a file that is another key's is refused. Raises `LicenceKeyInvalid`."""
    enc, signature, algorithm = _body(text)
    if algorithm not in (PLAIN, ENCRYPTED):
        raise LicenceKeyInvalid(
            "The licence file is signed or encrypted in a way that is not supported here.",
            cure="Ask for one with Ed25519 signatures (base64+ed25519 or aes-256-gcm+ed25519).",
        )
    try:
        signed = authority.signed(f"license/{enc}", unbase64(signature), public_key)
    except ValueError:
        signed = False
    if not signed:
        raise authority.not_signed(CURE)
    dataset = _decrypted(enc, key) if algorithm == ENCRYPTED else None
    try:
        document = json.loads(unbase64(enc) if dataset is None else dataset)
        licence, named = _parse(document)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise authority.not_understood() from None
    if key is not None and named is not None and named != key:
        raise LicenceKeyInvalid(
            "The licence file belongs to another licence key than the one in LIGHTDASH_LICENSE_KEY.",
            cure="Set the key and the file of the same licence, or remove one of the two.",
        )
    return licence


def _body(text: str) -> tuple[str, str, str]:
    """(enc, sig, alg) of a certificate as people paste it: with real or written line ends, or base64 as a whole."""
    text = text.strip()
    if text.startswith("-----"):
        text = text.replace("\\n", "\n").strip()
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError("length")
        if not text.startswith(("-----", "{")):
            decoded = unbase64(text).decode().strip()
            text = decoded if decoded.startswith(("-----", "{")) else text
        if "MACHINE FILE" in text:
            raise LicenceKeyInvalid(
                "It is a machine file, not a licence file.", cure="Check out a licence file, which is for no machine."
            )
        if not text.startswith("{"):
            found = re.fullmatch(rf"{BEGIN}\s+(.*?)\s+{END}", text, re.DOTALL)
            if found is None:
                raise ValueError("header")
            text = unbase64(found[1]).decode()
        body = json.loads(text)
        enc, signature, algorithm = body["enc"], body["sig"], body["alg"]
        if not all(isinstance(part, str) for part in (enc, signature, algorithm)):
            raise TypeError("parts")
        return enc, signature, algorithm
    except (ValueError, TypeError, KeyError, RecursionError):
        raise LicenceKeyInvalid("It does not have the form of a licence file.", cure=CURE) from None


def _secret(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _decrypted(enc: str, key: str | None) -> bytes:
    if key is None:
        raise LicenceKeyInvalid(
            "The licence file is encrypted with its licence key, and LIGHTDASH_LICENSE_KEY is not set.",
            cure="Set LIGHTDASH_LICENSE_KEY too.",
        )
    try:
        ciphertext, iv, tag = (unbase64(part) for part in enc.split("."))
        return AESGCM(_secret(key)).decrypt(iv, ciphertext + tag, None)
    except (ValueError, InvalidTag):
        raise LicenceKeyInvalid(
            "The licence file can't be opened with LIGHTDASH_LICENSE_KEY: it is encrypted with another key.",
            cure="Set the key and the file of the same licence.",
        ) from None


def _parse(document: Any) -> tuple[Licence, str | None]:
    """The licence, and the licence key that the file names."""
    data, meta = document["data"], document["meta"]
    attributes = data["attributes"]
    if data["type"] != "licenses":
        raise ValueError("type")
    key = attributes.get("key")
    return (
        Licence(
            id=str(data["id"]),
            issued=parse_time(meta["issued"]),
            expiry=_end(attributes.get("expiry")),
            features=features_of(document),
            holder=holder_of(attributes),
            renew_by=_end(meta.get("expiry")) if meta.get("ttl") else None,
            suspended=bool(attributes.get("suspended")) or attributes.get("status") in ("SUSPENDED", "BANNED"),
        ),
        key if isinstance(key, str) else None,
    )


def features_of(document: Any) -> frozenset[str]:
    """The features that a JSON:API document about a licence names: its included entitlements, and what its metadata
    lists under `features`."""
    included = document.get("included") or []
    codes = [each["attributes"]["code"] for each in included if each["type"] == "entitlements"]
    listed = (document["data"]["attributes"].get("metadata") or {}).get("features") or []
    return features_named([*codes, *(listed.split(",") if isinstance(listed, str) else listed)])


def holder_of(attributes: Any) -> str:
    """Whom a licence is for, in the words of its authority."""
    return str((attributes.get("metadata") or {}).get("holder") or attributes.get("name") or "")[:200]


def _end(value: Any) -> datetime | None:
    return parse_time(value) if value is not None else None


def _dataset(licence: Licence, key: str, ttl: timedelta) -> dict[str, Any]:
    return {
        "meta": {
            "issued": wire_time(licence.issued),
            "expiry": wire_time(licence.issued + ttl),
            "ttl": int(ttl.total_seconds()),
        },
        "data": {
            "id": licence.id,
            "type": "licenses",
            "attributes": {
                "name": licence.holder or None,
                "key": key,
                "expiry": wire_time(licence.expiry) if licence.expiry else None,
                "status": "SUSPENDED" if licence.suspended else "ACTIVE",
                "suspended": licence.suspended,
                "metadata": {},
                "created": wire_time(licence.issued),
            },
        },
        "included": [
            {"id": f"{licence.id}-{number}", "type": "entitlements", "attributes": {"code": feature.upper()}}
            for number, feature in enumerate(sorted(licence.features), 1)
        ],
    }
