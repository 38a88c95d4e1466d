"""dbt's semantic layer in a project's manifests → explores, saved queries and problems.

`semantic_manifest.json` and the `semantic_models`, `metrics` and `saved_queries` of `manifest.json` hold the same
things; so does `Project.semantic` for a project that was read without a `target/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.dbt_semantic.explores import ExploreMaker
from vitrail.catalog.dbt_semantic.metrics import MetricReader
from vitrail.catalog.dbt_semantic.models import ModelReader
from vitrail.catalog.dbt_semantic.reach import reach
from vitrail.catalog.dbt_semantic.saved import saved_queries
from vitrail.catalog.dbt_semantic.spines import read_spines
from vitrail.catalog.dbt_semantic_model import SavedQuery, SemanticLayer, SemanticModel
from vitrail.catalog.manifest import NAME, Project, relation_of
from vitrail.catalog.model import Explore, Origin, Problem, Table
from vitrail.catalog.snippets import SnippetError
from vitrail.catalog.yaml_values import Wrong


@dataclass(frozen=True, slots=True)
class SemanticPart:
    """What of a catalog comes from dbt's semantic layer."""

    explores: tuple[Explore, ...] = ()
    saved_queries: tuple[SavedQuery, ...] = ()
    answered: tuple[Problem, ...] = ()
    """Problems of models without described columns that semantic models describe, so that they are none."""


def read_semantics(project: Project, tables: Mapping[str, Table], taken: set[str], dialect: str) -> SemanticPart:
    """`tables`: the usable Lightdash tables by dbt model; `taken`: names of explores that are there. Problems are added
    to the project's. One bad semantic model or metric never takes others down."""
    document = project.semantic
    given = document.get("semantic_models")
    if not isinstance(given, list) or not given:
        return SemanticPart()
    return _Reading(project, tables, dialect).read(given, taken)


