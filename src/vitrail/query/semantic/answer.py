"""A question over a semantic layer → its statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vitrail.catalog.dbt_semantic.spellings import item_of
from vitrail.catalog.dbt_semantic.uses import measures_of
from vitrail.catalog.dbt_semantic_model import Filter, Item, SemanticMetric, Simple, grain_order
from vitrail.catalog.model import Dimension, Metric
from vitrail.query.conditions import BadFilter, Target, condition
from vitrail.query.errors import Finding, InvalidQuery, MissingAttribute, refuse
from vitrail.query.metric_types import metric_type
from vitrail.query.question import Condition, Group, Question, SortBy, Test, tests
from vitrail.query.resolve import AttributeWriter
from vitrail.query.semantic.asking import Asking
from vitrail.query.semantic.definitions import said
from vitrail.query.semantic.distinct import distinct_values
from vitrail.query.semantic.metrics import Metrics
from vitrail.query.semantic.predicates import Predicate, of_condition, of_filters
from vitrail.query.semantic.values import Meeting, Value, meet
from vitrail.query.sql import Written
from vitrail.query.viewer import Viewer
from vitrail.query.words import condition_words
from vitrail.warehouse.dialect import Dialect

_COLUMN = re.compile(r"\bp\d+\.[kv]\d+\b")


def write_semantic(
    question: Question, viewer: Viewer, dialect: Dialect, filters: Sequence[Filter] = ()
) -> tuple[Written, Callable[[], tuple[str, ...]]]:
    """The statement without calculations, order and limit, and the plan in words. `filters`: those of a saved query.
    Raises `InvalidQuery`."""
    return _Answer(question, viewer, dialect, filters).write()


class _Answer:
    def __init__(self, question: Question, viewer: Viewer, dialect: Dialect, filters: Sequence[Filter]) -> None:
        semantic = question.explore.semantic
        assert semantic is not None
        self.question, self.semantic, self.filters = question, semantic, filters
        self.met = False
        """Whether values of several sub-queries met in the end."""
        attributes = AttributeWriter(viewer, dialect, parameters=question.parameters.fresh())
        self.asking = Asking(semantic.layer, dialect, viewer, question.zone, question.clock, attributes)
        self.asked = self._asked()
        self.asking.time_grain = self._time_grain()
        self.models = {one.model for metric in self._semantic() for one in measures_of(semantic.layer, metric)}

    def write(self) -> tuple[Written, Callable[[], tuple[str, ...]]]:
        question, asking = self.question, self.asking
        if question.extra or question.shifts:
            raise asking.refuse(
                "Fields made in the question can't be used over dbt's semantic models.",
                "Add the metric or dimension to the dbt project.",
            )
        if question.kept is not None:
            raise asking.refuse(
                "Totals can't be told where a filter on metrics or calculations leaves groups of dbt metrics out.",
                "Ask without totals, or without that filter.",
            )
        items = tuple(self._item(dimension) for dimension in question.dimensions)
        predicates = (
            *of_condition(question.where, question.explore, asking, self.models),
            *of_filters(self.filters, asking, self.models),
        )
        written = self._metrics(items, predicates) if self.asked else self._values(items, predicates)
        self._check()
        return written, self._notes

    # -- What is asked

    def _asked(self) -> list[Metric]:
        """The metrics of the question, those of its filters and sorts after them."""
        found = list(self.question.metrics)
        found += [test.field for test in tests(self.question.having) if isinstance(test.field, Metric)]
        found += [sort.field for sort in self.question.sorts if isinstance(sort.field, Metric)]
        return list({metric.id: metric for metric in found}.values())

    def _time_grain(self) -> str:
        """The coarsest of the default grains of what is asked."""
        grains = [] if self.asked else ["day"]
        for metric in self._semantic():
            own = [metric.grain] if metric.grain else []
            grains += own or [self._grain_of(one) for one in measures_of(self.semantic.layer, metric)]
        return max(grains, key=grain_order, default="day")

    def _grain_of(self, simple: Simple) -> str:
        """The grain of an aggregate's time, but a day at least: nobody means the seconds who says `metric_time`."""
        dimension = self.semantic.layer.models[simple.model].dimensions.get(simple.measure.time or "")
        return max((dimension.grain if dimension else None) or "day", "day", key=grain_order)

    def _semantic(self) -> list[SemanticMetric]:
        """What the asked metrics are in the layer."""
        names = [name for metric in self.asked if (name := self.semantic.metrics.get(metric.id))]
        return [self.semantic.layer.metrics[name] for name in names]

    def _item(self, dimension: Dimension) -> Item:
        item = item_of(self.question.explore, dimension)
        if item is None:
            raise self.asking.refuse(
                f'"{dimension.id}" is made in the question, which dbt\'s semantic models do not allow.',
                "Add it to the semantic model.",
                dimension.id,
            )
        return self.asking.canonical(item, self.models)

    # -- Statements

    def _metrics(self, items: tuple[Item, ...], predicates: tuple[Predicate, ...]) -> Written:
        metrics = Metrics(self.asking)
        unique = tuple(dict.fromkeys(items))
        values: dict[str, Value] = {}
        for metric in self.asked:
            name = self.semantic.metrics.get(metric.id)
            if name is None:
                raise self.asking.refuse(
                    f'"{metric.id}" is made in the question, which dbt\'s semantic models do not allow.',
                    "Add it to the dbt project.",
                    metric.id,
                )
            values[metric.id] = metrics.value(name, unique, predicates)
        met = meet(list(values.values()), len(unique), self.asking.dialect)
        self.met = met.only is None
        texts = dict(zip(values, met.texts, strict=True))
        keys = [met.keys[unique.index(item)] for item in items]
        return self._final(keys, met, texts)

    def _final(self, keys: list[str], met: Meeting, texts: dict[str, str]) -> Written:
        question, quoted = self.question, self.asking.dialect.identifier
        having = self._having(question.having, texts)
        made = self.asking.relations.made
        names = tuple(quoted(dimension.id) for dimension in question.dimensions)
        alone = len(made) == 1 and having is None and len(texts) == len(question.metrics)
        if alone:
            # One sub-query says it all: it is the statement.
            relation = made[0]
            inner = {f"{relation.name}.{column}": text for text, column in relation.values.items()}
            inner |= {f"{relation.name}.k{place}": text for place, text in enumerate(relation.keys)}
            keys = [inner[text] for text in keys]
            texts = {name: _COLUMN.sub(lambda found: inner[found.group(0)], text) for name, text in texts.items()}
        columns = [f"{text} AS {name}" for text, name in zip(keys, names, strict=True)]
        columns += [f"{texts[metric.id]} AS {quoted(metric.id)}" for metric in question.metrics]
        if alone:
            text = f"SELECT {', '.join(columns)}\n{made[0].body()}"
            grouped = made[0].grouped
        else:
            text = f"{self.asking.relations.withs()}SELECT {', '.join(columns)}\n{met.source}"
            grouped = met.grouped
        if grouped and keys:
            text += f"\nGROUP BY {', '.join(str(place + 1) for place in range(len(keys)))}"
        if having:
            text += f"\n{'HAVING' if grouped else 'WHERE'} {having}"
        return Written(text, self._order(texts))

    def _values(self, items: tuple[Item, ...], predicates: tuple[Predicate, ...]) -> Written:
        names = [self.asking.dialect.identifier(dimension.id) for dimension in self.question.dimensions]
        metrics = Metrics(self.asking)
        select = distinct_values(self.asking, items, names, predicates, metrics.call)
        return Written(f"{self.asking.relations.withs()}{select}", self._order({}))

    def _having(self, given: Condition | None, texts: dict[str, str]) -> str | None:
        if given is None:
            return None
        if isinstance(given, Group):
            found = [text for member in given.members if (text := self._having(member, texts))]
            if len(found) < 2:
                return found[0] if found else None
            return "(" + (" AND " if given.every else " OR ").join(found) + ")"
        return self._test(given, texts)

    def _test(self, given: Test, texts: dict[str, str]) -> str | None:
        metric = given.field
        assert isinstance(metric, Metric)
        try:
            target = Target(metric_type(metric))
            return condition(f"({texts[metric.id]})", target, given.rule, self.asking.dialect, self.question.clock)
        except BadFilter as error:
            cause = f'The filter on "{metric.id}" {error}.'
            raise refuse([Finding(InvalidQuery, cause, "Change the filter's operator or values.", metric.id)]) from None

    def _order(self, texts: dict[str, str]) -> tuple[str, ...]:
        """The sorts asked for; then the dimensions that are left, so that equal rows keep one order."""
        sorts = list(self.question.sorts)
        named = {sort.id for sort in sorts}
        sorts += [SortBy(d.id, d, False, None) for d in self.question.dimensions if d.id not in named]
        shown = {d.id for d in self.question.dimensions} | {m.id for m in self.question.metrics}
        found = []
        for sort in sorts:
            asked = sort.id in shown or sort.field is None
            text = self.asking.dialect.identifier(sort.id) if asked else texts[sort.id]
            nulls = "FIRST" if sort.nulls_first else "LAST"
            found.append(f"{text} {'DESC' if sort.descending else 'ASC'} NULLS {nulls}")
        return tuple(found)

    def _check(self) -> None:
        attributes = self.asking.attributes
        findings = []
        if self.asking.closed:
            cause = "Something that this question reads is closed to you."
            findings.append(Finding(MissingAttribute, cause, "Ask an administrator for the user attribute it needs."))
        findings += attributes.findings()
        if findings:
            raise refuse(findings)

    def _notes(self) -> tuple[str, ...]:
        question = self.question
        found = [*self.asking.words]
        if question.where is not None:
            found.append(f"Rows are kept where {condition_words(question.where)}.")
        found += [f"Rows are kept where {said(given)}." for given in self.filters]
        names = " and ".join(dimension.label for dimension in question.dimensions)
        if self.met and names:
            found.append(f"What was computed apart meets on {names}.")
        if question.dimensions and question.metrics:
            found.append(f"There is one row for each {names}.")
        if question.having is not None:
            found.append(f"Then those rows are kept where {condition_words(question.having)}.")
        return tuple(found)
