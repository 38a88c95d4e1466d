"""What a process of the launcher's does with its one order: become bubblewrap, or run a program in a sandbox.

Standard library only, no I/O of its own: `launcher.py` forks it, tells it what to do, and waits. Both end by executing
something else or by ending.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import signal

TYPE_CHECKING = False  # `typing` would double what each fork has to copy
if TYPE_CHECKING:
    from typing import Any, NoReturn

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER = 4, 24, 38, 36
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 22, 2, 47, 4
CLONE_NEWNS = 0x00020000
# time namespaces are left out: bubblewrap does not make one
ALL_NAMESPACES = CLONE_NEWNS | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
CAPABILITY_VERSION_3 = 0x20080522
LAST_FD = 1 << 20


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


def call(name: str, *arguments: Any) -> None:
    """A function of the C library that answers 0 when it went well. Raises `OSError` when not."""
    if getattr(LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def prctl(option: int, value: int, more: int = 0) -> None:
    call("prctl", option, value, more, 0, 0)


def _join_cgroups(fds: dict[str, int]) -> None:
    for name, fd in fds.items():
        if name.startswith("door"):
            os.write(fd, b"0")


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
    ask = LIBC.prctl
    for capability in range(64):
        if ask(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # past the last one that this kernel knows
    ask(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def _seccomp(program: bytes) -> None:
    buffer = ctypes.create_string_buffer(program, len(program))
    order = _Filter(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p).value)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(order))


def _standard_streams(fds: dict[str, int]) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.dup2(fds[name], number)


def _default_signals() -> None:
    """What Python changed, and what the server may ignore, back to what programs expect."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def box(order: dict[str, Any], fds: dict[str, int], status: int) -> NoReturn:
    """Become bubblewrap. The descriptors it needs are 3 and up, in the order's sequence; every other is closed.
    (`fds` and `status` are none of 0 to 3, here and below.)"""
    _default_signals()
    _join_cgroups(fds)
    _limit(order["limits"])
    _become(order["uid"])
    high = [_above(fds[name]) for name in order["pass"]]
    status = _above(status)
    _standard_streams(fds)
    for number, fd in enumerate(high):
        os.dup2(fd, 3 + number)
    os.dup2(status, 3 + len(high), inheritable=False)
    os.closerange(4 + len(high), LAST_FD)
    os.write(3 + len(high), f"pid {os.getpid()}\n".encode())
    os.execve(order["argv"][0], order["argv"], {})  # noqa: S606 - no shell, by design


def _above(fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64)


def enter(order: dict[str, Any], fds: dict[str, int], status: int) -> NoReturn:
    """Join the sandbox, put up every wall, and start the program: only a child is in the joined pid namespace.

    The child shares this process's memory until it executes (posix_spawn), so there is nothing to copy; and because
    this process has no privilege left by then, there is no moment at which the child has any.
    """
    _default_signals()
    _join_cgroups(fds)
    _limit(order["limits"])
    _become(order["uid"])
    # From here on code in the sandbox may see what this process starts: without a dump nobody there can look into it
    # (or through /proc/PID/exe, fd, root at the host), whoever it belongs to.
    prctl(PR_SET_DUMPABLE, 0)
    call("setns", fds["target"], ALL_NAMESPACES)
    os.setsid()  # no terminal; the child can't call it: it would be known in the launcher's namespace only after it ran
    os.umask(0o022)
    _limit(order["inner_limits"])
    status = _above(status)
    _standard_streams(fds)
    os.dup2(status, 3, inheritable=False)
    os.closerange(4, LAST_FD)
    os.chdir(order["cwd"])
    _no_privileges()
    _seccomp(bytes.fromhex(order["seccomp"]))
    os.write(3, f"pid {_spawned(order['argv'], order['env'])}\n".encode())
    os._exit(0)


def _spawned(argv: list[str], env: dict[str, str]) -> int:
    """The pid of the program. As a shell does it: 127 when there is none of this name, 126 when it can't be executed;
    then this process is what ends so."""
    name, code, reason = argv[0], 127, "command not found"
    places = [name] if "/" in name else [f"{folder}/{name}" for folder in env.get("PATH", "").split(":")]
    for place in places:
        try:
            return os.posix_spawn(place, argv, env, setpgroup=0)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in (errno.EAGAIN, errno.ENOMEM):
                raise  # no process to be had: that is not the program's fault
            code, reason = 126, getattr(error, "strerror", None) or str(error)
    os.write(2, f"{name}: {reason}\n".encode(errors="replace"))
    os.write(3, f"pid {os.getpid()}\n".encode())
    os._exit(code)
