"""Joins, sets, several explores over a table, filters that they begin with, and who may see them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.catalog.projects import catalog_of
from vitrail.catalog.model import AttributeRule, Catalog, DefaultFilter, Explore, ExploreName, JoinType, MetricFilter
from vitrail.catalog.visible import may_ask, narrow
from vitrail.query.viewer import Viewer

SCHEMA = """
models:
  - name: orders
    meta:
      sets:
        visible: {fields: [city, events.kind, 'people.name', '-city']}
        dated: {fields: ['visible*', 'born*']}
        all_but: {fields: ['-name', '-born_year']}
      joins: JOINS
      default_filters:
        - {status: done, required: true}
        - people.city: Rome
        - placed: inThePast 14 completed days
      required_filters: [{placed_month: "!null"}, {status: "!x", required: false}]
      explores:
        plain: {}
        narrow:
          label: Narrow
          description: Only some
          groups: [sales, web]
          tags: [a, b]
          sql_filter: ${status} = 'done'
          sql_where: ${TABLE}.id > ${ld.parameters.least}
          required_attributes: {team: finance}
          default_filters: [{status: open}]
          joins: [{join: people, sql_on: "${orders.person} = ${people.id}"}]
      parameters: {least: {label: Least, type: number, default: 0}}
      sql_filter: ${TABLE}.region = ${ld.attr.region}
    columns:
      - {name: id}
      - {name: person}
      - {name: status}
      - {name: placed, data_type: date}
  - name: people
    meta:
      sets: {own: {fields: [name]}}
      default_filters: [{city: Oslo, required: true}]
      metrics:
        grown: {type: count, filters: [{people.city: Rome}]}
        once: {type: sum_distinct, sql: "${id}", distinct_keys: people.id}
    columns: [{name: id}, {name: name}, {name: city}, {name: born, data_type: date}]
"""


def catalog(folder: Path, joins: str = '[{join: people, sql_on: "${orders.person} = ${people.id}"}]') -> Catalog:
    return catalog_of(folder, SCHEMA.replace("JOINS", joins))


def explore(made: Catalog, name: str) -> Explore:
    return made.explores[ExploreName(name)]


def asked(made: Catalog, table: str = "people") -> list[str]:
    found = explore(made, "orders").tables[table]  # type: ignore[index]
    return [name for name, field in (*found.dimensions.items(), *found.metrics.items()) if not field.private]


BORN = ["born", "born_day", "born_week", "born_month", "born_quarter", "born_year"]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("[name, grown]", ["name", "grown"]),
        ("[people.name]", ["name"]),
        ("[born]", BORN),
        ("['born*']", BORN),
        ("[born_month]", ["born_month"]),
        ("['visible*']", ["name"]),
        ("['dated*']", ["name", *BORN]),
        ("['dated*', '-born_year', '-name']", BORN[:-1]),
        ("['all_but*']", ["id", "city", *BORN[:-1], "grown", "once"]),
        ("['-born', '-id', '-grown', '-once']", ["name", "city"]),
        ("['own*']", ["name"]),
        ("[]", []),
    ],
)
def test_fields_of_a_join(tmp_path: Path, fields: str, wanted: list[str]) -> None:
    made = catalog(tmp_path, f'[{{join: people, sql_on: "${{orders.person}} = ${{people.id}}", fields: {fields}}}]')
    assert asked(made) == wanted


def test_sets_of_sets_are_looked_up_once(tmp_path: Path) -> None:
    sets = {f"s{n}": {"fields": [f"s{n + 1}*"] * 50} for n in range(19)} | {"s19": {"fields": ["name"]}}
    join = '[{join: people, sql_on: "${orders.person} = ${people.id}", fields: ["s0*"]}]'
    schema = SCHEMA.replace("JOINS", join).replace("sets: {own: {fields: [name]}}", f"sets: {sets}")
    assert asked(catalog_of(tmp_path, schema)) == ["name"]


def test_fields_beneath_a_number_may_be_sets(tmp_path: Path) -> None:
    schema = """
