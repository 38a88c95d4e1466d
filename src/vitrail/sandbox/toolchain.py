"""The app toolchain: one read-only folder per version of template, SDK, libraries and scripts.

    bin/node           the program that runs everything
    node_modules/      what an app is checked and built with, and @vitrail/sdk
    scripts/           the warm service and the build steps
    template/          the files of a new workspace, and the guide for whoever writes an app
    vendor/            the libraries as ES modules named by their content, and vendor.json
    frame/             the document around a running app

The folder's name is a hash of all it is made of, so it is built once and never changed; older ones stay, because
versions built with them go on using their vendor modules. `python -m vitrail.sandbox.toolchain` makes it.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vitrail.errors import VitrailError
from vitrail.sandbox.toolchain_build import build_toolchain, is_complete, sources, tag_of
from vitrail.sandbox.toolchain_service import (
    BuildManifest,
    BuildResult,
    Diagnostic,
    References,
    ToolchainFailed,
    ToolchainService,
    Unresolved,
)
from vitrail.sandbox.toolchain_workspace import prepare_workspace
from vitrail.sandbox.vendor import VendorModule, VendorSet
from vitrail.settings import Settings

__all__ = [
    "BuildManifest",
    "BuildResult",
    "Diagnostic",
    "References",
    "Toolchain",
    "ToolchainFailed",
    "ToolchainService",
    "Unresolved",
    "VendorModule",
    "VendorSet",
    "ensure_toolchain",
    "open_toolchain",
    "prepare_workspace",
    "toolchain_folder",
]

_NONCE = re.compile(r"[A-Za-z0-9+/_-]{16,128}={0,2}")


@dataclass(frozen=True)
class Toolchain:
    """A toolchain that is there. `tag` names it; `root` is its folder on this machine."""

    tag: str
    root: Path

    @cached_property
    def vendor(self) -> VendorSet:
        """Its vendor modules."""
        return VendorSet.read(self.tag, self.root / "vendor")

    @cached_property
    def guide(self) -> str:
        """How apps are written with it (Markdown), for the agent's system prompt."""
        return (self.root / "template" / "GUIDE.md").read_text()

    @cached_property
    def template(self) -> dict[str, str]:
        """The files of a new workspace: path (`src/App.tsx`) → text."""
        folder = self.root / "template"
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "GUIDE.md")
        return {path.relative_to(folder).as_posix(): path.read_text() for path in files}

    @cached_property
    def _frame(self) -> str:
        return (self.root / "frame" / "bootstrap.html").read_text()

    def frame_html(self, nonce: str) -> str:
        """The document around an app; `nonce` is the one that its policy names."""
        if not _NONCE.fullmatch(nonce):
            raise ValueError("a nonce is 16 to 128 characters of base64")
        return self._frame.replace("%NONCE%", nonce)


def toolchain_folder(settings: Settings) -> Path:
    """Where toolchains are kept: what `VITRAIL_TOOLCHAIN_DIR` says; else beside the sources that they are made of, so
    that instances with different data folders share them."""
    return (settings.toolchain_dir or sources().root / ".toolchain").absolute()


def open_toolchain(settings: Settings, tag: str) -> Toolchain | None:
    """An older toolchain, if it is still there."""
    root = toolchain_folder(settings) / tag
    return Toolchain(tag, root) if re.fullmatch(r"[0-9a-f]{16}", tag) and is_complete(root) else None


async def ensure_toolchain(
    settings: Settings | None = None, progress: Callable[[str], None] = lambda line: None
) -> Toolchain:
    """The toolchain of these sources, built if it isn't there (about half a minute, once; npm's registry is needed).

    `progress` is told of each step in a few words. Safe to call from several processes at once. Raises `NoNode` with
    what failed and what to do.
    """
    folder = toolchain_folder(settings or Settings())
    made_of = sources()
    tag = await asyncio.to_thread(tag_of, made_of)
    root = folder / tag
    if not is_complete(root):
        await build_toolchain(made_of, root, tag, progress)
    return Toolchain(tag, root)


def main() -> int:
    """`python -m vitrail.sandbox.toolchain`: make it, say where it is."""
    try:
        toolchain = asyncio.run(ensure_toolchain(progress=lambda line: print(line, flush=True)))  # noqa: T201
    except VitrailError as error:
        print(f"{error.title}: {error.cause}\n{error.cure}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"Toolchain {toolchain.tag} is ready.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
