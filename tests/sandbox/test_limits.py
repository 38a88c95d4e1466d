"""Bombs and floods: each is stopped at its limit, the sandbox can still be ended, and the host goes on."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sandbox.conftest import SMALL
from vitrail.sandbox.errors import CommandTimedOut, OutputTooLarge, SandboxGone, SandboxLimit
from vitrail.sandbox.local import LocalProvider, LocalSandbox

pytestmark = pytest.mark.sandbox


def processes_with(word: str) -> list[int]:
    """Of the whole host, by command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


async def test_a_fork_bomb_stays_small_and_dies(provider: LocalProvider) -> None:
    sandbox = await provider.create(SMALL)
    bomb = "bomb() { while :; do sleep 54321.5 & done; }; bomb"
    task = asyncio.create_task(sandbox.run(bomb, shell=True, timeout=20))
    async with asyncio.timeout(10):
        while len(processes_with("54321.5")) < 20:  # the control: it does fork
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    assert len(processes_with("54321.5")) <= SMALL.max_processes
    began = time.monotonic()
    await sandbox.kill()
    assert time.monotonic() - began < 5
    with pytest.raises(SandboxGone):
        await task
    assert processes_with("54321.5") == []


async def test_a_memory_bomb_ends_itself_alone(sandbox: LocalSandbox) -> None:
    result = await sandbox.run("head -c 3G /dev/zero | tail -c 3G | wc -c", shell=True)
    assert str(3 << 30) not in result.stdout
    assert (await sandbox.run(["echo", "still here"])).stdout == "still here\n"


async def test_memory_in_tmp_is_bounded(sandbox: LocalSandbox) -> None:
    for folder in ("/tmp", "/dev/shm"):
        result = await sandbox.run(["dd", "if=/dev/zero", f"of={folder}/fill", "bs=1M", "count=400"])
        assert result.exit_code != 0
        assert int((await sandbox.run(["stat", "-c", "%s", f"{folder}/fill"])).stdout) <= SMALL.disk_mb << 20
        await sandbox.run(["rm", f"{folder}/fill"])


async def test_one_file_can_not_pass_the_disk_limit(sandbox: LocalSandbox) -> None:
    result = await sandbox.run(["dd", "if=/dev/zero", "of=fill", "bs=1M", "count=200"])
    assert result.exit_code != 0
    assert (await sandbox.stat("/workspace/fill")).size == SMALL.disk_mb << 20


@pytest.mark.parametrize(
    "script",
    [
        "i=0; while :; do head -c 8M /dev/zero > fill$i; i=$((i+1)); done",
        # deleted, and held open
        'i=3; while [ $i -lt 9 ]; do eval "exec $i>fill"; rm fill; head -c 32M /dev/zero >&$i; i=$((i+1)); done;'
        " sleep 20",
        "i=0; while [ $i -lt 400 ]; do mkdir d$i && (cd d$i && for n in 0 1 2 3 4 5 6 7 8 9; do touch $n; done); "
        "i=$((i+1)); done; sleep 20",
    ],
    ids=["many files", "deleted files", "inodes"],
)
async def test_a_full_workspace_ends_what_runs(provider: LocalProvider, script: str) -> None:
    sandbox = await provider.create(replace(SMALL, max_files=2000))
    with pytest.raises(SandboxLimit) as caught:
        await sandbox.run(script, shell=True)
    assert "limit" in caught.value.cause or "more than" in caught.value.cause
    assert caught.value.cure
    # files are kept, so that somebody may look; and it works again once there is room
    await sandbox.run("rm -rf fill* d*", shell=True)
    assert (await sandbox.run(["echo", "again"])).stdout == "again\n"
    await sandbox.kill()


async def test_a_flood_of_output_is_cut(sandbox: LocalSandbox) -> None:
    began = time.monotonic()
    with pytest.raises(OutputTooLarge) as caught:
        await sandbox.run(["yes"])
    assert time.monotonic() - began < 5
    assert caught.value.limit == SMALL.output_bytes
    assert caught.value.stdout.startswith("y\ny\n")
    assert len(caught.value.stdout) <= 65536
    with pytest.raises(OutputTooLarge):
        await sandbox.run("yes >&2", shell=True)


async def test_time_is_limited_even_for_those_who_ignore_signals(sandbox: LocalSandbox) -> None:
    with pytest.raises(CommandTimedOut) as caught:
        await sandbox.run("trap '' TERM INT HUP; echo begun; while :; do sleep 77.75; done", shell=True, timeout=0.5)
    assert caught.value.stdout == "begun\n"
    async with asyncio.timeout(5):
        while processes_with("77.75"):
            await asyncio.sleep(0.02)


async def test_a_command_without_a_timeout_gets_the_sandboxs(provider: LocalProvider) -> None:
    sandbox = await provider.create(replace(SMALL, wall_time_s=0.5))
    with pytest.raises(CommandTimedOut):
        await sandbox.run(["sleep", "60"])
    await sandbox.kill()


async def test_a_daemon_does_not_outlive_the_sandbox(provider: LocalProvider) -> None:
    sandbox = await provider.create(SMALL)
    await sandbox.run("(trap '' TERM HUP; sleep 43210.25) > /dev/null 2>&1 & :", shell=True)
    assert processes_with("43210.25")
    await sandbox.kill()
    assert processes_with("43210.25") == []


async def test_cpu_is_shared(sandbox: LocalSandbox) -> None:
    group = sandbox._provider.running(sandbox.ref.id).group if sandbox.ref else None
    assert group is not None
    if sandbox._provider.limits_by() == "v1" and "cpu" in group.folders:
        assert int((group.folders["cpu"] / "cpu.cfs_quota_us").read_text()) == int(SMALL.cpus * 100_000)
    elif sandbox._provider.limits_by() == "v2":
        assert (group.folders["cpu"] / "cpu.max").read_text().split()[0] == str(int(SMALL.cpus * 100_000))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def mounts() -> int:
    return len(Path("/proc/self/mountinfo").read_text().splitlines())


async def test_nothing_is_left_behind(provider: LocalProvider) -> None:
    await provider.check()
    kit = provider.kit()
    before = (descriptors(), mounts())
    for _ in range(10):
        sandboxes = await asyncio.gather(*(provider.create(SMALL) for _ in range(4)))
        await asyncio.gather(
            *(s.run("sleep 6543.75 > /dev/null 2>&1 & echo x > /tmp/x", shell=True) for s in sandboxes)
        )
        await asyncio.gather(*(s.kill() for s in sandboxes))
    del sandboxes
    assert mounts() == before[1]
    assert descriptors() <= before[0] + 2
    assert processes_with("6543.75") == []
    assert [p for parent in kit.cgroups.parents.values() for p in parent.iterdir() if p.is_dir()] == []
    assert list((provider._boxes.folder / "boxes").iterdir()) == []
    assert list((provider._boxes.folder / "uids").iterdir()) == []
