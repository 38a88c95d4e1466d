"""The root folder that sandboxes see: a copy of a short list of the host's programs and libraries, nothing else.

It is built once per host state (the name holds a hash of what was copied), lies in the provider's folder, and is
bound read-only as `/`. Nothing of the host's `/etc`, `/home`, `/root`, `/run`, `/var` or of the rest of `/usr` is in
it: no Python, no compiler, no package manager, no setuid program, no network tool.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from vitrail.sandbox.errors import SandboxUnavailable

# What a build and an agent's shell commands use. A program that the host lacks is left out, except the required.
REQUIRED = ("sh", "sleep", "cat")
PROGRAMS = (
    *REQUIRED,
    "bash",
    # coreutils
    *("[", "base64", "basename", "chmod", "comm", "cp", "cut", "date", "dd", "dirname", "du", "echo", "env", "expr"),
    *("false", "fold", "head", "id", "join", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mktemp", "mv", "nl", "nproc"),
    *("od", "paste", "printf", "pwd", "readlink", "realpath", "rm", "rmdir", "seq", "sha256sum", "sort", "split"),
    *("stat", "tail", "tee", "test", "timeout", "touch", "tr", "true", "truncate", "tsort", "uname", "uniq", "wc"),
    *("whoami", "yes"),
    # findutils, grep, sed, awk, diffutils, tar, gzip: what models reach for when they look around
    *("find", "xargs", "grep", "egrep", "sed", "awk", "diff", "cmp", "tar", "gzip"),
)
# What Node and the toolchain's native parts (rolldown, Tailwind's oxide, lightningcss, tsgo) load beyond the
# libraries of the programs above.
LIBRARIES = ("libstdc++.so.6", "libgcc_s.so.1", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1")
LIBRARY_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")
# The C library's own UTF-8 locale, where it is not built in.
LOCALE = Path("/usr/lib/locale/C.utf8")

UID = 1000  # inside; outside it is another one, see `state.py`
DEVICES = ("null", "zero", "full", "random", "urandom")  # bound from the host; they hold nothing and do nothing to it
FILES = {
    "etc/passwd": f"vitrail:x:{UID}:{UID}::/workspace:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
    "etc/group": f"vitrail:x:{UID}:\nnogroup:x:65534:\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    **dict.fromkeys((f"dev/{name}" for name in DEVICES), ""),  # to be bound over
}
MOUNT_POINTS = ("proc", "dev", "tmp", "workspace", "toolchain", "dev/shm")
LINKS = {
    "bin": "usr/bin",
    "sbin": "usr/bin",
    "lib": "usr/lib",
    "lib64": "usr/lib64",
    "dev/fd": "/proc/self/fd",
    "dev/stdin": "/proc/self/fd/0",
    "dev/stdout": "/proc/self/fd/1",
    "dev/stderr": "/proc/self/fd/2",
    # Where Node, tsc and Vite look for packages from /workspace: nothing of the toolchain lies in the workspace itself.
    "node_modules": "toolchain/node_modules",
}


def _libraries(programs: list[Path]) -> dict[str, Path]:
    """Library name as the loader looks for it → file, for all of these programs (the loader itself included)."""
    # ldd only ever sees the host's own programs from the list above
    shown = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False).stdout
    found = {path: Path(path) for path in re.findall(r"(?:=> )?(/\S+) \(0x", shown)}
    for name in LIBRARIES:
        for folder in LIBRARY_FOLDERS:
            candidate = Path(folder) / name
            if candidate.exists():
                found[str(candidate)] = candidate
                break
    return found


@cache
def contents() -> dict[str, Path]:
    """Path inside the root → file on the host, symlinks resolved. Looked up once in a process's life."""
    wanted: dict[str, Path] = {}
    for name in PROGRAMS:
        where = shutil.which(name, path="/usr/bin:/bin:/usr/local/bin")
        if where is not None:
            wanted[f"usr/bin/{name}"] = Path(where).resolve()
        elif name in REQUIRED:
            raise SandboxUnavailable(
                f"The program {name}, which every sandbox needs, is not in /usr/bin on this machine.",
                cure="Install the core utilities and a shell (Debian: apt-get install coreutils dash).",
            )
    for path, source in _libraries(sorted(set(wanted.values()))).items():
        # /lib and /lib64 are links into /usr inside, whatever they are on the host
        inside = path.removeprefix("/usr")
        wanted[f"usr{inside}"] = source.resolve()
    if LOCALE.is_dir():
        wanted |= {str(f.relative_to("/")): f for f in sorted(LOCALE.rglob("*")) if f.is_file()}
    return wanted


def build_root(folder: Path) -> Path:
    """The root below `folder`, built if this host's files changed since. Takes ~0.1 s when it is there already,
    ~0.5 s when not. Safe to call from several processes at once."""
    wanted = contents()
    digest = hashlib.sha256(repr((FILES, MOUNT_POINTS, LINKS)).encode())
    for inside, source in sorted(wanted.items()):
        status = source.stat()
        digest.update(f"{inside}\0{source}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    root = folder / digest.hexdigest()[:16]
    if root.is_dir():
        return root
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{root.name}.{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    for name in MOUNT_POINTS:
        (draft / name).mkdir(parents=True)
    for inside, source in wanted.items():
        target = draft / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o755)  # never the setuid bit
    for inside, text in FILES.items():
        (draft / inside).parent.mkdir(parents=True, exist_ok=True)
        (draft / inside).write_text(text)
        (draft / inside).chmod(0o644)
    for name, points_to in LINKS.items():
        if not points_to.startswith("/"):
            (draft / points_to).mkdir(parents=True, exist_ok=True)
        (draft / name).symlink_to(points_to)
    for path in (draft, *draft.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    with contextlib.suppress(OSError):  # another process was faster: its root is the same
        draft.rename(root)
    shutil.rmtree(draft, ignore_errors=True)
    return root
