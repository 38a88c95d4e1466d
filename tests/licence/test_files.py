"""Licence files in Keygen's published format, plain and encrypted, as people paste them, and each way to be wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vitrail.db.base import now
from vitrail.licence.files import issue_file, read_file
from vitrail.licence.keys import Licence, LicenceKeyInvalid, issue, keypair
from vitrail.licence.state import LicenceStatus, licence_state
from vitrail.settings import load_settings

PRIVATE, PUBLIC = keypair()
AT = now().replace(microsecond=0)
LICENCE = Licence("id-1", AT, AT + timedelta(days=100), frozenset({"data_apps", "embedding"}), "Jaffle Shop")
KEY = issue(LICENCE, PRIVATE)
TTL = timedelta(days=30)
PLAIN = issue_file(LICENCE, PRIVATE, key=KEY, ttl=TTL)
SEALED = issue_file(LICENCE, PRIVATE, key=KEY, ttl=TTL, encrypted=True)


def body_of(file: str) -> dict[str, str]:
    lines = file.strip().splitlines()
    assert (lines[0], lines[-1]) == ("-----BEGIN LICENSE FILE-----", "-----END LICENSE FILE-----")
    body = json.loads(base64.b64decode("".join(lines[1:-1])))
    assert isinstance(body, dict)
    return body


def test_the_format_is_the_published_one() -> None:
    """Taken apart by hand, as the documentation says it is done."""
    for file, algorithm in ((PLAIN, "base64+ed25519"), (SEALED, "aes-256-gcm+ed25519")):
        body = body_of(file)
        assert set(body) == {"enc", "sig", "alg"}
        assert body["alg"] == algorithm
        verifier = Ed25519PublicKey.from_public_bytes(bytes.fromhex(PUBLIC))
        verifier.verify(base64.b64decode(body["sig"]), f"license/{body['enc']}".encode())
        if algorithm.startswith("aes"):
            ciphertext, iv, tag = (base64.b64decode(part) for part in body["enc"].split("."))
            dataset = AESGCM(hashlib.sha256(KEY.encode()).digest()).decrypt(iv, ciphertext + tag, None)
        else:
            dataset = base64.b64decode(body["enc"])
        document = json.loads(dataset)
        assert set(document["meta"]) == {"issued", "expiry", "ttl"}
        assert document["meta"]["ttl"] == TTL.total_seconds()
        assert document["data"]["type"] == "licenses"
        assert [each["attributes"]["code"] for each in document["included"]] == ["DATA_APPS", "EMBEDDING"]


@pytest.mark.parametrize("file", [PLAIN, SEALED], ids=["plain", "encrypted"])
def test_a_file_comes_back_as_it_was_issued(file: str) -> None:
    read = read_file(file, PUBLIC, KEY)
    assert (read.id, read.expiry, read.features, read.holder) == (
        LICENCE.id,
        LICENCE.expiry,
        LICENCE.features,
        LICENCE.holder,
    )
    assert read.renew_by == AT + TTL


@pytest.mark.parametrize(
    "paste",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\\n"),
        lambda text: text.replace("\n", " "),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.encodebytes(text.encode()).decode(),
        lambda text: f"\n\n  {text}  ",
        lambda text: "".join(text.strip().splitlines()[1:-1]),
        lambda text: base64.b64decode("".join(text.strip().splitlines()[1:-1])).decode(),
    ],
    ids=["crlf", "written", "one-line", "base64", "base64-lines", "blanks", "body-only", "json"],
)
def test_it_is_read_however_it_was_pasted(paste: object) -> None:
    assert callable(paste)
    assert read_file(paste(PLAIN), PUBLIC, None).id == "id-1"


def test_a_plain_file_needs_no_key_and_an_encrypted_one_does() -> None:
    assert read_file(PLAIN, PUBLIC, None).id == "id-1"
    with pytest.raises(LicenceKeyInvalid, match="is not set"):
        read_file(SEALED, PUBLIC, None)
    with pytest.raises(LicenceKeyInvalid, match="another key"):
        read_file(SEALED, PUBLIC, "key/other.key")
    with pytest.raises(LicenceKeyInvalid, match="belongs to another licence key"):
        read_file(PLAIN, PUBLIC, "key/other.key")


def _changed(part: str, value: str) -> str:
    body = {**body_of(PLAIN), part: value}
    return base64.b64encode(json.dumps(body).encode()).decode()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("", "form of a licence file"),
        ("x", "form of a licence file"),
        ("-----BEGIN LICENSE FILE-----\n!!!\n-----END LICENSE FILE-----", "form of a licence file"),
        (PLAIN.replace("LICENSE FILE", "MACHINE FILE"), "machine file"),
        (PLAIN[:-200], "form of a licence file"),
        ("A" * 300_000, "form of a licence file"),
        ("[" * 100_000, "form of a licence file"),
        ("{}", "form of a licence file"),
        ('{"enc": 1, "sig": "", "alg": ""}', "form of a licence file"),
        (_changed("alg", "base64+rsa-sha256"), "not supported"),
        (_changed("sig", base64.b64encode(b"x" * 64).decode()), "does not match"),
        (_changed("sig", "no base64"), "does not match"),
        (_changed("enc", base64.b64encode(b"{}").decode()), "does not match"),
        (issue_file(LICENCE, keypair()[0], key=KEY, ttl=TTL), "does not match"),
    ],
)
def test_what_is_no_licence_file_is_refused_without_repeating_it(file: str, words: str) -> None:
    with pytest.raises(LicenceKeyInvalid, match=words) as refused:
        read_file(file, PUBLIC, None)
    assert refused.value.cure
    assert len(str(refused.value)) + len(refused.value.cure) < 500


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"data": {}, "meta": {}},
        {"data": {"id": "x", "type": "machines", "attributes": {}}, "meta": {"issued": "2026-01-01T00:00:00Z"}},
        {"data": {"id": "x", "type": "licenses", "attributes": {"expiry": 5}}, "meta": {"issued": "2026-01-01"}},
        {"data": {"id": "x", "type": "licenses", "attributes": {}}, "meta": {"issued": "soon"}},
        {
            "data": {"id": "x", "type": "licenses", "attributes": {}},
            "meta": {"issued": "2026-01-01"},
            "included": [{"type": "entitlements", "attributes": {"code": 7}}],
        },
    ],
)
def test_signed_nonsense_is_refused(document: object) -> None:
    from vitrail.licence.authority import sign

    enc = base64.b64encode(json.dumps(document).encode()).decode()
    signature = base64.b64encode(sign(f"license/{enc}", PRIVATE)).decode()
    body = json.dumps({"enc": enc, "sig": signature, "alg": "base64+ed25519"})
    with pytest.raises(LicenceKeyInvalid, match="can't be read by this version"):
        read_file(body, PUBLIC, None)


@pytest.mark.parametrize(
    ("change", "days", "status", "words"),
    [
        ({}, 0, LicenceStatus.VALID, "licence file is valid until"),
        ({}, 20, LicenceStatus.EXPIRING, "licence file ends on"),
        ({}, 31, LicenceStatus.EXPIRED, "Check out a new licence file"),
        ({"expiry": AT + timedelta(days=5)}, 0, LicenceStatus.EXPIRING, "The licence ends on"),
        ({"expiry": AT + timedelta(days=5)}, 6, LicenceStatus.EXPIRED, "The licence ended on"),
        ({"suspended": True}, 0, LicenceStatus.SUSPENDED, "suspended"),
    ],
)
def test_a_file_has_two_ends_its_own_and_the_licences(
    change: dict[str, object], days: int, status: LicenceStatus, words: str
) -> None:
    from dataclasses import replace

    file = issue_file(replace(LICENCE, **change), PRIVATE, key=KEY, ttl=TTL)  # type: ignore[arg-type]
    settings = load_settings(LIGHTDASH_LICENSE_CERTIFICATE=file, VITRAIL_LICENSE_PUBLIC_KEY=PUBLIC)
    state = licence_state(settings, AT + timedelta(days=days))
    assert state.status is status
    assert words in f"{state.cause} {state.cure}"
    assert state.source == "file"
    assert file not in f"{settings!r}{state}"
