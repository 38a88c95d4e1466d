"""On which line of a project's files something is written, for whoever has to correct it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vitrail.catalog.yaml_text import MAX_BYTES, Lined, Listed, YamlWrong, parse

_LONGEST = 2_000
"""A longer line was not written by hand, and its number would help nobody."""
_SECTIONS = ("models", "sources", "seeds", "snapshots", "datasets", "semantic_models")


class Lines:
    """The files below a folder, read when they are asked about. A file that is not there, is a link to outside, or is
    not text has no lines."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.resolve()
        self._texts: dict[str, list[str]] = {}
        self._trees: dict[str, Any] = {}

    def find(self, file: str, names: Sequence[str]) -> int | None:
        """The line on which the last findable of `names` is written, each looked for inside the one before; the first
        is a model's. Counts from 1."""
        if len(names) == 1:  # Asked once a model: reading the whole structure of each file would take too long.
            return _in_text(self._text(file), names[0])
        if file not in self._trees:
            try:
                self._trees[file] = parse("\n".join(self._text(file))).value
            except YamlWrong:
                self._trees[file] = None
        found = _in_tree(self._trees[file], names)
        if found is None:
            for name in names:
                found = _in_text(self._text(file), name, found or 0) or found
        return found

    def _text(self, file: str) -> list[str]:
        if file not in self._texts:
            self._texts[file] = _read(self._root, file)
        return self._texts[file]


def _read(root: Path, file: str) -> list[str]:
    try:
        path = (root / file).resolve()
        if path.is_relative_to(root) and path.is_file() and path.stat().st_size <= MAX_BYTES:
            return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        pass
    return []


def _in_text(lines: list[str], name: str, after: int = 0) -> int | None:
    """The line that gives something this name; else the first that holds it as a word."""
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w.])")
    given = re.compile(rf"\bname\"?\s*:\s*[\"']?{re.escape(name)}(?![\w.])")
    first: int | None = None
    for number in range(after, len(lines)):
        if name in lines[number] and len(lines[number]) <= _LONGEST and word.search(lines[number]):
            if given.search(lines[number]):
                return number + 1
            first = first or number + 1
    return first


def _in_tree(tree: Any, names: Sequence[str]) -> int | None:
    found: tuple[int, Any] | None = None
    node: Any = tree
    for place, name in enumerate(names):
        here = _named(node, name) if place else _named(_sections(tree), name) or _named(tree, name)
        if here is None and place:
            here = _named(tree, name) if found is None else None
        if here is not None:
            found = here
            node = here[1]
    return found[0] if found else None


def _sections(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return None
    kept = Lined({key: tree[key] for key in _SECTIONS if key in tree})
    kept.lines = {key: tree.lines[key] for key in kept} if isinstance(tree, Lined) else {}
    return kept


def _named(tree: Any, name: str) -> tuple[int, Any] | None:
    """What is called `name` and lies least deep: a key, a mapping with this name, or the word itself."""
    waiting: deque[Any] = deque([tree])
    seen: set[int] = set()
    while waiting:
        node = waiting.popleft()
        if id(node) in seen or not isinstance(node, Lined | Listed):
            continue
        seen.add(id(node))
        pairs = node.items() if isinstance(node, Lined) else enumerate(node)
        for key, value in pairs:
            line = node.lines[key]
            if isinstance(node, Lined) and key == name:
                return line, value
            if isinstance(value, Lined) and value.get("name") == name:
                return value.lines["name"], value
            if value == name and key != "name":
                return line, node
            waiting.append(value)
    return None
