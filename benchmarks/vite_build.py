"""Our published build of an app beside plain `vite build` of the same app with its libraries inside.

Both run on this machine, in turn, with the same Node, Vite and source. Ours is what the pipeline runs: Vite in the warm
toolchain process, the vendor libraries outside. Beside it: the same from a cold start of that process.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from subprocess import run as run_program
from typing import Any

from vitrail.catalog.load import load_catalog
from vitrail.catalog.typescript import typescript
from vitrail.sandbox.node import node_binary
from vitrail.sandbox.toolchain import Toolchain, ensure_toolchain

ROUNDS = 5
GOAL = 0.5
DBT = Path(__file__).parents[1] / "demo" / "dbt"
# The app that the toolchain's own tests build: every chart, a table, two filters.
APP = Path(__file__).parents[1] / "tests" / "toolchain" / "apps.py"


def _workspace(folder: Path, toolchain: Toolchain) -> None:
    files = {**toolchain.template, ".vitrail/catalog.ts": typescript(load_catalog(DBT)), "src/App.tsx": _app()}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "node_modules").symlink_to(toolchain.root / "node_modules")


def _app() -> str:
    found: dict[str, str] = {}
    exec(compile(APP.read_text(), str(APP), "exec"), found)
    return found["REVENUE"]


class _Service:
    """The toolchain's process, as in a sandbox but without its walls: both sides run without them."""

    def __init__(self, toolchain: Toolchain, workspace: Path) -> None:
        env = {"PATH": os.defpath, "NODE_ENV": "production", "VITRAIL_WORKSPACE": str(workspace)}
        argv = [str(node_binary()), str(toolchain.root / "scripts" / "service.mjs")]
        self._process = Popen(argv, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=workspace, env=env, text=True)
        assert self._process.stdout is not None and self._process.stdin is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._out.readline()

    def build(self) -> None:
        self._in.write(json.dumps({"id": 1, "op": "build", "mode": "publish"}) + "\n")
        self._in.flush()
        answer = json.loads(self._out.readline())
        if not answer["result"]["manifest"]:
            raise RuntimeError(str(answer["result"]["diagnostics"]))

    def close(self) -> None:
        self._in.close()
        self._process.wait(timeout=20)


def _plain(toolchain: Toolchain, workspace: Path) -> None:
    vite = toolchain.root / "node_modules" / "vite" / "bin" / "vite.js"
    env = {"PATH": os.defpath, "NODE_ENV": "production"}
    argv = [str(node_binary()), str(vite), "build", "--outDir", str(workspace / "dist"), "--logLevel", "error"]
    run_program(argv, cwd=workspace, env=env, check=True, stdout=DEVNULL)


def _cold(toolchain: Toolchain, workspace: Path) -> None:
    service = _Service(toolchain, workspace)
    service.build()
    service.close()


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run() -> list[dict[str, Any]]:
    toolchain = asyncio.run(ensure_toolchain())
    with tempfile.TemporaryDirectory() as name:
        workspace = Path(name).resolve()
        _workspace(workspace, toolchain)
        service = _Service(toolchain, workspace)
        service.build()
        _plain(toolchain, workspace)  # both have now read their files once
        warm, cold, plain = [], [], []
        for turn in range(ROUNDS):
            app = workspace / "src" / "App.tsx"
            app.write_text(_app().replace("Store revenue", f"Store revenue {turn}"))
            warm.append(_seconds(service.build))
            plain.append(_seconds(lambda: _plain(toolchain, workspace)))
            cold.append(_seconds(lambda: _cold(toolchain, workspace)))
        service.close()
    reference = statistics.median(plain)
    return [
        _row("published build ÷ plain vite build", statistics.median(warm) / reference, reference),
        _row("published build, cold process ÷ plain vite build", statistics.median(cold) / reference, reference),
    ]


def _row(name: str, value: float, reference: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": "ratio",
        "goal": f"≤ {GOAL}",
        "meets": value <= GOAL,
        "reference": f"plain vite build, libraries inside: {reference:.2f} s (median of {ROUNDS})",
    }


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False, indent=1))
