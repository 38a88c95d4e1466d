"""The shop's cases on a real ClickHouse, in process. chdb is some 700 MB, so it is no part of the development packages:
`pip install chdb` beside them runs this."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.query.test_cases import NOW, cases, question, rounded
from tests.warehouse.suite import TEXTS
from vitrail.catalog.model import Catalog, TimeInterval
from vitrail.query.run import Limits, run_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DIALECTS, Dialect
from vitrail.warehouse.duckdb import DuckDBWarehouse
from vitrail.warehouse.protocol import Rows, WarehouseColumn

session = pytest.importorskip("chdb.session", reason="No ClickHouse was found here (pip install chdb, 700 MB).")
clickhouse = pytest.importorskip("vitrail.warehouse.clickhouse", reason="The ClickHouse driver is not installed.")
CLICKHOUSE = DIALECTS["clickhouse"]
# Cases about SQL that is written in the shop's own fields, in the words of another engine: a function that ClickHouse
# lacks, and a division of decimals, which here keeps their digits.
OWN_SQL = re.compile(r"is_evening|spend_per_minute|a formula over metrics of two facts")
TYPES = {"INTEGER": "Int32", "BIGINT": "Int64", "VARCHAR": "String", "DATE": "Date32", "TIMESTAMP": "DateTime64(6)"}


OURS = [case for case in cases() if "refused" not in case.values[0] and not OWN_SQL.search(str(case.values))]


class ClickHouse:
    """As a warehouse, without the network between."""

    unchanging = False

    def __init__(self) -> None:
        self._session = session.Session()

    def run(self, sql: str) -> None:
        self._session.query(sql)

    @property
    def dialect(self) -> Dialect:
        return CLICKHOUSE

    async def execute(
        self, sql: str, parameters: Sequence[Any] = (), *, timeout_s: float, row_limit: int | None = None
    ) -> Rows:
        return self._answer(sql)

    async def close(self) -> None:
        return None

    def rows(self, sql: str) -> list[list[Any]]:
        return self._answer(sql).rows

    def _answer(self, sql: str) -> Rows:
        given = ", ".join(f"{name} = {value!r}" for name, value in clickhouse.SETTINGS.items())
        asked = f"{sql}\nSETTINGS {given}, output_format_json_quote_64bit_integers = 0"
        found = json.loads(str(self._session.query(asked, "JSONCompact")))
        columns = tuple(WarehouseColumn(column["name"], clickhouse._kind(column["type"])) for column in found["meta"])
        return Rows(columns, found["data"])


@pytest.fixture(scope="module")
def engine(shop_file: Path) -> ClickHouse:
    """The rows of the shop's DuckDB file."""
    made = ClickHouse()
    made.run("CREATE DATABASE IF NOT EXISTS main")
    made.run("USE main")
    with duckdb.connect(str(shop_file), read_only=True) as source:
        for (table,) in source.execute("select table_name from duckdb_tables()").fetchall():
            described = source.execute(f"describe {table}").fetchall()
            columns = [f"`{name}` Nullable({TYPES.get(kind) or kind.replace('DECIMAL', 'Decimal')})"
                       for name, kind, *_ in described]  # fmt: skip
            made.run(f"CREATE TABLE main.{table} ({', '.join(columns)}) ENGINE = Memory")
            for row in source.execute(f"select * from {table}").fetchall():
                made.run(f"INSERT INTO main.{table} VALUES ({', '.join(map(literal, row))})")
    return made


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float | Decimal) else CLICKHOUSE.text(str(value))


def plain(rows: list[list[Any]]) -> list[list[Any]]:
    """What differs in the way of writing only."""

    def one(value: Any) -> Any:
        if isinstance(value, str) and len(value) > 18 and value[4] == value[7] == "-" and value[10] in " T":
            whole, _, fraction = value.replace("T", " ").partition(".")
            return f"{whole}.{fraction.rstrip('0')}".rstrip(".")
        if isinstance(value, bool):
            return int(value)
        return float(value) if isinstance(value, int | float) else value

    return [[one(value) for value in row] for row in rounded(rows)]


