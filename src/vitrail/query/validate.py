"""`MetricQuery` → `Question`: every name found, every right checked, all that is wrong told at once.

A field that the viewer may not see is answered exactly like one that does not exist, and is never suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from vitrail.catalog.model import Catalog, Dimension, Explore, ExploreName, FieldId, Metric, MetricType, TableName
from vitrail.catalog.visible import is_visible, may_ask
from vitrail.query.conditions import Rule
from vitrail.query.errors import FieldNotAllowed, Finding, InvalidQuery, UnknownExplore, UnknownField, refuse
from vitrail.query.metric_query import (
    AdditionalMetric,
    AndGroup,
    FilterNode,
    FilterRule,
    MetricQuery,
    OrGroup,
    Sort,
    TableCalculation,
)
from vitrail.query.question import Condition, Field, Group, Question, SortBy, Test
from vitrail.query.viewer import Viewer

_MAX_DEPTH = 20
_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


def fields_of(explore: Explore) -> Mapping[str, Field]:
    """Every field of an explore by its id, made once."""
    found: dict[str, Field] | None = explore.memo.get("fields")
    if found is None:
        found = {}
        fields: list[Field] = [*explore.dimensions(), *explore.metrics()]
        for field in fields:
            found.setdefault(field.id, field)
        explore.memo["fields"] = found
    return found


def validate(
    query: MetricQuery,
    catalog: Catalog,
    viewer: Viewer,
    *,
    limit: int,
    allowed: frozenset[FieldId] | None,
    now: datetime | None,
) -> Question:
    """Raises one error (`errors.refuse`) that holds every finding. `allowed`: the ids an app's version declared."""
    explore = catalog.explores.get(ExploreName(query.explore_name))
    if explore is None or not may_ask(explore, viewer):
        raise refuse([_unknown_explore(query.explore_name, catalog, viewer)])
    return _Validation(query, explore, viewer, allowed).question(limit, now)


def _unknown_explore(name: str, catalog: Catalog, viewer: Viewer) -> Finding:
    known = [e.name for e in catalog.explores.values() if may_ask(e, viewer)]
    near = _nearest(name, known)
    cure = f"Did you mean {_listed(near)}?" if near else "Choose one of the explores of this project."
    return Finding(UnknownExplore, f"There is no explore {name[:100]!r}.", cure, name[:100], near)


def _nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    found = process.extract(word[:200], list(known), scorer=fuzz.WRatio, limit=3, score_cutoff=70)
    return tuple(match[0] for match in found)


