"""The pass of the server's own browser: good for one version and one person, for minutes."""

from __future__ import annotations

import pytest

from vitrail.apps import check_pass
from vitrail.apps.check_pass import CheckPass, read_check_pass
from vitrail.secret import SecretBox

OURS = SecretBox(b"ours")
PASS = CheckPass("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")


def test_a_pass_is_read_back() -> None:
    assert read_check_pass(PASS.issue(OURS), OURS) == PASS


def test_a_pass_of_another_instance_is_nothing() -> None:
    assert read_check_pass(PASS.issue(SecretBox(b"theirs")), OURS) is None


@pytest.mark.parametrize("header", ["", ".", "a.b.c", "a.b.c.d", "é" * 50, "...."])
def test_nonsense_is_nothing(header: str) -> None:
    assert read_check_pass(header, OURS) is None


def test_another_version_or_person_breaks_the_signature() -> None:
    version, person, ends, signature = PASS.issue(OURS).split(".")
    assert read_check_pass(f"{person}.{person}.{ends}.{signature}", OURS) is None
    assert read_check_pass(f"{version}.{version}.{ends}.{signature}", OURS) is None
    assert read_check_pass(f"{version}.{person}.{int(ends) + 60}.{signature}", OURS) is None


def test_a_pass_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    header = PASS.issue(OURS)
    now = check_pass.time.time()
    monkeypatch.setattr(check_pass.time, "time", lambda: now + check_pass.LIFETIME_S + 1)
    assert read_check_pass(header, OURS) is None
