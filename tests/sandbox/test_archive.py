"""A workspace as an archive: nothing lost, nothing gained, nothing let in that could lead outside."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.sandbox.conftest import SMALL
from vitrail.sandbox.errors import ArchiveRefused, SandboxLimit
from vitrail.sandbox.local import LocalProvider, LocalSandbox

pytestmark = pytest.mark.sandbox


async def test_a_workspace_goes_out_and_comes_back_in_another_sandbox(
    provider: LocalProvider, sandbox: LocalSandbox
) -> None:
    await sandbox.run(
        "mkdir -p src/a 'wörd s' empty; echo one > src/a/one; head -c 3000000 /dev/urandom > big; ln -s a/one src/link;"
        "ln -s /etc/passwd abs; chmod 755 big; chmod 500 src/a; echo x > 'wörd s/ü'; mkfifo pipe; printf '' > none",
        shell=True,
    )
    archive = await sandbox.export()
    other = await provider.create(SMALL)
    await other.write_bytes("/workspace/old/file", b"goes away")
    await other.import_(archive)
    list_all = (
        "find . ! -name pipe -exec stat -c '%n %F %a' {} + | sort; find . -type f -exec sha256sum {} + | sort;"
        "readlink src/link abs"
    )
    assert (await other.run(list_all, shell=True)).stdout == (await sandbox.run(list_all, shell=True)).stdout
    assert not await other.exists("/workspace/pipe")
    assert not await other.exists("/workspace/old")
    assert await other.export() == archive  # same content, same bytes
    await other.kill()


async def test_the_files_belong_to_the_sandbox(sandbox: LocalSandbox) -> None:
    await sandbox.import_(packed(lambda tar: add(tar, "src/App.tsx", b"x")))
    await sandbox.write_bytes("/workspace/made/here", b"x")
    assert (await sandbox.run("stat -c %U src src/App.tsx made made/here", shell=True)).stdout.split() == [
        "vitrail"
    ] * 4
    assert (await sandbox.run("rm -r src made", shell=True)).exit_code == 0


def packed(fill: Callable[[tarfile.TarFile], None]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        fill(tar)
    return zstandard.compress(buffer.getvalue())


def add(tar: tarfile.TarFile, name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> None:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, link, len(content)
    tar.addfile(member, io.BytesIO(content))


def through_a_link(tar: tarfile.TarFile) -> None:
    add(tar, "out", kind=tarfile.SYMTYPE, link="/tmp")
    add(tar, "out/evil", b"x")


def many(tar: tarfile.TarFile) -> None:
    for number in range(SMALL.max_files + 1):
        add(tar, f"f{number}")


def header(kind: bytes) -> bytes:
    member = tarfile.TarInfo("bomb")
    member.type, member.size = kind, 512 << 20
    return member.tobuf(tarfile.USTAR_FORMAT)


REFUSED = {
    "dot dot": packed(lambda tar: add(tar, "../evil", b"x")),
    "dot dot in the middle": packed(lambda tar: add(tar, "a/../../evil", b"x")),
    "absolute": packed(lambda tar: add(tar, "/tmp/evil", b"x")),
    "hard link": packed(lambda tar: add(tar, "evil", kind=tarfile.LNKTYPE, link="/etc/passwd")),
    "device": packed(lambda tar: add(tar, "evil", kind=tarfile.BLKTYPE)),
    "fifo": packed(lambda tar: add(tar, "evil", kind=tarfile.FIFOTYPE)),
    "through a link": packed(through_a_link),
    "too deep": packed(lambda tar: add(tar, "d/" * 100 + "evil", b"x")),
    "too large": packed(lambda tar: add(tar, "evil", b"\0" * ((SMALL.disk_mb << 20) + 1))),
    "bomb": zstandard.compress(header(tarfile.REGTYPE) + b"\0" * (512 << 20)),
    "header bomb": zstandard.compress(header(tarfile.XHDTYPE) + b" " * (512 << 20)),
    "no archive": b"this is text",
    "nothing": b"",
    "cut": packed(lambda tar: add(tar, "evil", b"x" * 100_000))[:-20],
}


@pytest.mark.parametrize("name", REFUSED)
async def test_archives_that_lead_outside_are_refused(sandbox: LocalSandbox, name: str, tmp_path: Path) -> None:
    await sandbox.write_bytes("/workspace/kept", b"kept")
    with pytest.raises(ArchiveRefused) as caught:
        await sandbox.import_(REFUSED[name])
    assert caught.value.cause
    assert caught.value.cure
    assert [entry.name for entry in await sandbox.list_dir("/workspace")] == ["kept"]
    assert not Path("/tmp/evil").exists()
    assert not await sandbox.exists("/tmp/evil")


async def test_a_damaged_archive_is_refused(sandbox: LocalSandbox) -> None:
    await sandbox.run("head -c 10000 /dev/urandom > noise; echo kept > kept", shell=True)
    archive = bytearray(await sandbox.export())
    archive[len(archive) // 2] ^= 1
    with pytest.raises(ArchiveRefused):
        await sandbox.import_(bytes(archive))
    assert await sandbox.read_bytes("/workspace/kept") == b"kept\n"


async def test_too_many_members_are_refused(sandbox: LocalSandbox) -> None:
    with pytest.raises(ArchiveRefused, match="more than"):
        await sandbox.import_(packed(many))


NEST = "mkdir -p {0}; cd {0}; i=0; while [ $i -lt {1} ]; do mkdir d && cd -P d; i=$((i+1)); done"


async def test_a_hostile_tree_does_not_break_export_or_removal(provider: LocalProvider) -> None:
    sandbox = await provider.create(SMALL)
    await sandbox.run(NEST.format("deep", 200), shell=True)
    with pytest.raises(SandboxLimit, match="deep"):
        await sandbox.export()
    await sandbox.remove("/workspace/deep")
    with pytest.raises(SandboxLimit, match="deep"):
        await sandbox.run(NEST.format("deeper", 1200) + "; sleep 20", shell=True)
    await sandbox.remove("/workspace/deeper")
    await sandbox.run("mkdir closed; echo x > closed/file; chmod 000 closed", shell=True)
    await sandbox.remove("/workspace/closed")
    assert await sandbox.list_dir("/workspace") == []
    await sandbox.run("mkdir closed; echo x > closed/file; chmod 000 closed", shell=True)
    await sandbox.kill()
    assert list((provider._boxes.folder / "boxes").iterdir()) == []
