"""An aggregate of one semantic model, grouped: the sub-query that every metric starts from.

Three shapes: the rows aggregated as they are; only those of the first or last moment (a semi-additive measure); and
rows met with a time spine first, so that they count at other times than their own (cumulative and offset metrics).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vitrail.catalog.dbt_semantic.reach import reach
from vitrail.catalog.dbt_semantic_model import Item, Measure, MetricCall, SemanticModel, Simple, Window
from vitrail.catalog.yaml_values import words
from vitrail.query.semantic import times
from vitrail.query.semantic.asking import Asking
from vitrail.query.semantic.definitions import length
from vitrail.query.semantic.predicates import Predicate
from vitrail.query.semantic.relations import Relation
from vitrail.query.semantic.rows import CallSource, Rows
from vitrail.query.semantic.spines import offset_days, spine_times

# Aggregates that can be taken of themselves: rows may be brought together before they meet the time spine.
_ADDITIVE = frozenset({"sum", "min", "max"})
# Repeating a row changes nothing for these.
_UNMOVED = frozenset({"min", "max", "count_distinct"})


@dataclass(frozen=True, slots=True)
class Move:
    """How rows meet the time spine. `cumulative`: each moment takes the rows up to it, of the last `window` or since
    the start of its `to_date`. `offset`, `to_grain`: it takes those of an earlier moment instead."""

    cumulative: bool = False
    window: Window | None = None
    to_date: str | None = None
    offset: Window | None = None
    to_grain: str | None = None


def aggregate(measure: Measure, text: str, asking: Asking) -> str:
    """The measure's aggregate of a text."""
    dialect = asking.dialect
    if measure.agg != "percentile":
        return dialect.aggregates[measure.agg].replace("{x}", text)
    fraction = measure.percentile if measure.percentile is not None else 0.5
    if measure.discrete:
        template = dialect.percentile_discrete
    elif measure.approximate and dialect.percentile_approximate:
        template = dialect.percentile_approximate
    else:
        template = dialect.aggregates["median" if fraction == 0.5 else "percentile"]
    return template.replace("{p}", repr(fraction)).replace("{x}", text)


