"""Memory, process and CPU limits of a sandbox by control groups, v2 or v1, where this process may write them.

Found once at start. Where no controller is to be had (an ordinary user without delegation), `mode` is `rlimits` and
the launcher sets resource limits in place of them: they hold per process (memory) or per user namespace (processes),
and CPU is not limited; `vitrail doctor` and `docs/sandbox.md` say so.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CONTROLLERS = ("memory", "pids", "cpu")
PREFIX = "vitrail-"  # of the folders that servers make for their sandboxes' groups
PERIOD_US = 100_000
HEADROOM = 4  # processes that are ours: bubblewrap twice, cat, one on its way in


@dataclass(frozen=True)
class Limits:
    memory_bytes: int
    processes: int
    cpus: float


def v2_files(limits: Limits) -> dict[str, str]:
    return {
        "memory.max": str(limits.memory_bytes),
        "memory.swap.max": "0",
        "memory.oom.group": "0",
        "pids.max": str(limits.processes + HEADROOM),
        "cpu.max": f"{max(1000, int(limits.cpus * PERIOD_US))} {PERIOD_US}",
    }


def v1_files(limits: Limits) -> dict[str, dict[str, str]]:
    return {
        "memory": {
            "memory.limit_in_bytes": str(limits.memory_bytes),
            "memory.memsw.limit_in_bytes": str(limits.memory_bytes),  # absent without swap accounting
        },
        "pids": {"pids.max": str(limits.processes + HEADROOM)},
        "cpu": {
            "cpu.cfs_period_us": str(PERIOD_US),
            "cpu.cfs_quota_us": str(max(1000, int(limits.cpus * PERIOD_US))),
        },
    }


@dataclass(frozen=True)
class Group:
    """One sandbox's control groups: a folder for each controller (v1) or one for all (v2)."""

    folders: Mapping[str, Path]

    @property
    def doors(self) -> list[str]:
        """Files that a process with one thread writes `0` to, to join. In v1 that is `tasks`: a thread that moves only
        itself does not wait for the kernel's global lock, which costs several milliseconds in each controller."""
        name = "tasks" if (next(iter(self.folders.values()), Path()) / "tasks").exists() else "cgroup.procs"
        return sorted({str(folder / name) for folder in self.folders.values()})

    def open_doors(self, held: list[int]) -> dict[str, int]:
        """The doors by a name, open; each is added to `held` as well. Whoever has one joins without finding it."""
        opened = {}
        for number, name in enumerate(self.doors):
            opened[f"door{number}"] = os.open(name, os.O_WRONLY | os.O_CLOEXEC)
            held.append(opened[f"door{number}"])
        return opened

    def _read(self, controller: str, name: str) -> str | None:
        folder = self.folders.get(controller)
        if folder is not None:
            with contextlib.suppress(OSError):
                return (folder / name).read_text()
        return None

    def processes(self) -> int | None:
        text = self._read("pids", "pids.current")
        return int(text) if text else None

    def memory_bytes(self) -> int | None:
        text = self._read("memory", "memory.current") or self._read("memory", "memory.usage_in_bytes")
        return int(text) if text else None

    def memory_kills(self) -> int:
        """How often the kernel ended a process of this group for the memory limit."""
        text = self._read("memory", "memory.events") or self._read("memory", "memory.oom_control") or ""
        return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("oom_kill ")), 0)

    def remove(self, patience_s: float = 5.0) -> None:
        """End what is left and delete the folders. The kernel needs a moment after the last process."""
        deadline = time.monotonic() + patience_s
        for folder in set(self.folders.values()):
            with contextlib.suppress(OSError):
                (folder / "cgroup.kill").write_text("1")
            while folder.exists():
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.002)


