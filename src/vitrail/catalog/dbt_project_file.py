"""`dbt_project.yml` and `profiles.yml` of a checkout: where models lie, and which schema they are built in.

Only what names a relation is read. Of a profile that is the adapter, the schema and the database of the default
target; nothing else of it is looked at or kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.manifest import mapping, text
from vitrail.catalog.yaml_text import YamlWrong, parse, read_bytes

PROJECT_FILE = "dbt_project.yml"
Say = Callable[[str, int | None, str, str, str], None]
"""(file, line, title, cause, cure) → a warning of the catalog."""

_DATABASE_KEYS = ("database", "dbname", "project", "catalog")
_SCHEMA_KEYS = ("schema", "dataset")


@dataclass(slots=True)
class ProjectFile:
    """`folders`: the configuration of models by folder, as `models:` has it under the project's name."""

    name: str
    model_paths: tuple[str, ...]
    adapter: str | None = None
    schema: str | None = None
    database: str | None = None
    folders: Mapping[str, Any] = field(default_factory=dict)

    def configured(self, parts: tuple[str, ...]) -> dict[str, Any]:
        """The configuration of a model by its path below the model path (its own name last): what lies deeper wins."""
        found: dict[str, Any] = {}
        level: Any = self.folders
        for part in (*parts, None):
            if not isinstance(level, dict):
                break
            for key, value in level.items():
                if isinstance(key, str) and key.startswith("+"):
                    found[key[1:]] = value
                elif key in ("schema", "database", "alias", "enabled", "materialized") and not isinstance(value, dict):
                    found[key] = value
            level = level.get(part) if part is not None else None
        return found


def has_jinja(value: Any) -> bool:
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def read_project_file(folder: Path, say: Say) -> ProjectFile:
    """Raises `ProjectUnreadable` when `dbt_project.yml` is not one."""
    given = _document(folder / PROJECT_FILE, fatal=True)
    if not isinstance(given, dict):
        raise ProjectUnreadable(f"{PROJECT_FILE} is not a mapping.", cure="Write it as dbt's documentation shows.")
    paths = given.get("model-paths", given.get("source-paths", ["models"]))
    if not isinstance(paths, list) or not paths or not all(map(_is_path, paths)):
        raise ProjectUnreadable(
            f"{PROJECT_FILE}: `model-paths` is not a list of folders.",
            cure='Write for example model-paths: ["models"].',
        )
    name = text(given.get("name")) or folder.name
    found = ProjectFile(name, tuple(paths), folders=mapping(mapping(given.get("models")).get(name)))
    if (folder / "packages.yml").exists() or (folder / "dependencies.yml").exists():
        say(
            "packages.yml" if (folder / "packages.yml").exists() else "dependencies.yml",
            None,
            "Packages are not read",
            "The project uses packages; their models and macros are not part of this folder.",
            "Run `dbt parse` and use target/manifest.json for what comes from packages.",
        )
    _read_profile(folder, given, found, say)
    return found


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _read_profile(folder: Path, given: Mapping[str, Any], found: ProjectFile, say: Say) -> None:
    path = folder / "profiles.yml"
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return
    profiles = mapping(_document(path, fatal=False, say=say))
    profile = mapping(profiles.get(str(given.get("profile"))))
    outputs = mapping(profile.get("outputs"))
    target = str(profile.get("target") or "default")
    output = mapping(outputs.get(target))
    if not output:
        cause = f"profiles.yml has no target {target[:60]!r} under the profile {str(given.get('profile'))[:60]!r}."
        say(path.name, None, "Schema unknown", cause, "Name profile and target as dbt would find them.")
        return
    found.adapter = text(output.get("type"))
    found.schema = _plain(output, _SCHEMA_KEYS, path.name, say)
    if found.adapter != "duckdb":  # DuckDB calls its database as its file is called, wherever that lies now
        found.database = _plain(output, _DATABASE_KEYS, path.name, say)


def _plain(output: Mapping[str, Any], keys: tuple[str, ...], file: str, say: Say) -> str | None:
    for key in keys:
        value = text(output.get(key))
        if value is not None and has_jinja(value):
            line = getattr(output, "lines", {}).get(key)
            cause = f"`{key}` is written with Jinja, which is not run here; tables are looked for without it."
            say(file, line, "Schema unknown", cause, f"Write `{key}` out, or use target/manifest.json.")
            return None
        if value is not None:
            return value
    return None


def _document(path: Path, *, fatal: bool, say: Say | None = None) -> Any:
    try:
        return parse(read_bytes(path)).value
    except YamlWrong as wrong:
        where = path.name + (f":{wrong.line}" if wrong.line else "")
        if fatal or say is None:
            raise ProjectUnreadable(f"{where}: {wrong.cause}.", cure=f"Correct {path.name}.") from None
        say(path.name, wrong.line, f"{path.name} can't be read", f"{wrong.cause}.", f"Correct {path.name}.")
        return None
