"""dbt's `manifest.json` → the raw models a loader works on. Nothing in the file is trusted: sizes, types, names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from vitrail.catalog.dbt_semantic.documents import SEMANTIC, semantic_document
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.lines import Lines
from vitrail.catalog.model import Origin, Problem

MAX_BYTES = 512 * 1024 * 1024
MAX_NAME = 128
SETTINGS = ("lightdash.config.yml", "lightdash.config.yaml")
"""Settings of the whole project, beside `dbt_project.yml`."""

NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_RELATION = re.compile(r"(?:(?:\"(?:[^\"\0]|\"\")+\"|`[^`\0]+`|[A-Za-z_][\w$]*)(?:\.(?!\Z)|\Z)){1,4}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class RawColumn:
    name: str
    description: str | None
    data_type: str | None
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawModel:
    """A dbt model as written: `meta` is `config.meta` laid over `meta`, whichever of the two a project uses."""

    name: str
    relation: str
    description: str | None
    columns: tuple[RawColumn, ...]
    meta: Mapping[str, Any]
    tags: tuple[str, ...]
    file: str | None
    line: int | None = None
    """Where it is written in the file, from readers that know; else it is looked for."""


@dataclass(slots=True)
class Project:
    """What was read: models by name, the problems met, `version` (a hash of the bytes)."""

    folder: Path
    adapter: str
    version: str
    models: dict[str, RawModel] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    semantic: dict[str, Any] = field(default_factory=dict)
    """dbt's semantic models as `semantic_manifest.json` has them: `semantic_models`, `metrics`, `saved_queries`,
    `project_configuration`; empty where there are none."""
    joined_only: set[str] = field(default_factory=set)
    """Models that take part in the explores of others and have none of their own."""
    _lines: Lines | None = None

    def origin(self, model: RawModel, *names: str) -> Origin:
        """The model's file, and the line of the last of `names` that can be found under the model."""
        if model.file is None:
            return Origin(model.name)
        if model.line is not None and not names:
            return Origin(model.name, model.file, model.line)
        return Origin(model.name, model.file, self.line(model.file, (model.name, *names)))

    def line(self, file: str, names: Sequence[str]) -> int | None:
        """The line in a file of the project of the last of `names` that can be found, each under the one before."""
        if self._lines is None:
            self._lines = Lines(self.folder)
        return self._lines.find(file, names)


def read_project(folder: Path) -> Project:
    """Read `target/manifest.json` (or `manifest.json`) of a dbt folder. Raises `ProjectUnreadable`."""
    path = manifest_path(Path(folder))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProjectUnreadable(
                f"{path} is larger than {MAX_BYTES // 1024**2} MB.", cure="Point at the manifest of one project."
            )
        data = path.read_bytes()
    except OSError as error:
        raise ProjectUnreadable(
            f"{path} can't be read: {error.strerror}.", cure="Make the file readable for the server."
        ) from None
    try:
        document = orjson.loads(data)
    except ValueError as error:
        raise ProjectUnreadable(
            f"{path} is not JSON ({error}).", cure="Run `dbt parse` (or `dbt compile`) again; it writes a new one."
        ) from None
    nodes = document.get("nodes") if isinstance(document, dict) else None
    if path.name == SEMANTIC and isinstance(document, dict):
        document, nodes = {}, {}  # Read as what lies beside a manifest.
    if not isinstance(nodes, dict):
        raise ProjectUnreadable(
            f"{path} is JSON but not a dbt manifest: it has no `nodes`.",
            cure="Point at the folder of a dbt project in which `dbt parse` has run.",
        )
    metadata = mapping(document.get("metadata"))
    adapter = metadata.get("adapter_type")
    project = Project(
        folder=Path(folder),
        adapter=adapter if isinstance(adapter, str) else "duckdb",
        version=hashlib.sha256(data).hexdigest()[:16],
    )
    types = _warehouse_types(path.with_name("catalog.json"))
    for unique_id, node in nodes.items():
        if isinstance(node, dict) and node.get("resource_type") == "model":
            _read_model(project, unique_id, node, types)
        elif unique_id.startswith("model."):
            _problem(project, Origin(unique_id), "Its entry in the manifest is not a model.", "Run `dbt parse` again.")
    project.semantic = semantic_document(path, document)
    return project


def find_manifest(folder: Path) -> Path | None:
    """`target/manifest.json` (or `manifest.json`) of a folder; else its `semantic_manifest.json`, which says enough to
    ask dbt's own metrics; if it has one."""
    places = (folder / "target", folder)
    named = [place / name for name in ("manifest.json", SEMANTIC) for place in places]
    return next((path for path in named if path.is_file()), None)


