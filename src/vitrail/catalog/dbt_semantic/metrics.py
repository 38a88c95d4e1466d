"""The metrics of a dbt manifest → `SemanticMetric`s, each once all that it is made of is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.dbt_semantic.filters import read_filters
from vitrail.catalog.dbt_semantic.formulas import split_formula
from vitrail.catalog.dbt_semantic.models import ModelReader
from vitrail.catalog.dbt_semantic_model import (
    GRAINS,
    Conversion,
    Cumulative,
    Derived,
    Filter,
    Input,
    Ratio,
    SemanticMetric,
    SemanticModel,
    Simple,
    Window,
)
from vitrail.catalog.manifest import NAME, meta_of
from vitrail.catalog.model import Origin
from vitrail.catalog.snippets import SnippetError, check, references
from vitrail.catalog.yaml_values import Wrong

_WINDOW = re.compile(r"\s*(\d{1,6})\s+([A-Za-z]\w*)\s*\Z")
_PERIODS = frozenset({"first", "last", "average"})
MAX_DEPTH = 30


class MetricReader:
    """`readers`: of each semantic model, for measures that are written in a metric. `missing`: why a model or a measure
    that is named here is not there."""

    def __init__(
        self,
        models: Mapping[str, SemanticModel],
        readers: Mapping[str, ModelReader],
        custom: frozenset[str],
        dialect: str,
        origin_of: Callable[[Mapping[str, Any]], Origin],
    ) -> None:
        self.models, self.readers, self.custom, self.dialect, self.origin_of = (
            models,
            readers,
            custom,
            dialect,
            origin_of,
        )
        self.measures = {name: (model, m) for model in models.values() for name, m in model.measures.items()}
        self.given: dict[str, Mapping[str, Any]] = {}
        self.metrics: dict[str, SemanticMetric] = {}
        self.left_out: dict[str, tuple[str, str | None]] = {}
        """Why, and the cure where there is one of its own."""
        self._path: list[str] = []

    def read(self, given: list[Any]) -> dict[str, SemanticMetric]:
        for entry in given:
            name = entry.get("name") if isinstance(entry, dict) else None
            if not isinstance(name, str) or not NAME.match(name):
                self.left_out[str(name)[:60]] = "its name is not a plain word", None
            elif name.lower() in self.given:
                self.left_out[name] = "another metric has this name; the first is used", None
            else:
                self.given[name.lower()] = entry
        self._made_by_measures()
        for name in self.given:
            with suppress(Wrong):  # Why is in `left_out`.
                self._metric(name)
        # In the order they are written, not in the order they were needed.
        return {name: self.metrics[name] for name in self.given if name in self.metrics}

    def _made_by_measures(self) -> None:
        """`create_metric: true` on a measure; dbt writes such a metric out itself, other writers may not."""
        for model in self.readers.values():
            entries = model.given.get("measures")
            for entry in entries if isinstance(entries, list) else ():
                name = entry.get("name") if isinstance(entry, dict) else None
                if isinstance(name, str) and entry.get("create_metric") is True and name.lower() not in self.given:
                    self.given[name.lower()] = {
                        "name": name,
                        "type": "simple",
                        "label": entry.get("label"),
                        "description": entry.get("description"),
                        "type_params": {"measure": {"name": name}},
                    }

    def _metric(self, name: str) -> SemanticMetric:
        """The metric of that name. Raises `Wrong` when it is left out."""
        if name in self.metrics:
            return self.metrics[name]
        if name in self.left_out:
            raise Wrong(f"the metric {name} is left out ({self.left_out[name][0]})")
        if name not in self.given:
            raise Wrong(f"there is no metric {name[:60]!r}")
        if name in self._path:
            raise Wrong(f"it refers to itself in a circle ({' → '.join([*self._path, name])})")
        if len(self._path) > MAX_DEPTH:
            raise Wrong(f"metrics are nested more than {MAX_DEPTH} deep")
        self._path.append(name)
        try:
            self.metrics[name] = self._read(name, self.given[name])
            return self.metrics[name]
        except (Wrong, SnippetError) as wrong:
            self.left_out[name] = str(wrong), wrong.cure if isinstance(wrong, SnippetError) else None
            raise Wrong(f"the metric {name} is left out ({wrong})") from None
        finally:
            self._path.pop()

    def _read(self, name: str, given: Mapping[str, Any]) -> SemanticMetric:
        kind = (read.text(given, "type") or "").lower()
        params = read.mapping(given, "type_params")
        filters = self._filters(given)
        grain = read.text(given, "time_granularity")
        grain = grain.lower() if grain else None
        if grain is not None and grain not in GRAINS and grain not in self.custom:
            raise Wrong(f"`time_granularity: {grain[:40]}` is not known")
        body: Simple | Ratio | Derived | Cumulative | Conversion
        if kind == "simple":
            body = self._simple(name, params, filters)
            filters = ()
        elif kind == "ratio":
            body = Ratio(self._input(params.get("numerator")), self._input(params.get("denominator")))
        elif kind == "derived":
            body = self._derived(params)
        elif kind == "cumulative":
            body = self._cumulative(params)
        elif kind == "conversion":
            body = self._conversion(params)
        else:
            raise Wrong(f"`type: {kind[:40]}` is not simple, ratio, derived, cumulative or conversion")
        label = read.text(given, "label")
        label = label if label and label != name else read.words(name)
        origin = self.origin_of(given)
        meta = meta_of(dict(given))
        rule, hidden = read.rule(meta), read.flag(meta, "hidden")
        return SemanticMetric(name, body, label, read.text(given, "description"), filters, grain, origin, rule, hidden)

    def _filters(self, given: Mapping[str, Any]) -> tuple[Filter, ...]:
        found = read_filters(given.get("filter"), self.custom, self.dialect)
        for filter_ in found:
            for call in filter_.calls():
                self._metric(call.metric)
        return found

    def _simple(self, name: str, params: Mapping[str, Any], filters: tuple[Filter, ...]) -> Simple:
        measure = params.get("measure")
        aggregation = read.mapping(params, "metric_aggregation_params")
        named = measure.get("name") if isinstance(measure, dict) else measure
        if isinstance(named, str) and (not aggregation or named.lower() in self.measures):
            return self._measured(measure, filters, params)
        if not aggregation:
            raise Wrong("it names no measure")
        model_name = (read.text(aggregation, "semantic_model") or "").lower()
        if model_name not in self.models:
            raise Wrong(f"there is no usable semantic model {model_name[:60]!r}")
        model = self.models[model_name]
        expr = params.get("expr") if params.get("expr") is not None else aggregation.get("expr")
        defaults = read.mapping(self.readers[model_name].given, "defaults")
        time = read.text(defaults, "agg_time_dimension")
        given = {**aggregation, "name": name, "expr": expr}
        found = self.readers[model_name].measure(given, time, model.dimensions, model.entities)
        return Simple(model_name, found, filters, _fill(params), read.flag(params, "join_to_timespine"))

    def _measured(
        self, measure: Any, filters: tuple[Filter, ...] = (), params: Mapping[str, Any] | None = None
    ) -> Simple:
        """A measure as a metric names it: a text, or a mapping with a filter of its own."""
        given = measure if isinstance(measure, dict) else {"name": measure}
        name = given.get("name")
        if not isinstance(name, str) or name.lower() not in self.measures:
            raise Wrong(f"there is no usable measure {str(name)[:60]!r}")
        model, found = self.measures[name.lower()]
        fill, to_spine = _fill(given), read.flag(given, "join_to_timespine")
        if params is not None:
            fill = fill if fill is not None else _fill(params)
            to_spine = to_spine or read.flag(params, "join_to_timespine")
        return Simple(model.name, found, (*filters, *self._filters(given)), fill, to_spine)

    def _of_metric(self, given: Any) -> Simple:
        """A simple metric as the input of a cumulative or conversion metric."""
        given = given if isinstance(given, dict) else {"name": given}
        name = given.get("name")
        if not isinstance(name, str):
            raise Wrong("it names no measure and no metric")
        body = self._metric(name.lower()).body
        if not isinstance(body, Simple):
            raise Wrong(f"its input {name[:60]!r} is not a simple metric")
        filters = self._filters(given)
        return Simple(body.model, body.measure, (*body.filters, *filters), body.fill, body.to_spine)

    def _base(self, params: Mapping[str, Any], measure: str, metric: str) -> Simple:
        named = params.get(measure)
        name = named.get("name") if isinstance(named, dict) else named
        if isinstance(name, str) and (name.lower() in self.measures or params.get(metric) is None):
            return self._measured(named)
        return self._of_metric(params.get(metric))

    def _input(self, given: Any) -> Input:
        given = given if isinstance(given, dict) else {"name": given}
        name = given.get("name")
        if not isinstance(name, str):
            raise Wrong("an input metric has no name")
        found = self._metric(name.lower())
        alias = read.text(given, "alias") or found.name
        if not NAME.match(alias):
            raise Wrong(f"the alias {alias[:60]!r} is not a plain word")
        offset, to_grain = self._window(given.get("offset_window")), self._grain(given.get("offset_to_grain"))
        if offset is not None and to_grain is not None:
            raise Wrong(f"its input {name[:60]!r} has an offset_window and an offset_to_grain")
        return Input(found.name, alias, self._filters(given), offset, to_grain)

    def _derived(self, params: Mapping[str, Any]) -> Derived:
        entries = params.get("metrics")
        if not isinstance(entries, list) or not entries:
            raise Wrong("a derived metric needs `metrics`")
        inputs = tuple(self._input(entry) for entry in entries)
        known = {one.alias.lower() for one in inputs}
        if len(known) < len(inputs):
            raise Wrong("two of its inputs have the same name; give one an alias")
        sql = read.text(params, "expr")
        if sql is None:
            raise Wrong("a derived metric needs `expr`")
        if references(sql):
            raise Wrong("`expr` names its inputs outright; ${…} can't stand in it")
        traits = check(sql, self.dialect)
        if traits.aggregates or traits.windows or traits.tables:
            raise Wrong("`expr` may combine its inputs, not aggregate or read tables")
        if unknown := next((name for name in traits.columns if name.lower() not in known), None):
            raise Wrong(f"`expr` names {unknown[:60]!r}, which is not one of its `metrics`")
        return Derived(sql, inputs, split_formula(sql, [one.alias for one in inputs], len(traits.columns)))

    def _cumulative(self, params: Mapping[str, Any]) -> Cumulative:
        more = {k: v for k, v in read.mapping(params, "cumulative_type_params").items() if v is not None}
        window = self._window(more.get("window", params.get("window")))
        to_date = self._grain(more.get("grain_to_date", params.get("grain_to_date")))
        if window is not None and to_date is not None:
            raise Wrong("it has a window and a grain_to_date; only one of the two can hold")
        if window is not None and window.grain not in GRAINS:
            raise Wrong("the window of a cumulative metric must be in a standard granularity")
        period = more.get("period_agg", "first")
        if period not in _PERIODS:
            raise Wrong(f"`period_agg: {str(period)[:40]}` is not first, last or average")
        base = self._base({**params, **more}, "measure", "metric")
        return Cumulative(base, window, to_date, str(period), _fill(params))

    def _conversion(self, params: Mapping[str, Any]) -> Conversion:
        given = read.mapping(params, "conversion_type_params")
        base = self._base(given, "base_measure", "base_metric")
        conversion = self._base(given, "conversion_measure", "conversion_metric")
        entity = (read.text(given, "entity") or "").lower()
        for one in (base, conversion):
            if entity not in self.models[one.model].entities:
                raise Wrong(f"`entity: {entity[:60]}` is not an entity of {one.model}")
            if one.measure.time is None:
                raise Wrong(f"the measure {one.measure.name} has no time dimension")
        calculation = read.text(given, "calculation") or "conversion_rate"
        if calculation not in ("conversion_rate", "conversions"):
            raise Wrong(f"`calculation: {calculation[:40]}` is not conversion_rate or conversions")
        window = self._window(given.get("window"))
        if window is not None and window.grain not in GRAINS:
            raise Wrong("the window of a conversion metric must be in a standard granularity")
        constant = []
        for pair in given.get("constant_properties") or ():
            names = [str(pair.get(key, "")).lower() for key in ("base_property", "conversion_property")]
            for name, one in zip(names, (base, conversion), strict=True):
                model = self.models[one.model]
                if name not in model.dimensions and name not in model.entities:
                    raise Wrong(f"`constant_properties` names {name[:60]!r}, which {model.name} does not have")
            constant.append((names[0], names[1]))
        return Conversion(base, conversion, entity, window, calculation == "conversion_rate", tuple(constant))

    def _window(self, given: Any) -> Window | None:
        if given is None or given == "":
            return None
        if isinstance(given, str):
            match = _WINDOW.match(given)
            count, grain = (int(match.group(1)), match.group(2)) if match else (None, None)
        else:
            count = given.get("count") if isinstance(given, dict) else None
            grain = given.get("granularity") if isinstance(given, dict) else None
        if isinstance(count, bool) or not isinstance(count, int) or not isinstance(grain, str) or count < 0:
            raise Wrong(f"{str(given)[:60]!r} is not a window such as `7 days`")
        return Window(count, self._grain(grain) or "")

    def _grain(self, given: Any) -> str | None:
        if given is None or given == "":
            return None
        word = str(given).lower()
        for form in (word, word.removesuffix("s")):
            if form in GRAINS or form in self.custom:
                return form
        raise Wrong(f"{word[:40]!r} is not a granularity that is known")


def _fill(given: Mapping[str, Any]) -> int | None:
    value = given.get("fill_nulls_with")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong("`fill_nulls_with` must be a whole number")
    return value
