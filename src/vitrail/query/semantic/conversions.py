"""Conversion metrics: how many events of one kind were followed by one of another kind of the same entity.

Each later event counts once, for the closest earlier one within the window, under that one's dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitrail.catalog.dbt_semantic_model import Conversion, Expression, Item, SemanticMetric, SemanticModel, grain_order
from vitrail.query.semantic import times
from vitrail.query.semantic.definitions import length
from vitrail.query.semantic.leaves import aggregate, where
from vitrail.query.semantic.predicates import Predicate, of_filters
from vitrail.query.semantic.relations import Relation
from vitrail.query.semantic.rows import Rows
from vitrail.query.semantic.values import NO_SHIFT, Value, meet, over

if TYPE_CHECKING:
    from vitrail.query.semantic.metrics import Metrics


def conversion_value(
    metrics: Metrics,
    metric: SemanticMetric,
    body: Conversion,
    items: tuple[Item, ...],
    predicates: tuple[Predicate, ...],
) -> Value:
    asking = metrics.asking
    predicates = (*of_filters(metric.filters, asking, {body.base.model}), *predicates)
    relation, column = metrics.simple(body.base, items, predicates)
    within = f" within {length(body.window)}" if body.window is not None else ""
    asking.say(
        f"Each {body.conversion.measure.name} counts once, for the closest {body.base.measure.name} before it of the "
        f"same {body.entity}{within}."
    )
    base = Value(relation, column, body.base.fill)
    converted = _Converted(metrics, body, items, predicates)
    conversions = Value(*converted.relation(), body.conversion.fill)
    met = meet([base, conversions], len(items), asking.dialect)
    text = met.texts[1]
    if body.rate:
        text = asking.dialect.ratio.replace("{a}", met.texts[1]).replace("{b}", met.texts[0])
    made = over(met, asking.relations)
    return Value(made, made.value(text))


class _Converted:
    """The relation with the later events, each brought to the earlier one that it counts for."""

    def __init__(
        self, metrics: Metrics, body: Conversion, items: tuple[Item, ...], predicates: tuple[Predicate, ...]
    ) -> None:
        self.metrics, self.asking, self.body, self.items = metrics, metrics.asking, body, items
        self.predicates = (*of_filters(body.base.filters, self.asking, {body.base.model}), *predicates)

    def relation(self) -> tuple[Relation, str]:
        body = self.body
        base, later = (
            self._rows(body.base.model, body.base.measure.time),
            self._rows(body.conversion.model, body.conversion.measure.time),
        )
        grain = max(base.own_grain(), later.own_grain(), key=grain_order)
        earlier_text = self._earlier(base, grain)
        later_text = self._later(later, grain)
        on = ["b.entity = c.entity", "b.own <= c.own"]
        if body.window is not None:
            on.append(f"b.own > {times.earlier('c.own', body.window, grain, self.asking.dialect)}")
        on += [f"b.p{place} = c.p{place}" for place in range(len(body.constant))]
        keys = [f"b.k{place}" for place in range(len(self.items))]
        # Of several earlier ones within the grain the latest to the moment, so that the answer is always the same.
        order = ", ".join(["b.own DESC", "b.moment DESC", *keys])
        columns = [f"b.k{place} AS k{place}" for place in range(len(self.items))]
        columns += ["c.x AS x", f"ROW_NUMBER() OVER (PARTITION BY c.id ORDER BY {order}) AS place"]
        source = (
            f"FROM (\nSELECT {', '.join(columns)}\nFROM ({earlier_text}) AS b\n"
            f"INNER JOIN ({later_text}) AS c ON {' AND '.join(on)}\n) AS r\nWHERE r.place = 1"
        )
        named = tuple(f"r.k{place}" for place in range(len(self.items)))
        made = self.asking.relations.add((source, named), named, lambda: source, grouped=True)
        column = made.value(aggregate(body.conversion.measure, "r.x", self.asking))
        if body.conversion.to_spine and any(base.is_time(item) for item in self.items):
            of_time = tuple(given for given in self.predicates if self.metrics.only_time(base, given))
            return self.metrics.on_spine(made, column, self.items, of_time, (), NO_SHIFT, base, keep=True)
        return made, column

    def _rows(self, model: str, time: str | None) -> Rows:
        rows = Rows(self.asking, self.asking.layer.models[model], time)
        rows.call_source = self.metrics.call
        return rows

    def _earlier(self, rows: Rows, grain: str) -> str:
        columns = [f"{rows.item(item)} AS k{place}" for place, item in enumerate(self.items)]
        columns += [*self._common(rows, grain, 0), f"{rows.raw_time()} AS moment"]
        tests = where(text for given in self.predicates if (text := given.write(rows.text)))
        return f"SELECT {', '.join(columns)}\n{rows.from_text()}{tests}"

    def _later(self, rows: Rows, grain: str) -> str:
        filters = of_filters(self.body.conversion.filters, self.asking, {rows.model.name})
        tests = where(text for given in filters if (text := given.write(rows.text)))
        columns = self._common(rows, grain, 1)
        columns += [f"{rows.base.column(self.body.conversion.measure.expression)} AS x"]
        columns += [f"{self.asking.dialect.row_number()} AS id"]
        return f"SELECT {', '.join(columns)}\n{rows.from_text()}{tests}"

    def _common(self, rows: Rows, grain: str, side: int) -> list[str]:
        entity = rows.base.column(rows.model.entities[self.body.entity].expression)
        found = [f"{entity} AS entity", f"{times.cut(rows.raw_time(), grain, self.asking.dialect)} AS own"]
        for place, pair in enumerate(self.body.constant):
            found.append(f"{rows.base.column(_element(rows.model, pair[side]))} AS p{place}")
        return found


def _element(model: SemanticModel, name: str) -> Expression:
    found = model.dimensions.get(name) or model.entities[name]
    return found.expression
