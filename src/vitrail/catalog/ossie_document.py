"""An Ossie file → checked semantic models: the published schema's findings, each with its place and what follows of it.

What the schema does not know (a key of a later version, a dialect) is passed over and said. A dataset, field, metric or
relationship that it refuses is left out; the rest of the file is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.model import Origin, Problem
from vitrail.catalog.yaml_text import Document, Lined, YamlWrong, parse, read_bytes

MAX_BYTES = 16 * 1024 * 1024
SUFFIXES = (".ossie.yaml", ".ossie.yml", ".ossie.json")
_PARTS = ("datasets", "fields", "relationships", "metrics")
_KEYS = ("name", "description", "ai_context", "datasets", "relationships", "metrics", "custom_extensions")


@dataclass(slots=True)
class OssieFile:
    """`models`: the semantic models with what the schema refused taken out."""

    name: str
    data: bytes
    models: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_file(path: Path, name: str) -> OssieFile:
    """Read one file, shown as `name`. Raises `ProjectUnreadable` when nothing of it can be used."""
    try:
        data = read_bytes(path, MAX_BYTES)
        document = _json(data) if path.suffix == ".json" else parse(data)
    except YamlWrong as wrong:
        raise _unreadable(name, f"{wrong.cause}.", wrong.line) from None
    found = OssieFile(name, data)
    for key, line in document.duplicates:
        cause = f"The key {key!r} is given twice in one mapping; the second is used."
        found.problems.append(Problem("Key given twice", cause, "Keep one of the two.", Origin(name, name, line)))
    given, prefix = _wrapped(document.value, name)
    _check(given, prefix, found)
    found.models = [each for each in given["semantic_model"] if isinstance(each, dict)]
    if not found.models:
        raise _unreadable(name, f"no semantic model in it can be used. {_first(found)}")
    return found


def _json(data: bytes) -> Document:
    try:
        value = orjson.loads(data)
    except ValueError as error:
        raise YamlWrong(f"it is not JSON ({str(error)[:100]})") from None
    return Document(value)


def _unreadable(name: str, cause: str, line: int | None = None) -> ProjectUnreadable:
    where = f"{name}:{line}" if line else name
    return ProjectUnreadable(f"{where}: {cause}", cure="Write it as Apache Ossie's core specification says.")


def _first(found: OssieFile) -> str:
    return next((problem.cause for problem in found.problems), "")


def _wrapped(given: Any, name: str) -> tuple[dict[str, Any], int]:
    """The document in the form with `semantic_model`, and how many steps of a path are not in the file: one model may
    also stand at the top, as in later versions of the specification."""
    if not isinstance(given, dict):
        raise _unreadable(name, "it is not a mapping.")
    if "ontology" in given or "ontology_mappings" in given:
        raise _unreadable(name, "it is an ontology; what can be asked is in a semantic model (`semantic_model:`).")
    if "semantic_model" in given and isinstance(given["semantic_model"], list):
        return given, 0
    if "datasets" in given:
        top = {key: value for key, value in given.items() if key not in _KEYS}
        model = Lined({key: value for key, value in given.items() if key in _KEYS})
        model.lines = {key: given.lines[key] for key in model} if isinstance(given, Lined) else {}
        return {**top, "semantic_model": [model]}, 2
    raise _unreadable(name, "it has no `semantic_model`.")


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # imported when needed: it takes a tenth of a second

    schema = files("vitrail.catalog").joinpath("schemas/ossie-schema.json").read_bytes()
    return Draft202012Validator(orjson.loads(schema))


def valid(document: Any) -> bool:
    """Whether a document is what the published schema says, to the letter."""
    return bool(_validator().is_valid(document))


def _check(given: dict[str, Any], prefix: int, found: OssieFile) -> None:
    """Take out of `given` what the schema refuses, each with a problem."""
    refused: dict[tuple[Any, ...], str] = {}
    for error in _validator().iter_errors(given):
        path = tuple(error.absolute_path)
        where = _shown(path[prefix:] if len(path) >= prefix else path)
        line = _line(given, path)
        what = _words(error)
        if path == ("version",):
            cause = f"{found.name} is written for version {str(error.instance)[:40]!r}; it is read as 0.2.0.dev0."
            found.problems.append(_problem("Another version", cause, "Nothing, if all is there.", found.name, line))
        elif error.validator == "additionalProperties" or (
            path[-1:] == ("dialect",) and isinstance(error.instance, str)
        ):
            cause = f"{found.name}, {where}: {what}; it is passed over."
            found.problems.append(_problem("Not known", cause, "Take it out.", found.name, line))
        else:
            part = _part(path)
            cause = f"{found.name}, {where}: {what}."
            if part not in refused:
                refused[part] = cause
                cure = "Correct it as the specification says."
                found.problems.append(_problem("Left out", cause, cure, found.name, line, fatal=True))
    _take_out(given, refused)


def _part(path: Sequence[Any]) -> tuple[Any, ...]:
    """The smallest dataset, field, relationship, metric or model around a place."""
    for end in range(len(path), 1, -1):
        if isinstance(path[end - 1], int) and path[end - 2] in (*_PARTS, "semantic_model"):
            return tuple(path[:end])
    return ()


def _take_out(given: dict[str, Any], refused: Mapping[tuple[Any, ...], str]) -> None:
    for path in sorted(refused, key=lambda p: [(isinstance(s, int), str(s).zfill(9)) for s in p], reverse=True):
        holder: Any = given
        for step in path[:-1]:
            holder = holder[step]
        if not path:
            given["semantic_model"] = []
        elif isinstance(holder, list) and path[-1] < len(holder):
            del holder[path[-1]]
            if hasattr(holder, "lines"):
                del holder.lines[path[-1]]


def _problem(title: str, cause: str, cure: str, name: str, line: int | None, *, fatal: bool = False) -> Problem:
    return Problem(title, cause, cure, Origin(name, name, line), fatal)


def _shown(path: Sequence[Any]) -> str:
    """`semantic_model[0].datasets[2].name`; `the top` for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "the top"


def _line(given: Any, path: Sequence[Any]) -> int | None:
    line: int | None = None
    for step in path:
        lines = getattr(given, "lines", None)
        if lines is not None:
            line = lines[step] if isinstance(lines, list) else lines.get(step, line)
        given = given[step]
    return getattr(given, "line", 0) or line


def _words(error: Any) -> str:
    """What is wrong, without repeating what may be a whole file."""
    expected = error.validator_value
    if error.validator == "required":
        missing = [name for name in expected if name not in error.instance]
        return f"`{missing[0]}` is missing"
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        extra = [str(name)[:40] for name in error.instance if name not in known]
        return f"{', '.join(extra[:5])} is not in the specification"
    if error.validator == "type":
        return f"it must be of the type {expected}"
    if error.validator == "enum":
        return f"{str(error.instance)[:40]!r} is not one of {', '.join(map(str, expected))}"
    if error.validator == "minItems":
        return "it is empty"
    return "it is not of the form that is specified"
