"""What a field of a semantic explore is made of, for whoever asks why a number is what it is."""

from __future__ import annotations

from vitrail.catalog.dbt_semantic_model import (
    Conversion,
    Cumulative,
    Derived,
    Filter,
    Input,
    Item,
    Ratio,
    SemanticMetric,
    Simple,
    Window,
)
from vitrail.catalog.model import Dimension, Explore, Metric, Origin


def semantic_metric(field: Dimension | Metric, explore: Explore) -> SemanticMetric | None:
    """The metric of the layer that a field is; None for a dimension, and outside such explores."""
    semantic = explore.semantic
    name = semantic.metrics.get(field.id) if semantic is not None else None
    return semantic.layer.metrics[name] if semantic is not None and name is not None else None


def inputs_of(metric: SemanticMetric, explore: Explore) -> list[Dimension | Metric]:
    """The metrics that it is made of, as fields of the explore as far as they are there."""
    body = metric.body
    if not isinstance(body, Ratio | Derived) or explore.semantic is None:
        return []
    names = dict.fromkeys(one.metric for one in _inputs(body))
    return [field for name in names if (field := explore.semantic.metric_spellings.get(name)) is not None]


def formula_of(metric: SemanticMetric) -> str:
    """How it is computed, in dbt's words."""
    body = metric.body
    if isinstance(body, Simple):
        return _aggregate(body)
    if isinstance(body, Ratio):
        return f"{_input(body.numerator)} / {_input(body.denominator)}"
    if isinstance(body, Derived):
        said = [text for one in body.inputs if (text := _input(one)) != one.alias]
        return body.sql.strip() + (f" with {', '.join(said)}" if said else "")
    if isinstance(body, Cumulative):
        span = "of all time up to it"
        if body.window is not None:
            span = f"of the {length(body.window)} up to it"
        elif body.to_date is not None:
            span = f"since the start of its {body.to_date}"
        return f"at each moment {_aggregate(body.base)} {span}"
    assert isinstance(body, Conversion)
    within = f" within {length(body.window)}" if body.window is not None else ""
    counted = f"{body.conversion.measure.name} that follow {body.base.measure.name} of the same {body.entity}{within}"
    return f"{counted}, divided by {body.base.measure.name}" if body.rate else counted


def filters_of(metric: SemanticMetric) -> tuple[str, ...]:
    """Its own filters, with dbt's spelling of what they are about."""
    body = metric.body
    filters = metric.filters
    if isinstance(body, Simple):
        filters += body.filters
    elif isinstance(body, Cumulative):
        filters += body.base.filters
    elif isinstance(body, Conversion):
        filters += (*body.base.filters, *body.conversion.filters)
    return tuple(said(one) for one in filters)


def said(given: Filter) -> str:
    texts = []
    for part in given.parts:
        if isinstance(part, Item):
            texts.append(part.spelled())
        elif isinstance(part, str):
            texts.append(part)
        else:
            texts.append(f"{part.metric} by {part.group_by.spelled()}")
    return "".join(texts).strip()


def origin_of(field: Dimension | Metric, explore: Explore) -> Origin:
    """Where a field is written: a metric's own place, a dimension's semantic model."""
    metric = semantic_metric(field, explore)
    own = metric.origin if metric is not None else None
    return own if own is not None and own.file is not None else explore.tables[field.table].origin


def _inputs(body: Ratio | Derived) -> tuple[Input, ...]:
    return body.inputs if isinstance(body, Derived) else (body.numerator, body.denominator)


def _input(given: Input) -> str:
    text = given.metric if given.alias in (given.metric, None) else f"{given.alias} = {given.metric}"
    if given.offset is not None:
        text += f" {length(given.offset)} earlier"
    if given.to_grain is not None:
        text += f" at the start of the {given.to_grain}"
    if given.filters:
        text += f" where {' and '.join(map(said, given.filters))}"
    return text


def _aggregate(simple: Simple) -> str:
    measure = simple.measure
    expression = measure.expression
    text = expression.around.replace("{x}", expression.sql).strip()
    if measure.agg == "percentile":
        return f"percentile {measure.percentile:g} of {text}" if measure.percentile is not None else text
    shape = measure.non_additive
    if shape is None:
        return f"{measure.agg}({text})"
    each = f" for each {' and '.join(shape.groupings)}" if shape.groupings else ""
    return f"{measure.agg}({text}) at the {'last' if shape.last else 'first'} {shape.dimension}{each}"


def length(window: Window) -> str:
    """`7 days`."""
    return f"{window.count} {window.grain}{'s' * (window.count != 1)}"
