"""Each dialect's texts, names and templates, read back by a parser of that dialect, and by DuckDB where the parser's
translation is faithful."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from tests.warehouse.suite import TEXTS
from vitrail.catalog.model import MetricType, TimeInterval
from vitrail.warehouse.dialect import DIALECTS, DUCKDB, Dialect, UnwritableValue

ALL = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
HOSTILE = st.text(
    st.sampled_from("'\\\"`;-/*%_!$ nrtx0bu\n\r\té漢a") | st.characters(exclude_categories=["Cs"]), max_size=12
)
VALUES = st.sampled_from(TEXTS) | HOSTILE


def parsed(sql: str, dialect: Dialect) -> exp.Expression:
    statements = sqlglot.parse(sql, read=dialect.name)
    assert len(statements) == 1 and statements[0] is not None
    return statements[0]


def meaning(node: exp.Expression | None) -> str:
    """The text that a literal, or literals and CHR(92) put together, stand for."""
    if isinstance(node, exp.Paren):
        return meaning(node.this)
    if isinstance(node, exp.DPipe | exp.Concat):
        return "".join(meaning(part) for part in (node.flatten() if isinstance(node, exp.DPipe) else node.expressions))
    if isinstance(node, exp.Chr):
        return "".join(chr(int(number.name)) for number in node.expressions)
    assert isinstance(node, exp.Literal) and node.is_string, repr(node)
    return str(node.this)


@ALL
@given(value=VALUES)
def test_a_text_is_read_back_as_itself(dialect: Dialect, value: str) -> None:
    if "\0" in value:
        with pytest.raises(UnwritableValue):
            dialect.text(value)
        return
    statement = parsed(f"SELECT {dialect.text(value)}", dialect)
    assert [meaning(found) for found in statement.expressions] == [value]


@ALL
@given(one=VALUES, other=VALUES)
def test_no_text_changes_what_stands_around_it(dialect: Dialect, one: str, other: str) -> None:
    if "\0" in one + other:
        return
    sql = "SELECT a FROM t WHERE a = {} AND b IN ({}, 'x') OR c LIKE {} ORDER BY 1"
    found = parsed(sql.format(dialect.text(one), dialect.text(other), dialect.text(one)), dialect)
    assert shape(found) == shape(parsed(sql.format("'p'", "'q'", "'r'"), dialect))


def shape(statement: exp.Expression) -> list[str]:
    """The kinds of a statement's nodes, a put-together text taken for one."""
    flat = statement.transform(lambda n: exp.Literal.string("") if isinstance(n, exp.DPipe | exp.Concat) else n)
    flat = flat.transform(lambda n: n.this if isinstance(n, exp.Paren) and isinstance(n.this, exp.Literal) else n)
    return [type(node).__name__ for node in flat.walk()]


@ALL
@given(name=VALUES.filter(lambda name: name.strip() and "\0" not in name))
def test_a_name_is_read_back_as_itself(dialect: Dialect, name: str) -> None:
    if dialect.identifier_backslash and re.search(r"[\\\n\r]", name):
        return  # sqlglot does not undo a backslash in names; test_clickhouse_dialect.py has the engine do it.
    statement = parsed(f"SELECT 1 AS {dialect.identifier(name)}, 2", dialect)
    assert len(statement.expressions) == 2
    written = statement.expressions[0].alias
    assert (written.replace("\\`", "`").replace('\\"', '"') if dialect.identifier_backslash else written) == name


