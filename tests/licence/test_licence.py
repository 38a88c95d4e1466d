"""Licences: the published key format, every state with its cause and cure, and what each turns off."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vitrail.db.base import now
from vitrail.licence.features import Feature, FeatureState, feature_state
from vitrail.licence.keys import Licence, LicenceKeyInvalid, issue, keypair, read
from vitrail.licence.state import AUTHORITY, LicenceState, LicenceStatus, licence_state
from vitrail.settings import Settings, load_settings

PRIVATE, PUBLIC = keypair()


def licence(days: float = 100, features: frozenset[str] = frozenset({"data_apps"}), issued: float = -1) -> Licence:
    at = now().replace(microsecond=0)
    return Licence("id-1", at + timedelta(days=issued), at + timedelta(days=days), features, "Jaffle Shop")


def settings(key: str | None, switch: bool = True, public: str | None = PUBLIC) -> Settings:
    return load_settings(
        LIGHTDASH_LICENSE_KEY=key, VITRAIL_LICENSE_PUBLIC_KEY=public, APPS_RUNTIME_ENABLED=str(switch).lower()
    )


def data_apps_state(held: Settings, state: LicenceState) -> FeatureState:
    return feature_state(Feature.DATA_APPS, held, state)


def test_a_key_comes_back_as_it_was_issued() -> None:
    assert read(issue(licence(), PRIVATE), PUBLIC) == licence()
    forever = Licence("id-2", datetime(2026, 1, 1, tzinfo=UTC), None, frozenset())
    assert read(issue(forever, PRIVATE), PUBLIC) == forever


def test_the_format_is_the_published_one() -> None:
    """`key/` + base64url(payload) + `.` + base64url(Ed25519 over all before the dot)."""
    key = issue(licence(), PRIVATE)
    signed, _, signature = key.partition(".")
    assert signed.startswith("key/")
    payload = json.loads(base64.urlsafe_b64decode(signed.removeprefix("key/")))
    assert set(payload) == {"id", "issued", "expiry", "features", "holder"}
    verifier = Ed25519PublicKey.from_public_bytes(bytes.fromhex(PUBLIC))
    verifier.verify(base64.urlsafe_b64decode(signature), signed.encode())


def test_a_key_that_another_program_signed_is_read() -> None:
    private = Ed25519PrivateKey.generate()
    payload = {"id": "x", "issued": "2026-01-01T00:00:00.000Z", "expiry": None, "features": [], "more": {"a": 1}}
    dataset = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    signature = base64.urlsafe_b64encode(private.sign(f"key/{dataset}".encode())).decode().rstrip("=")
    assert read(f" key/{dataset}.{signature}\n", private.public_key().public_bytes_raw().hex()).id == "x"


def test_no_character_of_a_key_can_be_changed() -> None:
    key = issue(licence(), PRIVATE)
    refused = 0
    for at in range(len(key)):
        changed = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :]
        try:
            # The last character of a base64 text has bits that mean nothing; the licence may not change by them.
            assert read(changed, PUBLIC) == licence()
        except LicenceKeyInvalid:
            refused += 1
    assert refused >= len(key) - 2


@pytest.mark.parametrize(
    "key", ["key/", "key/.", "x", "key/e30.e30", "key/" + "A" * 30_000, "key/\x00.\x00", "é", "key/a.b.c"]
)
def test_what_is_no_key_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(LicenceKeyInvalid) as refused:
        read(key, PUBLIC)
    assert "LIGHTDASH_LICENSE_KEY" in refused.value.cure
    if len(key) > 10:
        assert key not in str(refused.value)


@pytest.mark.parametrize(
    "payload",
    [{}, [], {"id": 1, "issued": "yesterday", "features": []}, {"id": 1, "issued": "2026-01-01", "features": "all"}],
)
def test_signed_nonsense_is_refused(payload: object) -> None:
    dataset = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()
    signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(PRIVATE))
    signature = base64.urlsafe_b64encode(signer.sign(f"key/{dataset}".encode())).decode()
    with pytest.raises(LicenceKeyInvalid):
        read(f"key/{dataset}.{signature}", PUBLIC)


STATES = [
    (None, LicenceStatus.NONE, "no-licence"),
    ("", LicenceStatus.NONE, "no-licence"),
    ("key/nonsense.x", LicenceStatus.INVALID, "licence-invalid"),
    (issue(licence(), keypair()[0]), LicenceStatus.INVALID, "licence-invalid"),
    (issue(licence(issued=30), PRIVATE), LicenceStatus.INVALID, "licence-invalid"),
    (issue(licence(days=-1), PRIVATE), LicenceStatus.EXPIRED, "licence-expired"),
    (issue(licence(days=5), PRIVATE), LicenceStatus.EXPIRING, None),
    (issue(licence(), PRIVATE), LicenceStatus.VALID, None),
    (issue(licence(features=frozenset({"embedding"})), PRIVATE), LicenceStatus.VALID, "not-licensed"),
]


@pytest.mark.parametrize(("key", "status", "reason"), STATES)
def test_each_state_has_its_cause_and_its_cure(key: str | None, status: LicenceStatus, reason: str | None) -> None:
    held = settings(key)
    state = licence_state(held)
    assert state.status is status
    assert state.cause
    assert state.cure or status is LicenceStatus.VALID
    apps = data_apps_state(held, state)
    assert (apps.enabled, apps.reason) == (reason is None, reason)
    if reason:
        assert apps.cause
        assert apps.cure
    if key:
        assert key not in f"{state}{apps}{held!r}"


def test_the_switch_alone_keeps_data_apps_off_and_says_so() -> None:
    held = settings(issue(licence(), PRIVATE), switch=False)
    apps = data_apps_state(held, licence_state(held))
    assert apps.reason == "switched-off"
    assert apps.cure == "Set APPS_RUNTIME_ENABLED=true and restart."


def test_when_both_are_missing_both_are_named() -> None:
    held = settings(None, switch=False)
    apps = data_apps_state(held, licence_state(held))
    assert apps.cause is not None
    assert "LIGHTDASH_LICENSE_KEY" in apps.cause
    assert "APPS_RUNTIME_ENABLED" in apps.cause


def test_the_built_in_authority_is_a_key_and_not_a_demos() -> None:
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(AUTHORITY))
    state = licence_state(settings(issue(licence(), PRIVATE), public=None))
    assert state.status is LicenceStatus.INVALID
    assert "VITRAIL_LICENSE_PUBLIC_KEY" in state.cure
