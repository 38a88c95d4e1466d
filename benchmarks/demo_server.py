"""A demo server in a process of its own, for benchmarks that go through HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoServer:
    """Where it is, and the administrator's token."""

    url: str
    project: str
    token: str
    pid: int
    data: Path
    """Its data folder."""


@contextmanager
def demo_server() -> Iterator[DemoServer]:
    """A running `vitrail demo` with a data folder of its own; ended with the block."""
    with tempfile.TemporaryDirectory(prefix="vitrail-bench-") as folder:
        log = Path(folder) / "server.log"
        with log.open("w") as err:
            process = subprocess.Popen(
                [
                    str(Path(sys.executable).with_name("vitrail")),
                    "demo",
                    "--data-dir",
                    f"{folder}/data",
                    "--port",
                    "0",
                    "--json",
                ],
                stdout=subprocess.PIPE,
                stderr=err,
                text=True,
            )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the demo did not start: {log.read_text()[-2000:]}")
            said = json.loads(line)
            if "error" in said:
                raise RuntimeError(f"the demo did not start: {said['error']}")
            token = said["people"][0]["token"]
            yield DemoServer(said["url"], said["project"], token, process.pid, Path(folder) / "data")
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
