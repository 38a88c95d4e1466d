"""`python -m benchmarks [--only NAME]`: runs every script of this folder that has `run()`, one after the other.

`run()` gives `[{"name", "value", "unit", "goal", "meets", "reference"}]`, or a coroutine for that. All figures go to
`benchmarks/results.json`; with `--only`, those of other scripts stay in the file as they were.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
FIELDS = ("name", "value", "unit", "goal", "meets", "reference")


def scripts() -> list[str]:
    """The names of the scripts, from their files."""
    return sorted(
        path.stem
        for path in FOLDER.glob("*.py")
        if not path.stem.startswith("_") and "\ndef run(" in _async_as_def(path)
    )


def _async_as_def(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("\nasync def ", "\ndef ")


def measure(script: str) -> list[dict[str, Any]]:
    """The figures of one script."""
    answer = import_module(f"benchmarks.{script}").run()
    figures = asyncio.run(answer) if inspect.iscoroutine(answer) else answer
    return [{**{field: figure.get(field) for field in FIELDS}, "script": script} for figure in figures]


def show(figure: dict[str, Any]) -> str:
    """One figure as a line."""
    mark = {True: "✓", False: "✗", None: "·"}[figure["meets"]]
    goal = f"  (goal {figure['goal']})" if figure["goal"] is not None else ""
    return f"  {mark} {figure['name']}: {figure['value']} {figure['unit']}{goal}"


def kept(measured: set[str]) -> list[dict[str, Any]]:
    """The figures of other scripts from an earlier run."""
    try:
        earlier = json.loads(RESULTS.read_text(encoding="utf-8"))
        return [figure for figure in earlier if figure.get("script") not in measured]
    except (OSError, ValueError, AttributeError):
        return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--only", help="one script's name, or a part of it")
    only = parser.parse_args().only
    chosen = [name for name in scripts() if only is None or only == name] or [
        name for name in scripts() if only and only in name
    ]
    if not chosen:
        print(f"There is no benchmark {only!r}. There are: {', '.join(scripts())}", file=sys.stderr)
        return 2
    figures: list[dict[str, Any]] = []
    failed: list[str] = []
    for script in chosen:
        print(f"▸ {script}", flush=True)
        started = time.perf_counter()
        try:
            measured = measure(script)
        except Exception as error:  # noqa: BLE001 — one broken benchmark must not hide the others
            failed.append(script)
            print(f"  ✗ failed: {type(error).__name__}: {error}", flush=True)
            continue
        figures += measured
        for figure in measured:
            print(show(figure))
        print(f"    {time.perf_counter() - started:.1f} s", flush=True)
    RESULTS.write_text(json.dumps(kept(set(chosen)) + figures, indent=2) + "\n", encoding="utf-8")
    print(f"{len(figures)} figures in benchmarks/results.json" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
