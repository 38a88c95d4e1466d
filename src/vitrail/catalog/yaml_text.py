"""YAML that anybody may have written → plain values that know their lines.

Nothing but texts, numbers, booleans, null, lists and mappings comes out. What a small file could grow into is counted
before it grows: nested aliases (each ten times the one before), depth, merge keys. Events are read one after the other
and no function calls itself, because a file of brackets would otherwise end the process.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 60
MAX_VALUES = 500_000
"""Values in a file once every alias is written out."""

_TAGS = {f"tag:yaml.org,2002:{word}": word for word in ("str", "int", "float", "bool", "null", "timestamp")}
_MERGE = "tag:yaml.org,2002:merge"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN: Any = yaml.SafeLoader("")
"""Knows how a plain word is read; it reads no text of its own."""


class YamlWrong(Exception):
    """A text that can't be read as YAML; `line` counts from 1, so far as known."""

    def __init__(self, cause: str, line: int | None = None) -> None:
        super().__init__(cause)
        self.cause, self.line = cause, line


class Lined(dict[Any, Any]):
    """A mapping that knows on which line each of its keys stands (`lines`), and itself (`line`)."""

    line: int = 0
    lines: dict[Any, int]


class Listed(list[Any]):
    """A list that knows on which line each of its entries begins."""

    line: int = 0
    lines: list[int]


@dataclass(slots=True)
class Document:
    """What one file says. `duplicates`: keys given twice in a mapping, with the line of the second, which holds."""

    value: Any
    duplicates: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class _Open:
    value: Lined | Listed
    anchor: str | None
    size: int = 1
    key: Any = None
    has_key: bool = False
    merges: list[Any] = field(default_factory=list)


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A file's bytes. Raises `YamlWrong` for one that is too large or can't be read."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise YamlWrong(f"it can't be read: {error.strerror}") from None
    if len(data) > limit:
        raise YamlWrong(f"it is larger than {limit // 1024**2} MB")
    return data


def parse(data: bytes | str) -> Document:
    """The value of one YAML document. Raises `YamlWrong`."""
    if isinstance(data, str):
        return _Builder().build(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlWrong("it is not UTF-8", data.count(b"\n", 0, error.start) + 1) from None
    return _Builder().build(text)


class _Builder:
    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.duplicates: list[tuple[str, int]] = []
        self.root: Any = None
        self.documents = 0

    def build(self, text: str) -> Document:
        try:
            for event in _events(text):
                self._take(event)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML")
            raise YamlWrong(what[:200], mark.line + 1 if mark else None) from None
        return Document(self.root, tuple(self.duplicates))

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise YamlWrong("it holds several documents (`---`); one is read", line)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                open_now = any(each.anchor == event.anchor for each in self.stack)
                raise YamlWrong(
                    f"*{event.anchor} {'holds itself' if open_now else 'names an anchor that is not there'}", line
                )
            self._add(*self.anchors[event.anchor], line)
        elif isinstance(event, yaml.ScalarEvent):
            value = _scalar(event, line)
            if event.anchor:
                self.anchors[event.anchor] = (value, 1)
            self._add(value, 1, line, merge=_is_merge(event))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close()

    def _open(self, event: Any, line: int) -> None:
        if event.tag not in (None, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            raise YamlWrong(f"the tag {event.tag[:60]} is not read here", line)
        if len(self.stack) >= MAX_DEPTH:
            raise YamlWrong(f"it is nested more than {MAX_DEPTH} deep", line)
        value: Lined | Listed
        if isinstance(event, yaml.MappingStartEvent):
            value = Lined()
            value.lines = {}
        else:
            value = Listed()
            value.lines = []
        value.line = line
        self.stack.append(_Open(value, event.anchor))

    def _close(self) -> None:
        done = self.stack.pop()
        if isinstance(done.value, Lined):
            for merged in done.merges:
                for key, value in merged.items():
                    if key not in done.value:
                        done.value[key] = value
                        done.value.lines[key] = getattr(merged, "lines", {}).get(key, done.value.line)
        if done.anchor:
            self.anchors[done.anchor] = (done.value, done.size)
        self._add(done.value, done.size, done.value.line)

    def _add(self, value: Any, size: int, line: int, *, merge: bool = False) -> None:
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        top.size += size
        if top.size > MAX_VALUES:
            raise YamlWrong(f"it holds more than {MAX_VALUES:,} values once its aliases are written out", line)
        if isinstance(top.value, Listed):
            top.value.append(value)
            top.value.lines.append(line)
        elif not top.has_key:
            if not isinstance(value, Hashable):
                raise YamlWrong("a key is not a plain word", line)
            top.key, top.has_key = (_MERGE if merge else value), True
            if not merge:
                if value in top.value.lines:
                    self.duplicates.append((str(value)[:80], line))
                top.value.lines[value] = line
        else:
            top.has_key = False
            if top.key is _MERGE:
                top.merges += _merged(value, line)
            else:
                top.value[top.key] = value


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _is_merge(event: Any) -> bool:
    return bool(event.value == "<<" and event.tag is None and event.implicit[0])


def _merged(value: Any, line: int) -> list[Any]:
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) for each in given):
        raise YamlWrong("`<<` takes a mapping or a list of them", line)
    return list(given)


def _scalar(event: Any, line: int) -> Any:
    tag = event.tag
    if tag is None:
        if not event.implicit[0]:
            return event.value
        tag = _PLAIN.resolve(yaml.ScalarNode, event.value, (True, False))
    if tag == _MERGE:
        return event.value
    kind = _TAGS.get(tag)
    if kind is None:
        raise YamlWrong(f"the tag {str(tag)[:60]} is not read here", line)
    # A date stays the text that was written, and so does what YAML 1.1 would read as a number to the base of 60.
    if kind in ("str", "timestamp") or (kind in ("int", "float") and ":" in event.value):
        return event.value
    try:
        return getattr(_PLAIN, f"construct_yaml_{kind}")(yaml.ScalarNode(tag, event.value))
    except (ValueError, KeyError, yaml.YAMLError):
        raise YamlWrong(f"{event.value[:40]!r} can't be read as {kind}", line) from None