models:
  - name: t
    meta: {sets: {one: {fields: [a, u.x]}, two: {fields: ['one*', b, -a]}}, default_show_underlying_values: ['two*']}
    columns: [{name: a, meta: {metrics: {m: {type: count}, n: {type: count, show_underlying_values: [a]}}}}, {name: b}]
"""
    made = catalog_of(tmp_path, schema)
    assert not made.problems
    metrics = explore(made, "t").base.metrics
    assert metrics["m"].show_underlying_values == ("u.x", "b")
    assert metrics["n"].show_underlying_values == ("a",)


def test_an_alias_takes_its_own_references_with_it(tmp_path: Path) -> None:
    join = (
        '[{join: people, alias: buyers, sql_on: "${orders.person} = ${buyers.id}", label: B, description: Who bought}]'
    )
    table = explore(catalog(tmp_path, join), "orders").tables["buyers"]  # type: ignore[index]
    assert (table.label, table.description) == ("B", "Who bought")
    assert table.metrics["grown"].filters[0].dimension == "buyers.city"
    assert table.metrics["once"].distinct_keys == ("buyers.id",)


@pytest.mark.parametrize(
    ("word", "kind"), [("Left", JoinType.LEFT), ("FULL", JoinType.FULL), ("inner", JoinType.INNER)]
)
def test_types_of_joins_in_any_case(tmp_path: Path, word: str, kind: JoinType) -> None:
    made = catalog(tmp_path, f'[{{join: people, type: {word}, sql_on: "${{orders.person}} = ${{people.id}}"}}]')
    assert explore(made, "orders").joins[0].type is kind


def test_a_rule_on_a_join_closes_the_table_there(tmp_path: Path) -> None:
    join = '[{join: people, sql_on: "${orders.person} = ${people.id}", required_attributes: {team: [hr, finance]}}]'
    made = catalog(tmp_path, join)
    assert "people" in narrow(made, Viewer({"team": ("hr",)})).explores[ExploreName("orders")].tables
    seen = narrow(made, Viewer()).explores[ExploreName("orders")]
    assert list(seen.tables) == ["orders"] and not seen.joins


def test_filters_that_an_explore_begins_with(tmp_path: Path) -> None:
    made = catalog(tmp_path)
    wanted = [
        DefaultFilter(MetricFilter("status", "equals", ("done",)), required=True),
        DefaultFilter(MetricFilter("people.city", "equals", ("Rome",))),
        DefaultFilter(MetricFilter("placed", "inThePast", (14,), "days", completed=True)),
        DefaultFilter(MetricFilter("placed_month", "notNull"), required=True),
        DefaultFilter(MetricFilter("status", "notEquals", ("x",))),
    ]
    assert list(explore(made, "orders").default_filters) == wanted
    # Without the join one of them has nothing to filter.
    assert list(explore(made, "plain").default_filters) == [wanted[0], *wanted[2:]]
    assert [(p.title, "people is not in this explore" in p.cause) for p in made.problems] == [("Filter left out", True)]
    assert list(explore(made, "narrow").default_filters) == [DefaultFilter(MetricFilter("status", "equals", ("open",)))]
    assert list(explore(made, "people").default_filters) == [
        DefaultFilter(MetricFilter("city", "equals", ("Oslo",)), required=True)
    ]


def test_an_explore_of_its_own(tmp_path: Path) -> None:
    made = catalog(tmp_path)
    found = explore(made, "narrow")
    assert (found.label, found.description, found.groups, found.tags) == (
        "Narrow", "Only some", ("sales", "web"), ("a", "b")
    )  # fmt: skip
    assert found.rule == AttributeRule({"team": ("finance",)})
    assert found.base.sql_filter == (
        "(${TABLE}.region = ${ld.attr.region}\n) AND (${status} = 'done'\n)"
        " AND (${TABLE}.id > ${ld.parameters.orders.least}\n)"
    )
    assert list(found.parameters) == ["orders.least"]
    assert explore(made, "plain").base.sql_filter == "${TABLE}.region = ${ld.attr.region}"
    assert not explore(made, "plain").parameters


def test_an_explore_is_there_for_whom_its_rule_allows(tmp_path: Path) -> None:
    made = catalog(tmp_path)
    finance, other = Viewer({"team": ("finance",)}), Viewer({"team": ("sales",)})
    assert may_ask(explore(made, "narrow"), finance) and not may_ask(explore(made, "narrow"), other)
    assert may_ask(explore(made, "plain"), other)
    assert set(narrow(made, other).explores) == {"orders", "plain", "people"}


HIDDEN = """
models:
  - name: t
    meta:
      default_filters: [{secret: x, required: true}, {open: y}]
      parameters:
        hidden_one: {label: Hidden, default: a}
        shown_one: {label: Shown, default: a}
        offered: {label: Offered, options_from_dimension: {model: t, dimension: secret}, default: a}
      metrics:
        count_all: {type: count, sql: "${open}", show_underlying_values: [secret, open]}
        closed_sum: {type: sum, sql: "1", required_attributes: {team: finance}}
        closed_share: {type: percent_of_total, sql: "${closed_sum}"}
    columns:
      - {name: secret, meta: {dimension: {sql: "${ld.parameters.hidden_one}", required_attributes: {team: finance}}}}
      - {name: open, meta: {dimension: {sql: "${ld.parameters.shown_one} || ${ld.parameters.offered}"}}}
