"""Nothing is lost: a server that is killed in the middle takes its builds up again; what was cancelled stays so."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.demo import ENDED, Demo, running, until

pytestmark = [pytest.mark.sandbox, pytest.mark.toolchain, pytest.mark.browser]

PROMPT = "Number of orders by month and channel, and the top 5 stores by total revenue"


def begin(client: httpx.Client, demo: Demo, prompt: str = PROMPT) -> str:
    """Start a build; the path of its first version."""
    answer = client.post(f"/projects/{demo.project}/apps", json={"prompt": prompt})
    assert answer.status_code == 201, answer.text
    return f"/apps/{answer.json()['app']['id']}/versions/1"


def stages(client: httpx.Client, path: str) -> list[str]:
    """The names of the events' stages, from the stream as it is joined from the start."""
    with client.stream("GET", f"{path}/events") as stream:
        return [line for line in stream.iter_lines() if line.startswith("event: ")]


def test_a_build_survives_kills_and_restarts_in_any_stage(tmp_path: Path) -> None:
    """SIGKILL in two stages and SIGTERM in a third, each followed by a start on the same folder."""
    with running(tmp_path / "data") as demo, demo.client() as client:
        path = begin(client, demo)
        for stage, how in (("sandbox", signal.SIGKILL), ("generating", signal.SIGTERM), ("checking", signal.SIGKILL)):
            seen = until(client, path, stage, *ENDED)
            if seen["status"] in ENDED:
                break
            demo.stop(how)
            demo.start()
        version = until(client, path, *ENDED)
        assert (version["status"], version["error"]) == ("ready", None)
        assert version["rendered"]["ok"] is True
        assert stages(client, path)[-1] == "event: done"
        app = path.split("/versions")[0]
        assert len(client.get(f"{app}/versions").json()) == 1
        assert client.post(f"{app}/sessions", json={}).status_code == 201


def test_a_cancelled_build_stops_at_once_and_never_comes_back(tmp_path: Path) -> None:
    with running(tmp_path / "data") as demo, demo.client() as client:
        path = begin(client, demo)
        until(client, path, "generating", "checking")
        assert client.post(f"{path}/cancel").json()["status"] == "cancelled"
        deadline = time.monotonic() + 5
        while _toolchains_of(demo):
            assert time.monotonic() < deadline, "the toolchain still runs"
            time.sleep(0.05)
        demo.stop(signal.SIGKILL)
        demo.start()
        time.sleep(2)
        version = client.get(path).json()
        assert (version["status"], version["error"]) == ("cancelled", None)
        # The app is not stuck: the next prompt is built.
        app = path.split("/versions")[0]
        following = client.post(f"{app}/versions", json={"prompt": PROMPT}).json()["version"]
        assert until(client, f"{app}/versions/{following['number']}", *ENDED)["status"] == "ready"


def _toolchains_of(demo: Demo) -> list[int]:
    """Toolchain processes below the server."""
    assert demo.process is not None
    parents: dict[int, int] = {}
    services = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if b"service.mjs" in (entry / "cmdline").read_bytes():
                    services.append(int(entry.name))
            except OSError:
                continue
    return [pid for pid in services if demo.process.pid in _ancestors(pid, parents)]


def _ancestors(pid: int, parents: dict[int, int]) -> set[int]:
    found: set[int] = set()
    while (pid := parents.get(pid, 0)) > 1:
        found.add(pid)
    return found
