"""Metrics → values of relations: each metric from its inputs, however deep."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.catalog.dbt_semantic.uses import measures_of
from vitrail.catalog.dbt_semantic_model import (
    Conversion,
    Cumulative,
    Derived,
    Input,
    Item,
    MetricCall,
    Ratio,
    SemanticMetric,
    Simple,
    grain_order,
)
from vitrail.query.semantic import times
from vitrail.query.semantic.asking import Asking
from vitrail.query.semantic.conversions import conversion_value
from vitrail.query.semantic.leaves import Leaf, Move, earlier_words, where
from vitrail.query.semantic.predicates import Predicate, of_filters
from vitrail.query.semantic.relations import Relation
from vitrail.query.semantic.rows import Rows
from vitrail.query.semantic.spines import spine_items
from vitrail.query.semantic.values import NO_SHIFT, Shift, Value, filled, meet, over

Items = tuple[Item, ...]
Predicates = tuple[Predicate, ...]


class Metrics:
    """Evaluates the metrics of one question."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking

    def value(self, name: str, items: Items, predicates: Predicates, shift: Shift = NO_SHIFT) -> Value:
        metric = self.asking.layer.metrics[name]
        body = metric.body
        if isinstance(body, Simple):
            return self._finished(body, items, predicates, shift)
        if isinstance(body, Cumulative):
            return self._cumulative(metric, body, items, predicates, shift)
        if isinstance(body, Conversion):
            if shift.some:
                raise self.asking.refuse(
                    f"{name} counts conversions, which can't be set back in time.", "Ask for it without the offset."
                )
            return conversion_value(self, metric, body, items, predicates)
        return self._combined(metric, body, items, predicates, shift)

    # -- Simple metrics

    def _finished(self, simple: Simple, items: Items, predicates: Predicates, shift: Shift) -> Value:
        relation, column = self.simple(simple, items, predicates, shift)
        return Value(relation, column, simple.fill)

    def simple(
        self,
        simple: Simple,
        items: Items,
        predicates: Predicates,
        shift: Shift = NO_SHIFT,
        cumulative: Cumulative | None = None,
    ) -> tuple[Relation, str]:
        """An aggregate, moved in time and joined to the time spine as it is wanted; its nulls not filled yet."""
        own = of_filters(simple.filters, self.asking, {simple.model})
        rows = self._kind_of(simple)
        time_items = [item for item in items if rows.is_time(item)]
        move = None
        if cumulative is not None and time_items:
            move = Move(True, cumulative.window, cumulative.to_date)
        everything = (*own, *predicates)
        of_time = tuple(given for given in everything if self.only_time(rows, given))
        if cumulative is not None and not time_items:
            self._timeless(simple, cumulative, bool(of_time) or any(self._mixed(rows, given) for given in everything))
        after = False
        kept = everything
        if shift.some:
            if not time_items:
                raise self.asking.refuse(
                    f"{simple.measure.name} is asked for at an earlier time, which needs a time to be earlier than.",
                    "Ask for metric_time too.",
                )
            after = self._after_aggregation(time_items, shift) and not any(self._mixed(rows, p) for p in everything)
            if after:
                kept = tuple(given for given in everything if given not in of_time)
            else:
                base = move or Move()
                move = Move(base.cumulative, base.window, base.to_date, shift.offset, shift.to_grain)
        relation, column = Leaf(self.asking, simple, items, kept, self.call).make(move)
        if after or (simple.to_spine and time_items):
            again = tuple(
                given
                for given in predicates
                if not self.only_time(rows, given) and not given.calls and given.items <= frozenset(items)
            )
            relation, column = self.on_spine(
                relation,
                column,
                items,
                of_time,
                again if simple.to_spine else (),
                shift if after else NO_SHIFT,
                rows,
                keep=simple.to_spine,
            )
        return relation, column

    def _kind_of(self, simple: Simple) -> Rows:
        return Rows(self.asking, self.asking.layer.models[simple.model], simple.measure.time)

    @staticmethod
    def only_time(rows: Rows, given: Predicate) -> bool:
        return not given.calls and bool(given.items) and all(rows.is_time(item) for item in given.items)

    def _mixed(self, rows: Rows, given: Predicate) -> bool:
        return any(rows.is_time(item) for item in given.items) and not self.only_time(rows, given)

    def _timeless(self, simple: Simple, cumulative: Cumulative, filtered: bool) -> None:
        """A cumulative metric over no time is the sum of all, if it is of all time; else nobody can say what it is."""
        if cumulative.window is not None or cumulative.to_date is not None or filtered:
            raise self.asking.refuse(
                f"A running total of {simple.measure.name} needs a time up to which it runs.",
                "Ask for metric_time too.",
            )

    def _after_aggregation(self, time_items: list[Item], shift: Shift) -> bool:
        """Whether values can be set back after they are summed: the grain that is asked for is no coarser than the
        offset's. Set back before, the last days of a month would fall together."""
        custom = self.asking.layer.grains()
        grain = shift.offset.grain if shift.offset is not None else shift.to_grain
        smallest = smallest_of(time_items, self.asking).grain
        if grain is None or smallest is None or grain in custom or smallest in custom:
            return False
        if smallest == "week" and shift.to_grain is not None:
            return False  # Weeks do not lie within months.
        return grain_order(smallest) <= grain_order(grain)

    def on_spine(
        self,
        relation: Relation,
        column: str,
        items: Items,
        of_time: Predicates,
        again: Predicates,
        shift: Shift,
        rows: Rows,
        *,
        keep: bool,
    ) -> tuple[Relation, str]:
        """A relation joined to the time spine; `keep`: moments without a value stay. `again`: conditions that what the
        spine added must pass too."""
        asking = self.asking
        if shift.some:
            asking.say(earlier_words(shift.offset, shift.to_grain))
        if keep:
            asking.say("Moments of the time spine without a value are shown too.")
        times_asked = [item for item in items if rows.is_time(item)]
        spine = spine_items(asking, times_asked, of_time)
        place_of = {item: place for place, item in enumerate(times_asked)}
        name = relation.name
        if shift.some:
            smallest = smallest_of(times_asked, asking)
            at = f"t.k{place_of[smallest]}"
            if shift.offset is not None:
                at = times.earlier(at, shift.offset, smallest.grain or "day", asking.dialect)
            else:
                at = times.cut(at, shift.to_grain or "day", asking.dialect)
            on = f"{at} = {name}.k{items.index(smallest)}"
        else:
            on = " AND ".join(f"t.k{place_of[item]} = {name}.k{items.index(item)}" for item in times_asked)
        keys = tuple(
            f"t.k{place_of[item]}" if item in place_of else f"{name}.k{place}" for place, item in enumerate(items)
        )
        text_of = dict(zip(items, keys, strict=True))
        tests = where(text for given in again if (text := given.write(lambda part: text_of[part])))  # type: ignore[index]
        kind = "LEFT JOIN" if keep else "INNER JOIN"
        source = f"FROM {spine} AS t\n{kind} {name} ON {on}{tests}"
        made = asking.relations.add((source, keys), keys, lambda: source, grouped=False)
        return made, made.value(f"{name}.{column}")

    def call(self, call: MetricCall) -> tuple[str, str]:
        """The sub-query of a metric in a filter: its value `v` for each entity `k`."""
        models = self._models(self.asking.layer.metrics[call.metric])
        value = self.value(call.metric, (self.asking.canonical(call.group_by, models),), ())
        met = meet([value], 1, self.asking.dialect)
        return f"SELECT {met.keys[0]} AS k, {met.texts[0]} AS v {met.source}" + (
            f" GROUP BY {met.keys[0]}" if met.grouped else ""
        ), "v"

    # -- Cumulative metrics

    def _cumulative(
        self, metric: SemanticMetric, body: Cumulative, items: Items, predicates: Predicates, shift: Shift
    ) -> Value:
        rows = self._kind_of(body.base)
        predicates = (*of_filters(metric.filters, self.asking, {body.base.model}), *predicates)
        grain = rows.own_grain()
        time_items = [item for item in items if rows.is_time(item)]
        coarser = bool(time_items) and not any(item.grain == grain for item in time_items)
        asked = (*items, Item((), "metric_time", grain)) if coarser else items
        relation, column = self.simple(body.base, asked, predicates, shift, body)
        fill = body.base.fill if body.base.fill is not None else body.fill
        text = filled(f"{relation.name}.{column}", fill)
        if coarser:
            return self._of_periods(relation, text, body, len(items))
        if body.base.fill is None:
            return Value(relation, column, body.fill)
        keys = tuple(f"{relation.name}.k{place}" for place in range(len(items)))
        made = self.asking.relations.add(
            (relation.name, "filled"), keys, lambda: f"FROM {relation.name}", grouped=False, over=relation
        )
        return Value(made, made.value(text), body.fill)

    def _of_periods(self, relation: Relation, text: str, body: Cumulative, count: int) -> Value:
        """One value for each period out of those of its moments: the first, the last or their average."""
        keys = [f"{relation.name}.k{place}" for place in range(count)]
        over = f"PARTITION BY {', '.join(keys)}"
        ordered = f"{over} ORDER BY {relation.name}.k{count} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
        value = {
            "first": f"FIRST_VALUE({text}) OVER ({ordered})",
            "last": f"LAST_VALUE({text}) OVER ({ordered})",
            "average": f"AVG({text}) OVER ({over})",
        }[body.period_agg]
        columns = [f"{key} AS k{place}" for place, key in enumerate(keys)]
        source = f"FROM (SELECT DISTINCT {', '.join([*columns, f'{value} AS v'])} FROM {relation.name}) AS r"  # noqa: S608
        named = tuple(f"r.k{place}" for place in range(count))
        made = self.asking.relations.add((source,), named, lambda: source, grouped=False)
        return Value(made, made.value("r.v"), body.fill)

    # -- Ratios and formulas

    def _combined(
        self, metric: SemanticMetric, body: Ratio | Derived, items: Items, predicates: Predicates, shift: Shift
    ) -> Value:
        inputs = body.inputs if isinstance(body, Derived) else (body.numerator, body.denominator)
        own = of_filters(metric.filters, self.asking, self._models(metric))
        rows = self._time_of(metric) if shift.some else None
        inner = predicates
        of_time: Predicates = ()
        if rows is not None:
            of_time = tuple(given for given in predicates if self.only_time(rows, given))
            inner = tuple(given for given in predicates if given not in of_time)
            if any(self._mixed(rows, given) for given in inner):
                raise self.asking.refuse(
                    f"A filter compares the time of {metric.name} together with something else, "
                    "and the metric is asked for at an earlier time.",
                    "Write the filter as two, joined by and.",
                )
        values = [self._input(given, items, (*own, *inner)) for given in inputs]
        met = meet(values, len(items), self.asking.dialect)
        if isinstance(body, Ratio):
            text = self.asking.dialect.ratio.replace("{a}", met.texts[0]).replace("{b}", met.texts[1])
        else:
            text = "".join(part if isinstance(part, str) else _argument(met.texts[part]) for part in body.parts)
        made = over(met, self.asking.relations)
        value = Value(made, made.value(text), formula=not isinstance(body, Ratio))
        if rows is None:
            return value
        if not any(rows.is_time(item) for item in items):
            raise self.asking.refuse(
                f"{metric.name} is asked for at an earlier time, which needs a time to be earlier than.",
                "Ask for metric_time too.",
            )
        relation, column = self.on_spine(value.relation, value.column, items, of_time, (), shift, rows, keep=False)
        return Value(relation, column, formula=value.formula)

    def _input(self, given: Input, items: Items, predicates: Predicates) -> Value:
        filters = of_filters(given.filters, self.asking, self._models(self.asking.layer.metrics[given.metric]))
        return self.value(given.metric, items, (*predicates, *filters), Shift(given.offset, given.to_grain))

    def _models(self, metric: SemanticMetric) -> set[str]:
        return {one.model for one in measures_of(self.asking.layer, metric)}

    def _time_of(self, metric: SemanticMetric) -> Rows:
        """The rows of the metric's first aggregate: whose time its time is."""
        body = metric.body
        while not isinstance(body, Simple):
            if isinstance(body, Cumulative | Conversion):
                return self._kind_of(body.base)
            first = body.inputs[0] if isinstance(body, Derived) else body.numerator
            body = self.asking.layer.metrics[first.metric].body
        return self._kind_of(body)


def _argument(text: str) -> str:
    return text if text.replace(".", "").replace("_", "").isalnum() else f"({text})"


def smallest_of(items: Sequence[Item], asking: Asking) -> Item:
    """The time item of the finest grain; parts of dates after grains, custom grains after standard ones."""
    custom = asking.layer.grains()

    def order(item: Item) -> tuple[bool, bool, int]:
        grain = item.grain or "day"
        return item.part is not None, grain in custom, grain_order(asking.base_grain(grain))

    return min(items, key=order)
