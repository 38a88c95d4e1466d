"""`lightdash.config.yml`, beside `dbt_project.yml`: parameters, custom granularities, groups of tables, defaults."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.manifest import Project
from vitrail.catalog.model import DimensionType, GroupDetail, Origin, Parameter, Problem, TimeInterval
from vitrail.catalog.parameter_yaml import CONFIG, read_parameters
from vitrail.catalog.snippets import SnippetError, check
from vitrail.catalog.time_intervals import Cut, Granularity, cut
from vitrail.catalog.yaml_text import Lined, YamlWrong, parse, read_bytes
from vitrail.catalog.yaml_values import Wrong

FILES = (CONFIG, "lightdash.config.yaml")

SECTIONS = frozenset(("spotlight", "parameters", "custom_granularities", "defaults", "table_groups", "version"))
_NAME = re.compile(r"[a-z]\w{0,60}\Z", re.ASCII)
_COLUMN = re.compile(r"\$\{\s*COLUMN\s*\}")


@dataclass(slots=True)
class Settings:
    """What holds for the whole project."""

    parameters: dict[str, Parameter] = field(default_factory=dict)
    """The project's, and those of its models under their full names."""
    own_parameters: dict[str, frozenset[str]] = field(default_factory=dict)
    """The short names of those that a model has, by model."""
    granularities: dict[str, Granularity] = field(default_factory=dict)
    more_intervals: dict[DimensionType, tuple[Cut, ...]] = field(default_factory=dict)
    interval_labels: dict[TimeInterval, str] = field(default_factory=dict)
    groups: dict[str, GroupDetail] = field(default_factory=dict)
    case_sensitive: bool = True

    def add(self, found: Mapping[str, Parameter]) -> None:
        """Take in the parameters of models."""
        self.parameters |= found
        for name in found:
            model, _, short = name.rpartition(".")
            self.own_parameters[model] = self.own_parameters.get(model, frozenset()) | {short}


def read_settings(project: Project, dialect: str) -> Settings:
    """The project's settings; the defaults where there is no file. What is wrong becomes a problem of the project, and
    `project.version` takes the file in."""
    for file in FILES:
        path = project.folder / file
        if not path.is_file() or not path.resolve().is_relative_to(project.folder.resolve()):
            continue
        reader = _Reader(project, file, dialect)
        try:
            data = read_bytes(path)
            project.version = hashlib.sha256(project.version.encode() + data).hexdigest()[:16]
            document = parse(data).value
        except YamlWrong as wrong:
            reader.problem("Settings not read", wrong.cause, line=wrong.line)
            return reader.settings
        reader.read(document)
        return reader.settings
    return Settings()


class _Reader:
    def __init__(self, project: Project, file: str, dialect: str) -> None:
        self.project, self.file, self.dialect = project, file, dialect
        self.settings = Settings()
        self.document: Any = None

    def problem(self, title: str, cause: str, *keys: str, fatal: bool = True, line: int | None = None) -> None:
        origin = Origin(self.file, self.file, line or _line(self.document, keys))
        where = f"{self.file}{''.join(f', {key}' for key in keys[-1:])}"
        self.project.problems.append(Problem(title, f"{where}: {cause}", f"Correct it in {self.file}.", origin, fatal))

    def read(self, document: Any) -> None:
        self.document = document
        if document is None:
            return
        if not isinstance(document, dict):
            self.problem("Settings not read", "it must be a mapping")
            return
        for key in document:
            if key not in SECTIONS:
                self.problem("Unknown property", f"`{str(key)[:60]}` is not read", str(key)[:60], fatal=False)
        for name, section in (
            ("parameters", self._parameters),
            ("custom_granularities", self._granularities),
            ("table_groups", self._groups),
            ("defaults", self._defaults),
        ):
            try:
                section(read.mapping(document, name))
            except Wrong as wrong:
                self.problem("Settings left out", str(wrong), name)

    def _parameters(self, given: Mapping[str, Any]) -> None:
        def tell(name: str, title: str, cause: str, fatal: bool) -> None:
            self.problem(title, cause, "parameters", name, fatal=fatal)

        self.settings.parameters = read_parameters(given, None, tell)

    def _granularities(self, given: Mapping[str, Any]) -> None:
        for name, value in given.items():
            try:
                if not isinstance(name, str) or not _NAME.match(name) or not isinstance(value, dict):
                    raise Wrong("it needs a plain name in small letters, and a mapping with `label` and `sql`")
                found = self._granularity(name, value)
            except (Wrong, SnippetError) as wrong:
                self.problem("Granularity left out", str(wrong), "custom_granularities", str(name)[:60])
                continue
            self.settings.granularities[name] = found

    def _granularity(self, name: str, given: Mapping[str, Any]) -> Granularity:
        sql = read.text(given, "sql")
        if sql is None or not _COLUMN.search(sql):
            raise Wrong("`sql` must be an expression with ${COLUMN} in it")
        traits = check(_COLUMN.sub("${column}", sql), self.dialect)
        if traits.aggregates or traits.windows:
            raise Wrong("`sql` can't aggregate")
        kind = DimensionType((read.text(given, "type") or "date").lower()) if _is_kind(given) else None
        if kind not in (DimensionType.DATE, DimensionType.TIMESTAMP, DimensionType.STRING):
            raise Wrong("`type` must be date, timestamp or string")
        return Granularity(name, read.text(given, "label") or read.words(name), _COLUMN.sub("${COLUMN}", sql), kind)

    def _groups(self, given: Mapping[str, Any]) -> None:
        self.settings.groups = read.group_details({"table_groups": given}, "table_groups")

    def _defaults(self, given: Mapping[str, Any]) -> None:
        settings = self.settings
        sensitive = read.sensitive(given, "case_sensitive")
        settings.case_sensitive = sensitive is not False
        more = read.mapping(given, "additional_time_intervals")
        for kind in (DimensionType.DATE, DimensionType.TIMESTAMP):
            listed = read.names(more, kind.value)
            settings.more_intervals[kind] = tuple(cut(word, settings.granularities) for word in listed)
        for word in (labels := read.mapping(given, "granularity_labels")):
            interval = cut(word, {})
            label = read.text(labels, word)
            if isinstance(interval, TimeInterval) and label:
                settings.interval_labels[interval] = label


def _is_kind(given: Mapping[str, Any]) -> bool:
    return (read.text(given, "type") or "date").lower() in set(DimensionType)


def _line(tree: Any, keys: tuple[str, ...]) -> int | None:
    found: int | None = None
    for key in keys:
        if not isinstance(tree, Lined):
            break
        actual = next((each for each in tree if str(each)[:60] == key), None)
        if actual is None:
            break
        found = tree.lines.get(actual, found)
        tree = tree[actual]
    return found
