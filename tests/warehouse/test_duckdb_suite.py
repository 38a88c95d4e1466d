from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import duckdb
import pytest

from tests.warehouse.suite import TABLES, WarehouseSuite
from vitrail.warehouse.duckdb import _Statement


class DuckDBEngine:
    """A file; what runs on it runs in this process."""

    password = ""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"duckdb://{path}"
        with duckdb.connect(str(path)) as connection:
            connection.execute(TABLES)

    def running(self) -> int:
        """How many of the warehouse's threads are inside a statement."""
        threads = {thread.ident for thread in threading.enumerate() if thread.name.startswith("duckdb")}
        return sum(_inside(frame) for ident, frame in sys._current_frames().items() if ident in threads)

    def tables(self) -> int:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            found = connection.execute(
                "select (select count(*) from samples) + 100 * count(*) from information_schema.tables"
            ).fetchone()
        assert found is not None
        return int(found[0])

    def go_away(self) -> None:
        raise NotImplementedError

    def come_back(self) -> None:
        raise NotImplementedError


def _inside(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is _Statement.run.__code__:
            return True
        frame = frame.f_back
    return False


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    yield DuckDBEngine(tmp_path_factory.mktemp("suite") / "suite.duckdb")


class TestDuckDB(WarehouseSuite):
    refused = (
        "WITH d AS (DELETE FROM samples RETURNING *) SELECT * FROM d", "COPY samples TO '/tmp/samples'",
        "COPY samples FROM '/etc/passwd'", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')", "ATTACH '/tmp/x.duckdb'", "INSTALL httpfs",
        "SELECT * FROM glob('/*')", "LOAD json", "PRAGMA database_list", "EXPORT DATABASE '/tmp/x'",
        "CALL pragma_version()", "CHECKPOINT", "CREATE TEMP TABLE hole (i INTEGER)", "SET threads = 1",
        "RESET threads", "USE memory", "INSERT INTO samples (id) VALUES (9) RETURNING id",
        "SELECT * FROM read_parquet('https://x/y')",
    )  # fmt: skip
