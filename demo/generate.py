"""Make the jaffle shop's three years: `python -m demo.generate PATH.duckdb`.

Deterministic: every random number is the MD5 of a name and a row's number, so two runs (of any DuckDB) give the
same rows. Written beside the target and renamed, so a broken run leaves nothing half made. About 250,000 order
items between 2023-11-01 and 2026-10-31, with what a chart should show: growth, seasons, weekends, stores that open
one after another, a channel that rises, a new year's price list, a Thanksgiving sale.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import duckdb

SQL = Path(__file__).parent / "generate.sql"


def generate(path: Path) -> dict[str, int]:
    """Write the warehouse file at `path`, replacing one that is there. Returns the number of rows per table."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(unfinished)) as connection:
            connection.execute(SQL.read_text(encoding="utf-8"))
            tables = connection.sql("select table_name from duckdb_tables() where not temporary order by 1").fetchall()
            counts = {name: connection.table(name).aggregate("count(*)").fetchall()[0][0] for (name,) in tables}
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return counts


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m demo.generate PATH.duckdb")
    started = time.monotonic()
    rows = generate(Path(sys.argv[1]))
    sys.stdout.write(f"{rows} in {time.monotonic() - started:.1f} s\n")
