"""Which system calls the code in a sandbox may not make, and why. Everything here answers EPERM, except where said.

A deny-list, because the toolchain (Node, Go's runtime, Rust libraries) uses several hundred calls that change with
each release; what is on it is what has broken sandboxes before, or what has no use in one.
"""

from __future__ import annotations

import errno
import os
import socket
import tempfile
from functools import cache
from types import ModuleType
from typing import cast

from vitrail.sandbox.errors import SandboxUnavailable

DENIED: dict[str, tuple[str, ...]] = {
    "look into or steer another process": (
        *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd"),
    ),
    "change what is mounted, or the root": (
        *("mount", "umount", "umount2", "pivot_root", "chroot", "mount_setattr", "move_mount", "open_tree"),
        *("fsopen", "fsconfig", "fsmount", "fspick", "open_tree_attr"),
    ),
    "make or join namespaces (clone with such flags is refused below, clone3 answers ENOSYS)": ("unshare", "setns"),
    "large kernel surfaces that a build has no use for": (
        *("io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "perf_event_open", "userfaultfd"),
        *("fanotify_init", "lookup_dcookie", "nfsservctl", "vmsplice", "quotactl", "quotactl_fd"),
    ),
    "the kernel's keyrings, which are not namespaced": ("keyctl", "add_key", "request_key"),
    "open files by handle, past the mount namespace (CAP_DAC_READ_SEARCH would be needed too)": (
        *("open_by_handle_at", "name_to_handle_at"),
    ),
    "the machine itself: modules, power, clocks, swap, accounting, its name and its log": (
        *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon"),
        *("swapoff", "acct", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "stime", "syslog"),
        *("sethostname", "setdomainname", "iopl", "ioperm", "vhangup", "uselib", "_sysctl", "sysfs", "ustat"),
        *("create_module", "get_kernel_syms", "query_module", "modify_ldt", "vm86", "vm86old"),
    ),
    "move memory between the machine's nodes": ("mbind", "migrate_pages", "move_pages", "set_mempolicy"),
}
# Loopback and Unix sockets only. In particular no netlink, packet, vsock, Bluetooth, CAN, AF_ALG, TIPC: kernel code
# that nothing here needs and that has been a way out before. SOCK_RAW is refused in every family.
SOCKET_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
SOCK_TYPE_MASK, SOCK_RAW, SOCK_PACKET = 0xF, 3, 10
# CLONE_NEWTIME is not among them: to clone these bits are the exit signal, only unshare and clone3 know the flag
NAMESPACE_FLAGS = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
TERMINAL_IOCTLS = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX put words into a terminal's input


def _library() -> ModuleType:
    try:
        import pyseccomp
    except (ImportError, RuntimeError) as error:
        raise SandboxUnavailable(
            "The system library libseccomp, which limits what sandboxed code may ask of the kernel, is missing.",
            cure="Install it (Debian: apt-get install libseccomp2; Fedora: dnf install libseccomp) and start again.",
        ) from error
    return cast(ModuleType, pyseccomp)


@cache
def program() -> bytes:
    """The filter as BPF for this machine's architecture. Calls of another architecture (32-bit, x32) kill."""
    seccomp = _library()
    rules = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    for names in DENIED.values():
        for name in names:
            _add(rules, refuse, name)
    _add(rules, seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags lie in memory, where no filter can read them
    for flag in NAMESPACE_FLAGS:
        _add(rules, refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    for request in TERMINAL_IOCTLS:
        _add(rules, refuse, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, request))
    for call in ("socket", "socketpair"):
        allowed = sorted(SOCKET_FAMILIES)
        _add(rules, refuse, call, seccomp.Arg(0, seccomp.GT, max(allowed)))
        for family in range(max(allowed)):
            if family not in allowed:
                _add(rules, refuse, call, seccomp.Arg(0, seccomp.EQ, family))
        for kind in (SOCK_RAW, SOCK_PACKET):
            _add(rules, refuse, call, seccomp.Arg(1, seccomp.MASKED_EQ, SOCK_TYPE_MASK, kind))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add(rules: object, action: int, name: str, *conditions: object) -> None:
    """Add a rule. A name that this architecture or this libseccomp doesn't know is no call that could be made here
    by that name; new calls that libseccomp is too old for are refused by number."""
    library = _library()
    try:
        number = library.resolve_syscall(library.Arch.NATIVE, name)
    except (ValueError, OSError):
        number = NEW_CALLS.get(name, -1)
    if number < 0:
        number = NEW_CALLS.get(name, -1)
    if number >= 0:
        rules.add_rule(action, number, *conditions)  # type: ignore[attr-defined]


# Since Linux 5.1 new calls have the same number on every architecture.
NEW_CALLS = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "clone3": 435,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "open_tree_attr": 467,
}


def in_memory() -> int:
    """The filter in a fresh memfd, at its beginning."""
    fd = os.memfd_create("seccomp")
    os.write(fd, program())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
