"""A new sandbox and its first command, beside bare bubblewrap running the same command.

Pairs in turn, in one run: ours (folder, uid, control group, root folder, seccomp, all walls; then the command, from an
asyncio server) ÷ `bwrap --unshare-all --ro-bind / / CMD`. The command is `true`: nothing hides behind it. Every sandbox
is made when it is asked for; there is no pool of them.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from vitrail.sandbox.box import bubblewrap
from vitrail.sandbox.local import LocalProvider
from vitrail.sandbox.provider import SandboxSpec

PAIRS, WARM_UP = 100, 5
COMMAND = ["/usr/bin/true"]


def _bare() -> float:
    began = time.perf_counter()
    subprocess.run([str(bubblewrap()), "--unshare-all", "--ro-bind", "/", "/", *COMMAND], check=True)
    return time.perf_counter() - began


async def _ours(provider: LocalProvider) -> tuple[float, float]:
    """Seconds until the first command has ended, and of a second one in the same sandbox."""
    began = time.perf_counter()
    sandbox = await provider.create(SandboxSpec())
    result = await sandbox.run(COMMAND)
    first = time.perf_counter() - began
    assert result.exit_code == 0, result.stderr
    began = time.perf_counter()
    await sandbox.run(COMMAND)
    second = time.perf_counter() - began
    await sandbox.kill()
    return first, second


async def _measure() -> tuple[list[float], list[float], list[float]]:
    bare, first, second = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        provider = LocalProvider(Path(folder) / "sandboxes")
        try:
            for number in range(WARM_UP + PAIRS):
                alone = await asyncio.to_thread(_bare)
                ours, again = await _ours(provider)
                if number >= WARM_UP:
                    bare.append(alone)
                    first.append(ours)
                    second.append(again)
        finally:
            await provider.aclose()
    return bare, first, second


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[18]


def run() -> list[dict[str, Any]]:
    bare, first, second = asyncio.run(_measure())
    reference = (
        f"bare bwrap --unshare-all true: p50 {statistics.median(bare) * 1000:.1f} ms, "
        f"p95 {_p95(bare) * 1000:.1f} ms, in the same run"
    )

    def ratio(name: str, value: float) -> dict[str, Any]:
        return {
            "name": name,
            "value": round(value, 2),
            "unit": "×",
            "goal": "≤ 3",
            "meets": value <= 3,
            "reference": reference,
        }

    def duration(name: str, seconds: float) -> dict[str, Any]:
        return {
            "name": name,
            "value": round(seconds * 1000, 1),
            "unit": "ms",
            "goal": None,
            "meets": None,
            "reference": reference,
        }

    return [
        ratio("sandbox_create_and_exec_ratio", statistics.median(first) / statistics.median(bare)),
        ratio("sandbox_create_and_exec_p95_ratio", _p95(first) / _p95(bare)),
        duration("sandbox_create_and_exec_p50", statistics.median(first)),
        duration("sandbox_create_and_exec_p95", _p95(first)),
        duration("sandbox_exec_p50", statistics.median(second)),
    ]


if __name__ == "__main__":
    for line in run():
        print(line)
