from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit import postgres
from tests.warehouse.suite import ENDLESS, TABLES, ServerSuite, begun, gone
from tests.wire.certificate import certificate
from vitrail.errors import InvalidInput
from vitrail.warehouse.connect import connect
from vitrail.warehouse.dialect import POSTGRES
from vitrail.warehouse.errors import WarehouseFailed, WarehouseUnavailable
from vitrail.warehouse.postgres import PostgresWarehouse
from vitrail.warehouse.protocol import Warehouse

pytestmark = pytest.mark.skipif(
    not postgres.binaries(), reason="No Postgres was found here (apt-get install postgresql)."
)
PASSWORD = "p@ss:w/rd?#%"
ENCODED = "p%40ss%3Aw%2Frd%3F%23%25"


class PostgresEngine:
    """A database of a real server. The account may do everything: what is refused, the warehouse refuses."""

    password = PASSWORD

    def __init__(self, server: postgres.PostgresServer, ca_file: Path) -> None:
        self.server = server
        self.ca_file = ca_file
        self.name = server.database()
        server.run(TABLES, self.name)

    @property
    def url(self) -> str:
        return f"postgresql://owner:{ENCODED}@127.0.0.1:{self.server.port}/{self.name}"

    def running(self) -> int:
        return int(self.server.ask(
            f"select count(*) from pg_stat_activity where datname = '{self.name}' and state = 'active'"
        ))  # fmt: skip

    def tables(self) -> int:
        return int(self.server.ask(
            "select (select count(*) from samples) + 100 * count(*) from information_schema.tables "
            "where table_schema = 'public'", self.name,
        ))  # fmt: skip

    def go_away(self) -> None:
        self.server.run(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
        self.server.run(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{self.name}'")

    def come_back(self) -> None:
        self.server.run(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresEngine]:
    ca_file = certificate(tmp_path_factory.mktemp("certificate"))
    with postgres.running(ca_file) as server:
        server.run(
            f"SET password_encryption = 'scram-sha-256'; CREATE ROLE owner LOGIN SUPERUSER PASSWORD '{PASSWORD}'"
        )
        yield PostgresEngine(server, ca_file)


class TestPostgres(ServerSuite):
    refused = (
        "COPY samples TO '/tmp/samples'", "COPY samples TO PROGRAM 'cat'", "COPY samples FROM STDIN",
        "WITH d AS (DELETE FROM samples RETURNING *) SELECT * FROM d",
        "WITH d AS (INSERT INTO samples (id) VALUES (9) RETURNING *) SELECT * FROM d",
        "SELECT * INTO hole FROM samples", "SELECT * FROM samples FOR UPDATE", "DO $$ BEGIN END $$", "CALL x()",
        "SELECT pg_read_file('/etc/passwd')", "SELECT pg_catalog.pg_read_file('/etc/passwd')",
        """SELECT U&"pg\\005fread_file"('/etc/passwd')""", "SELECT * FROM pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')", "SELECT pg_sleep(0)",
        "SELECT set_config('default_transaction_read_only', 'off', false)", "SELECT pg_terminate_backend(1)",
        "SELECT query_to_xml('delete from samples', true, true, '')", "SELECT nextval('x')", "LISTEN x", "NOTIFY x",
        "PREPARE x AS SELECT 1", "DECLARE c CURSOR FOR SELECT 1", "BEGIN", "VALUES (1)", "VACUUM", "LOCK TABLE samples",
        "SET TRANSACTION READ WRITE", "RESET ALL", "SHOW ALL", "DISCARD ALL",
    )  # fmt: skip

    def elsewhere(self, url: str) -> str:
        return url.replace("@127.0.0.1:", "@127.0.0.1:1").replace(url.split(":")[-1].split("/")[0], "1")


@pytest.fixture
async def warehouse(engine: PostgresEngine) -> Warehouse:
    return connect(engine.url)


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("insert into samples (id) values (9)", "read-only transaction"),
        ("with d as (delete from samples returning *) select * from d", "read-only transaction"),
        ("create table hole (i int)", "read-only transaction"),
        ("select nextval('ids')", "read-only transaction"),
        ("select 1; select 2", "cannot insert multiple commands"),
        ("commit; delete from samples", "cannot insert multiple commands"),
    ],
)
async def test_the_server_refuses_too_when_the_check_of_the_statement_fails(
    engine: PostgresEngine, monkeypatch: pytest.MonkeyPatch, sql: str, error: str
) -> None:
    await asyncio.to_thread(engine.server.run, "create sequence if not exists ids", engine.name)
    monkeypatch.setattr("vitrail.warehouse.postgres.refuse_all_but_one_select", lambda *_: None)
    before = await asyncio.to_thread(engine.tables)
    opened = connect(engine.url)
    with pytest.raises(WarehouseFailed, match=error):
        await opened.execute(sql, timeout_s=10)
    await opened.close()
    assert await asyncio.to_thread(engine.tables) == before