@ALL
@given(value=st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back_as_itself(dialect: Dialect, value: float) -> None:
    found = parsed(f"SELECT 1 - {dialect.number(value)}", dialect).expressions[0].expression
    found = found.this if isinstance(found, exp.Paren) else found
    sign, found = (-1, found.this) if isinstance(found, exp.Neg) else (1, found)
    assert sign * type(value)(found.name) == value


@ALL
def test_numbers_that_are_none_are_refused(dialect: Dialect) -> None:
    for value in (float("nan"), float("inf"), -float("inf")):
        with pytest.raises(UnwritableValue):
            dialect.number(value)


@ALL
@given(value=VALUES.filter(bool), start=st.booleans(), end=st.booleans())
def test_a_like_pattern_means_its_text(dialect: Dialect, value: str, start: bool, end: bool) -> None:
    if "\0" in value:
        return
    found = parsed(f"SELECT {dialect.like('x', value, start=start, end=end)}", dialect).expressions[0]
    escape = "\\"
    if isinstance(found, exp.Escape):
        escape, found = found.expression.name, found.this
    assert isinstance(found, exp.Like)
    pattern = matcher(meaning(found.expression), escape)
    for text in (value, "ab" + value, value + "ab", "ab" + value + "ab", "", "zz", value[1:], value.replace("%", "ab")):
        wanted = text.startswith(value) if start else text.endswith(value) if end else value in text
        if start and end:
            wanted = text == value
        assert bool(pattern.fullmatch(text)) is wanted, (text, value)


def matcher(pattern: str, escape: str) -> re.Pattern[str]:
    """LIKE, as the standard has it."""
    text, rest = "", iter(pattern)
    for character in rest:
        if character == escape:
            text += re.escape(next(rest))
        else:
            text += {"%": ".*", "_": "."}.get(character, re.escape(character))
    return re.compile(text, re.DOTALL)


@ALL
def test_every_interval_and_aggregate_is_there_and_can_be_read(dialect: Dialect) -> None:
    assert set(dialect.intervals) == {interval.value for interval in TimeInterval}
    single = ("count", "count_distinct", "sum", "average", "min", "max", "median", "percentile")
    assert set(single) <= set(dialect.aggregates) <= {kind.value for kind in MetricType}
    for template in (*dialect.intervals.values(), dialect.in_zone, dialect.plus, dialect.to_date):
        assert template.count("{x}") == 1, template
    for template in (
        *dialect.intervals.values(), *dialect.aggregates.values(), dialect.any_value, dialect.in_zone, dialect.plus,
        dialect.to_date, dialect.lower, dialect.same, dialect.ratio, dialect.percentile_discrete,
    ):  # fmt: skip
        text = template
        for name, value in {
            "x": "t.a",
            "p": "0.5",
            "zone": "'Europe/Paris'",
            "n": "-3",
            "unit": "MONTH",
            "a": "t.a",
            "b": "t.b",
        }.items():
            text = text.replace("{" + name + "}", value)
        assert "{" not in text
        statement = parsed(f"SELECT {text} AS found FROM t", dialect)
        assert len(statement.expressions) == 1


@ALL
def test_dates_and_times_are_read_back(dialect: Dialect) -> None:
    written = (
        dialect.date(date(955, 3, 4)),
        dialect.timestamp(datetime(955, 3, 4)),
        dialect.timestamp(datetime(2024, 1, 31, 10, 0, 0, 250000)),
    )
    found = [[node.name for node in parsed(f"SELECT {text}", dialect).find_all(exp.Literal)] for text in written]
    assert found[0][0] == "0955-03-04"
    assert found[1][0] == "0955-03-04 00:00:00"
    assert found[2][0] == "2024-01-31 10:00:00.250000"


@ALL
def test_rows_are_limited_and_numbered(dialect: Dialect) -> None:
    found = parsed(f"SELECT a, {dialect.row_number('a', 'b')} AS n FROM t ORDER BY 1 {dialect.limit(5, 10)}", dialect)
    assert (found.args["limit"].expression.name, found.args["offset"].expression.name) == ("5", "10")
    assert [node.name for node in found.find(exp.Window).args["partition_by"]] == ["a", "b"]
    assert parsed(f"SELECT {dialect.row_number()} AS n FROM t {dialect.limit(5)}", dialect).args.get("offset") is None


MOMENTS = """create table moments as select * from (values
  (1, timestamp '2024-01-31 10:11:12.256'), (2, timestamp '1955-03-06 23:59:59.999'),
  (3, timestamp '2024-12-30 00:00:00'),
  (4, timestamp '2027-01-03 05:06:07'), (5, timestamp '2000-02-29 12:00:00'), (6, null)) as t(id, x)"""
# What sqlglot translates into something else than the engine does: compared with what we know of the engines.
UNFAITHFUL = {
    ("bigquery", "DAY_OF_WEEK_INDEX"), ("bigquery", "WEEK_NUM"), ("databricks", "DAY_OF_WEEK_INDEX"),
    *((name, interval) for name in ("postgres", "redshift") for interval in ("DAY_OF_WEEK_NAME", "MONTH_NAME")),
}  # fmt: skip


@pytest.mark.parametrize("name", ["bigquery", "databricks", "postgres", "redshift", "snowflake", "trino"])
@pytest.mark.parametrize("interval", [interval.value for interval in TimeInterval])
def test_intervals_mean_the_same_everywhere(name: str, interval: str) -> None:
    if (name, interval) in UNFAITHFUL:
        return
    with duckdb.connect() as connection:
        connection.execute(MOMENTS)

        def asked(dialect: Dialect) -> list[Any]:
            sql = f"SELECT {dialect.intervals[interval].replace('{x}', 'x')} FROM moments ORDER BY id NULLS LAST"
            (text,) = sqlglot.transpile(sql, read=dialect.name, write="duckdb")
            found = [row[0] for row in connection.execute(text).fetchall()]
            # Translated, a date may have become the moment at which it begins.
            return [one.date() if interval in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
                    and isinstance(one, datetime) else one for one in found]  # fmt: skip

        assert asked(DIALECTS[name]) == asked(DUCKDB)


@pytest.mark.parametrize("name", ["bigquery", "postgres", "redshift", "snowflake", "trino"])
def test_medians_and_percentiles_lie_between_values(name: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table numbers as select * from (values ('a', 1), ('a', 2), ('a', null), ('a', 10), "
                           "('a', 4), ('b', 7), ('c', null)) as t(k, x)")  # fmt: skip

        def asked(dialect: Dialect) -> list[Any]:
            columns = [dialect.aggregates["median"], *(
                template.replace("{p}", p) for p in ("0.0", "0.25", "0.5", "0.9", "1.0")
                for template in (dialect.aggregates["percentile"], dialect.percentile_discrete))]  # fmt: skip
            sql = f"SELECT k, {', '.join(columns).replace('{x}', 'x')} FROM numbers GROUP BY 1 ORDER BY 1"
            (text,) = sqlglot.transpile(sql, read=dialect.name, write="duckdb")
            rows = connection.execute(text).fetchall()
            return [
                [None if v is None else v if isinstance(v, str) else round(float(v), 9) for v in row] for row in rows
            ]

        assert asked(DIALECTS[name]) == asked(DUCKDB)
        assert asked(DUCKDB)[0] == ["a", 3.0, 1.0, 1, 1.75, 1, 3.0, 2, 8.2, 10, 10.0, 10]
