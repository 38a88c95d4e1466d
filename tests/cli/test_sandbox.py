"""`vitrail sandbox exec`: the command's own words and exit code, and errors with a cure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vitrail.cli import app

pytestmark = pytest.mark.sandbox


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRAIL_DATA_DIR", str(tmp_path / "none"))


def test_it_passes_words_and_exit_code_through() -> None:
    result = CliRunner().invoke(app, ["sandbox", "exec", "--", "sh", "-c", "echo out; echo err >&2; exit 7"])
    assert (result.exit_code, result.stdout, result.stderr) == (7, "out\n", "err\n")


def test_json_tells_all_of_it() -> None:
    result = CliRunner().invoke(app, ["sandbox", "exec", "--json", "--", "sh", "-c", "id -u; exit 3"])
    said = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (said["exit_code"], said["stdout"], said["stderr"]) == (3, "1000\n", "")
    assert 0 < said["duration_ms"] < 60_000


def test_it_leaves_no_data_folder_behind(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["sandbox", "exec", "--", "true"]).exit_code == 0
    assert not (tmp_path / "none").exists()


def test_an_error_has_cause_and_cure() -> None:
    result = CliRunner().invoke(app, ["sandbox", "exec", "--json", "--timeout", "0.3", "--", "sleep", "9"])
    assert result.exit_code == 1
    assert set(json.loads(result.stdout)["error"]) == {"title", "cause", "cure"}
    assert CliRunner().invoke(app, ["sandbox", "exec", "--json", "--timeout", "-1", "--", "true"]).exit_code == 1
    assert CliRunner().invoke(app, ["sandbox", "exec", "--", "no-such-program"]).exit_code == 127
