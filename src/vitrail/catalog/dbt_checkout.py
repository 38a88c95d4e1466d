"""A git checkout of a dbt project without a `target/` → the same raw models that a manifest gives.

Good enough for a project without macros: `dbt_project.yml`, every YAML file below the model paths, and of each model's
SQL file its name, the literal arguments of `config(…)` and its `ref()` and `source()` calls. No Jinja is run. What that
leaves open is said as a problem with its file and line; nothing outside the folder is read, whatever a link points at.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrail.catalog.dbt_project_file import PROJECT_FILE, ProjectFile, has_jinja, read_project_file
from vitrail.catalog.dbt_sql import ModelSql, read_sql
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.manifest import MAX_NAME, NAME, SETTINGS, Project, RawColumn, RawModel, mapping, meta_of, text
from vitrail.catalog.model import Origin, Problem
from vitrail.catalog.yaml_text import Document, Lined, YamlWrong, parse, read_bytes

MAX_FILES = 20_000
_SKIPPED = frozenset({"target", "dbt_packages", "dbt_modules", "node_modules", "logs"})
_SEMANTIC = ("semantic_models", "metrics", "saved_queries")
_RELEVANT = frozenset({"schema", "database", "alias", "enabled", "materialized", "meta"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A model's own file, and its path below its model path."""

    file: str
    parts: tuple[str, ...]
    sql: ModelSql


def checkout_files(folder: Path) -> list[Path]:
    """Every file that a checkout's catalog is made of, in order. Raises `ProjectUnreadable`."""
    found = read_project_file(folder, lambda *_: None)
    own = [folder / name for name in (PROJECT_FILE, "profiles.yml", *SETTINGS) if (folder / name).is_file()]
    return own + [path for top in found.model_paths for path in _files(folder, top, lambda *_: None)]


def read_checkout(folder: Path, adapter: str | None) -> Project:
    """Read a checkout. `adapter` is used where `profiles.yml` names none. Raises `ProjectUnreadable`."""
    return _Reader(folder, adapter).read()


