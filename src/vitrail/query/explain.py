"""Why this number: for each column its definition down to the dbt model, the statement, and the plan in words."""

from __future__ import annotations

from dataclasses import dataclass

from vitrail.catalog.model import Dimension, Explore, Metric, TableName
from vitrail.catalog.snippets import references
from vitrail.query.made_fields import MadeDimension
from vitrail.query.plan import FORMULAS
from vitrail.query.question import Question
from vitrail.query.run import CompiledQuery
from vitrail.query.semantic.definitions import filters_of, formula_of, inputs_of, origin_of, semantic_metric
from vitrail.query.window_metrics import WINDOWS


@dataclass(frozen=True, slots=True)
class Definition:
    """A field as it is written: `sql` with its references, `filters` in YAML's words, `made_of` what it refers to.

    `model`, `file`, `line`: where it is written, as far as known; None for what the question itself made.
    """

    id: str
    label: str
    kind: str
    """dimension, metric or calculation."""
    type: str
    sql: str
    description: str | None
    filters: tuple[str, ...]
    made_of: tuple[Definition, ...]
    relation: str | None
    model: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`columns` in the order of the answer's; `plan` in sentences."""

    columns: tuple[Definition, ...]
    plan: tuple[str, ...]
    sql: str


def explain(compiled: CompiledQuery) -> Explanation:
    """How the answer to a compiled question comes about. Only what its asker may see is in it: the question was."""
    question = compiled.question
    fields: list[Dimension | Metric] = [*question.dimensions, *question.metrics]
    columns = [_definition(field, question) for field in fields]
    columns += [_calculation(column.id, question) for column in compiled.columns if column.kind == "calculation"]
    return Explanation(tuple(columns), compiled.notes, compiled.sql)


def _definition(field: Dimension | Metric, question: Question, depth: int = 0) -> Definition:
    explore = question.explore
    made = field.id in question.extra
    if made and (shift := question.shifts.get(field.id)):
        text = f"{shift.metric.id}, {shift.count} {shift.unit.lower()}{'s' * (shift.count > 1)} earlier"
        return _written(field, explore, text, (_definition(shift.metric, question, depth + 1),), made=True)
    of: tuple[Definition, ...] = ()
    if depth < 20:
        of = tuple(_definition(target, question, depth + 1) for target in _targets(field, explore))
    metric = semantic_metric(field, explore)
    return _written(field, explore, formula_of(metric) if metric is not None else field.sql, of, made=made)


def _written(
    field: Dimension | Metric, explore: Explore, sql: str, of: tuple[Definition, ...], *, made: bool
) -> Definition:
    table = explore.tables[field.table]
    filters: tuple[str, ...] = ()
    if isinstance(field, Metric):
        filters = tuple(f"{f.dimension} {f.operator} {', '.join(map(str, f.values))}".strip() for f in field.filters)
    metric = semantic_metric(field, explore)
    if metric is not None:
        filters = filters_of(metric)
    origin = origin_of(field, explore) if explore.semantic is not None else table.origin
    kind = field.interval.value if isinstance(field, Dimension) and field.interval else field.type.value
    return Definition(
        id=field.id,
        label=field.label,
        kind="metric" if isinstance(field, Metric) else "dimension",
        type=kind,
        sql=sql,
        description=field.description,
        filters=filters,
        made_of=of,
        relation=table.relation,
        model=None if made else origin.model,
        file=None if made else origin.file,
        line=None if made else origin.line,
    )


def _targets(field: Dimension | Metric, explore: Explore) -> list[Dimension | Metric]:
    """The fields that a field refers to."""
    if (layered := semantic_metric(field, explore)) is not None:
        return inputs_of(layered, explore)
    if explore.semantic is not None and not (isinstance(field, Dimension) and field.base):
        return []  # Its SQL is over columns.
    found: list[Dimension | Metric] = []
    if isinstance(field, Dimension) and field.base and not isinstance(field, MadeDimension):
        base = explore.tables[field.table].dimensions.get(field.base)
        if base is not None:
            return [base]
    for reference in references(field.sql):
        table = explore.tables.get(TableName(reference.table or field.table))
        if table is None:
            continue
        of_metrics = isinstance(field, Metric) and (field.type in FORMULAS or field.type in WINDOWS)
        metric = table.metrics.get(reference.name) if of_metrics else None
        target = metric or table.dimensions.get(reference.name)
        if target is not None and target.id not in {known.id for known in found}:
            found.append(target)
    return found


def _calculation(name: str, question: Question) -> Definition:
    made = next(calculation for calculation in question.calculations if calculation.name == name)
    text = made.sql
    if text is None and made.template is not None:
        text = f"{made.template.type} of {made.template.field_id}"
    return Definition(
        id=name,
        label=made.display_name or name,
        kind="calculation",
        type="calculation",
        sql=text or "",
        description=None,
        filters=(),
        made_of=(),
        relation=None,
        model=None,
        file=None,
        line=None,
    )