class Leaf:
    """Makes the relation of one aggregate over `items`, of rows that pass `predicates`."""

    def __init__(
        self,
        asking: Asking,
        simple: Simple,
        items: tuple[Item, ...],
        predicates: Sequence[Predicate],
        calls: CallSource,
    ) -> None:
        self.asking, self.simple, self.items = asking, simple, items
        self.predicates = tuple(dict.fromkeys(predicates))
        self.model = asking.layer.models[simple.model]
        self.measure = simple.measure
        self.calls = calls

    def _rows(self) -> Rows:
        repeatable = self.measure.agg in _UNMOVED and self.measure.non_additive is None
        rows = Rows(self.asking, self.model, self.measure.time, repeatable=repeatable)
        rows.call_source = self.calls
        return rows

    def _tell(self, move: Move | None, joined: Sequence[SemanticModel]) -> None:
        measure, shape = self.measure, self.measure.non_additive
        names = " and ".join(dict.fromkeys(model.label for model in joined))
        beside = f", joined with {names} (keeping rows without a match)" if names else ""
        self.asking.say(f"{measure.label or words(measure.name)} is computed from {self.model.label}{beside}.")
        if shape is not None:
            each = f", for each {' and '.join(shape.groupings)}" if shape.groupings else ""
            self.asking.say(f"Only the rows of the {'last' if shape.last else 'first'} {shape.dimension} count{each}.")
        if move is None:
            return
        if move.cumulative:
            span = "all rows up to it"
            if move.window is not None:
                span = f"the rows of the {length(move.window)} up to it"
            elif move.to_date is not None:
                span = f"the rows since the start of its {move.to_date}"
            self.asking.say(f"Each moment of the time spine takes {span}.")
        if move.offset is not None or move.to_grain is not None:
            self.asking.say(earlier_words(move.offset, move.to_grain))

    def _joined(self) -> list[SemanticModel]:
        """The semantic models that are joined for what is needed."""
        parts = (*self.items, *(item for given in self.predicates for item in given.items))
        found = [at for item in parts if (at := reach(self.asking.layer, self.model).of(item))]
        return [self.asking.layer.models[hop.model] for at in found for hop in at.chain]

    def make(self, move: Move | None = None) -> tuple[Relation, str]:
        """The relation and the name of the value in it."""
        shape = self.measure.non_additive
        additive = move is not None and shape is None and self.measure.agg in _ADDITIVE
        joined = self._joined()
        # Whether rows may repeat matters only where a partitioned model is joined.
        split = any(d.partition for model in joined for d in model.dimensions.values())
        repeatable = split and self.measure.agg in _UNMOVED
        what = (self.model.name, self.measure.time, self.items, frozenset(self.predicates))
        key = (*what, move, shape, additive, repeatable)
        self._tell(move, joined)
        found = self.asking.relations.get(key)
        if found is None:
            if shape is not None:
                found = self._semi_additive(key, move)
            elif move is not None and not any(model.validity for model in joined):
                found = self._moved(key, move, additive)
            else:
                found = self._plain(key, move)
        rows, give = self.asking.relations.notes[found.name]
        return found, give(self.measure, rows.base.column(self.measure.expression))

    def _where(self, rows: Rows, predicates: Sequence[Predicate], more: Sequence[str] = ()) -> str:
        texts = [given.write(rows.text) for given in predicates]
        return where(text for text in (*texts, *more) if text)

    def _moved_rows(self, move: Move | None) -> Rows:
        """Each row at its own time, or joined to the time spine once for each moment that it counts at."""
        rows = self._rows()
        if move is not None:
            moment, spine, on = self._spine(move, rows.own_grain(), rows)
            own = rows.local_time()
            rows.moved = moment, f"INNER JOIN {spine} AS t ON {on.replace('r.own', own)}"
        return rows

    def _starts(self, rows: Rows, move: Move | None, moment: str) -> list[str]:
        """With an offset to the start of a grain: of each period that is asked for, its first moment stands for it."""
        if move is None or move.to_grain is None:
            return []
        asking = self.asking
        shown = {asking.base_grain(i.grain): None for i in self.items if rows.is_time(i) and i.grain is not None}
        if not shown or rows.own_grain() in shown:
            return []
        return [f"({' OR '.join(f'{times.cut(moment, p, asking.dialect)} = {moment}' for p in shown)})"]

    def _plain(self, key: object, move: Move | None) -> Relation:
        rows = self._moved_rows(move)
        keys = tuple(rows.item(item) for item in self.items)
        tests = self._where(rows, self.predicates, self._starts(rows, move, "t.moment"))
        made = self.asking.relations.add(key, keys, lambda: rows.from_text() + tests, grouped=True)

        def give(measure: Measure, text: str) -> str:
            return made.value(aggregate(measure, text, self.asking))

        self.asking.relations.notes[made.name] = rows, give
        return made

    def _semi_additive(self, key: object, move: Move | None) -> Relation:
        """Only the rows of the first or last moment within each grouping, as far as a period is asked for within it."""
        rows = self._moved_rows(move)
        keys = tuple(rows.item(item) for item in self.items)
        tests = self._where(rows, self.predicates, self._starts(rows, move, "t.moment"))
        shape = self.measure.non_additive
        assert shape is not None
        time = rows.model.dimensions[shape.dimension]
        moment = times.cut(rows.base.column(time.expression), time.grain or "day", self.asking.dialect)
        if rows.moved is not None and shape.dimension == self.measure.time:
            moment = rows.moved[0]
        groupings = [rows.base.column(rows.model.entities[name].expression) for name in shape.groupings]
        asked = [
            text
            for item, text in zip(self.items, keys, strict=True)
            if (item.is_metric_time and shape.dimension == self.measure.time)
            or (item.name == shape.dimension and len(item.links) == 1 and item.links[0] in rows.model.own_links())
        ]
        within = ", ".join([*groupings, *asked[:1]])
        choice = "MAX" if shape.last else "MIN"
        over = f"PARTITION BY {within}" if within else ""
        values: dict[str, str] = {}

        def body() -> str:
            columns = [f"{text} AS k{place}" for place, text in enumerate(keys)]
            columns += [f"{text} AS {name}" for text, name in values.items()]
            columns += [f"{moment} AS moment", f"{choice}({moment}) OVER ({over}) AS chosen"]
            columns += [f"{text} AS g{place}" for place, text in enumerate(groupings)]
            kept = "".join(f" AND r.g{place} IS NOT NULL" for place in range(len(groupings)))
            inner = f"SELECT {', '.join(columns)}\n{rows.from_text()}{tests}"
            return f"FROM (\n{inner}\n) AS r\nWHERE r.moment = r.chosen{kept}"

        named = tuple(f"r.k{place}" for place in range(len(keys)))
        made = self.asking.relations.add(key, named, body, grouped=True)

        def give(measure: Measure, text: str) -> str:
            name = values.setdefault(text, f"x{len(values)}")
            return made.value(aggregate(measure, f"r.{name}", self.asking))

        self.asking.relations.notes[made.name] = rows, give
        return made

    def _moved(self, key: object, move: Move, additive: bool) -> Relation:
        """Rows by their own time, joined to the time spine, whose time then stands for it."""
        asking, rows = self.asking, self._rows()
        grain = rows.own_grain()
        before = [given for given in self.predicates if not any(rows.is_time(item) for item in given.items)]
        after = [given for given in self.predicates if given not in before]
        # What is needed of the rows after the join, besides their time.
        needed: dict[Item | MetricCall, str] = {}
        for item in self.items:
            if not rows.is_time(item):
                needed.setdefault(item, f"k{len(needed)}")
        for given in after:
            parts: tuple[Item | MetricCall, ...] = (*sorted(given.items, key=Item.spelled), *given.calls)
            for part in parts:
                if isinstance(part, MetricCall) or not rows.is_time(part):
                    needed.setdefault(part, f"k{len(needed)}")
        inner = {name: rows.text(part) for part, name in needed.items()}
        inner["own"] = rows.local_time()
        tests = self._where(rows, before)
        moment, spine, on = self._spine(move, grain, rows)
        outer = Rows(asking, self.model, self.measure.time)  # Only for the grains of the time, and their joins.

        def text_of(part: Item | MetricCall) -> str:
            if isinstance(part, Item) and rows.is_time(part):
                return outer.item(part, moment)
            return f"r.{needed[part]}"

        keys = tuple(text_of(item) for item in self.items)
        texts = [given.write(text_of) for given in after]
        texts += self._starts(rows, move, moment)
        outer_tests = where(text for text in texts if text)
        values: dict[str, tuple[str, str]] = {}

        def body() -> str:
            columns = [f"{text} AS {name}" for name, text in inner.items()]
            columns += [f"{text} AS {name}" for name, text in values.values()]
            grouped = ""
            if additive:
                grouped = f"\nGROUP BY {', '.join(str(place + 1) for place in range(len(inner)))}"
            read = f"SELECT {', '.join(columns)}\n{rows.from_text()}{tests}{grouped}"
            joins = "".join(f"\n{join()}" for join in outer.joins)
            return f"FROM {spine} AS t\nINNER JOIN (\n{read}\n) AS r ON {on}{joins}{outer_tests}"

        made = asking.relations.add(key, keys, body, grouped=True)

        def give(measure: Measure, text: str) -> str:
            inside = aggregate(measure, text, asking) if additive else text
            name, _ = values.setdefault(inside + measure.agg, (f"x{len(values)}", inside))
            return made.value(aggregate(measure, f"r.{name}", asking))

        asking.relations.notes[made.name] = rows, give
        return made

    def _spine(self, move: Move, grain: str, rows: Rows) -> tuple[str, str, str]:
        """The moment that is shown, the spine that has it, and the condition on which rows belong to it."""
        asking, dialect = self.asking, self.asking.dialect
        custom = move.offset is not None and move.offset.grain in asking.layer.grains()
        if custom and move.offset is not None:
            asked = {item.grain for item in self.items if rows.is_time(item)}
            spine = offset_days(asking, move.offset, grain, whole=asked == {move.offset.grain})
            at = "t.own"
        else:
            spine, at = spine_times(asking, grain), "t.moment"
        if move.offset is not None and not custom:
            at = times.earlier(at, move.offset, grain, dialect)
        elif move.to_grain is not None:
            at = times.cut(at, move.to_grain, dialect)
        if not move.cumulative:
            return "t.moment", spine, f"r.own = {at}"
        on = [f"r.own <= {at}"]
        if move.window is not None:
            on.append(f"r.own > {times.earlier(at, move.window, grain, dialect)}")
        elif move.to_date is not None:
            on.append(f"r.own >= {times.cut(at, move.to_date, dialect)}")
        return "t.moment", spine, " AND ".join(on)


def where(tests: Iterable[str]) -> str:
    found = list(tests)
    return f"\nWHERE {' AND '.join(found)}" if found else ""


def earlier_words(offset: Window | None, to_grain: str | None) -> str:
    when = f"{length(offset)} earlier" if offset is not None else f"the start of its {to_grain}"
    return f"Each moment of the time spine shows the value of {when}."
