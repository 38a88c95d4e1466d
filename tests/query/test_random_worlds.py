"""Random explores, rows and questions: the answer is that of counting by hand (see `evaluator`, which says the rules).

`make bench` asks ten thousand more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.projects import catalog_of
from tests.kit import postgres
from tests.query.conftest import NO_POSTGRES
from tests.query.evaluator import World
from tests.query.random_worlds import NOW, as_query, as_yaml, ask, differences, statements, world
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB, POSTGRES, Dialect
from vitrail.warehouse.duckdb import SETTINGS

QUESTIONS = 20


@contextmanager
def loaded(made: World, kind: str) -> Iterator[Catalog]:
    with TemporaryDirectory() as folder:
        catalog = catalog_of(Path(folder), as_yaml(made), kind)
    assert not [p for p in catalog.problems if f"Model {made.base}" in p.cause]
    yield catalog


def check(made: World, rng: Random, catalog: Catalog, dialect: Dialect, run: Callable[[str], list[Any]]) -> None:
    for _ in range(QUESTIONS):
        question = ask(rng, made)
        query = MetricQuery.model_validate(as_query(made, question))
        compiled = compile_query(query, catalog, Viewer(), dialect, limits=Limits(), now=NOW)
        wrong = differences(made, question, compiled, run)
        assert not wrong, wrong


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the settings of our warehouse."""
    with duckdb.connect(config={"threads": 1}) as connection:
        for setting in SETTINGS:
            connection.execute(setting)
        yield connection


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(use_true_random=False))
def test_answers_are_those_of_counting_by_hand(engine: duckdb.DuckDBPyConnection, rng: Random) -> None:
    made = world(rng)
    for line in statements(made):
        engine.execute(line)
    with loaded(made, "duckdb") as catalog:
        check(made, rng, catalog, DUCKDB, lambda sql: engine.execute(sql).fetchall())


@pytest.mark.skipif(not postgres.binaries(), reason=NO_POSTGRES)
def test_on_postgres_too(postgres_server: postgres.PostgresServer) -> None:
    database = postgres_server.database()
    with psycopg.connect(postgres_server.address(database), autocommit=True) as connection:
        connection.execute("create schema main; set search_path = main; set timezone = 'UTC'")
        for seed in range(20):
            rng = Random(seed)
            made = world(rng)
            for line in statements(made):
                connection.execute(line.encode())
            with loaded(made, "postgres") as catalog:
                check(made, rng, catalog, POSTGRES, lambda sql: connection.execute(sql.encode()).fetchall())
    postgres_server.drop(database)


def test_duckdb_does_not_take_two_sub_queries_for_one(engine: duckdb.DuckDBPyConnection) -> None:
    """Version 2.0.0 does as it comes: its rule `common_subplan` confuses the two roles of a table, and sums 6 twice."""
    engine.execute("create or replace temp table one(k integer)")
    engine.execute("create or replace temp table two(k integer, n integer)")
    engine.execute("insert into two values (1, 6)")
    rows = "from one left join two as a on a.k = one.k full join two as b on b.k = one.k"
    assert engine.execute(f"select (select sum(b.n) {rows}), (select sum(a.n) {rows})").fetchone() == (6, None)


def test_duckdb_keeps_a_filter_where_a_joined_table_is_empty(engine: duckdb.DuckDBPyConnection) -> None:
    """Version 2.0.0 drops it as it comes: its rule `statistics_propagation` finds 10 to be less than 2."""
    engine.execute("create or replace temp table many(f integer, n integer)")
    engine.execute("create or replace temp table none(k integer, n integer, t timestamp)")
    engine.execute("insert into many values (1, null), (1, -2), (1, 5)")
    rows = "from many left join none on none.k = many.f and none.n > 0 group by 1"
    summed = f"select none.t, sum(coalesce(many.n, 7)) as s {rows}"
    assert engine.execute(f"select * from ({summed}) where s < 2").fetchall() == []