"""


def test_what_is_narrowed_tells_of_nothing_that_is_closed(tmp_path: Path) -> None:
    made = catalog_of(tmp_path, HIDDEN)
    assert not made.problems
    seen = explore(narrow(made, Viewer()), "t")
    assert [f.filter.dimension for f in seen.default_filters] == ["open"]
    assert not seen.base.default_filters
    assert list(seen.parameters) == ["t.shown_one", "t.offered"]
    assert seen.parameters["t.offered"].options_from is None
    assert list(seen.base.metrics) == ["count_all"]
    assert seen.base.metrics["count_all"].show_underlying_values == ("open",)
    whole = explore(narrow(made, Viewer({"team": ("finance",)})), "t")
    assert len(whole.default_filters) == 2 and len(whole.parameters) == 3
    assert whole.parameters["t.offered"].options_from == "t.secret"
    assert set(whole.base.metrics) == {"count_all", "closed_sum", "closed_share"}


def test_a_bad_word_in_an_explore_leaves_the_others(tmp_path: Path) -> None:
    explores: dict[str, Any] = {"a": {"sql_filter": "("}, "b": {"label": "B"}, "c": {"joins": [3]}}
    made = catalog_of(tmp_path, f"models: [{{name: t, meta: {{explores: {explores}}}, columns: [{{name: x}}]}}]")
    assert set(made.explores) == {"t", "b", "c"}
    assert [p.title for p in made.problems] == ["Explore left out", "Join left out"]


@pytest.mark.parametrize("twice", ["${%s} || ${%s}", "${%s} + ${%s} + ${%s} + ${%s} + ${%s} + ${%s} + ${%s} + ${%s}"])
def test_fields_that_multiply_are_left_out_before_they_are_written(tmp_path: Path, twice: str) -> None:
    def column(number: int) -> dict[str, Any]:
        sql = twice.replace("%s", f"d{number + 1}") if number < 40 else "${TABLE}.x"
        return {"name": f"d{number}", "meta": {"dimension": {"sql": sql}}}

    def made(place: str, **meta: Any) -> Catalog:
        model = {"name": "t", "columns": [column(number) for number in range(41)], "meta": meta}
        return catalog_of(tmp_path / place, yaml.safe_dump({"models": [model]}))

    left = list(explore(made("fields"), "t").base.dimensions)
    assert "d40" in left and "d0" not in left and 4 < len(left) < 20
    assert "row filter" in made("filter", sql_filter="${d0} = 1").problems[0].cause
    assert "t" not in made("closed", sql_filter="${d0} = 1").explores
