"""What people write, and what becomes of it when it is wrong: the rest of the project always loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.catalog.projects import catalog_of, write_project
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, Explore, TimeInterval

GOOD = """
models:
  - name: good
    columns: [{name: id, data_type: int, meta: {metrics: {n: {type: count}}}}]
"""


def explore(catalog: Catalog, name: str) -> Explore:
    return next(e for e in catalog.explores.values() if e.name == name)


def the_problem(tmp_path: Path, model: dict[str, Any]) -> str:
    """The one problem that a model causes; the good model is there whatever happens."""
    schema = {"models": [*yaml.safe_load(GOOD)["models"], model]}
    catalog = catalog_of(tmp_path, yaml.safe_dump(schema, sort_keys=False))
    assert "good" in catalog.explores
    assert len(catalog.problems) == 1, catalog.problems
    problem = catalog.problems[0]
    assert problem.cure
    assert problem.origin is not None
    assert problem.origin.file == "models/schema.yml"
    assert problem.origin.line is not None
    return problem.cause


def test_meta_and_config_meta_mean_the_same(tmp_path: Path) -> None:
    old = "models: [{name: t, meta: {label: L}, columns: [{name: a, meta: {dimension: {label: A}}}]}]"
    column = "{name: a, config: {meta: {dimension: {label: A}}}}"
    new = "models: [{name: t, config: {meta: {label: L}}, columns: [" + column + "]}]"
    for place, schema in (("old", old), ("new", new)):
        found = explore(catalog_of(tmp_path / place, schema), "t")
        assert (found.label, next(found.dimensions()).label) == ("L", "A")


def test_types_come_from_yaml_else_from_the_warehouse(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
models:
  - name: t
    columns:
      - {name: a, data_type: "DECIMAL(10,2)"}
      - {name: b, data_type: TIMESTAMP_NTZ}
      - {name: c, data_type: date, meta: {dimension: {time_intervals: "OFF"}}}
      - {name: d, data_type: BOOLEAN}
      - {name: e}
      - {name: f, data_type: int, meta: {dimension: {type: string}}}
      - {name: g, meta: {dimension: {time_intervals: [MONTH]}}}
      - {name: "odd name", data_type: int}
""",
    )
    kinds = {d.name: (d.type.value, d.sql) for d in explore(catalog, "t").dimensions() if d.interval is None}
    assert kinds == {
        "a": ("number", "${TABLE}.a"),
        "b": ("timestamp", "${TABLE}.b"),
        "c": ("date", "${TABLE}.c"),
        "d": ("boolean", "${TABLE}.d"),
        "e": ("string", "${TABLE}.e"),
        "f": ("string", "${TABLE}.f"),
        "g": ("timestamp", "${TABLE}.g"),
        "odd_name": ("number", '${TABLE}."odd name"'),
    }
    cut = [d.interval for d in explore(catalog, "t").dimensions() if d.base == "b"]
    assert cut == [TimeInterval(i) for i in ("RAW", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")]
    assert not [d for d in explore(catalog, "t").dimensions() if d.base == "c"]


def test_warehouse_types_of_dbt_docs_fill_gaps(tmp_path: Path) -> None:
    folder = write_project(tmp_path, "models: [{name: t, columns: [{name: At}]}]")
    types = {"nodes": {"model.jaffle_vitrail.t": {"columns": {"AT": {"type": "DATE"}}}}}
    (folder / "target" / "catalog.json").write_text(json.dumps(types))
    assert next(explore(load_catalog(folder), "t").dimensions()).type == "date"


def test_joins_with_alias_fields_and_several_explores(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
models:
  - name: flights
    meta:
      joins:
        - {join: airports, alias: origin, sql_on: "${flights.from_id} = ${origin.id}", fields: [city], label: From}
        - join: airports
          alias: target
          sql_on: ${flights.to_id} = ${target.id}
          hidden: true
          type: inner
          always: true
        - {join: countries, sql_on: "${origin.country} = ${countries.code}"}
      explores:
        short_flights: {label: Short flights, joins: [{join: airports, sql_on: "${flights.to_id} = ${airports.id}"}]}
    columns: [{name: from_id}, {name: to_id}]
  - name: airports
    columns:
      - {name: id}
      - {name: city}
      - {name: country}
      - {name: full, meta: {dimension: {sql: "${airports.city} || ${country}"}}}
  - name: countries
    columns: [{name: code}]
""",
    )
    assert not catalog.problems
    found = explore(catalog, "flights")
    assert list(found.tables) == ["flights", "origin", "target", "countries"]
    assert [d.name for d in found.tables["origin"].dimensions.values() if not d.private] == ["city"]  # type: ignore[index]
    assert found.tables["target"].dimensions["full"].sql == "${target.city} || ${country}"  # type: ignore[index]
    assert all(d.hidden for d in found.tables["target"].dimensions.values())  # type: ignore[index]
    assert [j.table for j in explore(catalog, "short_flights").joins] == ["airports"]


BROKEN = yaml.safe_load((Path(__file__).parent / "broken.yml").read_text())


@pytest.mark.parametrize("case", [pytest.param(case, id=case["word"]) for case in BROKEN])
def test_what_is_wrong_is_told_and_the_rest_loads(tmp_path: Path, case: dict[str, Any]) -> None:
    assert case["word"] in the_problem(tmp_path, case["model"])


def test_two_fields_with_one_id_are_told(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
models:
  - {name: a, meta: {joins: [{join: a_b, sql_on: "${a.b_c} = ${a_b.c}"}]}, columns: [{name: b_c}]}
  - {name: a_b, columns: [{name: c}]}
""",
    )
    assert [p.title for p in catalog.problems] == ["Field can't be asked"]
    assert "a_b_c" in catalog.problems[0].cause


def test_a_closed_model_takes_its_joins_with_it(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
models:
  - {name: secret, meta: {sql_filter: "("}, columns: [{name: id}]}
  - {name: open, meta: {joins: [{join: secret, sql_on: "${open.id} = ${secret.id}"}]}, columns: [{name: id}]}
""",
    )
    assert list(catalog.explores) == ["open"]
    assert list(explore(catalog, "open").tables) == ["open"]
    assert [p.origin.model for p in catalog.problems if p.origin] == ["secret", "open"]


def test_a_sub_query_does_not_go_around_a_row_filter(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
models:
  - {name: guarded, meta: {sql_filter: "${TABLE}.a = ${ld.attr.a}"}, columns: [{name: a}]}
  - name: curious
    columns: [{name: b}, {name: c, meta: {dimension: {sql: "1 + (select count(*) from main.guarded)"}}}]
""",
    )
    assert [d.name for d in explore(catalog, "curious").dimensions()] == ["b"]
    assert "past the row filter" in catalog.problems[0].cause


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "no target/manifest.json"),
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[1]", "not a dbt manifest"),
        ('{"nodes": 3}', "not a dbt manifest"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_project_that_is_none(tmp_path: Path, content: str | None, word: str) -> None:
    if content is not None:
        (tmp_path / "target").mkdir()
        (tmp_path / "target" / "manifest.json").write_text(content)
    with pytest.raises(ProjectUnreadable, match=word) as refused:
        load_catalog(tmp_path)
    assert refused.value.cure


def test_no_folder_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(ProjectUnreadable):
            load_catalog(path)


@pytest.mark.parametrize(
    "node",
    [
        3,
        {"resource_type": "model"},
        {"resource_type": "model", "name": "a b"},
        {"resource_type": "model", "name": 3},
        {"resource_type": "model", "name": "x", "relation_name": "x; drop table y"},
        {"resource_type": "model", "name": "x", "relation_name": "read_csv('/etc/passwd')"},
        {"resource_type": "model", "name": "x", "relation_name": '"a"."b" where 1=1'},
        {"resource_type": "model", "name": "x", "columns": [1, 2]},
        {"resource_type": "model", "name": "x", "columns": {"a": {"name": "\0"}}},
        {"resource_type": "model", "name": "x", "columns": {"a": {"name": "a", "meta": [1]}}, "meta": "x", "tags": 7},
        {"resource_type": "model", "name": "x" * 300},
    ],
)
def test_a_hostile_node_is_no_matter(tmp_path: Path, node: object) -> None:
    folder = write_project(tmp_path, GOOD)
    path = folder / "target" / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({"nodes": {"model.p.x": node, **manifest["nodes"]}}))
    catalog = load_catalog(folder)
    assert "good" in catalog.explores
    assert "x" not in catalog.explores or not catalog.problems


def test_a_file_outside_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text("bad\n")
    folder = write_project(tmp_path / "project", "models: [{name: bad, columns: []}, {name: ok, columns: [{name: a}]}]")
    path = folder / "target" / "manifest.json"
    path.write_text(path.read_text().replace("jaffle_vitrail://models/schema.yml", "p://../secret.yml"))
    problem = load_catalog(folder).problems[0]
    assert problem.origin is not None and problem.origin.line is None


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    one, two = catalog_of(tmp_path / "1", GOOD), catalog_of(tmp_path / "2", GOOD.replace("count", "sum"))
    assert one.version != two.version
    assert one.version == catalog_of(tmp_path / "3", GOOD).version