@dataclass(frozen=True)
class Cgroups:
    """What this process may use. `parents` maps a controller to the folder that sandboxes' groups go into."""

    mode: Literal["v2", "v1", "rlimits"]
    parents: Mapping[str, Path]

    def create(self, name: str, limits: Limits) -> Group:
        folders = {controller: parent / name for controller, parent in self.parents.items()}
        for folder in sorted(set(folders.values())):
            try:
                folder.mkdir(exist_ok=True)
            except FileNotFoundError:  # the parent was empty for a moment, and another server took it away
                folder.parent.mkdir(exist_ok=True)
                if self.mode == "v2":
                    _hand_on(folder.parent)
                folder.mkdir(exist_ok=True)
        if self.mode == "v2":
            for file, value in v2_files(limits).items():
                _write(folders["memory"] / file, value, optional=file in ("memory.swap.max", "memory.oom.group"))
        for controller, files in v1_files(limits).items() if self.mode == "v1" else ():
            for file, value in files.items() if controller in folders else ():
                _write(folders[controller] / file, value, optional=file.startswith("memory.memsw"))
        return Group(folders)

    def names(self) -> set[str]:
        """Of the groups that are there, live or left behind by a killed server."""
        found: set[str] = set()
        for parent in set(self.parents.values()):
            with contextlib.suppress(OSError):
                found |= {folder.name for folder in parent.iterdir() if folder.is_dir()}
        return found

    def discard(self, name: str) -> None:
        """Delete a group that nothing runs in."""
        for parent in set(self.parents.values()):
            with contextlib.suppress(OSError):
                (parent / name).rmdir()

    def tidy(self) -> None:
        """Delete folders of groups that are empty: this server's, and those of servers that were killed."""
        for parent in set(self.parents.values()):
            for folder in parent.parent.glob(f"{PREFIX}*"):
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _write(file: Path, value: str, *, optional: bool) -> None:
    try:
        file.write_text(value)
    except OSError:
        if not optional:
            raise


def _own(proc: Path) -> dict[str, str]:
    """Controller (or "" for v2) → this process's group."""
    own: dict[str, str] = {}
    for line in (proc / "self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        own |= dict.fromkeys(controllers.split(","), path)
    return own


def find(name: str, *, system: Path = Path("/sys/fs/cgroup"), proc: Path = Path("/proc")) -> Cgroups:
    """What can be used here. Groups go below the server's own (what its supervisor delegated), in a folder `name`."""
    try:
        own = _own(proc)
    except (OSError, ValueError):
        return Cgroups("rlimits", {})
    if (system / "cgroup.controllers").exists():
        return _find_v2(system / own.get("", "/").lstrip("/"), name)
    parents = {}
    for controller in CONTROLLERS:
        folder = system / controller / own.get(controller, "/").lstrip("/") / name
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
            if os.access(folder / "cgroup.procs", os.W_OK):
                parents[controller] = folder
    return Cgroups("v1", parents) if {"memory", "pids"} <= parents.keys() else Cgroups("rlimits", {})


def _find_v2(own: Path, name: str) -> Cgroups:
    """v2 hands controllers on only from a group without processes of its own, so the server moves itself into a leaf
    beside its sandboxes. It does that only when it is alone in its group: then the group was delegated to it."""
    try:
        enabled = (own / "cgroup.subtree_control").read_text().split()
        if not set(CONTROLLERS) <= set(enabled):
            if not set(CONTROLLERS) <= set((own / "cgroup.controllers").read_text().split()):
                return Cgroups("rlimits", {})
            if (own / "cgroup.procs").read_text().split() == [str(os.getpid())]:
                (own / "vitrail-server").mkdir(exist_ok=True)
                (own / "vitrail-server" / "cgroup.procs").write_text(str(os.getpid()))
            _hand_on(own)
        folder = own / name
        folder.mkdir(exist_ok=True)
        _hand_on(folder)
    except OSError:
        return Cgroups("rlimits", {})
    return Cgroups("v2", dict.fromkeys(CONTROLLERS, folder))


def _hand_on(folder: Path) -> None:
    (folder / "cgroup.subtree_control").write_text(" ".join(f"+{c}" for c in CONTROLLERS))
