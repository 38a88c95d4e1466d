"""The parts that need no sandbox: what a control group is told, which uids are taken, how much a folder holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vitrail.sandbox import cgroups, mounts, root, seccomp
from vitrail.sandbox.cgroups import Cgroups, Limits
from vitrail.sandbox.state import UID_FIRST, mapped_uids
from vitrail.sandbox.usage import usage

LIMITS = Limits(memory_bytes=1 << 29, processes=64, cpus=1.5)


def fake_v2(tmp_path: Path, controllers: str, procs: str) -> tuple[Path, Path]:
    """A v2 tree with this process in `/service`."""
    own = tmp_path / "cgroup" / "service"
    own.mkdir(parents=True)
    (tmp_path / "cgroup" / "cgroup.controllers").write_text(controllers)
    for name, text in {"cgroup.controllers": controllers, "cgroup.subtree_control": "", "cgroup.procs": procs}.items():
        (own / name).write_text(text)
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text("0::/service\n")
    return tmp_path / "cgroup", tmp_path / "proc"


def test_v2_moves_a_lone_server_into_a_leaf_and_hands_controllers_on(tmp_path: Path) -> None:
    system, proc = fake_v2(tmp_path, "cpu io memory pids", f"{os.getpid()}\n")
    found = cgroups.find("vitrail", system=system, proc=proc)
    assert found.mode == "v2"
    assert (system / "service/vitrail-server/cgroup.procs").read_text() == str(os.getpid())
    assert (system / "service/cgroup.subtree_control").read_text() == "+memory +pids +cpu"
    group = found.create("box", LIMITS)
    folder = system / "service/vitrail/box"
    assert (folder / "memory.max").read_text() == str(1 << 29)
    assert (folder / "memory.swap.max").read_text() == "0"
    assert (folder / "pids.max").read_text() == str(64 + cgroups.HEADROOM)
    assert (folder / "cpu.max").read_text() == "150000 100000"
    assert group.doors == [str(folder / "cgroup.procs")]


def test_v2_with_other_processes_in_the_group_is_not_taken(tmp_path: Path) -> None:
    system, proc = fake_v2(tmp_path, "cpu memory pids", f"1\n{os.getpid()}\n")
    cgroups.find("vitrail", system=system, proc=proc)
    assert not (system / "service/vitrail-server").exists()


@pytest.mark.parametrize("controllers", ["", "cpu io"])
def test_without_controllers_limits_are_rlimits(tmp_path: Path, controllers: str) -> None:
    system, proc = fake_v2(tmp_path, controllers, "")
    assert cgroups.find("vitrail", system=system, proc=proc).mode == "rlimits"
    assert Cgroups("rlimits", {}).create("box", LIMITS).doors == []


def test_uids_lie_where_nobody_else_has_any() -> None:
    assert mapped_uids("         0          0 4294967295\n").start == UID_FIRST
    container = mapped_uids("0 100000 65536\n")
    assert container.start == 32768
    assert 65534 not in container
    assert len(mapped_uids("0 1000 1\n")) == 0
    assert len(mapped_uids("")) == 0


def test_usage_counts_each_byte_once_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    (tmp_path / "c").symlink_to("/")
    (tmp_path / "d").mkdir()
    (tmp_path / "sparse").touch()
    os.truncate(tmp_path / "sparse", 1 << 40)
    fd = os.open(tmp_path, os.O_RDONLY)
    size, files = usage(fd, 100)
    assert files == 5
    assert 100_000 <= size < 150_000
    assert usage(fd, 2)[1] == 3
    os.close(fd)


def test_the_root_holds_what_is_listed_and_nothing_privileged(tmp_path: Path) -> None:
    folder = root.build_root(tmp_path)
    assert root.build_root(tmp_path) == folder
    names = {p.name for p in (folder / "usr/bin").iterdir()}
    assert names <= set(root.PROGRAMS)
    assert set(root.REQUIRED) <= names
    for path in folder.rglob("*"):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o7022 == 0, path
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_the_walls_are_in_the_command_line() -> None:
    line = mounts.arguments(root="/r", workspace="/w", toolchain=None, tmp_bytes=1, seccomp_fd=3, info_fd=4)
    for wall in ("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"):
        assert wall in line
    assert "--share-net" not in line
    assert [line[i + 1] for i, word in enumerate(line) if word == "--bind"] == ["/w"]
    assert line.count("--dev-bind") == len(mounts.DEVICES)
    assert set(mounts.ENVIRONMENT) == {"PATH", "HOME", "LANG", "TERM"}


def test_every_denied_call_has_a_reason_and_a_number() -> None:
    assert all(reason and names for reason, names in seccomp.DENIED.items())
    assert len(seccomp.program()) % 8 == 0
