from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from tests.catalog.projects import write_project
from vitrail.cli import app

SCHEMA = """
models:
  - name: sales
    meta: {sql_filter: "${TABLE}.region in (${ld.attr.region})"}
    columns:
      - {name: region, data_type: varchar, meta: {dimension: {label: Region}}}
      - {name: amount, data_type: int, meta: {metrics: {total: {type: sum, label: Total}}}}
"""
QUERY = {"exploreName": "sales", "dimensions": ["sales.region"], "metrics": ["sales_total"]}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_project(tmp_path / "dbt", SCHEMA)
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("create table sales as select * from (values ('West', 1), ('East', 2)) t(region, amount)")
    (tmp_path / "q.json").write_text(json.dumps(QUERY))
    return tmp_path


def run(place: Path, *more: str, file: str | None = None, text: str | None = None) -> Result:
    file = file or str(place / "q.json")
    arguments = ["query", file, "--dbt", str(place / "dbt"), "--warehouse", f"duckdb://{place}/w.duckdb", *more]
    return CliRunner().invoke(app, arguments, input=text)


def error(result: Result) -> dict[str, Any]:
    assert result.exit_code == 1
    found: dict[str, Any] = json.loads(result.stdout)["error"]
    assert set(found) == {"title", "cause", "cure"}
    return found


def test_rows_as_json(place: Path) -> None:
    result = run(place, "--json", "--as", "region=West", "--as", "region=East")
    assert result.exit_code == 0
    body = json.loads(result.stdout)
    assert body["columns"] == [
        {"name": "sales_region", "type": "string", "label": "Region"},
        {"name": "sales_total", "type": "number", "label": "Total"},
    ]
    assert body["rows"] == [["East", 2], ["West", 1]]
    assert body["truncated"] is False
    assert "SELECT" in body["sql"]


def test_from_standard_input_as_a_table(place: Path) -> None:
    result = run(place, "--as", "region=West", file="-", text=json.dumps(QUERY))
    assert result.exit_code == 0
    assert "Region" in result.stdout and "West" in result.stdout and "East" not in result.stdout


def test_the_statement_alone_needs_no_warehouse(place: Path) -> None:
    arguments = ["query", str(place / "q.json"), "--dbt", str(place / "dbt"), "--sql", "--as", "region=O'Hara"]
    result = CliRunner().invoke(app, arguments)
    assert "region in ('O''Hara')" in result.stdout


def test_what_is_wrong_ends_in_an_error(place: Path) -> None:
    assert error(run(place, "--json"))["title"] == "A user attribute is missing"
    assert "ATTR=VALUE" in error(run(place, "--json", "--as", "region"))["cause"]
    assert "can't be read" in error(run(place, "--json", file=str(place / "none")))["cause"]
    assert "exploreName" in error(run(place, "--json", file="-", text="{}"))["cause"]
    assert "JSON" in error(run(place, "--json", file="-", text="{"))["cause"]
    assert "1 MB" in error(run(place, "--json", file="-", text=" " * 1_100_000))["cause"]
    unknown = run(
        place, "--json", "--as", "region=x", file="-", text='{"exploreName": "sales", "metrics": ["sales.totl"]}'
    )
    assert 'did you mean "sales_total"' in error(unknown)["cause"]
    (place / "w.duckdb").unlink()
    assert "no file" in error(run(place, "--json", "--as", "region=x"))["cause"]


def test_a_text_error_goes_to_stderr(place: Path) -> None:
    result = run(place)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "region" in result.stderr
