"""The process that starts bubblewrap, and enters its sandboxes to run commands. Runs as `python -I -S launcher.py`.

One per provider, one thread, standard library only, so that it forks in a millisecond whatever the server weighs and
so that `--die-with-parent` (which follows the *thread* that forked) means "dies with the server". It reads orders
from the socket on stdin, a JSON document in a memfd and the file descriptors to hand on, and answers on the same
socket. When the server goes away, the socket ends, this process ends, and with it every sandbox.

Orders: `{"id", "op": "box", ...}` starts bubblewrap; `{"id", "op": "enter", ...}` runs a program in a running sandbox,
the way `runc exec` does: drop to the sandbox's uid, join its namespaces, fork, give up every capability, forbid new
privileges, load the seccomp filter, execute; `{"op": "signal", "id", "signal"}` signals a process group by order.
Answers: `{"id", "pid"}`, `{"id", "error"}`, `{"id", "exit"}`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import socket
import sys

TYPE_CHECKING = False  # `typing` would double what each fork has to copy
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER = 4, 24, 38, 36
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 22, 2, 47, 4
CLONE_NEWNS = 0x00020000
# time namespaces are left out: bubblewrap does not make one
ALL_NAMESPACES = CLONE_NEWNS | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
CAPABILITY_VERSION_3 = 0x20080522
LAST_FD = 1 << 20


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


def _call(name: str, *arguments: Any) -> None:
    if getattr(LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _prctl(option: int, value: int, more: int = 0) -> None:
    _call("prctl", option, value, more, 0, 0)


def _join_cgroups(files: list[str]) -> None:
    for name in files:
        fd = os.open(name, os.O_WRONLY)
        os.write(fd, b"0")
        os.close(fd)


def _limit(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))


def _become(uid: int | None) -> None:
    """Give up root for good. None: an ordinary user's sandbox runs as that user, in its own user namespace."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _no_privileges() -> None:
    for capability in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # past the last one that this kernel knows
    LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _seccomp(program: bytes) -> None:
    buffer = ctypes.create_string_buffer(program, len(program))
    order = _Filter(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p).value)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(order))


