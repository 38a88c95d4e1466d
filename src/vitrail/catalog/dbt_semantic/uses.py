"""What a metric is made of, however deep: its aggregates, and the rules of all that it reads."""

from __future__ import annotations

from vitrail.catalog.dbt_semantic.reach import reach
from vitrail.catalog.dbt_semantic_model import (
    Conversion,
    Cumulative,
    Derived,
    Filter,
    Ratio,
    SemanticLayer,
    SemanticMetric,
    Simple,
)
from vitrail.catalog.model import AttributeRule


def measures_of(layer: SemanticLayer, metric: SemanticMetric) -> tuple[Simple, ...]:
    """The aggregates of a metric, in the order they are named; never empty."""
    body = metric.body
    if isinstance(body, Simple):
        return (body,)
    if isinstance(body, Cumulative):
        return (body.base,)
    if isinstance(body, Conversion):
        return (body.base, body.conversion)
    inputs = body.inputs if isinstance(body, Derived) else (body.numerator, body.denominator)
    return tuple(one for given in inputs for one in measures_of(layer, layer.metrics[given.metric]))


def needs_time(layer: SemanticLayer, metric: SemanticMetric) -> bool:
    """Whether a metric is nothing without a time: it has a window, or is of another time than the one that is asked."""
    body = metric.body
    if isinstance(body, Cumulative):
        return body.window is not None or body.to_date is not None
    if isinstance(body, Simple | Conversion):
        return False
    inputs = body.inputs if isinstance(body, Derived) else (body.numerator, body.denominator)
    return any(one.offset or one.to_grain or needs_time(layer, layer.metrics[one.metric]) for one in inputs)


def _filters(layer: SemanticLayer, metric: SemanticMetric) -> tuple[Filter, ...]:
    """Every filter that stands in a metric or in what it is made of."""
    body = metric.body
    if isinstance(body, Simple):
        return (*metric.filters, *body.filters)
    if isinstance(body, Cumulative):
        return (*metric.filters, *body.base.filters)
    if isinstance(body, Conversion):
        return (*metric.filters, *body.base.filters, *body.conversion.filters)
    inputs = body.inputs if isinstance(body, Derived) else (body.numerator, body.denominator)
    found = list(metric.filters)
    for given in inputs:
        found += [*given.filters, *_filters(layer, layer.metrics[given.metric])]
    return tuple(found)


def _own_rules(layer: SemanticLayer, metric: SemanticMetric) -> list[AttributeRule]:
    """The metric's own rule, and those of the metrics inside it."""
    body = metric.body
    inputs = body.inputs if isinstance(body, Derived) else ()
    if isinstance(body, Ratio):
        inputs = (body.numerator, body.denominator)
    return [metric.rule, *(rule for one in inputs for rule in _own_rules(layer, layer.metrics[one.metric]))]


def rules_of(layer: SemanticLayer, metric: SemanticMetric) -> tuple[AttributeRule, ...]:
    """The rules of every relation that the metric reads whatever it is grouped by: its measures' and its filters'.

    A rule on a column that a measure or a filter reads is not among them: an aggregate of a closed column is a field
    with a rule of its own, as in Lightdash's dialect.
    """
    names: dict[str, None] = {}
    measured = measures_of(layer, metric)
    for one in measured:
        names[one.model] = None
    rules = [*(one.measure.rule for one in measured), *_own_rules(layer, metric)]
    for filter_ in _filters(layer, metric):
        for call in filter_.calls():
            rules += rules_of(layer, layer.metrics[call.metric])
        for item in filter_.items():
            for one in measured:
                if found := reach(layer, layer.models[one.model]).of(item):
                    names |= dict.fromkeys((*(hop.model for hop in found.chain), found.model.name))
    rules += [layer.models[name].rule for name in names]
    return tuple({repr(rule): rule for rule in rules if not rule.empty}.values())
