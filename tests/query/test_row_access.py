"""Who reads which rows, and that no value can be more than a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from tests.catalog.projects import catalog_of
from vitrail.catalog.model import Catalog
from vitrail.catalog.visible import narrow
from vitrail.query.errors import InvalidQuery, MissingAttribute, UnknownExplore, UnknownField
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import CompiledQuery, Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB

SCHEMA = """
models:
  - name: sales
    meta:
      primary_key: id
      sql_filter: ${TABLE}.region in (${lightdash.attributes.region}) and ${owner} <> ${ld.attr.rival}
      joins:
        - {join: shops, sql_on: "${sales.shop_id} = ${shops.id}", relationship: many-to-one}
        - join: notes
          sql_on: ${sales.id} = ${notes.sale_id} and ${notes.author} = ${ld.user.email}
          relationship: one-to-many
        - {join: costs, sql_on: "${sales.id} = ${costs.sale_id}", relationship: one-to-one}
      metrics:
        margin: {type: number, sql: "${revenue} - ${costs.total_cost}"}
        secret_share: {type: number, sql: "${secret_sum} / ${revenue}"}
    columns:
      - {name: id, data_type: int}
      - {name: shop_id, data_type: int}
      - {name: region, data_type: varchar}
      - {name: owner, data_type: varchar}
      - name: amount
        data_type: int
        meta:
          metrics:
            revenue: {type: sum}
            secret_sum: {type: sum, required_attributes: {level: [gold, platinum], team: finance}}
            any_sum: {type: sum, any_attributes: {level: gold, team: finance}}
  - name: shops
    meta: {primary_key: id, sql_where: "${TABLE}.city = ${lightdash.attributes.city}", sql_filter_scope: base}
    columns: [{name: id, data_type: int}, {name: city, data_type: varchar}]
  - name: notes
    columns: [{name: sale_id, data_type: int}, {name: author, data_type: varchar}]
  - name: costs
    meta: {required_attributes: {team: finance}}
    columns:
      - {name: sale_id, data_type: int}
      - {name: cost, data_type: int, meta: {metrics: {total_cost: {type: sum}}}}
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    found = catalog_of(tmp_path_factory.mktemp("dbt"), SCHEMA)
    assert not found.problems
    return found


def ask(
    catalog: Catalog, attributes: dict[str, tuple[str, ...]], email: str | None = None, **query: Any
) -> CompiledQuery:
    return compile_query(
        MetricQuery.model_validate({"exploreName": "sales", **query}),
        catalog, Viewer(attributes, email), DUCKDB, limits=Limits(),
    )  # fmt: skip


WEST = {"region": ("West", "East"), "rival": ("Bob",)}


def test_the_filter_stands_inside_the_table_before_any_join(catalog: Catalog) -> None:
    sql = ask(catalog, WEST, metrics=["sales_revenue"], dimensions=["shops.id"]).sql
    assert (
        """FROM (SELECT "sales".* FROM "main"."sales" AS "sales" WHERE ("sales".region in ('West', 'East') """
        """and "sales".owner <> 'Bob')) AS "sales"\nLEFT JOIN "main"."shops" AS "shops\"""" in sql
    )


def test_a_filter_of_scope_base_holds_on_the_base_only(catalog: Catalog) -> None:
    assert "city" not in ask(catalog, WEST, metrics=["sales_revenue"], dimensions=["shops.id"]).sql
    with pytest.raises(MissingAttribute, match="'city'"):
        ask(catalog, WEST, exploreName="shops", dimensions=["shops.id"])


def test_a_missing_attribute_refuses_and_names_each(catalog: Catalog) -> None:
    with pytest.raises(MissingAttribute) as refused:
        ask(catalog, {}, metrics=["sales_revenue"])
    assert "'region'" in refused.value.cause and "'rival'" in refused.value.cause
    with pytest.raises(MissingAttribute):
        ask(catalog, {"region": (), "rival": ("x",)}, metrics=["sales_revenue"])


def test_a_missing_attribute_is_no_matter_where_the_table_is_not_read(catalog: Catalog) -> None:
    assert "shops" in ask(catalog, {"city": ("Rome",)}, exploreName="shops", dimensions=["shops.id"]).sql


def test_the_email_counts_only_when_verified(catalog: Catalog) -> None:
    with pytest.raises(MissingAttribute, match="verified email"):
        ask(catalog, WEST, dimensions=["notes.author"])
    assert "= 'v@x.org'" in ask(catalog, WEST, "v@x.org", dimensions=["notes.author"]).sql


def test_several_values_where_one_is_compared_are_refused(catalog: Catalog) -> None:
    with pytest.raises(InvalidQuery, match="'rival' has several values"):
        ask(catalog, {**WEST, "rival": ("Bob", "Eve")}, metrics=["sales_revenue"])


@pytest.mark.parametrize(
    "field", ["sales_secret_sum", "sales_any_sum", "sales_secret_share", "sales_margin", "costs_total_cost"]
)
def test_a_closed_field_answers_like_one_that_does_not_exist(catalog: Catalog, field: str) -> None:
    with pytest.raises(UnknownField) as closed:
        ask(catalog, WEST, metrics=[field])
    with pytest.raises(UnknownField) as filtered:
        rule = {"target": {"fieldId": field}, "operator": "equals", "values": [1]}
        ask(catalog, WEST, metrics=["sales_revenue"], filters={"metrics": {"and": [rule]}})
    assert filtered.value.cause == closed.value.cause
    hidden = {"sales_secret_sum", "sales_any_sum", "sales_secret_share", "sales_margin", "costs_total_cost"}
    for name in (field, field[:-1], field + "x"):
        with pytest.raises(UnknownField) as unknown:
            ask(catalog, WEST, metrics=[name])
        assert not hidden & set(unknown.value.details[0]["suggestions"])