def _listed(names: Iterable[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)


class _Validation:
    def __init__(
        self, query: MetricQuery, explore: Explore, viewer: Viewer, allowed: frozenset[FieldId] | None
    ) -> None:
        self.query, self.explore, self.viewer, self.allowed = query, explore, viewer, allowed
        self.known = fields_of(explore)
        self.extra: dict[str, Metric] = {}
        self.refused_extra: set[str] = set()
        self.calculations: dict[str, TableCalculation] = {}
        self.findings: list[Finding] = []

    def question(self, limit: int, now: datetime | None) -> Question:
        query = self.query
        zone, moment = self._clock(now)
        for extra in query.additional_metrics:
            if not self._additional(extra):
                self.refused_extra.add(f"{extra.table}_{extra.name}")
        for calculation in query.table_calculations:
            if calculation.name in self.calculations or calculation.name in self.known:
                self._wrong(f"Two columns are called {calculation.name!r}.", "Rename the calculation.")
            self.calculations[calculation.name] = calculation
        dimensions = tuple(self._each(query.dimensions, self._dimension))
        metrics = tuple(self._each(query.metrics, self._metric))
        if not query.dimensions and not query.metrics:
            self._wrong("The question names no dimension and no metric.", "Name at least one of the two.")
        filters = query.filters
        where = self._condition(filters.dimensions, self._dimension)
        having = self._condition(filters.metrics, self._metric)
        calculated = self._condition(filters.table_calculations, self._calculation)
        selected = {d.id for d in dimensions} | {m.id for m in metrics}
        sorts = tuple(self._each(query.sorts, lambda sort: self._sort(sort, selected)))
        if self.findings:
            raise refuse(self.findings)
        return Question(
            explore=self.explore,
            dimensions=dimensions,
            metrics=metrics,
            where=where,
            having=having,
            calculated=calculated,
            calculations=tuple(self.calculations.values()),
            sorts=sorts,
            limit=limit,
            offset=query.offset,
            zone=zone,
            now=moment,
            extra=self.extra,
        )

    def _wrong(self, cause: str, cure: str, field: str | None = None) -> None:
        self.findings.append(Finding(InvalidQuery, cause, cure, field))

    @staticmethod
    def _each(items: Iterable[_Item], find: Callable[[_Item], _Found | None]) -> list[_Found]:
        """What was found, each thing once, in order."""
        found = {getattr(value, "id", value): value for item in items if (value := find(item)) is not None}
        return list(found.values())

    def _clock(self, now: datetime | None) -> tuple[str | None, datetime]:
        moment = now or datetime.now(UTC)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        name = self.query.timezone
        if name is None or name == "UTC":
            return None, moment.astimezone(UTC).replace(tzinfo=None)
        try:
            return name, moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        except (KeyError, ValueError, OSError):
            self._wrong(f"{name[:60]!r} is not a time zone.", "Use a name such as Europe/Paris.")
            return None, moment.replace(tzinfo=None)

    def _find(self, name: str, kind: type[Field], what: str) -> Field | None:
        """The field of that id, if it is there, of the kind, visible and allowed; else a finding."""
        field: Field | None = self.extra.get(name) or self.known.get(name) or self.known.get(name.replace(".", "_", 1))
        if field is None or (field.id not in self.extra and not is_visible(field, self.explore, self.viewer)):
            self._unknown(name, kind)
            return None
        if not isinstance(field, kind):
            other = "metric" if isinstance(field, Metric) else "dimension"
            self._wrong(f'"{field.id}" is a {other}, and stands where a {what} is needed.', f"Use a {what}.", name)
            return None
        if self.allowed is not None and field.id not in self.allowed and field.id not in self.extra:
            self.findings.append(
                Finding(
                    FieldNotAllowed,
                    f'This version of the app did not declare "{field.id}".',
                    "Ask for it in the app's source and build a new version.",
                    name,
                )
            )
            return None
        return field

    def _unknown(self, name: str, kind: type[Field]) -> None:
        if name.replace(".", "_", 1) in self.refused_extra:
            return  # Why has been told.
        candidates = [
            field.id
            for field in self.known.values()
            if isinstance(field, kind)
            and not field.hidden
            and (self.allowed is None or field.id in self.allowed)
            and is_visible(field, self.explore, self.viewer)
        ]
        near = _nearest(name.replace(".", "_", 1), candidates)
        cause = f'Unknown field "{name[:150]}" in explore "{self.explore.name}"'
        cause += f", did you mean {_listed(near)}?" if near else "."
        cure = "Use the id of a field of this explore; `vitrail catalog check` lists them."
        self.findings.append(Finding(UnknownField, cause, cure, name[:150], near))

    def _dimension(self, name: str) -> Dimension | None:
        field = self._find(name, Dimension, "dimension")
        return field if isinstance(field, Dimension) else None

    def _metric(self, name: str) -> Metric | None:
        field = self._find(name, Metric, "metric")
        return field if isinstance(field, Metric) else None

    def _calculation(self, name: str) -> str | None:
        if name in self.calculations:
            return name
        self._wrong(f"There is no table calculation {name[:100]!r}.", "Name one of the question's own.", name)
        return None

    def _additional(self, extra: AdditionalMetric) -> bool:
        """A metric made in the query; only over a dimension, never over SQL that somebody sent."""
        name = extra.base_dimension_name
        if name is None or (extra.sql is not None and extra.sql.strip() != f"${{TABLE}}.{name}"):
            cause = f"The metric {extra.name[:60]!r} is made of SQL that came with the question."
            self._wrong(cause, "Give `baseDimensionName`, the dimension to aggregate.", extra.name[:60])
            return False
        base = self._dimension(f"{extra.table}_{name}")
        if base is None:
            return False
        metric = Metric(
            name=extra.name,
            table=TableName(extra.table),
            type=MetricType(extra.type),
            sql=f"${{{name}}}",
            label=extra.label or extra.name,
            percentile=50.0 if extra.type == "percentile" else None,
        )
        if metric.id in self.known:
            self._wrong(f'"{metric.id}" exists already.', "Give the custom metric another name.", metric.id)
        self.extra[metric.id] = metric
        return True

    def _sort(self, sort: Sort, selected: set[FieldId]) -> SortBy | None:
        name = sort.field_id
        if name in self.calculations:
            return SortBy(name, None, sort.descending, sort.nulls_first)
        field = self.extra.get(name) or self.known.get(name) or self.known.get(name.replace(".", "_", 1))
        if field is not None and field.id in selected:
            return SortBy(field.id, field, sort.descending, sort.nulls_first)
        found = self._find(name, Field, "field")  # type: ignore[arg-type]
        if found is None:
            return None
        if isinstance(found, Dimension) or self.calculations:
            cause = f'The question sorts by "{found.id}" without asking for it.'
            self._wrong(cause, "Ask for it too, or sort by another field.", name)
            return None
        return SortBy(found.id, found, sort.descending, sort.nulls_first)

    def _condition(
        self, node: FilterNode | None, find: Callable[[str], Field | str | None], depth: int = 0
    ) -> Condition | None:
        if node is None:
            return None
        if depth > _MAX_DEPTH:
            self._wrong(f"Filters are nested more than {_MAX_DEPTH} deep.", "Write them flatter.")
            return None
        if isinstance(node, FilterRule):
            if node.disabled:
                return None
            field = find(node.target.field_id)
            settings = node.settings
            rule = Rule(
                node.operator,
                node.values,
                settings.unit_of_time if settings else None,
                bool(settings and settings.completed),
            )
            return Test(field, rule) if field is not None else None
        members = node.and_ if isinstance(node, AndGroup) else node.or_
        found = [self._condition(member, find, depth + 1) for member in members]
        kept = tuple(member for member in found if member is not None)
        return Group(not isinstance(node, OrGroup), kept) if kept else None
