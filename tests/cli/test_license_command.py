"""`vitrail license`: an authority of one's own, from keypair to a licence in use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.wire.keygen_server import Issued, KeygenServer
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


def test_a_licence_file_is_issued_beside_the_key(authority: tuple[str, Path], tmp_path: Path) -> None:
    public, key = authority
    for encrypt in (False, True):
        file = tmp_path / f"{encrypt}.lic"
        options = ["--certificate", str(file), "--ttl", "30", "--json", *(["--encrypt"] if encrypt else [])]
        code, issued = vitrail("license", "issue", "--key", str(key), *options)
        assert (code, issued["certificateFile"]) == (0, str(file))
        assert file.stat().st_mode & 0o777 == 0o600
        variables = {"LIGHTDASH_LICENSE_CERTIFICATE": file.read_text(), "VITRAIL_LICENSE_PUBLIC_KEY": public}
        code, shown = vitrail("license", "show", "--json", **variables)
        assert (code, shown["status"]) == (0, "invalid" if encrypt else "valid")
        code, shown = vitrail("license", "show", "--json", **variables, LIGHTDASH_LICENSE_KEY=issued["key"])
        assert (shown["status"], shown["source"], shown["id"]) == ("valid", "file", issued["id"])
        assert issued["key"] not in str(shown)
        assert "licence file is valid until" in shown["cause"]


def test_a_file_is_not_overwritten_and_its_options_need_it(authority: tuple[str, Path], tmp_path: Path) -> None:
    (tmp_path / "there.lic").write_text("mine")
    code, refused = vitrail(
        "license", "issue", "--json", "--key", str(authority[1]), "--certificate", str(tmp_path / "there.lic")
    )
    assert (code, (tmp_path / "there.lic").read_text()) == (1, "mine")
    assert "already" in refused["error"]["cause"]
    for option in (["--encrypt"], ["--ttl", "3"]):
        code, refused = vitrail("license", "issue", "--json", "--key", str(authority[1]), *option)
        assert code == 1
        assert "--certificate" in refused["error"]["cure"]


def test_show_says_what_is_allowed_and_asks_the_licence_server_only_when_told(tmp_path: Path) -> None:
    key = "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3"
    with KeygenServer() as server:
        server.licences[key] = Issued(entitlements=("DATA_APPS",))
        variables = {**server.variables(key), "VITRAIL_DATA_DIR": str(tmp_path), "APPS_RUNTIME_ENABLED": "true"}
        code, before = vitrail("license", "show", "--json", **variables)
        assert (code, before["status"], server.asked) == (0, "invalid", [])
        assert "--check" in before["cure"]
        code, asked = vitrail("license", "show", "--check", "--json", **variables)
        assert (asked["status"], asked["source"]) == ("valid", "online")
        allowed = {name for name, on in asked["allowed"].items() if on}
        assert allowed == {"data_apps", "groups", "mcp"}
        server.broken = "down"
        _, after = vitrail("license", "show", "--json", **variables)
        assert after["status"] == "valid"
        _, text = vitrail("license", "show", **variables)
        assert "✓ data_apps" in text
        assert "✗ embedding: The licence is valid but does not name embedding." in text
        for answer in (before, asked, after, text):
            assert key not in str(answer)


def test_without_a_licence_server_no_database_is_made(authority: tuple[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    code, _ = vitrail("license", "show", "--json", VITRAIL_DATA_DIR=str(folder))
    assert code == 0
    assert not folder.exists()
