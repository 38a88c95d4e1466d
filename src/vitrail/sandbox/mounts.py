"""The bubblewrap command line of a sandbox, as data: what is unshared, what is mounted, and why."""

from __future__ import annotations

from vitrail.sandbox.provider import TOOLCHAIN, WORKSPACE
from vitrail.sandbox.root import DEVICES, UID

# The variables a command sees. Nothing of the server's environment gets in.
ENVIRONMENT = {
    "PATH": f"{TOOLCHAIN}/bin:/usr/bin",
    "HOME": "/tmp",  # noqa: S108 - private to the sandbox; what tools leave in it is no part of an app
    "LANG": "C.UTF-8",
    "TERM": "dumb",
}

# What keeps a sandbox open: on a pipe it answers a byte with that byte (so the sandbox is ready) and ends when the
# server does.
KEEPER = "/usr/bin/cat"

WALLS: tuple[tuple[str, ...], ...] = (
    ("--unshare-all",),  # user, mount, pid, net (loopback only), ipc, uts, cgroup
    ("--unshare-user",),  # and fail where user namespaces are forbidden, never go on without
    ("--disable-userns",),  # none can be made inside
    ("--uid", str(UID)),
    ("--gid", str(UID)),  # one uid and one gid are mapped: nothing is the host's root
    ("--cap-drop", "ALL"),
    ("--hostname", "vitrail"),
    ("--die-with-parent",),
    ("--new-session",),  # no way to a terminal of the host's
    ("--clearenv",),
)


def arguments(
    *,
    root: str,
    workspace: str,
    toolchain: str | None,
    tmp_bytes: int,
    seccomp_fd: int,
    info_fd: int,
    devices: str | None = None,
) -> list[str]:
    """Bubblewrap's options. They are handed over by descriptor: `/proc/1/cmdline` inside shows none of them.
    `devices` is a folder that has the device nodes mounted in it already, which is quicker than one by one."""
    nodes = [("--dev-bind", f"/dev/{name}", f"/dev/{name}") for name in DEVICES]
    mounts: list[tuple[str, ...]] = [
        ("--ro-bind", root, "/"),
        ("--proc", "/proc"),  # of the sandbox's own pid namespace
        *(nodes if devices is None else [("--dev-bind", devices, "/dev")]),  # and no terminal at all
        ("--size", str(tmp_bytes), "--perms", "1777", "--tmpfs", "/dev/shm"),  # noqa: S108 - a tmpfs has no bound itself
        ("--size", str(tmp_bytes), "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108
        ("--bind", workspace, WORKSPACE),  # the one place that is kept
    ]
    if toolchain is not None:
        mounts.append(("--ro-bind", toolchain, TOOLCHAIN))
    last = (("--chdir", WORKSPACE), ("--seccomp", str(seccomp_fd)), ("--info-fd", str(info_fd)))
    return [word for group in (*WALLS, *mounts, *last) for word in group]
