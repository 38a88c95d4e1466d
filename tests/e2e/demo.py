"""A demo server in a process of its own, as a newcomer starts it: killed and started again at will."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

VITRAIL = Path(sys.executable).with_name("vitrail")
START_S = 180


@dataclass
class Demo:
    """`vitrail demo` on a data folder. `said` is the one line that it prints once it answers."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None
    said: dict[str, Any] = field(default_factory=dict)

    def start(self) -> Demo:
        """Start it and wait until it answers; the same folder gives the same people."""
        command = [str(VITRAIL), "demo", "--data-dir", str(self.folder), "--port", str(self.port), "--json"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **self.variables}
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()[-3000:]
        self.said = json.loads(line)
        assert "url" in self.said, self.said
        self.port = int(self.said["url"].rsplit(":", 1)[1])
        return self

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and wait; its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(30)
        self.process = None
        return code

    @property
    def url(self) -> str:
        return str(self.said["url"])

    @property
    def project(self) -> str:
        return str(self.said["project"])

    def client(self, person: int = 0) -> httpx.Client:
        """The API as Ada (0) or Vera (1), by token."""
        return httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {self.said['people'][person]['token']}"},
            timeout=60,
            trust_env=False,
        )

    def environment(self, person: int = 0) -> dict[str, str]:
        """What `vitrail apps …` needs."""
        token = self.said["people"][person]["token"]
        return {**os.environ, "VITRAIL_URL": self.url, "VITRAIL_TOKEN": token}


@contextlib.contextmanager
def running(folder: Path, **variables: str) -> Iterator[Demo]:
    """A demo that is ended with the block, however it goes."""
    demo = Demo(folder, variables)
    try:
        yield demo.start()
    finally:
        if demo.process is not None:
            try:
                demo.stop()
            except subprocess.TimeoutExpired:
                demo.process.kill()
                demo.process.wait()


def until(client: httpx.Client, path: str, *statuses: str, seconds: float = 90) -> dict[str, Any]:
    """The version once it has one of these states."""
    deadline = time.monotonic() + seconds
    while True:
        version: dict[str, Any] = client.get(path).json()
        if version["status"] in statuses:
            return version
        assert time.monotonic() < deadline, f"still {version['status']} after {seconds} s"
        time.sleep(0.05)


ENDED = ("ready", "error", "cancelled")
