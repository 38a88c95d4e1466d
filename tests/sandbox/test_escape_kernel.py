"""Ways out through the kernel. Each attempt fails inside; the control shows that the same probe works outside."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator

import pyseccomp
import pytest
import pytest_asyncio

from tests.sandbox.probing import PYTHON, inside, outside, python_sandbox
from vitrail.sandbox import seccomp
from vitrail.sandbox.local import LocalProvider, LocalSandbox

pytestmark = pytest.mark.sandbox

NEW_USER, SIGCHLD = 0x10000000, 17
AT_FDCWD, NOWHERE = -100, 0

# name → arguments with which the kernel's answer, outside, is not "not permitted"; nothing here changes the machine
REACHES_THE_KERNEL: dict[str, list[int]] = {
    "ptrace": [0, 0, 0, 0],
    "process_vm_readv": [os.getpid(), 0, 0, 0, 0, 0],
    "process_vm_writev": [os.getpid(), 0, 0, 0, 0, 0],
    "pidfd_getfd": [-1, 0, 0],
    "mount": [NOWHERE, NOWHERE, NOWHERE, 0, 0],
    "umount2": [NOWHERE, 0],
    "pivot_root": [NOWHERE, NOWHERE],
    "chroot": [NOWHERE],
    "unshare": [NEW_USER],
    "setns": [-1, 0],
    "open_tree": [AT_FDCWD, NOWHERE, 0],
    "fsopen": [NOWHERE, 0],
    "bpf": [0, NOWHERE, 0],
    "perf_event_open": [NOWHERE, 0, -1, -1, 0],
    "userfaultfd": [0],
    "keyctl": [0, -2, 0, 0, 0],
    "add_key": [NOWHERE, NOWHERE, NOWHERE, 0, 0],
    "open_by_handle_at": [AT_FDCWD, NOWHERE, 0],
    "name_to_handle_at": [AT_FDCWD, NOWHERE, NOWHERE, NOWHERE, 0],
    "swapon": [NOWHERE, 0],
    "clock_settime": [0, NOWHERE],
}


def number(name: str) -> int:
    known = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    return seccomp.NEW_CALLS[name] if known is None or known < 0 or known > 10_000 else int(known)


@pytest_asyncio.fixture
async def box(provider: LocalProvider) -> AsyncIterator[LocalSandbox]:
    sandbox = await python_sandbox(provider)
    yield sandbox
    await sandbox.kill()


async def test_denied_calls_do_not_reach_the_kernel(box: LocalSandbox) -> None:
    calls = [[number(name), arguments] for name, arguments in REACHES_THE_KERNEL.items()]
    shown = dict(zip(REACHES_THE_KERNEL, outside("calls", calls), strict=True))
    if os.geteuid() == 0:  # to an ordinary user the kernel itself says no to some of them
        assert {name: answer for name, answer in shown.items() if answer in ("EPERM", "ENOSYS")} == {}
    assert set(await inside(box, "calls", calls)) == {"EPERM"}


async def test_every_call_on_the_list_is_denied(box: LocalSandbox) -> None:
    names = [name for group in seccomp.DENIED.values() for name in group]
    known = [name for name in names if 0 <= (pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) or -1) < 10_000]
    known += [name for name in names if name in seccomp.NEW_CALLS and name not in known]
    assert len(known) > 50
    answers = dict(zip(known, await inside(box, "calls", [[number(n), [0] * 6] for n in known]), strict=True))
    assert {name: answer for name, answer in answers.items() if answer != "EPERM"} == {}


async def test_no_user_namespace_by_clone_and_no_clone3(box: LocalSandbox) -> None:
    calls = [[number("clone"), [NEW_USER | SIGCHLD, 0, 0, 0, 0]], [435, [0, 0]]]
    forked, third = outside("calls", calls)
    assert forked.startswith("ok")  # said by both of the two processes that there are then
    assert third == "EINVAL"
    assert await inside(box, "calls", calls) == ["EPERM", "ENOSYS"]


async def test_io_uring_is_denied(box: LocalSandbox) -> None:
    calls = [[425, [8, 0]]]
    assert outside("calls", calls) == ["EFAULT"]
    assert await inside(box, "calls", calls) == ["EPERM"]


async def test_only_loopback_and_unix_sockets_can_be_made(box: LocalSandbox) -> None:
    raw: list[list[int]] = [
        [socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP],
        [socket.AF_PACKET, socket.SOCK_RAW, 0],
        [socket.AF_PACKET, socket.SOCK_DGRAM, 0],
        [socket.AF_NETLINK, socket.SOCK_RAW, 0],
        [socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6],
        [socket.AF_ALG, socket.SOCK_SEQPACKET, 0],
        [socket.AF_VSOCK, socket.SOCK_STREAM, 0],
    ]
    fine = [[socket.AF_UNIX, 1, 0], [socket.AF_INET, 1, 0], [socket.AF_INET6, 2, 0]]
    assert outside("sockets", [[socket.AF_NETLINK, socket.SOCK_RAW, 0]]) == ["ok"]
    if os.geteuid() == 0:
        assert outside("sockets", raw)[:4] == ["ok"] * 4
    assert set(await inside(box, "sockets", raw)) == {"EPERM"}
    assert set(await inside(box, "sockets", fine)) == {"ok"}


async def test_there_is_no_terminal_and_nothing_could_be_put_into_one(box: LocalSandbox) -> None:
    if os.geteuid() == 0:
        assert outside("sti") == "ok"
    assert await inside(box, "sti") == "ENOENT"
    calls = [[number("ioctl"), [0, request, 0]] for request in seccomp.TERMINAL_IOCTLS]
    assert await inside(box, "calls", calls) == ["EPERM", "EPERM"]


async def test_no_privilege_is_left(sandbox: LocalSandbox) -> None:
    status = (await sandbox.run(["cat", "/proc/self/status"])).stdout
    fields = dict(line.split(":", 1) for line in status.splitlines())
    assert {fields[f"Cap{kind}"].strip() for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert fields["NoNewPrivs"].strip() == "1"
    assert fields["Seccomp"].strip() == "2"
    assert fields["Uid"].split() == ["1000"] * 4
    assert fields["Groups"].split() == [] or os.geteuid() != 0
    init = (await sandbox.run(["cat", "/proc/1/status"])).stdout
    assert "CapEff:\t0000000000000000" in init
    assert "Seccomp:\t2" in init


async def test_exactly_one_uid_is_mapped_and_it_is_no_one_on_the_host(sandbox: LocalSandbox) -> None:
    mapped = (await sandbox.run(["cat", "/proc/self/uid_map"])).stdout.split()
    assert (mapped[0], mapped[2]) == ("1000", "1")
    if os.geteuid() == 0:
        other = await sandbox._provider.create(sandbox._spec)
        uids = {sandbox._provider.running(s.ref.id).box.uid for s in (sandbox, other) if s.ref}
        assert len(uids) == 2
        assert all(uid is not None and uid > 1000 for uid in uids)
        await other.kill()


async def test_no_file_gives_privileges(sandbox: LocalSandbox) -> None:
    mounts = (await sandbox.run(["cat", "/proc/self/mountinfo"])).stdout.splitlines()
    assert mounts
    for line in mounts:
        options = line.split()[5].split(",")
        assert "nosuid" in options, line
        # device nodes work in /dev alone, on the five that are bound, which the host can't be harmed with
        assert "nodev" in options or line.split()[4].startswith("/dev/"), line
    listed = (await sandbox.run("ls /dev; find / -xdev -type b -o -xdev -type c", shell=True)).stdout.split()
    assert listed == ["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"]


async def test_no_device_node_can_be_made(box: LocalSandbox) -> None:
    made = "import os\ntry: os.mknod('/workspace/sda', 0o60644, 0x800)\nexcept PermissionError: print('refused')"
    result = await box.run(
        [f"/toolchain/bin/{PYTHON.name}", "-I", "-S", "-c", made], env={"LD_LIBRARY_PATH": "/workspace/lib"}
    )
    assert result.stdout == "refused\n", result