def test_attributes_open_what_they_name(catalog: Catalog) -> None:
    finance = {**WEST, "level": ("platinum",), "team": ("sales", "finance")}
    ask(catalog, finance, metrics=["sales_secret_sum", "sales_any_sum", "sales_secret_share", "sales_margin"])
    ask(catalog, {**WEST, "level": ("gold",)}, metrics=["sales_any_sum"])
    with pytest.raises(UnknownField):
        ask(catalog, {**WEST, "level": ("gold",)}, metrics=["sales_secret_sum"])


def test_a_closed_explore_is_unknown_and_not_suggested(catalog: Catalog) -> None:
    for name in ("costs", "cost"):
        with pytest.raises(UnknownExplore) as refused:
            ask(catalog, WEST, exploreName=name, metrics=["costs_total_cost"])
        assert "costs" not in refused.value.details[0]["suggestions"]


def test_narrow_leaves_what_may_be_known(catalog: Catalog) -> None:
    seen = narrow(catalog, Viewer(WEST))
    assert set(seen.explores) == {"sales", "shops", "notes"}
    assert set(seen.explores["sales"].tables) == {"sales", "shops", "notes"}  # type: ignore[arg-type]
    assert [m.name for m in seen.explores["sales"].metrics()] == ["revenue"]  # type: ignore[index]
    assert not narrow(seen, Viewer(WEST)).problems


def shape(sql: str) -> str:
    """The statement's tree with every text replaced, as two parsers see it."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    ours = tree.transform(
        lambda node: exp.Literal.string("?") if isinstance(node, exp.Literal) and node.is_string else node
    )
    row = duckdb.execute("select json_serialize_sql(?)", [sql]).fetchone()
    assert row is not None and '"error":false' in row[0]
    return str(ours.sql("duckdb")) + str(row[0].count('"class"')) + str(row[0].count("SELECT_NODE"))


VALUES = st.text(min_size=0, max_size=30) | st.sampled_from(
    ["'", "''", "\\'", "\\", "x' or '1'='1", "') or (1=1", "'; drop table sales; --", "/*", "*/", "--", "$$", "E'\\''",
     "${TABLE}", "{x}", "%s", "?", "$1", "\u2019", "\uff07", "\n", "\0", "\ud800", "U&'\\0027'", "x'\n--"]
)  # fmt: skip


@given(values=st.lists(VALUES, min_size=1, max_size=3), rival=VALUES, email=VALUES)
def test_no_attribute_changes_the_shape(catalog: Catalog, values: list[str], rival: str, email: str) -> None:
    query: dict[str, Any] = {"metrics": ["sales_revenue"], "dimensions": ["notes.author", "shops.id"]}
    plain = ask(catalog, {"region": ("a",) * len(values), "rival": ("b",)}, "c", **query).sql
    try:
        written = ask(catalog, {"region": tuple(values), "rival": (rival,)}, email, **query).sql
    except InvalidQuery:
        assert any("\0" in v or "\ud800" in v or not v for v in (*values, rival, email)) or any(
            "\ud800" <= c <= "\udfff" for v in (*values, rival, email) for c in v
        )
        return
    assert shape(written) == shape(plain)


@given(
    value=VALUES,
    operator=st.sampled_from(["equals", "notEquals", "startsWith", "endsWith", "include", "doesNotInclude"]),
)
def test_no_filter_value_changes_the_shape(catalog: Catalog, value: str, operator: str) -> None:
    def sql(given: str) -> str:
        rule = {"target": {"fieldId": "notes_author"}, "operator": operator, "values": [given]}
        return ask(catalog, WEST, "e", dimensions=["notes.author"], filters={"dimensions": {"and": [rule]}}).sql

    try:
        written = sql(value)
    except InvalidQuery as refused:
        assert "zero byte" in refused.cause or "Unicode" in refused.cause
        return
    # LIKE names its escape only where the value has something to escape.
    special = operator not in ("equals", "notEquals") and any(c in value for c in "!%_\\")
    assert shape(written) == shape(sql("pl!ain" if special else "plain"))


@given(value=VALUES)
def test_a_text_means_itself_to_the_engine(value: str) -> None:
    try:
        literal = DUCKDB.text(value)
    except ValueError:
        return
    row = duckdb.execute(f"select {literal}").fetchone()
    assert row == (value,)


def test_a_like_pattern_means_its_text(catalog: Catalog) -> None:
    for value in ("50%", "a_b", "!", "\\", "100%!_"):
        rule = {"target": {"fieldId": "notes_author"}, "operator": "include", "values": [value]}
        sql = ask(catalog, WEST, "e", dimensions=["notes.author"], filters={"dimensions": {"and": [rule]}}).sql
        pattern = sql.partition("LOWER(")[2].split(")", 1)[1].split("\n")[0]
        assert duckdb.execute(f"select 'x{value}y' {pattern}, 'x50ay' {pattern}").fetchone() == (True, False)


def test_a_project_path_is_no_part_of_a_cause(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(MissingAttribute) as refused:
        ask(catalog, {}, metrics=["sales_revenue"])
    assert str(tmp_path.parent) not in str(refused.value.problem())
