"""The vendor modules of a toolchain: which file a library is, what it imports in turn, and how it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

INDEX = "vendor.json"
# What a file was compressed to when the toolchain was built, best first.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_REFUSED = re.compile(r";\s*q=0(\.0*)?$")


@dataclass(frozen=True, slots=True)
class VendorModule:
    """`bytes` counts the plain text; `imports` are specifiers of the same set."""

    file: str
    bytes: int
    imports: tuple[str, ...]


@dataclass(frozen=True)
class VendorSet:
    """Specifier (`react`, or `~/chunk-….js` for what libraries share) → module. Files lie in `folder`."""

    tag: str
    folder: Path
    modules: Mapping[str, VendorModule]

    @classmethod
    def read(cls, tag: str, folder: Path) -> VendorSet:
        return cls.parse(tag, folder, (folder / INDEX).read_bytes())

    @classmethod
    def parse(cls, tag: str, folder: Path, index: bytes) -> VendorSet:
        """The set that an index (`vendor.json`) describes."""
        listed = json.loads(index)["modules"]
        modules = {
            specifier: VendorModule(entry["file"], entry["bytes"], tuple(entry["imports"]))
            for specifier, entry in listed.items()
        }
        return cls(tag, folder, modules)

    def closure(self, specifiers: Iterable[str]) -> list[tuple[str, str]]:
        """`(specifier, file)` of these modules and of all that they import, by specifier.

        Raises `KeyError` for a specifier that is not in the set: an app's build names only those.
        """
        found: set[str] = set()
        waiting = list(specifiers)
        while waiting:
            specifier = waiting.pop()
            if specifier not in found:
                found.add(specifier)
                waiting.extend(self.modules[specifier].imports)
        return [(specifier, self.modules[specifier].file) for specifier in sorted(found)]

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(module.file for module in self.modules.values())

    def file(self, name: str, accept_encoding: str = "") -> tuple[Path, str | None] | None:
        """Where the file `name` lies and how it is encoded (`br`, `gzip` or `None`), as the reader accepts it; `None`
        for a name that is not in the set."""
        if name not in self._files:
            return None
        for encoding, suffix in accepted(accept_encoding):
            path = self.folder / (name + suffix)
            if path.is_file():
                return path, encoding
        return self.folder / name, None

    def holds(self, name: str) -> bool:
        """Whether `name` is a file of the set."""
        return name in self._files


def accepted(accept_encoding: str) -> list[tuple[str, str]]:
    """The encodings, with their file endings, that a reader's `Accept-Encoding` allows, best first."""
    offered = [part.strip() for part in accept_encoding.lower().split(",")]
    names = {part.partition(";")[0].strip() for part in offered if not _REFUSED.search(part)}
    return [each for each in ENCODINGS if each[0] in names]