async def test_what_one_statement_sets_is_not_there_for_the_next(
    engine: PostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitrail.warehouse.postgres.refuse_all_but_one_select", lambda *_: None)
    opened = connect(engine.url)
    for name, value in (("TimeZone", "Asia/Tokyo"), ("DateStyle", "German"), ("standard_conforming_strings", "off"),
                        ("default_transaction_read_only", "off"), ("statement_timeout", "0")):  # fmt: skip
        await opened.execute(f"select set_config('{name}', '{value}', false)", timeout_s=10)
    for sql in ("set session default_transaction_read_only = off", "commit"):
        with pytest.raises(WarehouseFailed):
            await opened.execute(sql, timeout_s=10)
    answer = await opened.execute(
        "select timestamptz '2024-01-31 10:00:00+02', date '2024-01-31', 'a\\b', "
        "current_setting('transaction_read_only'), "
        "current_setting('statement_timeout'), current_setting('default_transaction_read_only')",
        timeout_s=10,
    )
    assert answer.rows == [["2024-01-31T08:00:00Z", "2024-01-31", "a\\b", "on", "11s", "on"]]
    await opened.close()


async def test_values_are_ready_for_json(engine: PostgresEngine) -> None:
    cases = [
        ("1::numeric", "number", 1),
        ("5.00::numeric(10, 2)", "number", 5.0),
        ("-0.69::numeric", "number", -0.69),
        ("170141183460469231731687303715884105727::numeric", "number", 2**127 - 1),
        ("sum(x) from (values (9223372036854775807::bigint), (1)) t(x)", "number", 2**63),
        ("avg(x) from (values (1), (2)) t(x)", "number", 1.5),
        ("'nan'::float8", "number", None),
        ("'-infinity'::float4", "number", None),
        ("'nan'::numeric", "number", None),
        ("0.1::float8", "number", 0.1),
        ("1.5::float4", "number", 1.5),
        ("timestamp '2024-01-31 10:00:00.25'", "timestamp", "2024-01-31T10:00:00.250000"),
        ("timestamptz '2024-01-31 10:00:00+02'", "timestamp", "2024-01-31T08:00:00Z"),
        ("time '10:00:00'", "string", "10:00:00"),
        ("interval '1 month 2 days 3.5 seconds'", "string", "P1M2DT3.5S"),
        ("'\\x00'::bytea", "string", "AA=="),
        ("array[1, null]", "string", [1, None]),
        ("array[[1.5], [null::numeric]]", "string", [[1.5], [None]]),
        ("array[date '2024-01-31']", "string", ["2024-01-31"]),
        ("'{\"a\": [1]}'::jsonb", "string", '{"a": [1]}'),
        ("'00000000-0000-0000-0000-000000000001'::uuid", "string", "00000000-0000-0000-0000-000000000001"),
        ("int4range(1, 5)", "string", "[1,5)"),
        ("inet '127.0.0.1'", "string", "127.0.0.1"),
        ("null", "string", None),
        ("null::numeric", "number", None),
    ]  # fmt: skip
    opened = connect(engine.url)
    for sql, kind, value in cases:
        answer = await opened.execute(f"select {sql}", timeout_s=10)
        (found,) = answer.rows[0]
        assert (answer.columns[0].type, found, type(found)) == (kind, value, type(value)), sql
    await opened.close()


def test_groups_that_meet_are_hashed_nulls_and_all(engine: PostgresEngine) -> None:
    """Comparing each group of one side with each of the other would take minutes where there are many."""
    for kind, join in (
        ("text", "LEFT JOIN"),
        ("date", "INNER JOIN"),
        ("numeric", "LEFT JOIN"),
        ("boolean", "INNER JOIN"),
    ):
        pairs = f"(select i::text::{kind} as x from generate_series(1, 5000) i)" if kind != "date" else (
            "(select date '2024-01-01' + i as x from generate_series(1, 5000) i)")  # fmt: skip
        same = POSTGRES.same.replace("{a}", "one.x").replace("{b}", "other.x")
        plan = engine.server.ask(f"EXPLAIN (FORMAT JSON) SELECT * FROM {pairs} one {join} {pairs} other ON {same}")
        assert "Hash Cond" in str(plan) or "Merge Cond" in str(plan), plan
    nulls = POSTGRES.same.replace("{a}", "null::text").replace("{b}", "null::text")
    assert engine.server.ask(f"select ({nulls}) and not (array[null::text] = array['x'])") is True


async def test_parameters(engine: PostgresEngine) -> None:
    opened = connect(engine.url)
    answer = await opened.execute("select $1::int + 1, $2::text, '100%'", [3, "it's"], timeout_s=10)
    assert answer.rows == [[4, "it's", "100%"]]
    await opened.close()


async def test_the_path_to_tables_is_the_accounts_own(engine: PostgresEngine) -> None:
    statements = (
        f"create role pathed login password '{PASSWORD}'; create schema elsewhere;"
        "grant usage on schema elsewhere to pathed;"
        "create table elsewhere.only_here as select 7 as i; grant select on elsewhere.only_here to pathed;"
        "alter role pathed set search_path = elsewhere"
    )
    await asyncio.to_thread(engine.server.run, statements, engine.name)
    opened = connect(engine.url.replace("owner:", "pathed:"))
    assert (await opened.execute("select i from only_here", timeout_s=10)).rows == [[7]]
    with pytest.raises(WarehouseFailed, match="permission denied") as refused:
        await opened.execute("select * from public.samples", timeout_s=10)
    assert "SELECT" in refused.value.cure
    await opened.close()


async def test_a_connection_that_the_server_dropped_is_replaced_unnoticed(engine: PostgresEngine) -> None:
    opened = connect(engine.url)
    await asyncio.gather(*(opened.execute("select 1", timeout_s=10) for _ in range(4)))
    drop = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{engine.name}'"
    await asyncio.to_thread(engine.server.run, drop)
    for _ in range(5):
        assert (await opened.execute("select 1", timeout_s=10)).rows == [[1]]
    await opened.close()


async def test_a_connection_lost_in_the_middle_is_told(engine: PostgresEngine) -> None:
    opened = connect(engine.url)
    task = asyncio.create_task(opened.execute(ENDLESS, timeout_s=60))
    await begun(engine)
    drop = (
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{engine.name}' and state = 'active'"
    )
    await asyncio.to_thread(engine.server.run, drop)
    with pytest.raises(WarehouseUnavailable, match="terminating connection"):
        await task
    assert (await opened.execute("select 1", timeout_s=10)).rows == [[1]]
    await opened.close()


async def test_connections_are_few_and_closed_at_the_end(engine: PostgresEngine) -> None:
    open_now = f"select count(*) from pg_stat_activity where datname = '{engine.name}' and application_name = 'vitrail'"
    opened = connect(engine.url)
    await asyncio.gather(*(opened.execute("select 1", timeout_s=20) for _ in range(30)))
    assert await asyncio.to_thread(engine.server.ask, open_now) == 4
    await opened.close()
    async with asyncio.timeout(10):
        while await asyncio.to_thread(engine.server.ask, open_now):
            await asyncio.sleep(0.02)


async def test_cancelling_leaves_nothing_behind_even_while_waiting_for_a_turn(engine: PostgresEngine) -> None:
    opened = connect(engine.url)
    tasks = [asyncio.create_task(opened.execute(ENDLESS, timeout_s=60)) for _ in range(9)]
    await begun(engine, 4)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await gone(engine)
    answers = await asyncio.gather(*(opened.execute("select 1", timeout_s=20) for _ in range(9)))
    assert all(answer.rows == [[1]] for answer in answers)
    await opened.close()


async def secured(url: str) -> bool:
    opened = connect(url)
    try:
        answer = await opened.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()", timeout_s=10)
        return bool(answer.rows[0][0])
    finally:
        await opened.close()


async def test_tls_is_what_the_address_says(engine: PostgresEngine, tmp_path: Path) -> None:
    assert await secured(engine.url + "?sslmode=require")
    assert not await secured(engine.url + "?sslmode=disable")
    assert await secured(engine.url + f"?sslmode=verify-full&sslrootcert={engine.ca_file}")
    for url in (
        engine.url + "?sslmode=verify-full",  # Whom the machine trusts: not this server.
        engine.url + f"?sslmode=verify-full&sslrootcert={certificate(tmp_path)}",
        engine.url.replace("127.0.0.1", "localhost") + f"?sslmode=verify-full&sslrootcert={tmp_path}/none.pem",
    ):
        with pytest.raises(WarehouseUnavailable) as refused:
            await secured(url)
        assert "sslmode" in refused.value.cure
        assert PASSWORD not in str(refused.value.problem())


@pytest.mark.parametrize("wrong", ["nobody", "database", "password"])
async def test_who_is_not_let_in_is_told_why_without_the_password(engine: PostgresEngine, wrong: str) -> None:
    url = {
        "nobody": engine.url.replace("owner:", "nobody:"),
        "database": engine.url.replace(engine.name, "nowhere"),
        "password": engine.url.replace(ENCODED, "other-secret"),
    }[wrong]
    opened = connect(url)
    with pytest.raises(WarehouseUnavailable) as refused:
        await opened.execute("select 1", timeout_s=10)
    said = str(refused.value.problem())
    assert PASSWORD not in said and "other-secret" not in said
    assert "Correct the user, password or database" in refused.value.cure
    await opened.close()


async def test_nothing_of_the_processs_surroundings_is_used(
    engine: PostgresEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pgpass").write_text(f"*:*:*:*:{PASSWORD.replace(':', chr(92) + ':')}\n")
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    monkeypatch.setenv("PGOPTIONS", "-c search_path=nowhere")
    without = connect(engine.url.replace(f":{ENCODED}", ""))
    with pytest.raises(WarehouseUnavailable, match="no password"):
        await without.execute("select 1", timeout_s=10)
    await without.close()
    opened = connect(engine.url)
    assert (await opened.execute("select count(*) from samples", timeout_s=10)).rows == [[4]]
    await opened.close()


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("postgresql://h/db", "no user"),
        ("postgresql://u:secret@/db", "no host"),
        ("postgresql://u:secret@h", "no database"),
        ("postgresql://u:secret@h/db/schema", "more than a database"),
        ("postgresql://u:secret@h/db?options=-c%20x", "no option 'options'"),
        ("postgresql://u:secret@h/db?passfile=/etc/passwd", "no option 'passfile'"),
        ("postgresql://u:secret@h/db?service=x", "no option 'service'"),
        ("postgresql://u:secret@h/db?sslmode=require&sslmode=disable", "twice"),
        ("postgresql://u:sec/ret@h/db", "can't be read"),
        ("postgresql://u:sec#ret@h/db", "can't be read"),
        ("postgresql://u:sec?ret@h/db", "can't be read"),
        ("postgresql://u:12/ret@h/db", "can't be read"),
        ("postgresql://u:sec%ffret@h/db", "can't be read"),
        ("postgresql://u:sec%00ret@h/db", "can't be read"),
        ("postgresql://u:secret@h:port/db", "can't be read"),
        ("postgresql://u:secret@[h/db", "can't be read"),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause) as refused:
        connect(url)
    said = str(refused.value.problem())
    assert refused.value.cure
    assert "sec" not in said.replace("second", "") and "ret@" not in said


def test_a_warehouse_does_not_show_its_password(engine: PostgresEngine) -> None:
    opened = connect(engine.url)
    assert isinstance(opened, PostgresWarehouse)
    assert PASSWORD not in repr(vars(opened))
