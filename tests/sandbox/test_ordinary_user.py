"""The walls do not need root: the same provider, run by an ordinary user with no privilege and no control groups."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.sandbox

USER = 54321
SCRIPT = """
import asyncio, json, sys
from pathlib import Path
from vitrail.sandbox.local import LocalProvider
from vitrail.sandbox.errors import SandboxLimit
from vitrail.sandbox.provider import SandboxSpec
async def main():
    provider = LocalProvider(Path(sys.argv[1]))
    await provider.check()
    sandbox = await provider.create(SandboxSpec(memory_mb=256, disk_mb=32, max_processes=30))
    status = (await sandbox.run(["cat", "/proc/self/status"])).stdout
    await sandbox.write_bytes("/workspace/a", b"x")
    forks = await sandbox.run("i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done", shell=True)
    await sandbox.pause()
    try:
        memory = (await sandbox.run("head -c 1G /dev/zero | tail -c 1G | wc -c", shell=True)).stdout
    except SandboxLimit as error:
        memory = error.cause
    said = {
        "mode": provider.limits_by(),
        "uid": (await sandbox.run(["id", "-u"])).stdout.strip(),
        "status": dict(line.split(":\\t", 1) for line in status.splitlines() if ":\\t" in line),
        "network": (await sandbox.run(["cat", "/proc/net/dev"])).stdout.count(":"),
        "kept": (await sandbox.run(["cat", "a"])).stdout,
        "forks": forks.stderr,
        "memory": memory,
    }
    await sandbox.kill()
    await provider.aclose()
    print(json.dumps(said))
asyncio.run(main())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of that user's own, which it can reach (pytest's temporary folders are closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="vitrail-user-"))
    os.chown(folder, USER, USER)
    yield folder
    shutil.rmtree(folder)


def python_for_others() -> str | None:
    """A Python of this version that another user may run: ours, or the system's."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        again = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
        tried = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", candidate, "-c", again]
        if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
            return candidate
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs all the other tests as one")
async def test_an_ordinary_user_has_the_same_walls(home: Path) -> None:
    python = python_for_others()
    if python is None:
        pytest.skip("no Python of this version that another user may run")
    paths = [path for path in sys.path if path.endswith("site-packages") or path.endswith("src")]
    result = await asyncio.to_thread(
        subprocess.run,
        [
            "setpriv",
            f"--reuid={USER}",
            f"--regid={USER}",
            "--clear-groups",
            python,
            "-B",
            "-c",
            SCRIPT,
            str(home / "s"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin", "PYTHONPATH": ":".join([*paths, str(Path(__file__).parents[2] / "src")])},
    )
    assert result.returncode == 0, result.stderr
    said = json.loads(result.stdout)
    assert said["mode"] == "rlimits"
    assert said["uid"] == "1000"
    assert {said["status"][f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert (said["status"]["NoNewPrivs"], said["status"]["Seccomp"]) == ("1", "2")
    assert said["network"] == 1
    assert said["kept"] == "x"
    assert "fork" in said["forks"]
    assert str(1 << 30) not in said["memory"]
