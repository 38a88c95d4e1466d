"""`MetricQuery` → `Question`: every name found, every right checked, all that is wrong told at once.

A field that the viewer may not see is answered exactly like one that does not exist, and is never suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from vitrail.catalog.dbt_semantic.spellings import dimension_spelled, metric_spelled
from vitrail.catalog.manifest import MAX_NAME, NAME
from vitrail.catalog.model import Catalog, Dimension, Explore, ExploreName, FieldId, Metric, Parameter
from vitrail.catalog.snippets import SnippetError
from vitrail.catalog.visible import is_visible, may_ask
from vitrail.query.conditions import BadFilter, Rule
from vitrail.query.errors import FieldNotAllowed, Finding, InvalidQuery, UnknownExplore, UnknownField, refuse
from vitrail.query.made_fields import (
    bin_dimension,
    earlier_period,
    made_metric,
    made_metric_id,
    shifted_without_time,
    sql_dimension,
)
from vitrail.query.metric_query import (
    AdditionalMetric,
    AndGroup,
    CustomDimension,
    FilterNode,
    FilterRule,
    MetricQuery,
    OrGroup,
    Sort,
    SqlDimension,
    TableCalculation,
)
from vitrail.query.parameters import parameter_values
from vitrail.query.question import Condition, Field, Group, Question, Shift, SortBy, Test, tests
from vitrail.query.required_filters import with_required_filters
from vitrail.query.semantic.saved import saved_filters
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import Dialect

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
    dialect: Dialect,
    limit: int,
    allowed: frozenset[FieldId] | None,
    now: datetime | None,
) -> Question:
    """Raises one error (`errors.refuse`) that holds every finding. `allowed`: the ids an app's version declared."""
    explore = catalog.explores.get(ExploreName(query.explore_name))
    if explore is None or not may_ask(explore, viewer):
        raise refuse([_unknown_explore(query.explore_name, catalog, viewer)])
    question = _Validation(query, explore, viewer, dialect, allowed, catalog.parameters).question(limit, now)
    return replace(question, filters=saved_filters(query, catalog, explore)) if query.saved_query else question


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
        self,
        query: MetricQuery,
        explore: Explore,
        viewer: Viewer,
        dialect: Dialect,
        allowed: frozenset[FieldId] | None,
        parameters: Mapping[str, Parameter],
    ) -> None:
        self.project_parameters = parameters
        self.query, self.explore, self.viewer, self.allowed = query, explore, viewer, allowed
        self.dialect = dialect
        self.known = fields_of(explore)
        self.extra: dict[str, Field] = {}
        self.shifts: dict[str, Shift] = {}
        self.refused_extra: set[str] = set()
        self.calculations: dict[str, TableCalculation] = {}
        self.findings: list[Finding] = []

    def question(self, limit: int, now: datetime | None) -> Question:
        query = self.query
        zone, moment = self._clock(now)
        for custom in query.custom_dimensions:
            if not self._made(custom.id, "dimension", partial(self._made_dimension, custom)):
                self.refused_extra.add(custom.id)
        for extra in query.additional_metrics:
            if not self._made(extra.name, "metric", partial(self._made_metric, extra)):
                self.refused_extra.add(made_metric_id(extra))
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
        grouped = {d.id for d in dimensions}
        sorts = tuple(self._each(query.sorts, lambda sort: self._sort(sort, selected)))
        self._check_shapes(grouped)
        used = [*dimensions, *(test.field for test in tests(where) if isinstance(test.field, Dimension))]
        if still := shifted_without_time([self.shifts[m.id] for m in metrics if m.id in self.shifts], used):
            self._wrong(
                f"{still.metric.label} of an earlier period would be the one of now: the question neither groups nor "
                f"filters by {'.'.join(still.dimension)}.",
                "Ask for that date too, or filter by it.",
            )
        parameters, wrong = parameter_values(query, self.explore, self.project_parameters)
        self.findings += wrong
        if self.findings:
            raise refuse(self.findings)
        across = [name.replace(".", "_", 1) if name not in grouped else name for name in self._across()]
        return Question(
            explore=self.explore,
            dimensions=dimensions,
            metrics=metrics,
            where=with_required_filters(where, self.explore),
            having=having,
            calculated=calculated,
            calculations=tuple(self.calculations.values()),
            sorts=sorts,
            limit=limit,
            offset=query.offset,
            zone=zone,
            now=moment,
            week_start=self.dialect.week_start,
            extra=self.extra,
            shifts=self.shifts,
            parameters=parameters,
            across=tuple(d.id for d in dimensions if d.id in across),
        )

    def _across(self) -> list[str]:
        return self.query.pivot.columns if self.query.pivot is not None else []

    def _check_shapes(self, grouped: set[FieldId]) -> None:
        """Subtotals and a pivot name dimensions of the question."""
        shapes = [("subtotal", names) for names in self.query.subtotals]
        if self.query.pivot is not None:
            shapes.append(("pivot", self.query.pivot.columns))
        for what, names in shapes:
            for name in names:
                if name.replace(".", "_", 1) not in grouped and name not in grouped:
                    cause = f"The {what} names {name[:60]!r}, which is not a dimension of the question."
                    self._wrong(cause, "Name dimensions that are asked for.", name[:60])
        if self.query.pivot is not None:
            for sort in self.query.sorts:
                name = sort.field_id
                known = {name, name.replace(".", "_", 1)} & (grouped | {*self.query.metrics, *self.calculations})
                if not known:
                    cause = f"The question is pivoted and sorts by {name[:60]!r} without asking for it."
                    self._wrong(cause, "Ask for it too, or sort by another field.", name[:60])

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
        field = self._named(name, kind)
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

    def _named(self, name: str, kind: type[Field]) -> Field | None:
        """The field of that id, or (over dbt's semantic layer) of that name; one of the kind before any other."""
        field: Field | None = self.extra.get(name) or self.known.get(name) or self.known.get(name.replace(".", "_", 1))
        if self.explore.semantic is not None and not isinstance(field, kind):
            spelled = (dimension_spelled(self.explore, name), metric_spelled(self.explore, name))
            return next((found for found in spelled if isinstance(found, kind)), field)
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

    def _made(self, name: str, what: str, make: Callable[[], Field | None]) -> bool:
        """Add a field made in the question. False when it can't be; why is among the findings."""
        try:
            field = make()
        except (BadFilter, SnippetError) as error:
            self._wrong(f"The {what} {name[:60]!r} made in the question: {error}.", "Correct it.", name[:60])
            return False
        if field is None:
            return False
        if not NAME.match(name) or len(name) > MAX_NAME:
            self._wrong(f"The {what} {name[:60]!r} needs a plain name.", "Use letters, digits and underscores.")
            return False
        if field.id in self.known or field.id in self.extra:
            self._wrong(
                f'"{field.id}" exists already.', f"Give the {what} made in the question another name.", field.id
            )
            return False
        self.extra[field.id] = field
        return True

    def _made_dimension(self, custom: CustomDimension) -> Dimension | None:
        if isinstance(custom, SqlDimension):
            return sql_dimension(custom, self.explore, self.dialect, self._dimension)
        base = self._dimension(custom.dimension_id)
        return bin_dimension(custom, base, self.dialect) if base is not None else None

    def _made_metric(self, extra: AdditionalMetric) -> Metric | None:
        if extra.base_metric_id is None:
            return made_metric(extra, self.explore, self.dialect, self._dimension)
        base = self._metric(extra.base_metric_id)
        if extra.time_dimension_id is None:
            raise BadFilter("it does not say which date is set back; give `timeDimensionId`")
        time = self._dimension(extra.time_dimension_id)
        if base is None or time is None:
            return None
        if base.id in self.shifts:
            raise BadFilter("its metric is of an earlier period already")
        metric, self.shifts[made_metric_id(extra)] = earlier_period(extra, base, time)
        return metric

    def _sort(self, sort: Sort, selected: set[FieldId]) -> SortBy | None:
        name = sort.field_id
        if name in self.calculations:
            return SortBy(name, None, sort.descending, sort.nulls_first)
        for kind in (Dimension, Metric):
            field = self._named(name, kind)
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
