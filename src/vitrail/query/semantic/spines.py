"""Time spines as they stand in statements."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.catalog.dbt_semantic_model import Item, MetricCall, Spine, Window, grain_order
from vitrail.query.semantic import times
from vitrail.query.semantic.asking import Asking
from vitrail.query.semantic.predicates import Predicate
from vitrail.query.semantic.rows import Source, spine_column


def _read(asking: Asking, spine: Spine) -> Source:
    relation, inner, where = asking.relation(spine.relation, spine.guarded, spine.rule, base=True)
    return Source("s", relation, inner, where)


def spine_times(asking: Asking, grain: str) -> str:
    """A sub-query with every `moment` of a grain, once."""
    spine = asking.spine(grain)
    source = _read(asking, spine)
    text = times.cut(spine_column(source, spine, None), grain, asking.dialect)
    distinct = "" if spine.grain == grain else "DISTINCT "
    return f"(SELECT {distinct}{text} AS moment FROM {source.text()})"  # noqa: S608


def offset_days(asking: Asking, window: Window, grain: str, *, whole: bool) -> str:
    """A sub-query that says, for each `own` moment of a grain, at which `moment` it is shown when it is set forward by
    periods of a custom grain: at the same place within the later period, if that has so many moments.

    `whole`: the custom periods alone are asked for, so that the whole of a period is shown at the first moment of the
    later one.
    """
    spine = asking.spine(window.grain)
    source = _read(asking, spine)
    moment, period = spine_column(source, spine, None), spine_column(source, spine, window.grain)
    read = f"SELECT {times.cut(moment, spine.grain, asking.dialect)} AS own, {period} AS period FROM {source.text()}"  # noqa: S608
    numbered = (
        "SELECT own, period, ROW_NUMBER() OVER (PARTITION BY period ORDER BY own) AS place, "  # noqa: S608
        f"MIN(own) OVER (PARTITION BY period) AS starts FROM ({read}) AS a"
    )
    periods = (
        f"SELECT period, LEAD(period, {window.count}) OVER (ORDER BY starts) AS later "  # noqa: S608
        "FROM (SELECT DISTINCT period, starts FROM numbered) AS b"
    )
    same_place = "l.place = 1" if whole else "l.place = n.place"
    own = times.cut("n.own", grain, asking.dialect) if grain_order(grain) > grain_order(spine.grain) else "n.own"
    return (
        f"(WITH numbered AS ({numbered}), periods AS ({periods})\n"
        f"SELECT {own} AS own, l.own AS moment FROM numbered AS n\n"
        "INNER JOIN periods AS p ON p.period = n.period\n"
        f"INNER JOIN numbered AS l ON l.period = p.later AND {same_place})"
    )


def spine_items(asking: Asking, items: Sequence[Item], predicates: Sequence[Predicate]) -> str:
    """A sub-query with each combination of time `items` that the spine has, as `k0`, `k1`, … `predicates` are about its
    time only."""
    grains = [item.grain for item in items if item.grain is not None]
    grains += [item.grain for given in predicates for item in given.items if item.grain is not None]
    finest = min((asking.base_grain(grain) for grain in grains), key=grain_order, default="day")
    spine = asking.spine(finest)
    source = _read(asking, spine)
    joins: list[str] = []
    moment = spine_column(source, spine, None)

    def text_of(item: Item | MetricCall) -> str:
        assert isinstance(item, Item)
        if item.part is not None:
            return times.part(moment, item.part, asking.dialect)
        grain = item.grain or finest
        if grain in spine.custom:
            return spine_column(source, spine, grain)
        if grain in asking.layer.grains():
            return _joined(asking, grain, moment, joins)
        return times.cut(moment, grain, asking.dialect)

    columns = ", ".join(f"{text_of(item)} AS k{place}" for place, item in enumerate(items))
    tests = [text for given in predicates if (text := given.write(text_of))]
    # Where the moments themselves are among the columns, no two rows are alike.
    distinct = "" if any(item.grain == spine.grain for item in items) else "DISTINCT "
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    joined = "".join(f" {join}" for join in joins)
    return f"(SELECT {distinct}{columns} FROM {source.text()}{joined}{where})"  # noqa: S608


def _joined(asking: Asking, grain: str, moment: str, joins: list[str]) -> str:
    spine = asking.spine(grain)
    relation, inner, where = asking.relation(spine.relation, spine.guarded, spine.rule, base=True)
    source = Source(f"g{len(joins)}", relation, inner, where)
    value, own = spine_column(source, spine, grain), spine_column(source, spine, None)
    on = f"{times.cut(moment, spine.grain, asking.dialect)} = {times.cut(own, spine.grain, asking.dialect)}"
    joins.append(f"LEFT JOIN {source.text()} ON {on}")
    return value
