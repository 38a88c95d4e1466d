"""`vitrail query --saved`: a question that the dbt project keeps."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.query.semantic.conftest import HERE, semantic_project
from vitrail.cli import app


@pytest.fixture
def place(tmp_path: Path) -> Path:
    semantic_project(tmp_path / "dbt", yaml.safe_load((HERE / "rental.yml").read_text()), "duckdb")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute((HERE / "rental.sql").read_text())
    return tmp_path


def run(place: Path, *more: str) -> Result:
    arguments = ["query", "--dbt", str(place / "dbt"), "--warehouse", f"duckdb://{place}/w.duckdb", "--json", *more]
    return CliRunner().invoke(app, arguments)


def test_its_rows_are_printed(place: Path) -> None:
    answer = json.loads(run(place, "--saved", "fares_by_city").stdout)
    assert [column["name"] for column in answer["columns"]][:2] == ["metric_time_month", "station_city"]
    assert len(answer["rows"]) == 3
    fares = [row[2] for row in answer["rows"]]
    assert fares == sorted(fares, reverse=True)


def test_one_that_is_not_there_is_told(place: Path) -> None:
    result = run(place, "--saved", "nothing")
    assert result.exit_code != 0
    assert "There is no saved query 'nothing'" in result.output


@pytest.mark.parametrize("more", [(), ("q.json", "--saved", "cities")])
def test_one_thing_is_asked(place: Path, more: tuple[str, ...]) -> None:
    result = run(place, *more)
    assert result.exit_code != 0
    assert "Nothing was asked, or two things." in result.output
