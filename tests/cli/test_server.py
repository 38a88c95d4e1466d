"""`vitrail demo` and `vitrail serve` as programs: what they print, how they stop, what keeps them from starting."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

# The order: starting programs takes a second or two each, so these tests share a worker.
pytestmark = pytest.mark.xdist_group("server")


def environment(**more: str) -> dict[str, str]:
    # Nothing is built here: the switch is on, but no build runs (VITRAIL_BUILDS_AT_ONCE=0).
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
    return {**kept, "VITRAIL_BUILDS_AT_ONCE": "0", **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "vitrail.cli", *arguments]


@contextmanager
def running(*arguments: str, **more: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """The program, once it has printed its line."""
    process = subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**more)
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield json.loads(line), process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def refused(*arguments: str, **more: str) -> dict[str, str]:
    """The error that a program ends with."""
    answer = subprocess.run(
        command(*arguments, "--json"), capture_output=True, text=True, timeout=60, env=environment(**more), check=False
    )
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    error: dict[str, str] = json.loads(answer.stdout.splitlines()[-1])["error"]
    assert set(error) == {"title", "cause", "cure"}
    assert all(error.values())
    return error


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo's data folder with a small warehouse in it, so that no test waits for three years of orders."""
    folder = tmp_path_factory.mktemp("demo with a space")
    with duckdb.connect(str(folder / "demo.duckdb")) as connection:
        connection.execute("create table orders as select 1 as order_id")
    return folder


def test_the_demo_prints_one_line_and_its_people_can_sign_in(folder: Path) -> None:
    with running("demo", "--data-dir", str(folder), "--port", "0", "--json") as (printed, process):
        assert set(printed) == {"url", "project", "people"}
        api = f"{printed['url']}/api/v1"
        for person, role in zip(printed["people"], ("admin", "interactive_viewer"), strict=True):
            login = {"email": person["email"], "password": person["password"]}
            assert httpx.post(f"{api}/auth/login", json=login, trust_env=False).status_code == 200
            bearer = {"Authorization": f"Bearer {person['token']}"}
            me = httpx.get(f"{api}/auth/me", headers=bearer, trust_env=False).json()
            assert me["features"]["dataApps"]["enabled"] is True
            assert [(project["id"], project["role"]) for project in me["projects"]] == [(printed["project"], role)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_a_second_start_is_quick_and_prints_the_same_people(folder: Path) -> None:
    printed = []
    for _ in range(2):
        started = time.monotonic()
        with running("demo", "--data-dir", str(folder), "--port", "0", "--json") as (line, process):
            took = time.monotonic() - started
            printed.append((line["people"], line["project"]))
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
    assert printed[0] == printed[1]
    assert took < 15  # 5 s on an idle machine; tests run beside each other


def test_what_the_demo_keeps_is_for_its_owner_only(folder: Path) -> None:
    with running("demo", "--data-dir", str(folder), "--port", "0", "--json") as (_, process):
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    for name in ("demo.json", "secret", "vitrail.db"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600, name


def test_a_demo_renews_its_licence_before_it_ends(tmp_path: Path) -> None:
    from datetime import timedelta

    from vitrail.db.base import new_id, now
    from vitrail.demo.credentials import FILE, load_or_make
    from vitrail.licence.keys import Licence, issue, read

    first = load_or_make(tmp_path, ("a@b.c",))
    assert load_or_make(tmp_path, ("a@b.c",)) == first
    raw = json.loads((tmp_path / FILE).read_text())
    ended = Licence(new_id(), now() - timedelta(days=40), now() - timedelta(days=10), frozenset({"data_apps"}))
    raw["license_key"] = issue(ended, first.private_key)
    (tmp_path / FILE).write_text(json.dumps(raw))
    renewed = load_or_make(tmp_path, ("a@b.c",))
    expiry = read(renewed.license_key, renewed.public_key).expiry
    assert expiry is not None
    assert timedelta(days=29) < expiry - now() <= timedelta(days=30)
    assert renewed.people == first.people


def test_a_taken_port_is_named(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = refused("demo", "--data-dir", str(folder), "--port", str(port))
    assert f"Port {port}" in error["cause"]
    assert "--port" in error["cure"]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "eighty"}, "PORT"),
        ({"VITRAIL_HOST": "203.0.113.7"}, "203.0.113.7"),
        ({"VITRAIL_DATA_DIR": "/proc/nowhere"}, "/proc/nowhere"),
        ({"PGCONNECTIONURI": "postgresql://u:hunter2@127.0.0.1:1/d"}, "can't be reached"),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY": "only-half"}, "half"),
    ],
)
def test_what_keeps_a_server_from_starting_is_named(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    error = (
        refused("serve", "--port", "0", **{"VITRAIL_DATA_DIR": str(tmp_path), **variables})
        if ("PORT" not in variables)
        else refused("serve", **variables)
    )
    assert words in error["cause"]
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("name", ["demo.json", "vitrail.db"])
def test_a_damaged_file_of_the_data_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "demo.duckdb").touch()
    (tmp_path / name).write_text("damaged, and longer than a header")
    error = refused("demo", "--data-dir", str(tmp_path), "--port", "0")
    assert name in error["cause"]


def test_a_demo_without_its_folder_says_where_it_looked(tmp_path: Path) -> None:
    error = refused("demo", "--data-dir", str(tmp_path), VITRAIL_DEMO_DIR=str(tmp_path))
    assert str(tmp_path) in error["cause"]
    assert "VITRAIL_DEMO_DIR" in error["cure"]


def test_the_doctor_tells_what_works_and_what_does_not(tmp_path: Path) -> None:
    answer = subprocess.run(
        command("doctor", "--json"),
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(VITRAIL_DATA_DIR=str(tmp_path)),
        check=False,
    )
    assert answer.returncode == 1
    checks = {check["name"]: check for check in json.loads(answer.stdout)["checks"]}
    assert checks["database"]["ok"] is True
    assert checks["store"]["ok"] is True
    for name, variable in (("switch", "APPS_RUNTIME_ENABLED"), ("licence", "LIGHTDASH_LICENSE_KEY")):
        assert checks[name]["ok"] is False
        assert variable in checks[name]["cause"] + checks[name]["cure"]
    assert checks["scope"]["ok"] is False
    assert "has not been set up" in checks["scope"]["cause"]
    assert set(checks["scope"]) == {"name", "title", "ok", "detail", "cause", "cure"}


def test_the_doctor_names_what_is_wrong_in_words_too(tmp_path: Path) -> None:
    variables = {"VITRAIL_DATA_DIR": str(tmp_path), "E2B_API_KEY": "e2b_0123", "VITRAIL_RENDER_ENABLED": "false"}
    answer = subprocess.run(
        command("doctor"), capture_output=True, text=True, timeout=120, env=environment(**variables), check=False
    )
    assert answer.returncode == 1
    lines = answer.stdout.splitlines()
    for wrong in ("✗ Switch: ", "✗ Licence: ", "✗ Sandbox: ", "✗ Scope: "):
        at = next(number for number, line in enumerate(lines) if line.startswith(wrong))
        assert lines[at + 1].startswith("    → ")
    assert any(line.startswith("✓ Database: ") for line in lines)
    assert "E2B" in answer.stdout
    assert "e2b_0123" not in answer.stdout + answer.stderr
