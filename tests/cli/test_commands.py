"""The program's front: help that is quick, names that are true, errors without tracebacks."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.main import get_command

from vitrail.cli import COMMANDS
from vitrail.cli.output import run
from vitrail.errors import Conflict


def vitrail(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vitrail.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
        check=False,
    )


def test_each_file_registers_the_commands_that_the_help_names() -> None:
    for file in {file for file, _ in COMMANDS.values()}:
        app = typer.Typer()
        import_module(f"vitrail.cli.{file}").register(app)
        app.callback()(lambda: None)
        registered = get_command(app).commands  # type: ignore[attr-defined]
        assert set(registered) == {name for name, (owner, _) in COMMANDS.items() if owner == file}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str) -> None:
    answer = vitrail(name, "--help")
    assert answer.returncode == 0, answer.stderr
    assert "Usage: vitrail" in answer.stdout or "Usage: " in answer.stdout


def test_the_help_lists_every_command_and_imports_none() -> None:
    answer = vitrail("--help")
    assert answer.returncode == 0
    for name, (_, meaning) in COMMANDS.items():
        assert name in answer.stdout
        assert meaning in answer.stdout
    probe = "import sys, vitrail.cli; print([m for m in ('fastapi', 'sqlalchemy', 'duckdb') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", probe], text=True).strip() == "[]"


def test_a_mistyped_command_is_corrected() -> None:
    answer = vitrail("doktor")
    assert answer.returncode == 2
    assert "Did you mean 'doctor'?" in answer.stderr


def test_an_error_is_one_json_line_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, run(True):
        raise Conflict("It runs already.", cure="Stop it.")
    assert ended.value.exit_code == 1
    line = {"title": Conflict.title, "cause": "It runs already.", "cure": "Stop it."}
    assert json.loads(capsys.readouterr().out) == {"error": line}


def test_an_error_is_a_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), run(False):
        raise Conflict("It runs already.", cure="Stop it.")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "It runs already." in shown.err
    assert "→ Stop it." in shown.err


def test_what_nobody_foresaw_is_still_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, run(True):
        raise RuntimeError("a secret detail")
    assert ended.value.exit_code == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["cure"]
    assert "a secret detail" not in shown.out + shown.err


def test_the_api_document_is_printed() -> None:
    document = json.loads(vitrail("openapi").stdout)
    assert document["info"]["title"] == "Vitrail"
    assert "/api/v1/auth/login" in document["paths"]
