"""A git checkout of a dbt project without a target: what is read, and what it says it could not resolve."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo.manifest import PROJECT as DEMO

from tests.catalog.ossie_models import ask, filled
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, ExploreName, Problem

FILES = {
    "dbt_project.yml": "name: shop\nprofile: shop\nmodel-paths: [models]\n",
    "models/orders.sql": "select * from {{ source('raw', 'orders') }}\n",
    "models/schema.yml": """
models:
  - name: orders
    description: Every order.
    config: {tags: [core]}
    meta: {label: Orders, primary_key: id, joins: [{join: customers, sql_on: "${orders.buyer} = ${customers.id}"}]}
    columns:
      - {name: id, data_type: int}
      - {name: buyer, data_type: int}
      - name: amount
        data_type: int
        config: {meta: {metrics: {revenue: {type: sum}}}}
sources:
  - {name: raw, tables: [{name: orders}, {name: customers}]}
""",
    "models/people/customers.sql": "from {{ source('raw', 'customers') }} join {{ ref('orders') }} using (id)\n",
    "models/people/people.yaml": "models: [{name: customers, columns: [{name: id}, {name: name}]}]\n",
}


def checkout(folder: Path, **changes: str) -> Path:
    """The project with some files changed or added (`models__x.sql` is `models/x.sql`)."""
    files = FILES | {name.replace("__", "/"): text for name, text in changes.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def relation(catalog: Catalog, model: str) -> str:
    return catalog.explores[ExploreName(model)].base.relation


def problems(folder: Path, adapter: str | None = None) -> list[tuple[str, str]]:
    """(file:line, title) of each."""
    found = load_catalog(folder, adapter).problems
    assert all(each.cause and each.cure for each in found)
    return [(_where(each), each.title) for each in found]


def _where(problem: Problem) -> str:
    assert problem.origin is not None
    return f"{problem.origin.file}:{problem.origin.line}" if problem.origin.line else str(problem.origin.file)


async def test_it_is_asked_like_a_project_with_a_target(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "dbt")
    warehouse = filled(
        tmp_path / "w.duckdb",
        """
        create table orders as select * from (values (1, 1, 10), (2, 1, 20), (3, 2, 5)) t(id, buyer, amount);
        create table customers as select * from (values (1, 'Ann'), (2, 'Bo')) t(id, name);
        """,
    )
    catalog = load_catalog(folder)
    assert catalog.problems == ()
    found = catalog.explores[ExploreName("orders")]
    assert (found.label, found.description, found.tags) == ("Orders", "Every order.", ("core",))
    assert (found.base.origin.file, found.base.origin.line) == ("models/schema.yml", 3)
    rows = await ask(catalog, warehouse, "orders", ["customers_name"], ["orders_revenue"])
    assert rows == [["Ann", 30], ["Bo", 5]]


def test_the_demo_reads_the_same_with_and_without_its_target(tmp_path: Path) -> None:
    import shutil

    bare = tmp_path / "dbt"
    shutil.copytree(DEMO, bare, ignore=shutil.ignore_patterns("target"))
    ours, dbts = load_catalog(bare), load_catalog(DEMO)
    assert [each for each in ours.problems if each.fatal] == []
    assert set(ours.explores) == set(dbts.explores)
    for name, explore in dbts.explores.items():
        mine = ours.explores[name]
        assert {d.id: (d.type, d.sql, d.label) for d in mine.dimensions()} == {
            d.id: (d.type, d.sql, d.label) for d in explore.dimensions()
        }
        assert {m.id: (m.type, m.sql, m.filters) for m in mine.metrics()} == {
            m.id: (m.type, m.sql, m.filters) for m in explore.metrics()
        }
        assert (mine.joins, mine.base.sql_filter) == (explore.joins, explore.base.sql_filter)


def test_the_target_comes_first(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / "target").mkdir()
    (folder / "target" / "manifest.json").write_text('{"nodes": {}}')
    assert not load_catalog(folder).explores


PROFILE = """
shop:
  target: prod
  outputs:
    dev: {type: duckdb, schema: dev}
    prod: {type: postgres, schema: analytics, dbname: warehouse, password: "{{ env_var('PASSWORD') }}"}
