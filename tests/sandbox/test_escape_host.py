"""Ways to the host: its network, files, processes, environment, and to other sandboxes."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.sandbox.conftest import SMALL
from tests.sandbox.probing import inside, outside, python_sandbox
from vitrail.sandbox.errors import FileTooLarge, SandboxUnavailable
from vitrail.sandbox.local import LocalProvider, LocalSandbox

pytestmark = pytest.mark.sandbox


@pytest_asyncio.fixture
async def box(provider: LocalProvider) -> AsyncIterator[LocalSandbox]:
    sandbox = await python_sandbox(provider)
    yield sandbox
    await sandbox.kill()


async def test_no_port_of_the_host_answers(box: LocalSandbox) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    address = list(server.sockets[0].getsockname())
    try:
        assert await asyncio.to_thread(outside, "connect", [address]) == ["ok"]
        assert await inside(box, "connect", [address]) == ["ECONNREFUSED"]
    finally:
        server.close()


async def test_there_is_no_way_to_any_other_machine(box: LocalSandbox) -> None:
    """The metadata address, a name server, a private network, and the same by IPv6: no route, so no exfiltration."""
    places = [["169.254.169.254", 80], ["8.8.8.8", 53], ["10.0.0.1", 443], ["2001:4860:4860::8888", 53]]
    assert set(await inside(box, "connect", places)) <= {"ENETUNREACH", "EADDRNOTAVAIL"}
    assert set(await inside(box, "send", places)) <= {"ENETUNREACH", "EADDRNOTAVAIL"}
    devices = (await box.run(["cat", "/proc/net/dev"])).stdout.splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


async def test_no_abstract_socket_of_the_host_answers(box: LocalSandbox) -> None:
    name = f"\0vitrail-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        assert await asyncio.to_thread(outside, "connect", [name]) == ["ok"]
        assert await inside(box, "connect", [name]) == ["ECONNREFUSED"]


async def test_nothing_of_the_host_is_in_the_root(sandbox: LocalSandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    secret.chmod(0o644)
    assert secret.read_text() == "of the host"
    assert (await sandbox.run(["cat", str(secret)])).exit_code == 1
    for name in ("/etc/shadow", "/root", "/home", "/var", "/run", "/sys", "/opt", "/usr/bin/python3", "/usr/bin/mount"):
        assert Path(name).parent.exists()
        assert not await sandbox.exists(name), name
    assert (await sandbox.run("ls /", shell=True)).stdout.split() == [
        *("bin", "dev", "etc", "lib", "lib64", "node_modules", "proc", "sbin", "tmp", "toolchain", "usr", "workspace"),
    ]
    assert (await sandbox.run("ls /etc", shell=True)).stdout.split() == ["group", "hosts", "nsswitch.conf", "passwd"]


async def test_only_the_workspace_and_tmp_can_be_written(sandbox: LocalSandbox) -> None:
    for folder in ("/", "/usr/bin", "/etc", "/dev", "/proc", "/toolchain"):
        result = await sandbox.run(["touch", f"{folder}/new"])
        assert result.exit_code == 1, folder
        with pytest.raises(OSError):
            await sandbox.write_bytes(f"{folder}/new", b"x")
    for folder in ("/workspace", "/tmp", "/dev/shm"):
        assert (await sandbox.run(["touch", f"{folder}/new"])).exit_code == 0, folder


async def test_no_process_and_no_environment_of_the_host_is_seen(
    sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRAIL_TEST_SECRET", "hunter2-of-the-host")
    marked = await asyncio.create_subprocess_exec("sleep", "98765.4321")
    try:
        assert b"98765.4321" in Path(f"/proc/{marked.pid}/cmdline").read_bytes()
        script = "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; tr '\\0' ' ' < $p/environ; echo; done; env"
        seen = (await sandbox.run(script, shell=True)).stdout
        assert "/usr/bin/cat" in seen  # what keeps the sandbox open: the probe does see processes
        assert "98765.4321" not in seen
        assert "hunter2" not in seen
        assert str(sandbox._provider._boxes.folder) not in seen
        assert (await sandbox.run(["env"])).stdout.split() == [
            *("PATH=/toolchain/bin:/usr/bin", "HOME=/tmp", "LANG=C.UTF-8", "TERM=dumb"),
        ]
        assert (await sandbox.run(["ls", "/proc/1/root/"])).exit_code != 0 or not await sandbox.exists("/root")
        killed = await sandbox.run(["sh", "-c", f"kill -9 {os.getpid()}"])
        assert killed.exit_code != 0
    finally:
        marked.kill()
        await marked.wait()


async def test_no_descriptor_is_inherited(sandbox: LocalSandbox, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the host")
    fd = os.open(tmp_path / "secret", os.O_RDONLY)
    os.set_inheritable(fd, True)
    try:
        # 3 is the folder that ls itself reads
        assert (await sandbox.run(["ls", "/proc/self/fd"])).stdout.split() == ["0", "1", "2", "3"]
        assert (await sandbox.run(["ls", "/proc/2/fd"])).stdout.split() in (["0", "1", "2"], [])
        shown = (await sandbox.run("ls -l /proc/self/fd /proc/2/fd /proc/1/fd", shell=True)).stdout
        assert "secret" not in shown
        assert "socket" not in shown
    finally:
        os.close(fd)


async def test_another_sandboxs_workspace_can_not_be_reached(provider: LocalProvider, sandbox: LocalSandbox) -> None:
    other = await provider.create(SMALL)
    await other.write_bytes("/workspace/private.txt", b"of another app")
    assert sandbox.ref and other.ref
    found = await sandbox.run(["find", "/", "-xdev", "-name", "private.txt"])
    assert found.stdout == ""
    folder = provider._boxes.folder
    assert (await sandbox.run(["ls", str(folder)])).exit_code != 0
    assert folder.stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:  # even with a path to it: another uid
        theirs = folder / "boxes" / other.ref.id / "workspace"
        assert theirs.stat().st_uid != (folder / "boxes" / sandbox.ref.id / "workspace").stat().st_uid
        assert theirs.stat().st_mode & 0o077 == 0
    await other.kill()


async def test_links_lead_nowhere_outside(sandbox: LocalSandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the host")
    target = tmp_path / "written"
    for link, to in {"up": "../" * 20 + str(secret)[1:], "abs": str(secret), "passwd": "/etc/passwd"}.items():
        assert (await sandbox.run(["ln", "-s", to, f"/workspace/{link}"])).exit_code == 0
    for link in ("up", "abs"):
        with pytest.raises(FileNotFoundError):
            await sandbox.read_bytes(f"/workspace/{link}")
    assert b"root" not in await sandbox.read_bytes("/workspace/passwd")  # the sandbox's own
    assert (await sandbox.run(["ln", "-s", str(target), "/workspace/out"])).exit_code == 0
    with pytest.raises(OSError):
        await sandbox.write_bytes("/workspace/out/x", b"x")
    with pytest.raises(OSError):
        await sandbox.write_bytes("/workspace/out", b"x")
    assert not target.exists()
    await sandbox.remove("/workspace/abs")
    assert secret.exists()
    assert (await sandbox.run(["ln", "/etc/passwd", "/workspace/hard"])).exit_code != 0


async def test_magic_links_are_refused(sandbox: LocalSandbox) -> None:
    for path in ("/proc/1/root/etc/passwd", "/proc/2/cwd", "/proc/1/exe"):
        with pytest.raises(OSError):
            await sandbox.read_bytes(path)


async def test_files_that_would_hang_or_flood_a_reader_are_refused(provider: LocalProvider) -> None:
    sandbox = await provider.create(replace(SMALL, disk_mb=100))
    await sandbox.run("mkfifo fifo; truncate -s 65M sparse; ln -s /dev/zero zero; ln -s /dev/tty tty", shell=True)
    async with asyncio.timeout(5):
        for name in ("fifo", "zero", "tty"):
            with pytest.raises(OSError):
                await sandbox.read_bytes(f"/workspace/{name}")
            with pytest.raises(OSError):
                await sandbox.write_bytes(f"/workspace/{name}", b"x")
        with pytest.raises(FileTooLarge):
            await sandbox.read_bytes("/workspace/sparse")
        assert await sandbox.export()
    await sandbox.kill()


async def test_a_toolchain_below_a_closed_folder_is_reached_and_nothing_beside_it(
    provider: LocalProvider, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    (closed / "toolchain" / "bin").mkdir(parents=True)
    script = closed / "toolchain" / "bin" / "hello"
    script.write_text("#!/bin/sh\necho hello from $0\n")
    script.chmod(0o755)
    (closed / "beside").write_text("x")
    closed.chmod(0o700)  # root's own, when root runs this: no sandbox's uid may enter it
    sandbox = await provider.create(replace(SMALL, toolchain=closed / "toolchain"))
    assert (await sandbox.run(["hello"])).stdout == "hello from /toolchain/bin/hello\n"
    assert (await sandbox.run(["ls", "/toolchain/.."])).stdout.count("beside") == 0
    assert (await sandbox.run(["sh", "-c", "echo x > /toolchain/bin/hello"])).exit_code != 0
    await sandbox.kill()
    missing = provider.new(replace(SMALL, toolchain=tmp_path / "none"))
    with pytest.raises(SandboxUnavailable, match="toolchain"):
        await missing.working_dir()