def _reachable(binds: dict[str, str]) -> None:
    """As root: put what bubblewrap binds where the sandbox's uid can get at it, in a mount namespace of our own.

    The sources may lie under folders that this uid may not enter (a checkout in `/root`, a data folder of mode 700).
    Each is bound below a fresh tmpfs on `/tmp` that only this bubblewrap sees.
    """
    _call("unshare", CLONE_NEWNS)
    _call("mount", b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    held = {target: os.open(source, os.O_PATH) for source, target in binds.items()}
    _call("mount", b"tmpfs", b"/tmp", b"tmpfs", ctypes.c_ulong(0), b"mode=755,size=64k")
    for target, fd in held.items():
        os.makedirs(target, 0o755)  # noqa: PTH103 - pathlib costs start time here
        _call("mount", f"/proc/self/fd/{fd}".encode(), target.encode(), None, ctypes.c_ulong(MS_BIND), None)
        os.close(fd)


def _standard_streams(fds: dict[str, int]) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.dup2(fds[name], number)


def _default_signals() -> None:
    """What Python changed, and what the server may ignore, back to what programs expect."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _box(order: dict[str, Any], fds: dict[str, int], status: int) -> NoReturn:
    """Become bubblewrap. The descriptors it needs are 3 and up, in the order's sequence; every other is closed."""
    _default_signals()
    _join_cgroups(order["cgroups"])
    _limit(order["limits"])
    if order["binds"]:
        _reachable(order["binds"])
    _become(order["uid"])
    _standard_streams(fds)
    wanted = [os.dup(fds[name]) for name in order["pass"]]
    high = [_above(fd) for fd in wanted]
    status = _above(status)
    for number, fd in enumerate(high):
        os.dup2(fd, 3 + number)
    os.dup2(status, 3 + len(high), inheritable=False)
    os.closerange(4 + len(high), LAST_FD)
    os.write(3 + len(high), f"pid {os.getpid()}\n".encode())
    os.execve(order["argv"][0], order["argv"], {})  # noqa: S606 - no shell, by design


def _above(fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64)


def _enter(order: dict[str, Any], fds: dict[str, int], status: int) -> NoReturn:
    """Join the sandbox and fork into it: only a child is in the joined pid namespace."""
    _default_signals()
    _join_cgroups(order["cgroups"])
    _limit(order["limits"])
    _become(order["uid"])
    # From here on code in the sandbox may see this process: without a dump nobody there can look into it (or
    # through /proc/PID/exe, fd, root at the host), whoever it belongs to.
    _prctl(PR_SET_DUMPABLE, 0)
    _call("setns", fds["target"], ALL_NAMESPACES)
    go_read, go_write = os.pipe()
    pid = os.fork()
    if pid:
        os.write(status, f"pid {pid}\n".encode())
        os.write(go_write, b"g")
        os._exit(0)
    os.read(go_read, 1)  # the launcher learns the pid before the program can end
    os.setsid()
    os.umask(0o022)
    _limit(order["inner_limits"])
    _standard_streams(fds)
    os.dup2(status, 3, inheritable=False)
    os.closerange(4, LAST_FD)
    try:
        os.chdir(order["cwd"])
        _no_privileges()
        _seccomp(bytes.fromhex(order["seccomp"]))
    except OSError as error:
        os.write(3, f"error {error}\n".encode())
        os._exit(126)
    _execute(order["argv"], order["env"])


def _execute(argv: list[str], env: dict[str, str]) -> NoReturn:
    """As a shell does it: 127 when there is no such program, 126 when it can't be executed."""
    name, code, reason = argv[0], 127, "command not found"
    places = [name] if "/" in name else [f"{folder}/{name}" for folder in env.get("PATH", "").split(":")]
    for place in places:
        try:
            os.execve(place, argv, env)  # noqa: S606 - no shell, by design
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            continue
        except (OSError, ValueError) as error:
            code, reason = 126, getattr(error, "strerror", None) or str(error)
    os.write(2, f"{name}: {reason}\n".encode(errors="replace"))
    os._exit(code)


class Launcher:
    """The loop: orders in, exits out."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.orders: dict[int, int] = {}  # order id → pid of its program
        self.pids: dict[int, int] = {}  # pid → order id
        self.starting: dict[int, tuple[int, bytes]] = {}  # status pipe → order id, what it said so far
        self.helpers: set[int] = set()  # forks that only enter and leave
        self.ended: dict[int, int] = {}  # pids that ended before their status pipe did
        self.doomed: set[int] = set()  # orders to be ended before they have a pid

    def answer(self, **message: Any) -> None:
        self.control.send(json.dumps(message).encode())

    def receive(self) -> bool:
        data, received, _, _ = socket.recv_fds(self.control, 4096, 16, socket.MSG_CMSG_CLOEXEC)
        if not data:
            return False
        order = json.loads(data)
        if order["op"] == "signal":
            pid = self.orders.get(order["id"])
            if pid is not None:
                self.signal(pid, order["signal"])
            elif any(identity == order["id"] for identity, _ in self.starting.values()):
                self.doomed.add(order["id"])
            return True
        try:
            with open(received[0], "rb") as document:  # noqa: PTH123 - a descriptor, not a path
                document.seek(0)
                order |= json.loads(document.read())
            fds = dict(zip(order["fds"], received[1:], strict=True))
            self.start(order, fds, _box if order["op"] == "box" else _enter)
        except (OSError, ValueError, IndexError) as error:  # no process or descriptor to be had: this order fails alone
            self.answer(id=order["id"], error=str(error))
        for fd in received[1:]:
            os.close(fd)
        return True

    def signal(self, pid: int, number: int) -> None:
        for send in (os.killpg, os.kill):  # it may not lead its group yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                send(pid, number)

    def start(
        self,
        order: dict[str, Any],
        fds: dict[str, int],
        body: Callable[[dict[str, Any], dict[str, int], int], NoReturn],
    ) -> None:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                body(order, fds, writer)
            except BaseException as error:  # noqa: BLE001 - the door of a forked child: all it can do is tell
                os.write(writer, f"error {error}\n".encode(errors="replace"))
            finally:
                os._exit(126)
        os.close(writer)
        if order["op"] == "enter":
            self.helpers.add(pid)
        self.starting[reader] = (order["id"], b"")

    def progress(self, reader: int) -> None:
        identity, said = self.starting[reader]
        data = os.read(reader, 4096)
        self.starting[reader] = (identity, said + data)
        for line in data.decode(errors="replace").splitlines():
            word, _, rest = line.partition(" ")
            if word == "pid":
                self.orders[identity], self.pids[int(rest)] = int(rest), identity
                if identity in self.doomed:
                    self.signal(int(rest), signal.SIGKILL)
        if data:
            return
        os.close(reader)
        del self.starting[reader]
        self.doomed.discard(identity)
        errors = [line for line in said.decode(errors="replace").splitlines() if line.startswith("error ")]
        pid = self.orders.get(identity)
        if errors or pid is None:
            self.answer(id=identity, error=errors[0][6:] if errors else "the process ended before it started")
            if pid is not None:
                self.forget(pid)
            return
        self.answer(id=identity, pid=pid)
        if pid in self.ended:
            self.answer(id=identity, exit=self.ended[pid])
            self.forget(pid)

    def forget(self, pid: int) -> None:
        self.ended.pop(pid, None)
        self.orders.pop(self.pids.pop(pid, -1), None)

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            code = 128 - code if code < 0 else code
            if pid in self.helpers:
                self.helpers.remove(pid)
                continue
            identity = self.pids.get(pid)
            if identity is not None and not any(starting == identity for starting, _ in self.starting.values()):
                self.answer(id=identity, exit=code)
                self.forget(pid)
            elif self.starting:
                self.ended[pid] = code

    def run(self) -> None:
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the server's terminal is the server's to handle
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        while True:
            watched: list[Any] = [self.control, wake_read, *self.starting]
            ready, _, _ = select.select(watched, [], [])
            for item in ready:
                if item is self.control:
                    if not self.receive():
                        return
                elif item == wake_read:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake_read, 4096)
                elif item in self.starting:
                    self.progress(item)
            self.reap()


if __name__ == "__main__":
    channel = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    Launcher(channel).run()
    sys.exit(0)
