"""dbt's semantic layer → an Ossie document's datasets, relationships and metrics.

Simple, ratio and derived metrics have expressions; what depends on time spines (cumulative, conversion, offsets, the
last of a period) has none there, and is left out with a warning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vitrail.catalog.dbt_semantic_model import (
    Derived,
    Entity,
    EntityKind,
    Expression,
    Filter,
    Input,
    Item,
    Measure,
    Ratio,
    SemanticDimension,
    SemanticLayer,
    SemanticMetric,
    SemanticModel,
    Simple,
)
from vitrail.catalog.model import DimensionType
from vitrail.catalog.ossie_export_sql import CantSay, Speaker
from vitrail.catalog.ossie_fields import VENDOR

_DATATYPES = {
    DimensionType.NUMBER: "Decimal",
    DimensionType.STRING: "String",
    DimensionType.BOOLEAN: "Boolean",
    DimensionType.DATE: "Date",
    DimensionType.TIMESTAMP: "DateTime",
}
_AGGREGATES = {
    "sum": "SUM({x})",
    "min": "MIN({x})",
    "max": "MAX({x})",
    "average": "AVG({x})",
    "count_distinct": "COUNT(DISTINCT {x})",
    "percentile": "PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY {x})",
}
_FROM_ONE = (EntityKind.PRIMARY, EntityKind.UNIQUE)


@dataclass(slots=True)
class Part:
    datasets: list[dict[str, Any]] = field(default_factory=list)
    relationships: list[dict[str, Any]] = field(default_factory=list)
    metrics: list[dict[str, Any]] = field(default_factory=list)
    access: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def export_layer(layer: SemanticLayer, speaker: Speaker, datasets: set[str], metrics: set[str]) -> Part:
    """`datasets` and `metrics`: names that are taken."""
    return _Exporter(layer, speaker, datasets, metrics).export()


class _Exporter:
    def __init__(self, layer: SemanticLayer, speaker: Speaker, datasets: set[str], metrics: set[str]) -> None:
        self.layer, self.speaker, self.taken = layer, speaker, metrics
        self.names: dict[str, str] = {}
        for name in layer.models:
            wanted = name if name not in datasets else f"{name}_semantic"
            while wanted in datasets:
                wanted += "_"
            datasets.add(wanted)
            self.names[name] = wanted
        self.found = Part()

    def export(self) -> Part:
        for model in self.layer.models.values():
            self.found.datasets.append(self._dataset(model))
        for model in self.layer.models.values():
            self._relationships(model)
        for metric in self.layer.metrics.values():
            try:
                expression = self.speaker.expression(self._metric(metric, ()))
            except CantSay as wrong:
                self.found.others.append(f"metric {metric.name} is left out: {wrong}")
                continue
            name = metric.name if metric.name not in self.taken else f"{metric.name}_semantic"
            made: dict[str, Any] = {"name": name, "expression": expression}
            if metric.description:
                made["description"] = metric.description
            self.found.metrics.append(made | _extension(label=metric.label))
        return self.found

    def _dataset(self, model: SemanticModel) -> dict[str, Any]:
        made: dict[str, Any] = {"name": self.names[model.name], "source": model.relation}
        fields: dict[str, dict[str, Any]] = {}
        for entity in model.entities.values():
            self._field(fields, entity.name, entity.expression, {"label": entity.label})
        for dimension in model.dimensions.values():
            more: dict[str, Any] = {"label": dimension.label, "datatype": _DATATYPES[dimension.type]}
            if dimension.grain:
                more |= {"datatype": "Date" if dimension.grain == "day" else "DateTime", "dimension": {"is_time": True}}
            if dimension.description:
                more["description"] = dimension.description
            if any(not rule.empty for rule in dimension.rules):
                self.found.access.append(f"field {model.name}.{dimension.name} has an attribute rule; it is left out")
                continue
            self._field(fields, dimension.name, dimension.expression, more)
        key = next((e for e in model.entities.values() if e.kind is EntityKind.PRIMARY), None)
        if key is not None:
            made["primary_key"] = [key.expression.sql if key.expression.plain else key.name]
        if model.description:
            made["description"] = model.description
        if fields:
            made["fields"] = list(fields.values())
        guard = model.guarded.base.sql_filter if model.guarded else None
        if guard:
            self.found.access.append(f"the row filter of {model.name} ({' '.join(guard.split())[:200]})")
        if not model.rule.empty:
            names = ", ".join(sorted({*model.rule.all, *model.rule.any}))
            self.found.access.append(f"{model.name} is for those with the attribute {names}")
        return made | _extension(
            label=model.label,
            sql_filter=guard,
            required_attributes={name: list(values) for name, values in model.rule.all.items()},
            any_attributes={name: list(values) for name, values in model.rule.any.items()},
        )

    def _field(self, fields: dict[str, dict[str, Any]], name: str, given: Expression, more: dict[str, Any]) -> None:
        if name in fields:
            return
        try:
            text = given.around.replace("{x}", given.sql if given.plain else f"({given.sql})")
            fields[name] = {"name": name, "expression": self.speaker.expression(text), **more}
        except CantSay as wrong:
            self.found.others.append(f"field {name} is left out: {wrong}")

    def _relationships(self, model: SemanticModel) -> None:
        for entity in model.entities.values():
            if entity.kind is not EntityKind.FOREIGN:
                continue
            for other in self.layer.models.values():
                match = other.entities.get(entity.name)
                if other is model or match is None or match.kind not in _FROM_ONE or other.validity:
                    continue
                ends = [e.expression.sql if e.expression.plain else e.name for e in (entity, match)]
                names = {each["name"] for each in self.found.relationships}
                name = entity.name if entity.name not in names else f"{model.name}_{entity.name}"
                while name in names:
                    name += "_"
                self.found.relationships.append(
                    {
                        "name": name,
                        "from": self.names[model.name],
                        "to": self.names[other.name],
                        "from_columns": ends[:1],
                        "to_columns": ends[1:],
                    }
                )

    # -- Metrics

    def _metric(self, metric: SemanticMetric, filters: tuple[Filter, ...], depth: int = 0) -> str:
        if depth > 20:
            raise CantSay("it refers to metrics too deep")
        body = metric.body
        if isinstance(body, Simple):
            return self._simple(body, filters)
        within = (*filters, *metric.filters)
        if isinstance(body, Ratio):
            above, below = (self._input(each, within, depth) for each in (body.numerator, body.denominator))
            return f"({above}) / NULLIF({below}, 0)"
        if isinstance(body, Derived):
            inputs = [self._input(each, within, depth) for each in body.inputs]
            return "".join(part if isinstance(part, str) else f"({inputs[part]})" for part in body.parts)
        raise CantSay(f"the format has no {type(body).__name__.lower()} metrics")

    def _input(self, given: Input, filters: tuple[Filter, ...], depth: int) -> str:
        if given.offset or given.to_grain:
            raise CantSay("it compares with an earlier period")
        return self._metric(self.layer.metrics[given.metric], (*filters, *given.filters), depth + 1)

    def _simple(self, body: Simple, filters: tuple[Filter, ...]) -> str:
        model, measure = self.layer.models[body.model], body.measure
        if measure.non_additive:
            raise CantSay("its measure is not added up over time")
        if measure.discrete:
            raise CantSay("the format has no discrete percentile")
        if measure.agg not in _AGGREGATES:
            raise CantSay(f"the format has no {measure.agg}")
        read = self._read(model, measure)
        if tests := [self._filter(model, each) for each in (*body.filters, *filters)]:
            read = f"CASE WHEN {' AND '.join(tests)} THEN {read} END"
        if body.fill is not None or body.to_spine:
            self.found.others.append(f"metric over {measure.name}: moments without rows are not filled elsewhere")
        template = _AGGREGATES[measure.agg]
        return template.replace("{p}", repr(measure.percentile or 0.5)).replace("{x}", read)

    def _read(self, model: SemanticModel, measure: Measure) -> str:
        """What a measure reads, each column with its dataset."""
        dataset = self.names[model.name]
        try:
            tree = sqlglot.parse_one(f"SELECT {measure.expression.over(dataset)}\n", read=self.speaker.dialect)
        except (SqlglotError, RecursionError):
            raise CantSay("its SQL can't be parsed") from None
        shadows: dict[str, Entity | SemanticDimension] = {**model.entities, **model.dimensions}
        for column in tree.find_all(exp.Column):
            shadow = shadows.get(column.name)
            if shadow is not None and not (shadow.expression.plain and shadow.expression.sql == column.name):
                raise CantSay(f"it reads the column {column.name}, and {column.name} is another thing of that name")
            column.set("table", exp.to_identifier(dataset))
        return str(tree.expressions[0].sql(dialect=self.speaker.dialect, comments=False))

    def _filter(self, model: SemanticModel, given: Filter) -> str:
        text: list[str] = []
        for part in given.parts:
            if isinstance(part, str):
                text.append(part)
            elif isinstance(part, Item):
                text.append(self._item(model, part))
            else:
                raise CantSay("it is filtered by another metric")
        return f"({''.join(text)})"

    def _item(self, model: SemanticModel, item: Item) -> str:
        """The field that an item of a filter means, seen from a model."""
        if item.part or item.is_metric_time:
            raise CantSay("its filter takes a part of a date, or metric_time")
        here = model
        links = item.links
        if links and links[0] in here.own_links():
            links = links[1:]
        for link in links:
            here = self._next(here, link)
        if item.name not in here.dimensions and item.name not in here.entities:
            raise CantSay(f"its filter names {item.spelled()}, which is not found")
        name = f"{self.names[here.name]}.{item.name}"
        return f"DATE_TRUNC('{item.grain}', {name})" if item.grain else name

    def _next(self, model: SemanticModel, link: str) -> SemanticModel:
        found = [
            other
            for other in self.layer.models.values()
            if other is not model and (e := other.entities.get(link)) is not None and e.kind in _FROM_ONE
        ]
        if link not in model.entities or len(found) != 1:
            raise CantSay(f"its filter goes by way of {link}, which leads to no one model")
        return found[0]


def _extension(**said: Any) -> dict[str, Any]:
    kept = {key: value for key, value in said.items() if value}
    return {"custom_extensions": [{"vendor_name": VENDOR, "data": orjson.dumps(kept).decode()}]} if kept else {}