class _Reading:
    def __init__(self, project: Project, tables: Mapping[str, Table], dialect: str) -> None:
        self.project, self.tables, self.dialect = project, tables, dialect
        self.used: set[str] = set()
        """dbt models that semantic models and time spines are over."""
        self.by_last: dict[str, list[tuple[str, list[str]]]] = {}
        """Models by the last word of their relation, each with all of its words."""
        for name, model in project.models.items():
            words = _words(model.relation)
            self.by_last.setdefault(words[-1], []).append((name, words))
        self.closed = {name for name, table in tables.items() if table.sql_filter or not table.rule.empty}
        closed = self.closed | {name for name in project.models if self._closed(name)}
        self.guarded = frozenset(_words(project.models[name].relation)[-1] for name in closed if name in project.models)

    def read(self, given: list[Any], taken: set[str]) -> SemanticPart:
        models: dict[str, SemanticModel] = {}
        readers: dict[str, ModelReader] = {}
        for entry in given:
            self._model(entry, models, readers)
        spines = read_spines(self.project.semantic, self.relation, self._problem_of_spine)
        custom = frozenset(name for spine in spines for name in spine.custom)
        reading = MetricReader(models, readers, custom, self.dialect, self._origin)
        entries = self.project.semantic.get("metrics")
        metrics = reading.read(entries if isinstance(entries, list) else [])
        for name, (cause, cure) in reading.left_out.items():
            origin = self._origin(reading.given.get(name.lower(), {"name": name}))
            self._problem("Metric left out", f"Metric {name}: {cause}.", origin, cure)
        layer = SemanticLayer(models, metrics, spines)
        self._ambiguous(layer)
        explores = ExploreMaker(layer, taken).make()
        saved, wrong = saved_queries(self.project.semantic.get("saved_queries"), layer, self.dialect)
        for name, cause in wrong:
            self._problem("Saved query left out", f"Saved query {name}: {cause}.", self._origin({"name": name}), None)
        answered = tuple(
            problem
            for problem in self.project.problems
            if problem.origin and problem.origin.model in self.used and "no column is described" in problem.cause
        )
        return SemanticPart(tuple(explores), tuple(saved), answered)

    def _model(self, entry: Any, models: dict[str, SemanticModel], readers: dict[str, ModelReader]) -> None:
        name = entry.get("name") if isinstance(entry, dict) else None
        origin = self._origin(entry if isinstance(entry, dict) else {})
        if not isinstance(name, str) or not NAME.match(name) or name.lower() in models:
            cause = f"Semantic model {str(name)[:60]!r}: its name is not a plain, unused word."
            self._problem("Semantic model left out", cause, origin, "Rename it.")
            return
        name = name.lower()

        def report(title: str, cause: str, what: str) -> None:
            self._problem(title, f"Semantic model {name}: {cause}.", self._origin(entry, what), None)

        try:
            relation, table = self.relation(entry.get("node_relation"), _ref(entry))
            reader = ModelReader(entry, self.dialect, table, report)
            models[name] = reader.read(name, relation, origin, self.guarded)
            readers[name] = reader
        except (Wrong, SnippetError) as wrong:
            cure = wrong.cure if isinstance(wrong, SnippetError) else None
            self._problem("Semantic model left out", f"Semantic model {name}: {wrong}.", origin, cure)

    def relation(self, given: Any, ref: str | None = None) -> tuple[str, Table | None]:
        """The relation to read and the Lightdash table over it. Raises `Wrong` for one that is closed: its rules can't
        be read."""
        node = given if isinstance(given, dict) else {}
        words = {
            "relation_name": node.get("relation_name"),
            "database": node.get("database"),
            "schema": node.get("schema_name") or node.get("schema"),
            "alias": node.get("alias"),
        }
        relation = relation_of(words) if any(words.values()) else None
        name = self._model_of(relation, ref)
        if relation is None and name is not None:
            relation = self.project.models[name].relation
        if relation is None:
            raise Wrong("it names no table that can be read (`node_relation`)")
        if name is not None and self._closed(name):
            raise Wrong(f"the rules or the row filter of its model {name} can't be read, so it is closed")
        if name is not None:
            self.used.add(name)
        return relation, self.tables.get(name) if name is not None else None

    def _model_of(self, relation: str | None, ref: str | None) -> str | None:
        """The dbt model over a relation, however much of its name is written; a guarded one before others."""
        if relation is None:
            return ref if ref in self.project.models else None
        words = _words(relation)
        fitting = [
            name
            for name, other in self.by_last.get(words[-1], ())
            if words[-len(other) :] == other or other[-len(words) :] == words
        ]
        guarded = [name for name in fitting if self._closed(name) or name in self.closed]
        return next(iter([*guarded, *fitting]), None)

    def _closed(self, name: str) -> bool:
        """Whether a model is guarded and its guard could not be read."""
        if name in self.tables:
            return False
        model = self.project.models[name]
        keys = ("sql_filter", "sql_where", "required_attributes", "any_attributes")
        metas = [model.meta]
        for column in model.columns:
            dimension = column.meta.get("dimension")
            metas += [column.meta, dimension if isinstance(dimension, dict) else {}]
        return any(meta.get(key) for meta in metas for key in keys)

    def _ambiguous(self, layer: SemanticLayer) -> None:
        told: set[str] = set()
        for model in layer.models.values():
            for (links, name), models in reach(layer, model).ambiguous.items():
                spelled = "__".join((*links, name))
                if spelled not in told:
                    told.add(spelled)
                    cause = f"{spelled} is in {' and in '.join(models)}, so nobody can tell which is meant."
                    cure = "Rename it in one of the two, or take the entity away from one."
                    self._problem("Dimension can't be asked", cause, layer.models[models[0]].origin, cure, fatal=False)

    def _problem_of_spine(self, cause: str) -> None:
        self._problem("Time spine left out", f"{cause}.", None, "Correct the time spine's YAML and run `dbt parse`.")

    def _problem(self, title: str, cause: str, origin: Origin | None, cure: str | None, fatal: bool = True) -> None:
        cure = cure or "Correct it in its YAML and run `dbt parse`."
        self.project.problems.append(Problem(title, cause.replace("..", "."), cure, origin, fatal))

    def _origin(self, given: Mapping[str, Any], *names: str) -> Origin:
        """The file a semantic model or metric is written in, and the line so far as it can be found."""
        name = str(given.get("name", ""))[:128]
        metadata = given.get("metadata")
        file = given.get("original_file_path")
        line = None
        if isinstance(metadata, dict):
            slice_ = read.mapping(metadata, "file_slice") if isinstance(metadata.get("file_slice"), dict) else {}
            written = metadata.get("repo_file_path")
            relative = isinstance(written, str) and not written.startswith("/")
            file = file or (written if relative else slice_.get("filename"))
            start = slice_.get("start_line_number")
            line = start if isinstance(start, int) else None
        if not isinstance(file, str):
            return Origin(name)
        found = self.project.line(file, (name, *names)) if name else None
        return Origin(name, file, found or line)


def _words(relation: str) -> list[str]:
    """`"db"."main"."orders"` → db, main, orders."""
    return relation.replace('"', "").replace("`", "").lower().split(".")


def _ref(entry: Mapping[str, Any]) -> str | None:
    """The model of `model: ref('orders')`."""
    given = entry.get("model")
    if not isinstance(given, str):
        return None
    inner = given.partition("ref(")[2].partition(")")[0] or given
    return inner.split(",")[-1].strip().strip("'\"") or None