def manifest_files(folder: Path) -> list[Path]:
    """Of dbt's artefacts those that a catalog is read from. Raises `ProjectUnreadable` when there is no manifest."""
    path = manifest_path(folder)
    beside = [path.with_name(name) for name in ("catalog.json", SEMANTIC) if name != path.name]
    beside += [folder / name for name in SETTINGS]
    return [path, *(each for each in beside if each.is_file())]


def manifest_path(folder: Path) -> Path:
    """Where the manifest lies. Raises `ProjectUnreadable` when there is none."""
    if not folder.exists():
        raise ProjectUnreadable(f"There is no folder {folder}.", cure="Give the folder that holds dbt_project.yml.")
    if not folder.is_dir():
        raise ProjectUnreadable(f"{folder} is not a folder.", cure="Give the folder that holds dbt_project.yml.")
    if path := find_manifest(folder):
        return path
    raise ProjectUnreadable(
        f"{folder} has no target/manifest.json.", cure="Run `dbt parse` in that folder; it writes the manifest."
    )


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def meta_of(holder: Mapping[str, Any]) -> dict[str, Any]:
    return {**mapping(holder.get("meta")), **mapping(mapping(holder.get("config")).get("meta"))}


def _problem(project: Project, origin: Origin, cause: str, cure: str) -> None:
    project.problems.append(Problem("Model left out", f"Model {origin.model}: {cause}", cure, origin, fatal=True))


def _read_model(project: Project, unique_id: str, node: dict[str, Any], types: Mapping[str, dict[str, str]]) -> None:
    config = mapping(node.get("config"))
    if config.get("enabled") is False or config.get("materialized") == "ephemeral":
        return
    name = node.get("name")
    patch = text(node.get("patch_path"))
    file = patch.rsplit("://", 1)[-1] if patch else text(node.get("original_file_path"))
    if not isinstance(name, str) or not NAME.match(name) or len(name) > MAX_NAME:
        cause = "its name is not a plain word (letters, digits, underscores)."
        _problem(project, Origin(str(name or unique_id)[:MAX_NAME], file), cause, "Rename the model.")
        return
    if name in project.models:
        cause = "another package has a model of the same name; the first one is used."
        _problem(project, Origin(name, file), cause, "Rename one of the two models.")
        return
    relation = relation_of(node)
    if relation is None:
        cause = "it names no table that can be read (`relation_name`)."
        _problem(project, Origin(name, file), cause, "Run `dbt parse` again with the target you query.")
        return
    columns = []
    given = node.get("columns")
    for key, column in mapping(given).items():
        column = mapping(column)
        column_name = column.get("name", key)
        if not isinstance(column_name, str) or not column_name or len(column_name) > MAX_NAME or "\0" in column_name:
            _problem(project, Origin(name, file), "a column has no usable name; it is left out.", "Name the column.")
            continue
        known = types.get(unique_id, {}).get(column_name.lower())
        columns.append(
            RawColumn(
                column_name, text(column.get("description")), text(column.get("data_type")) or known, meta_of(column)
            )
        )
    tags = node.get("tags")
    project.models[name] = RawModel(
        name=name,
        relation=relation,
        description=text(node.get("description")),
        columns=tuple(columns),
        meta=meta_of(node),
        tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        file=file,
    )


def relation_of(node: dict[str, Any]) -> str | None:
    """The name to select from. Only quoted or plain identifiers pass: it goes into statements as it is."""
    relation = text(node.get("relation_name"))
    if relation is None:
        words = [text(node.get(key)) for key in ("database", "schema")]
        words.append(text(node.get("alias")) or text(node.get("name")))
        relation = ".".join('"' + word.replace('"', '""') + '"' for word in words if word)
    return relation if is_relation(relation) else None


def is_relation(text: str) -> bool:
    """Whether a text is the name of a table: up to four quoted or plain words with dots between them."""
    return len(text) <= 4 * MAX_NAME and _RELATION.match(text) is not None


def _warehouse_types(path: Path) -> dict[str, dict[str, str]]:
    """Column types from dbt's `catalog.json` (written by `dbt docs generate`), if there is one."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return {}
        nodes = mapping(mapping(orjson.loads(path.read_bytes())).get("nodes"))
    except (OSError, ValueError):
        return {}
    return {
        unique_id: {
            str(name).lower(): kind
            for name, column in mapping(mapping(node).get("columns")).items()
            if isinstance(kind := mapping(column).get("type"), str)
        }
        for unique_id, node in nodes.items()
    }
