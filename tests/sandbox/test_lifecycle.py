"""Create, spawn, pause, connect after a restart, kill: what every provider promises beyond a workspace."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic_ai.workspaces import WorkspaceError, WorkspaceUnavailableError

from tests.sandbox.conftest import SMALL
from tests.sandbox.test_limits import processes_with
from vitrail.errors import Unavailable
from vitrail.sandbox.errors import SandboxGone, SandboxStopped, SandboxUnavailable
from vitrail.sandbox.local import LocalProvider, LocalSandbox
from vitrail.sandbox.provider import Sandbox, SandboxProcess, SandboxProvider, SandboxRef
from vitrail.sandbox.providers import make_provider, spec_for
from vitrail.settings import Settings

pytestmark = pytest.mark.sandbox


async def test_it_speaks_the_protocol(provider: LocalProvider, sandbox: LocalSandbox) -> None:
    assert isinstance(provider, SandboxProvider)
    assert isinstance(sandbox, Sandbox)
    process = await sandbox.spawn(["cat"])
    assert isinstance(process, SandboxProcess)
    await process.kill()
    await provider.check()


async def test_a_long_lived_process_talks_line_by_line(sandbox: LocalSandbox) -> None:
    process = await sandbox.spawn(
        ["sh", "-c", 'while read word; do echo "$PREFIX$word"; echo note >&2; done; exit 5'], env={"PREFIX": "got "}
    )
    for word in ("one", "two"):
        process.stdin.write(f"{word}\n".encode())
        await process.stdin.drain()
        assert await process.stdout.readline() == f"got {word}\n".encode()
    assert process.returncode is None
    # commands go on beside it
    assert (await sandbox.run(["echo", "beside"])).stdout == "beside\n"
    process.stdin.close()
    assert [line async for line in process.stdout] == []
    assert await process.wait() == 5
    assert process.returncode == 5
    assert process.stderr_tail == "note\nnote\n"


async def test_a_spawned_process_can_be_ended(sandbox: LocalSandbox) -> None:
    process = await sandbox.spawn(["sh", "-c", "sleep 3141.59 & sleep 3141.59"])
    await process.kill()
    assert await process.wait() == 128 + signal.SIGKILL
    async with asyncio.timeout(5):
        while processes_with("3141.59"):  # the rest of its group was signalled with it, and ends in its own time
            await asyncio.sleep(0.01)
    await process.kill()


async def test_a_very_long_line_arrives(sandbox: LocalSandbox) -> None:
    process = await sandbox.spawn(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo"])
    assert len(await process.stdout.readline()) == 3_000_001
    assert await process.wait() == 0


async def test_what_is_spawned_needs_a_program(sandbox: LocalSandbox) -> None:
    process = await sandbox.spawn(["no-such-program"])
    assert await process.wait() == 127
    with pytest.raises(ValueError):
        await sandbox.spawn([])
    with pytest.raises(ValueError):
        await sandbox.run(["echo", "a\0b"])


async def test_pause_ends_processes_and_keeps_the_workspace(sandbox: LocalSandbox) -> None:
    await sandbox.write_bytes("/workspace/src/App.tsx", b"kept")
    await sandbox.write_bytes("/tmp/scratch", b"forgotten")
    process = await sandbox.spawn(["sleep", "2718.28"])
    running = asyncio.create_task(sandbox.run(["sleep", "2718.28"]))
    await asyncio.sleep(0.1)
    await sandbox.pause()
    assert processes_with("2718.28") == []
    with pytest.raises(SandboxStopped, match="paused"):
        await process.wait()
    with pytest.raises(SandboxStopped, match="paused"):
        await running
    await sandbox.pause()
    # the next operation resumes it
    assert await sandbox.read_bytes("/workspace/src/App.tsx") == b"kept"
    assert not await sandbox.exists("/tmp/scratch")


async def test_it_is_found_again_after_a_restart_of_the_server(folder: Path) -> None:
    first = LocalProvider(folder)
    sandbox = await first.create(replace(SMALL, labels={"app": "a1"}))
    await sandbox.write_bytes("/workspace/kept", b"by the first")
    assert sandbox.ref is not None
    await first.aclose()
    second = LocalProvider(folder)
    (info,) = await second.list()
    assert (info.ref, info.state, dict(info.labels)) == (sandbox.ref, "paused", {"app": "a1"})
    again = await second.connect(sandbox.ref)
    assert (await again.run(["cat", "kept"])).stdout == "by the first"
    assert (await again.run("echo more >> kept; ls -l kept", shell=True)).exit_code == 0
    (info,) = await second.list()
    assert info.state == "running"
    await second.kill(sandbox.ref)
    assert await second.list() == []
    await second.aclose()


SERVER = """
import asyncio, json, sys
from pathlib import Path
from vitrail.sandbox.local import LocalProvider
from vitrail.sandbox.provider import SandboxSpec
async def main():
    provider = LocalProvider(Path(sys.argv[1]))
    sandbox = await provider.create(SandboxSpec(memory_mb=512, disk_mb=64))
    await sandbox.write_bytes("/workspace/kept", b"before the crash")
    await sandbox.spawn(["sleep", "1618.03"])
    print(json.dumps(sandbox.ref.id), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_nothing_runs_on_when_the_server_is_killed(folder: Path) -> None:
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVER, str(folder), stdout=subprocess.PIPE)
    assert server.stdout is not None
    identity = json.loads(await server.stdout.readline())
    assert processes_with("1618.03")
    server.kill()
    await server.wait()
    async with asyncio.timeout(5):
        while processes_with("1618.03"):
            await asyncio.sleep(0.02)
    provider = LocalProvider(folder)
    again = await provider.connect(SandboxRef(provider="local", id=identity))
    assert await again.read_bytes("/workspace/kept") == b"before the crash"
    await again.kill()
    await provider.aclose()