class _Reader:
    def __init__(self, folder: Path, adapter: str | None) -> None:
        self.folder = folder
        self.project = Project(folder=folder, adapter=adapter or "duckdb", version="")
        self.hash = hashlib.sha256()
        self.models: dict[str, _Found] = {}
        self.described: dict[str, tuple[str, Lined]] = {}
        self.sources: set[tuple[str, str]] = set()

    def read(self) -> Project:
        file = read_project_file(self.folder, self._say)
        self.project.adapter = file.adapter or self.project.adapter
        for name in (PROJECT_FILE, "profiles.yml"):
            if (self.folder / name).is_file():
                self._hashed(name, self.folder / name)
        for top in file.model_paths:
            for path in _files(self.folder, top, self._say):
                self._file(path, top)
        if not self.models and not self.described:
            raise ProjectUnreadable(
                f"{self.folder} has no models below {', '.join(file.model_paths)}.",
                cure="Name the folders of the models in dbt_project.yml (`model-paths`).",
            )
        for name, found in self.models.items():
            self._model(name, found, file)
        for name, (yaml_file, entry) in self.described.items():
            if name not in self.models:
                cause = f"Model {name}: it is described here, and no file {name}.sql lies below the model paths."
                cure = "Add the file, or describe only models of this project (one of a package needs target/)."
                self._say(yaml_file, _line(entry, "name"), "Model left out", cause, cure, model=name, fatal=True)
        self._custom_schemas(file)
        self.project.version = self.hash.hexdigest()[:16]
        return self.project

    def _say(
        self, file: str, line: int | None, title: str, cause: str, cure: str, *, model: str = "", fatal: bool = False
    ) -> None:
        self.project.problems.append(Problem(title, cause, cure, Origin(model or file, file, line), fatal))

    def _hashed(self, name: str, path: Path) -> bytes:
        data = read_bytes(path)
        self.hash.update(f"{name}\0{len(data)}\0".encode())
        self.hash.update(data)
        return data

    # -- Files

    def _file(self, path: Path, top: str) -> None:
        name = str(path.relative_to(self.folder))
        try:
            data = self._hashed(name, path)
            if path.suffix in (".yml", ".yaml"):
                self._yaml(name, parse(data))
                return
        except YamlWrong as wrong:
            self._say(name, wrong.line, "File left out", f"{name}: {wrong.cause}.", "Correct the file.", fatal=True)
            return
        parts = path.relative_to(self.folder / top).with_suffix("").parts
        if parts[-1] in self.models:
            other = self.models[parts[-1]].file
            cause = f"Model {parts[-1]}: {other} has the same name; that one is used."
            self._say(name, None, "Model left out", cause, "Rename one of the two.", model=parts[-1], fatal=True)
            return
        self.models[parts[-1]] = _Found(name, parts, read_sql(data.decode("utf-8", errors="replace"), path.suffix))

    def _yaml(self, file: str, document: Document) -> None:
        for key, line in document.duplicates:
            cause = f"The key {key!r} is given twice in one mapping; the second is used."
            self._say(file, line, "Key given twice", cause, "Keep one of the two.")
        if document.value is None:
            return
        if not isinstance(document.value, Lined):
            self._say(file, 1, "File left out", f"{file} is not a mapping.", "Write `models:` at its top.", fatal=True)
            return
        for entry in self._entries(file, document.value, "models"):
            name = entry["name"]
            if name in self.described:
                cause = f"Model {name}: it is described in {self.described[name][0]} already; that one is used."
                self._say(file, _line(entry, "name"), "Description left out", cause, "Keep one of the two.", model=name)
            else:
                self.described[name] = (file, entry)
        for source in self._entries(file, document.value, "sources"):
            for table in self._entries(file, source, "tables"):
                self.sources.add((source["name"], table["name"]))
        for key in _SEMANTIC:
            given = [{**each, "original_file_path": file} for each in self._entries(file, document.value, key)]
            self.project.semantic.setdefault(key, []).extend(given)

    def _entries(self, file: str, holder: Lined, key: str) -> Iterator[Lined]:
        given = holder.get(key)
        if given is None:
            return
        if not isinstance(given, list):
            cause = f"`{key}` must be a list."
            self._say(file, _line(holder, key), "Entries left out", cause, "Begin each entry with `- name:`.")
            return
        for entry in given:
            if isinstance(entry, Lined) and isinstance(entry.get("name"), str):
                yield entry
            else:
                line = entry.line if isinstance(entry, Lined) else _line(holder, key)
                self._say(file, line, "Entry left out", f"An entry of `{key}` has no `name`.", "Name it.")

    # -- Models

    def _model(self, name: str, found: _Found, file: ProjectFile) -> None:
        yaml_file, entry = self.described.get(name, (found.file, Lined()))
        self._unresolved(name, found)
        given = mapping(entry.get("config"))
        config = {**file.configured(found.parts), **given, **found.sql.config}
        if config.get("enabled") is False or config.get("materialized") == "ephemeral":
            return
        if not NAME.match(name) or len(name) > MAX_NAME:
            cause = f"Model {name[:MAX_NAME]}: its name is not a plain word (letters, digits, underscores)."
            self._say(found.file, None, "Model left out", cause, "Rename the model.", model=name, fatal=True)
            return
        if entry.get("versions") or "version" in config:
            cause = f"Model {name}: versions of models are not read from a checkout; the table is looked for as {name}."
            cure = "Use target/manifest.json."
            self._say(yaml_file, _line(entry, "versions"), "Versions not read", cause, cure, model=name)
        meta = {**mapping(config.get("meta")), **meta_of(dict(entry))}
        tags = entry.get("tags") or given.get("tags")
        tags = [tags] if isinstance(tags, str) else tags
        relation = self._relation(name, config, file, yaml_file, entry)
        if isinstance(entry.get("time_spine"), dict):
            columns = {column["name"]: column for column in self._entries(yaml_file, entry, "columns")}
            node = {"name": name, "relation_name": relation, "time_spine": entry["time_spine"], "columns": columns}
            self.project.semantic.setdefault("nodes", []).append(node)
        self.project.models[name] = RawModel(
            name=name,
            relation=relation,
            description=text(entry.get("description")),
            columns=tuple(self._columns(name, yaml_file, entry)),
            meta=meta,
            tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
            file=yaml_file,
            line=_line(entry, "name"),
        )

    def _columns(self, model: str, file: str, entry: Lined) -> Iterator[RawColumn]:
        for column in self._entries(file, entry, "columns"):
            name = column["name"]
            if not name or len(name) > MAX_NAME or "\0" in name or has_jinja(name):
                cause = f"Model {model}: a column has no usable name; it is left out."
                self._say(file, _line(column, "name"), "Field left out", cause, "Name the column.", model=model)
                continue
            yield RawColumn(name, text(column.get("description")), text(column.get("data_type")), meta_of(dict(column)))

    def _unresolved(self, name: str, found: _Found) -> None:
        sql = found.sql
        for argument, line in sql.unread:
            if argument in _RELEVANT or argument == "**":
                cause = f"Model {name}: `{argument}` of config(…) is not written out, and no Jinja is run here."
                cure = "Write the value itself, or use target/manifest.json."
                self._say(found.file, line, "Configuration not read", cause, cure, model=name)
        for reference, line in sql.refs:
            if reference not in self.models:
                cause = f"Model {name}: ref({reference!r}) is no model of this folder (perhaps a package's or a seed)."
                self._say(found.file, line, "Reference not found", cause, "Nothing, if the table is there.", model=name)
        for source, table, line in sql.sources:
            if (source, table) not in self.sources:
                cause = f"Model {name}: source({source!r}, {table!r}) is described in no YAML file of this folder."
                self._say(found.file, line, "Source not found", cause, "Describe it under `sources:`.", model=name)

    def _relation(self, name: str, config: Mapping[str, Any], file: ProjectFile, where: str, entry: Lined) -> str:
        """The name to select from: as dbt would build it with its own default macros."""
        words: dict[str, str | None] = {}
        for key in ("database", "schema", "alias"):
            value = text(config.get(key))
            if value is not None and (has_jinja(value) or len(value) > MAX_NAME or "\0" in value):
                cause = f"Model {name}: its `{key}` is written with Jinja, or is no name; it is read as if not given."
                cure = f"Write `{key}` out, or use target/manifest.json."
                self._say(where, _line(mapping(entry.get("config")), key), "Name not read", cause, cure, model=name)
                value = None
            words[key] = value
        schema = file.schema
        if words["schema"] and file.schema:
            schema = f"{file.schema}_{words['schema']}"
        elif words["schema"]:
            cause = f"Model {name}: its schema ends in {words['schema']!r}, and the target's own schema is not known."
            cure = "Add a profiles.yml with the target's schema (no password is read), or use target/manifest.json."
            self._say(where, _line(entry, "name"), "Schema unknown", cause, cure, model=name)
        database = (words["database"] or file.database) if schema else None
        return ".".join(self._word(each) for each in (database, schema, words["alias"] or name) if each)

    def _word(self, word: str) -> str:
        if NAME.match(word):
            return word  # Without quotes, so that the warehouse folds it as it did when dbt built it.
        mark = "`" if self.project.adapter in ("bigquery", "databricks", "spark") else '"'
        return mark + word.replace(mark, mark * 2) + mark

    def _custom_schemas(self, file: ProjectFile) -> None:
        macros = self.folder / "macros"
        if not macros.is_dir() or macros.is_symlink():
            return
        for path in _files(self.folder, "macros", lambda *_: None, suffixes=(".sql",)):
            try:
                content = read_bytes(path).decode("utf-8", errors="replace")
            except YamlWrong:
                continue
            if match := re.search(r"macro\s+(generate_(?:schema|alias|database)_name)\b", content):
                line = content.count("\n", 0, match.start()) + 1
                cause = f"The project has a macro {match.group(1)}, which is not run here; dbt's own rule is used."
                name = str(path.relative_to(self.folder))
                self._say(name, line, "Macro not run", cause, "Use target/manifest.json if tables are not found.")


