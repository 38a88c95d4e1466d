"""The service's answers are checked: its process runs beside code that a model wrote."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from vitrail.sandbox.node import NoNode, npm_environment, run_node
from vitrail.sandbox.toolchain import Toolchain, ToolchainFailed, ToolchainService
from vitrail.sandbox.vendor import VendorModule, VendorSet

ENTRY = "app-0123456789abcdef.js"
MANIFEST = {"entry": ENTRY, "styles": [], "vendor": ["react"], "toolchain": "t", "bytes": 1}


class Replying:
    """A process that answers every request with the same thing."""

    def __init__(self, reply: Any) -> None:
        self.stdout = asyncio.StreamReader(limit=64 * 1024 * 1024)
        self.stdin = self
        self.stderr_tail = ""
        self._reply = reply

    def write(self, line: bytes) -> None:
        self.stdout.feed_data(b"no json\n[]\n" + json.dumps({"id": 99, "result": []}).encode() + b"\n")
        self.stdout.feed_data(json.dumps({"id": json.loads(line)["id"], "result": self._reply}).encode() + b"\n")

    async def drain(self) -> None: ...

    async def kill(self) -> None:
        self.stdout.feed_eof()


def service(reply: Any, tmp_path: Path) -> ToolchainService:
    toolchain = Toolchain("0" * 16, tmp_path)
    module = VendorModule("react-1.js", 1, ())
    toolchain.__dict__["vendor"] = VendorSet("t", tmp_path, {"react": module})
    return ToolchainService(Replying(reply), toolchain)  # type: ignore[arg-type]


def build(**change: Any) -> dict[str, Any]:
    return {"manifest": MANIFEST, "files": {ENTRY: "x"}, "diagnostics": []} | change


async def test_an_honest_build_is_taken_and_counted_here(tmp_path: Path) -> None:
    running = service(build(), tmp_path)
    result = await running.build("publish")
    assert result.files == {ENTRY: b"x"}
    assert result.manifest is not None and result.manifest.toolchain == "0" * 16
    await running.close()


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        build(files={}),
        build(files={"../../etc/passwd": "x"}),
        build(files={ENTRY: "x", "app-fedcba9876543210.js": "y"}),
        build(files={ENTRY: "x" * 8_000_001}),
        build(manifest=MANIFEST | {"entry": "../app.js"}),
        build(manifest=MANIFEST | {"vendor": ["http://elsewhere"]}),
        build(manifest=MANIFEST | {"more": 1}),
        build(diagnostics=[{"file": "a"}]),
    ],
)
async def test_what_a_build_can_not_be_is_refused(reply: Any, tmp_path: Path) -> None:
    running = service(reply, tmp_path)
    with pytest.raises(ToolchainFailed, match="can't give"):
        await running.build("publish")
    await running.close()


@pytest.mark.parametrize("reply", [None, {}, {"explores": {"o": ["f"]}, "savedCharts": [], "unresolved": []}])
async def test_so_are_references(reply: Any, tmp_path: Path) -> None:
    running = service(reply, tmp_path)
    with pytest.raises(ToolchainFailed):
        await running.references()
    await running.close()


def test_vendor_files_are_found_by_name_only_and_as_accepted(tmp_path: Path) -> None:
    for name in ("a.js", "a.js.br", "a.js.gz", "secret.js"):
        (tmp_path / name).write_text(name)
    vendor = VendorSet(
        "t",
        tmp_path,
        {"a": VendorModule("a.js", 4, ("~/b.js",)), "~/b.js": VendorModule("b.js", 1, ("a",))},
    )
    assert vendor.closure(["a"]) == [("a", "a.js"), ("~/b.js", "b.js")]
    assert vendor.file("a.js", "gzip, deflate, br;q=0.5") == (tmp_path / "a.js.br", "br")
    assert vendor.file("a.js", "gzip, br;q=0") == (tmp_path / "a.js.gz", "gzip")
    assert vendor.file("a.js") == (tmp_path / "a.js", None)
    assert vendor.file("secret.js") is None and vendor.file("../a.js") is None
    with pytest.raises(KeyError):
        vendor.closure(["left-pad"])


def test_npm_runs_with_what_reaches_the_registry_and_nothing_else() -> None:
    environ = {"HOME": "/h", "PATH": "/bin", "NODE_OPTIONS": "--x", "ANTHROPIC_API_KEY": "k", "HTTPS_PROXY": "p"}
    found = npm_environment(environ)
    assert found.keys() == {"HOME", "PATH", "HTTPS_PROXY"}
    assert found["PATH"].endswith(":/bin")


async def test_a_build_step_that_fails_says_what_it_said(tmp_path: Path) -> None:
    script = tmp_path / "step.mjs"
    script.write_text("console.error('no room'); process.exit(3)")
    with pytest.raises(NoNode, match=r"exit code 3.*no room"):
        await run_node(script, [], cwd=tmp_path)
    script.write_text("setTimeout(() => 0, 60_000)")
    with pytest.raises(NoNode, match="did not end within"):
        await run_node(script, [], cwd=tmp_path, timeout_s=0.3)