"""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "orders"),
        ({"profiles.yml": PROFILE}, "warehouse.analytics.orders"),
        ({"profiles.yml": PROFILE.replace("target: prod", "target: dev")}, "dev.orders"),
        (
            {"profiles.yml": PROFILE, "models__orders.sql": "{{ config(alias='o2', schema=\"sales\") }} select 1"},
            "warehouse.analytics_sales.o2",
        ),
        (
            {
                "profiles.yml": PROFILE,
                "dbt_project.yml": "name: shop\nprofile: shop\n"
                "models: {shop: {+schema: all, orders: {+database: d2}}}\n",
            },
            "d2.analytics_all.orders",
        ),
        ({"models__orders.sql": "{{ config(alias='Odd name') }} select 1"}, '"Odd name"'),
        ({"models__orders.sql": "{# {{ config(alias='no') }} #}{{ config(alias='yes') }} select 1"}, "yes"),
    ],
)
def test_relations_are_named_as_dbts_own_rules_name_them(
    tmp_path: Path, changes: dict[str, str], expected: str
) -> None:
    assert relation(load_catalog(checkout(tmp_path, **changes)), "orders") == expected


def test_disabled_and_ephemeral_models_are_no_tables(tmp_path: Path) -> None:
    changes = {"models__people__customers.sql": "{{ config(materialized='ephemeral') }} select 1"}
    catalog = load_catalog(checkout(tmp_path, **changes))
    assert set(catalog.explores) == {"orders"}
    [problem] = catalog.problems
    assert problem.title == "Join left out" and "no usable model 'customers'" in problem.cause


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"models__orders.sql": "select 1;\n{{ config(alias=var('x'), materialized='table') }}"},
            [("models/orders.sql:2", "Configuration not read")],
        ),
        ({"models__orders.sql": "{{ config(**options) }}"}, [("models/orders.sql:1", "Configuration not read")]),
        ({"models__orders.sql": "{{ config(post_hook=grant()) }} select 1"}, []),
        ({"models__orders.sql": "select * from\n{{ ref('away') }}"}, [("models/orders.sql:2", "Reference not found")]),
        ({"models__orders.sql": "from {{ source('raw', 'none') }}"}, [("models/orders.sql:1", "Source not found")]),
        ({"models__orders.sql": "{{ config(schema='x') }}"}, [("models/schema.yml:3", "Schema unknown")]),
        ({"packages.yml": "packages: []"}, [("packages.yml", "Packages are not read")]),
        (
            {"macros__names.sql": "\n{% macro generate_schema_name(a, b) %}{% endmacro %}"},
            [("macros/names.sql:2", "Macro not run")],
        ),
        (
            {"models__zoo.yml": "models:\n  - {name: orders}\n  - {name: gone}\n"},
            # Which of two descriptions is used follows the files' names.
            [("models/zoo.yml:2", "Description left out"), ("models/zoo.yml:3", "Model left out")],
        ),
        (
            {"models__people__people.yaml": "models: [{name: customers, columns: [{name: id}, {name: name}],\n"
             "  versions: [{v: 1}]}]"},
            [("models/people/people.yaml:2", "Versions not read")],
        ),
        (
            {"models__people__people.yaml": "models:\n- name: customers\n  columns: []\n  columns: [{name: id}]"},
            [("models/people/people.yaml:4", "Key given twice")],
        ),
        ({"models__bad.yml": "models: [\n"}, [("models/bad.yml:2", "File left out")]),
        ({"models__bad.yml": "models:\n  - 7\n"}, [("models/bad.yml:1", "Entry left out")]),
        ({"profiles.yml": "shop: {outputs: {}}"}, [("profiles.yml", "Schema unknown")]),
        (
            {"profiles.yml": PROFILE.replace("schema: analytics", "schema: \"{{ env_var('S') }}\"")},
            [("profiles.yml:6", "Schema unknown")],
        ),
    ],
)  # fmt: skip
def test_what_it_could_not_resolve_is_said_with_file_and_line(
    tmp_path: Path, changes: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    found = problems(checkout(tmp_path, **changes))
    assert found == expected
    assert "customers" in load_catalog(tmp_path).explores


def test_two_files_of_one_name_are_one_model(tmp_path: Path) -> None:
    found = problems(checkout(tmp_path, models__people__orders="", **{"models__people__orders.sql": "select 1"}))
    assert found == [("models/people/orders.sql", "Model left out")]


def test_links_to_outside_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yml").write_text("models: [{name: secret, columns: [{name: id}]}]")
    (outside / "secret.sql").write_text("select 1")
    folder = checkout(tmp_path / "dbt")
    (folder / "models" / "linked.yml").symlink_to(outside / "secret.yml")
    (folder / "models" / "linked.sql").symlink_to(outside / "secret.sql")
    (folder / "models" / "there").symlink_to(outside)
    (folder / "profiles.yml").symlink_to("/etc/passwd")
    found = problems(folder)
    assert [title for _, title in found] == ["Link left out"] * 3
    assert set(load_catalog(folder).explores) == {"orders", "customers"}


@pytest.mark.parametrize("paths", ["[../outside]", "[/etc]", "[models, ../..]"])
def test_model_paths_outside_the_folder_are_not_read(tmp_path: Path, paths: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.sql").write_text("select 1")
    folder = checkout(tmp_path / "dbt", **{"dbt_project.yml": f"name: shop\nmodel-paths: {paths}\n"})
    if "models" in paths:
        assert problems(folder) == [("dbt_project.yml", "Folder left out")]
        return
    with pytest.raises(ProjectUnreadable, match="has no models"):
        load_catalog(folder)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: [", "dbt_project.yml:2"),
        ("- a", "not a mapping"),
        ("name: x\nmodel-paths: models", "`model-paths` is not a list"),
        ("name: x\nmodel-paths: [7]", "`model-paths` is not a list"),
        ("a: &a [*a]", "holds itself"),
    ],
)
def test_a_project_file_that_is_none_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ProjectUnreadable) as refused:
        load_catalog(checkout(tmp_path, **{"dbt_project.yml": text}))
    assert what in refused.value.cause and refused.value.cure


@pytest.mark.parametrize(
    "sql",
    [
        "{{ config(" + "(" * 5_000 + " }}",
        "{{ config(alias=" + "[" * 300 + "]" * 300 + ") }}",
        "{{ config(" * 2_000,
        "{{ config(alias='x'" + " " * 30_000 + ") }}",
        "{{ ref('" + "a" * 100_000 + "') }}",
        "\x00\xff",
        "{{ config(alias=__import__('os').system('id')) }}",
    ],
)
def test_hostile_sql_files_take_nothing_down(tmp_path: Path, sql: str) -> None:
    catalog = load_catalog(checkout(tmp_path, **{"models__orders.sql": sql}))
    assert relation(catalog, "orders") == "orders"
    assert "customers" in catalog.explores


def test_a_file_that_is_too_large_is_left_out_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / "models" / "big.yml").write_text("#" * (4 * 1024 * 1024 + 1))
    [problem] = load_catalog(folder).problems
    assert (problem.title, "larger than 4 MB" in problem.cause) == ("File left out", True)