@pytest.mark.parametrize("case", OURS)
async def test_case(case: dict[str, Any], shop: Catalog, shop_file: Path, engine: ClickHouse) -> None:
    opened = DuckDBWarehouse(shop_file)
    expected = await opened.execute(case["sql"], timeout_s=10)
    await opened.close()
    now = datetime.fromisoformat(case["now"]) if "now" in case else NOW
    limits = Limits(week_start=case.get("week_start", 0))
    answer = await run_query(question(case), shop, Viewer(), engine, limits=limits, now=now)
    got, wanted = plain(answer.rows), plain(expected.rows)
    if not case.get("ordered"):
        got, wanted = sorted(got, key=repr), sorted(wanted, key=repr)
    assert got == wanted, answer.sql


def test_a_text_and_a_name_mean_themselves(engine: ClickHouse) -> None:
    columns = ", ".join(CLICKHOUSE.text(text) for text in TEXTS)
    assert engine.rows(f"SELECT {columns}") == [TEXTS]
    for text in TEXTS:
        name = CLICKHOUSE.identifier(text)
        assert engine.rows(f"SELECT {name} FROM (SELECT 1 AS {name}) WHERE {name} = 1") == [[1]]


def test_patterns_mean_their_texts(engine: ClickHouse) -> None:
    for text in ["50%", "a_b", "\\", "!", "100%\\_", "é"]:
        for around in (text, f"x{text}y", "xAy", "50A", "aXb"):
            condition = CLICKHOUSE.like(CLICKHOUSE.text(around), text, start=False, end=False, any_case=True)
            assert engine.rows(f"SELECT {condition}") == [[int(text.lower() in around.lower())]]


def test_medians_and_percentiles(engine: ClickHouse) -> None:
    for p, between, discrete in ((0.0, 1.0, 1), (0.25, 1.75, 1), (0.5, 3.0, 2), (0.9, 8.2, 10), (1.0, 10.0, 10)):
        for template, wanted in (
            (CLICKHOUSE.aggregates["percentile"], between),
            (CLICKHOUSE.percentile_discrete, discrete),
        ):
            text = template.replace("{p}", repr(p)).replace("{x}", "x")
            rows = "values('x Nullable(Int32)', (1), (2), (NULL), (10), (4))"
            assert engine.rows(f"SELECT {text} FROM {rows}") == [[pytest.approx(wanted)]], text
            assert engine.rows(f"SELECT {text} FROM {rows} WHERE x > 99") == [[None]], text


def test_intervals_before_1970_and_of_dates(engine: ClickHouse) -> None:
    for interval, wanted in {
        "YEAR": "1955-01-01", "QUARTER": "1955-01-01", "MONTH": "1955-03-01", "WEEK": "1955-02-28", "DAY": "1955-03-06",
        "HOUR": "1955-03-06 23:00:00", "MINUTE": "1955-03-06 23:59:00", "SECOND": "1955-03-06 23:59:59.000000",
        "DAY_OF_WEEK_INDEX": 0, "WEEK_NUM": 9, "DAY_OF_WEEK_NAME": "Sunday", "MONTH_NAME": "March",
    }.items():  # fmt: skip
        template = CLICKHOUSE.intervals[TimeInterval(interval)]
        moment = "toDateTime64('1955-03-06 23:59:59.75', 3, 'UTC')"
        assert engine.rows(f"SELECT {template.replace('{x}', moment)}") == [[wanted]], interval
        if "HOUR" not in interval and "MINUTE" not in interval and "SECOND" not in interval:
            assert engine.rows(f"SELECT {template.replace('{x}', chr(40) + 'toDate32(' + moment + '))')}") == [[wanted]]