async def test_two_servers_do_not_run_the_same_sandbox(
    folder: Path, provider: LocalProvider, sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitrail.sandbox.box.lock.__defaults__", (0.1,))
    other = LocalProvider(folder)
    assert sandbox.ref is not None
    with pytest.raises(SandboxUnavailable, match="another server"):
        await other.connect(sandbox.ref)
    await other.aclose()
    assert (await sandbox.run(["echo", "unharmed"])).stdout == "unharmed\n"


async def test_kill_is_final_and_safe_to_repeat(provider: LocalProvider) -> None:
    sandbox = await provider.create(SMALL)
    assert sandbox.ref is not None
    await sandbox.kill()
    await sandbox.kill()
    await provider.kill(sandbox.ref)
    with pytest.raises(SandboxGone) as caught:
        await sandbox.run(["true"])
    assert isinstance(caught.value, WorkspaceUnavailableError)
    assert caught.value.cause
    assert caught.value.cure
    for reference in ("../../etc", "", "0" * 32, "x" * 5000):
        with pytest.raises(SandboxGone):
            await provider.connect(SandboxRef(provider="local", id=reference))
        await provider.kill(SandboxRef(provider="local", id=reference))
    with pytest.raises(SandboxGone, match="e2b"):
        await provider.connect(SandboxRef(provider="e2b", id=sandbox.ref.id))


async def test_kill_is_quick_whatever_runs(provider: LocalProvider) -> None:
    sandbox = await provider.create(SMALL)
    await sandbox.run("for i in 1 2 3 4 5 6 7 8 9; do (trap '' TERM; while :; do :; done) & done; :", shell=True)
    began = time.monotonic()
    await sandbox.kill()
    assert time.monotonic() - began < 3


async def test_it_comes_back_when_its_own_process_was_ended(sandbox: LocalSandbox) -> None:
    await sandbox.write_bytes("/workspace/kept", b"kept")
    assert sandbox.ref is not None
    signal.pidfd_send_signal(sandbox._provider.running(sandbox.ref.id).init, signal.SIGKILL)
    async with asyncio.timeout(5):
        while (live := sandbox._provider._live.get(sandbox.ref.id)) and live.alive:
            await asyncio.sleep(0.01)
    assert await sandbox.read_bytes("/workspace/kept") == b"kept"


async def test_many_at_once(provider: LocalProvider) -> None:
    async def one(number: int) -> str:
        sandbox = await provider.create(SMALL)
        await sandbox.write_bytes("/workspace/n", str(number).encode())
        said = (await sandbox.run(["cat", "n"])).stdout
        await sandbox.kill()
        return said

    assert await asyncio.gather(*(one(n) for n in range(12))) == [str(n) for n in range(12)]


async def test_it_works_from_several_event_loops(sandbox: LocalSandbox) -> None:
    """Durable workflows may run in a loop of their own."""
    result = await asyncio.to_thread(lambda: asyncio.run(sandbox.run(["echo", "there"])))
    assert result.stdout == "there\n"
    assert (await sandbox.run(["echo", "here"])).stdout == "here\n"


async def test_without_user_namespaces_it_refuses_and_says_what_to_do(folder: Path) -> None:
    code = (
        "import asyncio,sys\nfrom pathlib import Path\nfrom vitrail.sandbox.local import LocalProvider\n"
        "from vitrail.errors import Unavailable\n"
        "try: asyncio.run(LocalProvider(Path(sys.argv[1])).check())\n"
        "except Unavailable as error: print(error.cause, '|', error.cure)\n"
    )
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    result = await asyncio.to_thread(
        subprocess.run,
        ["unshare", "-Ur", "sh", "-c", forbid, "sh", sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    cause, _, cure = result.stdout.partition(" | ")
    assert "namespace" in cause, result
    assert "max_user_namespaces" in cure
    assert "never run without a sandbox" in cure


def test_the_settings_choose_the_provider(tmp_path: Path) -> None:
    chosen = make_provider(Settings(VITRAIL_DATA_DIR=str(tmp_path)))
    assert chosen.name == "local"
    for variables in ({"SANDBOX_PROVIDER": "e2b"}, {"E2B_API_KEY": "k"}, {"SANDBOX_PROVIDER": "docker"}):
        with pytest.raises(Unavailable) as caught:
            make_provider(Settings(VITRAIL_DATA_DIR=str(tmp_path), **variables))
        assert "SANDBOX_PROVIDER=local" in caught.value.cure
    spec = spec_for(Settings(VITRAIL_SANDBOX_MEMORY_MB="300", VITRAIL_SANDBOX_MAX_PROCESSES="17"), disk_mb=5)
    assert (spec.memory_mb, spec.max_processes, spec.disk_mb) == (300, 17, 5)


def test_every_error_has_a_cause_and_a_cure() -> None:
    assert issubclass(SandboxStopped, WorkspaceError)
    assert SandboxGone("x").cure
