"""Random explores with random rows, and random questions to them.

Both come from a `random.Random`, so that Hypothesis can drive them and a benchmark can draw ten thousand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import yaml

from tests.query.evaluator import Ask, Dim, Evaluator, Link, Measure, Model, Row, Rule, World, cut
from vitrail.query.run import CompiledQuery

NOW = datetime(2024, 3, 31, 12, 0)
MINUTES = (-600_000, -130_000, -45_000, -3000, -700, -90, 0, 45, 1500, 99_000)
WORDS = ("red", "Red", "blue", "50%", "")
INTERVALS = ("day", "week", "month", "quarter", "year", "hour")
PARTS = ("day_of_week_index", "week_num", "month_name", "quarter_name", "hour_of_day_num")
TYPES = {"int": "integer", "varchar": "varchar", "boolean": "boolean", "date": "date", "timestamp": "timestamp"}


# -- Explores


def world(rng: Random) -> World:
    """Two to six tables, joined in any order, way and kind."""
    models = {f"t{number}": model(rng, f"t{number}") for number in range(rng.randint(2, 5))}
    names = list(models)
    rng.shuffle(names)
    made = World(names[0], models, [])
    for name in names[1:]:
        made.links.append(link(rng, made, name, name))
    if rng.random() < 0.4:  # The same table once more in another role.
        again = rng.choice(names)
        made.links.append(link(rng, made, f"role{again}", again))
    for name, one in models.items():
        dimensions(one)
        measures(rng, one, made if name == made.base else None)
    return made


def model(rng: Random, name: str) -> Model:
    key = rng.choice((("k",), ("k",), ("k", "k2"), ()))
    columns = {"k": "int", "k2": "int", "f": "int", "g": "int", "n": "int", "w": "varchar", "b": "boolean"}
    columns |= {"d": "date", "ts": "timestamp"}
    one = Model(name, key, bool(key) and rng.random() < 0.75, columns)
    first = rng.choice((1, 1, 2))
    for place in range(rng.choice((6, 5, 4, 3, 0))):
        row: Row = {"k": first + place, "k2": rng.randint(1, 4)}
        if len(key) == 2:
            row = {"k": first + place // 2, "k2": 1 + place % 2}
        elif not key:
            row["k"] = rng.randint(1, 4)
            if rng.random() < 0.3 and one.rows:  # The very same row twice.
                one.rows.append(dict(one.rows[-1]))
                continue
        row |= {"f": some(rng, rng.randint(1, 5)), "g": some(rng, rng.randint(1, 3))}
        row |= {
            "n": some(rng, rng.randint(-2, 6)),
            "w": some(rng, rng.choice(WORDS)),
            "b": some(rng, rng.random() < 0.5),
        }
        moment = NOW + timedelta(minutes=rng.choice(MINUTES))
        row |= {"d": some(rng, moment.date()), "ts": some(rng, moment)}
        one.rows.append(row)
    return one


def some(rng: Random, value: Any) -> Any:
    return None if rng.random() < 0.2 else value


def link(rng: Random, made: World, table: str, name: str) -> Link:
    other = rng.choice(made.tables)
    child, parent = made.models[name], made.model_of(other)
    ways: list[tuple[tuple[str, str], ...]] = [(("k", "f"),), (("f", "k"),), (("k", "k"),), (("g", "g"),)]
    ways += [(("k", "f"), ("k2", "g")), (("f", "k"), ("g", "k2")), (("k", "k"), ("k2", "k2"))]
    way = rng.choice(ways[:2] * 3 + ways)
    pairs = tuple((mine, other, theirs) for mine, theirs in way)
    second = rng.choice(made.tables)
    several = second != other and rng.random() < 0.2
    if several:  # A condition that names two tables.
        pairs += (("n", second, "n"),)
    truth = (not unique(child, [mine for mine, _ in way]), not unique(parent, [theirs for _, theirs in way]))
    word = {(False, False): "one-to-one", (True, False): "one-to-many", (False, True): "many-to-one"}
    declared = rng.choice((word.get(truth, "many-to-many"), None, "many-to-many"))
    kind = rng.choice(("left",) * 6 + ("inner", "right", "full"))
    above = ("n", 0) if rng.random() < 0.1 else None
    return Link(table, name, pairs, kind, declared, rng.random() < 0.1, above)


def unique(one: Model, columns: list[str]) -> bool:
    return bool(one.key) and set(one.key) <= set(columns)


# -- Fields


def own(table: str) -> tuple[str, ...]:
    return (table,)


def column(name: str) -> Callable[[Callable[[str], Row], str], Any]:
    return lambda rows, table: rows(table).get(name)


def dimensions(one: Model) -> None:
    kinds = {"int": "number", "varchar": "string", "boolean": "boolean", "date": "date", "timestamp": "timestamp"}
    for name, kind in one.columns.items():
        one.dims[name] = Dim(name, "", kinds[kind], own, column(name))
    for name, intervals in (("d", INTERVALS[:5]), ("ts", INTERVALS + PARTS)):
        for interval in intervals:
            kind = "date" if interval in INTERVALS[:5] else "timestamp" if interval == "hour" else "string"
            kind = "number" if interval.endswith(("_index", "_num")) else kind
            value = lambda rows, table, n=name, i=interval: cut(rows(table).get(n), i)  # noqa: E731
            one.dims[f"{name}_{interval}"] = Dim(f"{name}_{interval}", "", kind, own, value, interval)
    one.dims["known"] = Dim(
        "known", "coalesce(${w}, 'none')", "string", own,
        lambda rows, table: "none" if rows(table).get("w") is None else rows(table)["w"],
    )  # fmt: skip


def plus(values: list[Any]) -> Any:
    return None if None in values else sum(values)


def ratio(values: list[Any]) -> Any:
    return None if None in values or not values[1] else values[0] / values[1]


def measures(rng: Random, one: Model, made: World | None) -> None:
    """Metrics of every type. `made`: the explore, for the base table, whose metrics may reach into other tables."""
    n = column("n")
    found = [
        Measure("rows", "count", "*", lambda rows, table: 1),
        Measure("keys", "count", "${k}", column("k")),
        Measure("words", "count_distinct", "${w}", column("w")),
        *(Measure(f"n_{kind}", kind, "${n}", n) for kind in ("sum", "average", "min", "max", "median")),
        Measure("n_p25", "percentile", "${n}", n, percentile=25.0),
        Measure("w_max", "max", "${w}", column("w")),
        Measure("filled", "sum", "coalesce(${n}, 7)", lambda rows, table: 7 if (v := n(rows, table)) is None else v),
        Measure("kinds", "count_distinct", "${known}", lambda rows, table: rows(table).get("w") or "none"
                if rows(table).get("w") is None else rows(table)["w"]),
        Measure("red", "sum", "${n}", n, filters=(Rule(None, "w", "equals", ("red", "Red")),)),
        Measure("big_red", "count", "*", lambda rows, table: 1,
                filters=(Rule(None, "w", "notEquals", ("red",)), Rule(None, "n", "greaterThan", (1,)))),
        Measure("both", "number", "${n_sum} + ${rows}", parts=((None, "n_sum"), (None, "rows")), combine=plus),
        Measure("share", "number", "1.0 * ${n_sum} / nullif(${keys}, 0)", parts=((None, "n_sum"), (None, "keys")),
                combine=ratio),
        Measure("nested", "number", "${share} + ${n_max}", parts=((None, "share"), (None, "n_max")), combine=plus),
        # SQL that aggregates by itself.
        Measure("by_hand", "number", "count(*) + 1", combine=lambda rows: len(rows) + 1),
        Measure("net", "number", "sum(${TABLE}.n) - count(*)", combine=lambda rows: None
                if all(r["n"] is None for r in rows) else sum(r["n"] or 0 for r in rows) - len(rows)),
        Measure("span", "number", "max(${n}) - min(${n})", combine=lambda rows: None
                if all(r["n"] is None for r in rows) else max(r["n"] for r in rows if r["n"] is not None)
                - min(r["n"] for r in rows if r["n"] is not None)),
        Measure("different", "number", "count(distinct ${w})",
                combine=lambda rows: len({r["w"] for r in rows} - {None})),
    ]  # fmt: skip
    if made is not None:
        found += reaching(rng, made)
    one.measures = {measure.name: measure for measure in found}


def reaching(rng: Random, made: World) -> list[Measure]:
    """Metrics of the base table that need others."""
    base, other = made.models[made.base], rng.choice(made.links).table
    far = rng.choice(made.links).table
    base.dims["either"] = Dim(
        "either", f"coalesce(${{w}}, ${{{other}.w}}, '-')", "string", lambda table: (table, other),
        lambda rows, table: next(w for w in (rows(table).get("w"), rows(other).get("w"), "-") if w is not None),
    )  # fmt: skip
    n = column("n")

    def product(rows: Callable[[str], Row], table: str) -> Any:
        one, two = rows(table).get("n"), rows(other).get("n")
        return None if one is None or two is None else one * two

    return [
        Measure("product", "sum", f"${{n}} * ${{{other}.n}}", product, reads=(other,)),
        Measure("near", "count", "*", lambda rows, table: 1, filters=(Rule(other, "n", "greaterThanOrEqual", (1,)),)),
        Measure("far_sum", "sum", "${n}", n,
                filters=(Rule(other, "w", "notNull"), Rule(far, "b", "equals", (True,)))),
        Measure("across", "number", f"1.0 * ${{n_sum}} / nullif(${{{other}.n_sum}}, 0)",
                parts=((None, "n_sum"), (other, "n_sum")), combine=ratio),
        Measure("sums", "number", f"${{{other}.rows}} + ${{{far}.filled}} + ${{across}}",
                parts=((other, "rows"), (far, "filled"), (None, "across")), combine=plus),
    ]  # fmt: skip


# -- Questions

_EXACT = ("rows", "keys", "words", "n_sum", "n_min", "n_max", "filled", "red", "by_hand", "net")


def ask(rng: Random, made: World) -> Ask:
    tables = made.tables
    everything = [(t, m) for t in tables for m in made.model_of(t).measures]
    plain = [(t, m) for t, m in everything if m in _EXACT]

    def dim() -> tuple[str, str]:
        table = rng.choice(tables)
        names = list(made.model_of(table).dims)
        return table, rng.choice(["w", "b", "g", "known", *names])

    dims = tuple(dict.fromkeys(dim() for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))))
    chosen = [rng.choice(everything) for _ in range(rng.choice((0, 1, 2, 2, 3, 4)))]
    chosen += [] if dims or chosen else [rng.choice(plain)]
    metrics = tuple(dict.fromkeys(chosen))
    where = nested(rng, lambda: rule(rng, made, *dim())) if rng.random() < 0.5 else None
    having = nested(rng, lambda: number_rule(rng, *rng.choice(plain))) if rng.random() < 0.25 else None
    sorts: list[tuple[str, str, bool, bool | None]] = []
    for field in rng.sample([*dims, *(m for m in metrics if m in plain), rng.choice(plain)], rng.choice((0, 0, 1, 1))):
        if field[1] not in made.model_of(field[0]).dims or not field[1].endswith("_name"):
            sorts.append((*field, rng.random() < 0.5, rng.choice((None, True, False))))
    paged = rng.random() < 0.3
    return Ask(
        dims, metrics, where, having, tuple(sorts),
        limit=rng.randint(1, 4) if paged else 500,
        offset=rng.randint(0, 2) if paged else 0,
        zone=rng.choice((None, None, None, "Europe/Paris", "America/St_Johns")),
    )  # fmt: skip


def nested(rng: Random, one: Callable[[], Rule], depth: int = 0) -> Any:
    if depth == 2 or rng.random() < 0.6:
        return one()
    return rng.choice(("and", "or")), [nested(rng, one, depth + 1) for _ in range(rng.randint(1, 3))]


def number_rule(rng: Random, table: str, name: str) -> Rule:
    operator = rng.choice(("equals", "notEquals", "lessThan", "greaterThanOrEqual", "inBetween", "isNull", "notNull"))
    if operator in ("isNull", "notNull"):
        return Rule(table, name, operator)
    low = rng.randint(-1, 5)
    several = operator in ("equals", "notEquals") and rng.random() < 0.5
    return Rule(table, name, operator, (low, low + 2) if operator == "inBetween" or several else (low,))


def rule(rng: Random, made: World, table: str, name: str) -> Rule:
    kind = made.model_of(table).dims[name].type
    if kind == "number":
        return number_rule(rng, table, name)
    operators: tuple[str, ...] = ("equals", "notEquals", "isNull", "notNull")
    if kind == "string":
        operators += ("startsWith", "endsWith", "include", "doesNotInclude")
    elif kind in ("date", "timestamp"):
        operators = ("inThePast", "notInThePast", "inTheNext", "inTheCurrent", "notInTheCurrent", "lessThan", "isNull")
    operator = rng.choice(operators)
    if operator in ("isNull", "notNull"):
        return Rule(table, name, operator)
    if kind == "boolean":
        return Rule(table, name, operator, (rng.random() < 0.5,))
    if kind == "string":
        words = [*WORDS[:4], "e", "none", "Q1"]
        return Rule(table, name, operator, tuple(rng.choice(words) for _ in range(rng.randint(1, 3))))
    if operator == "lessThan":
        moment = datetime(2024, rng.randint(1, 4), 1)
        return Rule(table, name, operator, (moment.date() if kind == "date" else moment,))
    units = ("days", "weeks", "months", "quarters", "years") + (("hours",) if kind == "timestamp" else ())
    values = () if "Current" in operator else (rng.randint(1, 3),)
    completed = "Current" not in operator and rng.random() < 0.5
    return Rule(table, name, operator, values, rng.choice(units), completed)


# -- As a dbt project, as a query, as tables


def as_yaml(made: World) -> str:
    return yaml.safe_dump({"models": [_model(made, one) for one in made.models.values()]}, sort_keys=False)


def _model(made: World, one: Model) -> dict[str, Any]:
    meta: dict[str, Any] = {"metrics": {m.name: _measure(m) for m in one.measures.values()}}
    if one.declared:
        meta["primary_key"] = list(one.key) if len(one.key) > 1 else one.key[0]
    if one.name == made.base:
        meta["joins"] = [_link(join) for join in made.links]
    extra = {d.name: {"type": d.type, "sql": d.sql} for d in one.dims.values() if d.sql}
    columns = []
    for name, kind in one.columns.items():
        given: dict[str, Any] = {}
        if kind in ("date", "timestamp"):
            given["dimension"] = {"time_intervals": [i.upper() for i in INTERVALS + PARTS if f"{name}_{i}" in one.dims]}
        if name == "w":
            given["additional_dimensions"] = extra
        columns.append({"name": name, "data_type": kind, "meta": given})
    return {"name": one.name, "meta": meta, "columns": columns}


def _measure(measure: Measure) -> dict[str, Any]:
    found: dict[str, Any] = {"type": measure.type, "sql": measure.sql}
    if measure.percentile is not None:
        found["percentile"] = measure.percentile
    if measure.filters:
        found["filters"] = [
            {"target": {"fieldRef": f"{r.table}.{r.dim}" if r.table else r.dim}, "operator": r.operator,
             "values": list(r.values)} for r in measure.filters
        ]  # fmt: skip
    return found


def _link(join: Link) -> dict[str, Any]:
    sql = " and ".join(f"${{{join.table}.{mine}}} = ${{{other}.{theirs}}}" for mine, other, theirs in join.pairs)
    if join.above:
        sql += f" and ${{{join.table}.{join.above[0]}}} > {join.above[1]}"
    found: dict[str, Any] = {"join": join.model, "sql_on": sql, "type": join.kind}
    if join.table != join.model:
        found["alias"] = join.table
    if join.relationship:
        found["relationship"] = join.relationship
    if join.always:
        found["always"] = True
    return found


def as_query(made: World, question: Ask) -> dict[str, Any]:
    """The question as it goes over the wire."""
    query: dict[str, Any] = {
        "exploreName": made.base,
        "dimensions": [f"{t}_{n}" for t, n in question.dims],
        "metrics": [f"{t}_{n}" for t, n in question.metrics],
        "filters": {
            kind: _group(given)
            for kind, given in (("dimensions", question.where), ("metrics", question.having))
            if given is not None
        },
        "sorts": [
            {"fieldId": f"{t}_{n}", "descending": down} | ({} if first is None else {"nullsFirst": first})
            for t, n, down, first in question.sorts
        ],
        "limit": question.limit,
        "offset": question.offset,
    }
    if question.metrics and (len(question.dims) == 2 or (question.dims and question.having)):
        query |= {"totals": True, "subtotals": [query["dimensions"][:1]]}
    if question.zone:
        query["timezone"] = question.zone
    return query


def _group(given: Any) -> dict[str, Any]:
    return {"and": [_node(given)]} if isinstance(given, Rule) else _node(given)


def _node(given: Any) -> dict[str, Any]:
    if not isinstance(given, Rule):
        return {given[0]: [_node(member) for member in given[1]]}
    values = [v.isoformat() if hasattr(v, "isoformat") else v for v in given.values]
    node: dict[str, Any] = {
        "target": {"fieldId": f"{given.table}_{given.dim}"}, "operator": given.operator, "values": values,
    }  # fmt: skip
    if given.unit:
        node["settings"] = {"unitOfTime": given.unit, "completed": given.completed}
    return node


def statements(made: World) -> list[str]:
    """What makes the tables of an explore, for any engine."""
    found = []
    for one in made.models.values():
        typed = ", ".join(f"{name} {TYPES[kind]}" for name, kind in one.columns.items())
        found += [f"drop table if exists {one.name}", f"create table {one.name}({typed})"]
        rows = ["(" + ", ".join(_literal(row[name]) for name in one.columns) + ")" for row in one.rows]
        if rows:
            found.append(f"insert into {one.name} values {', '.join(rows)}")
    return found


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, bool | int) else f"'{value}'"


def differences(made: World, question: Ask, compiled: CompiledQuery, run: Callable[[str], list[Any]]) -> str:
    """What is wrong with the answer, or with the totals and subtotals beside it; empty when nothing is."""
    counted = Evaluator(made, question, NOW)
    checks = [(compiled.sql, counted.answer(), True)]
    for beside in compiled.totals:
        checks.append((beside.sql, counted.totals(question.dims[: len(beside.dimensions)]), False))
    for sql, wanted, ordered in checks:
        got = [list(row) for row in run(sql)]
        got = got[: question.limit] if ordered else sorted(got, key=repr)
        wanted = wanted if ordered else sorted(wanted, key=repr)
        if not ordered and len(got) > question.limit:
            continue  # A page of subtotals, in the order of the question's sorts.
        if not same(got, wanted):
            return f"{sql}\n\ngot    {got}\nwanted {wanted}\n{as_query(made, question)}\n{as_yaml(made)}"
    return ""


def same(got: list[list[Any]], wanted: list[list[Any]]) -> bool:
    """Whether two answers are equal, numbers up to rounding."""
    pairs = [pair for one, other in zip(got, wanted, strict=False) for pair in zip(one, other, strict=True)]
    return len(got) == len(wanted) and all(_equal(a, b) for a, b in pairs)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return math.isclose(float(one), float(other), abs_tol=1e-9)
    return bool(one == other)
