"""Run `probe.py` in a sandbox (whose toolchain is this Python), and outside as the control."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.sandbox.conftest import SMALL
from vitrail.sandbox.local import LocalProvider, LocalSandbox

SCRIPT = Path(__file__).with_name("probe.py")
PYTHON = Path(sys.executable).resolve()


async def python_sandbox(provider: LocalProvider) -> LocalSandbox:
    """A sandbox that has this Python at `/toolchain`, wherever it lies on the host, and its libraries."""
    from dataclasses import replace

    sandbox = await provider.create(replace(SMALL, toolchain=PYTHON.parents[1]))
    native = next(Path(sys.base_prefix).glob("lib/python3*/lib-dynload/_ctypes*.so"))
    shown = subprocess.run(["ldd", str(PYTHON), str(native)], capture_output=True, text=True, check=True).stdout
    for path in set(re.findall(r"=> (/\S+)", shown)):
        if not await sandbox.exists(f"/usr/lib/x86_64-linux-gnu/{Path(path).name}"):
            await sandbox.write_bytes(f"/workspace/lib/{Path(path).name}", Path(path).read_bytes())
    await sandbox.write_bytes("/workspace/probe.py", SCRIPT.read_bytes())
    return sandbox


def _words(what: str, given: Any) -> list[str]:
    return [what] if given is None else [what, json.dumps(given)]


async def inside(sandbox: LocalSandbox, what: str, given: Any = None) -> Any:
    result = await sandbox.run(
        [f"/toolchain/bin/{PYTHON.name}", "-I", "-S", "/workspace/probe.py", *_words(what, given)],
        env={"LD_LIBRARY_PATH": "/workspace/lib"},
    )
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def outside(what: str, given: Any = None) -> Any:
    words = [sys.executable, "-I", "-S", str(SCRIPT), *_words(what, given)]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
