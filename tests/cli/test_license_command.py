"""`vitrail license`: an authority of one's own, from keypair to a licence in use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from vitrail.cli import app

KEYPAIR = ["license", "keypair", "--json", "--out"]


def vitrail(*arguments: str, **environment: str) -> tuple[int, Any]:
    answer = CliRunner().invoke(app, list(arguments), env=environment)
    return answer.exit_code, json.loads(answer.stdout) if answer.stdout.startswith("{") else answer.stdout


@pytest.fixture
def authority(tmp_path: Path) -> tuple[str, Path]:
    code, made = vitrail(*KEYPAIR, str(tmp_path / "authority.key"))
    assert code == 0
    return made["publicKey"], tmp_path / "authority.key"


def test_the_private_key_goes_into_a_private_file_and_nowhere_else(authority: tuple[str, Path]) -> None:
    _, file = authority
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text().strip()) == 64
    code, refused = vitrail(*KEYPAIR, str(file))
    assert code == 1
    assert "already" in refused["error"]["cause"]


def test_a_licence_from_the_authority_turns_data_apps_on(authority: tuple[str, Path]) -> None:
    public, file = authority
    code, issued = vitrail("license", "issue", "--key", str(file), "--days", "30", "--holder", "Us", "--json")
    assert code == 0
    environment = {
        "LIGHTDASH_LICENSE_KEY": issued["key"],
        "VITRAIL_LICENSE_PUBLIC_KEY": public,
        "APPS_RUNTIME_ENABLED": "true",
    }
    code, shown = vitrail("license", "show", "--json", **environment)
    assert (code, shown["status"], shown["holder"]) == (0, "valid", "Us")
    assert shown["dataApps"] == {"enabled": True, "reason": None}
    assert issued["key"] not in json.dumps(shown)
    _, text = vitrail("license", "show", **environment)
    assert "✓ valid" in text
    assert issued["key"] not in text


def test_without_a_licence_it_says_what_to_do() -> None:
    code, shown = vitrail("license", "show", "--json")
    assert (code, shown["status"]) == (0, "none")
    assert "LIGHTDASH_LICENSE_KEY" in shown["cure"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--key", "missing.key"], "can't be read"),
        (["--feature", "flying"], "no feature flying"),
    ],
)
def test_what_cannot_be_issued_is_explained(authority: tuple[str, Path], arguments: list[str], words: str) -> None:
    code, answer = vitrail("license", "issue", "--json", "--key", str(authority[1]), *arguments)
    assert code == 1
    assert words in answer["error"]["cause"]


def test_a_file_that_holds_no_key_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("not a key")
    code, answer = vitrail("license", "issue", "--json", "--key", str(tmp_path / "x"))
    assert code == 1
    assert "64 hexadecimal digits" in answer["error"]["cause"]