def _line(holder: Any, key: str) -> int | None:
    lines = getattr(holder, "lines", None)
    return (lines.get(key) or holder.line or None) if lines is not None else None


def _files(
    folder: Path, top: str, say: Any, suffixes: tuple[str, ...] = (".yml", ".yaml", ".sql", ".py")
) -> Iterator[Path]:
    """The files below a folder of the project, in order; nothing that a link leads outside."""
    root = folder.resolve()
    start = folder / top
    if not start.resolve().is_relative_to(root):
        say(PROJECT_FILE, None, "Folder left out", f"{top[:80]!r} lies outside the project.", "Name folders inside it.")
        return
    count = 0
    for here, folders, files in os.walk(start, followlinks=False):
        for name in [each for each in folders if (Path(here) / each).is_symlink()]:
            say(str((Path(here) / name).relative_to(folder)), None, "Link left out", f"{name} is a link to a folder.",
                "Put the folder itself there.")  # fmt: skip
        folders[:] = sorted(
            f for f in folders if f not in _SKIPPED and not f.startswith(".") and not (Path(here) / f).is_symlink()
        )
        for name in sorted(files):
            path = Path(here) / name
            if path.suffix not in suffixes:
                continue
            if not path.resolve().is_relative_to(root):
                cause = f"{name} is a link to outside the project; it is not read."
                say(str(path.relative_to(folder)), None, "Link left out", cause, "Put the file itself there.")
                continue
            if not path.is_file():
                continue
            count += 1
            if count > MAX_FILES:
                raise ProjectUnreadable(
                    f"There are more than {MAX_FILES:,} files below {top}.", cure="Point at one project's folder."
                )
            yield path
