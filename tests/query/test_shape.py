"""No value can be more than a value: whatever a user attribute, a filter or a parameter holds, the statement keeps its
shape, in every dialect. The shape is sqlglot's tree in that dialect with every literal blanked."""

from __future__ import annotations

from typing import Any

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.catalog.projects import catalog_of
from vitrail.catalog.model import Catalog
from vitrail.query.errors import InvalidQuery
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DIALECTS

SCHEMA = """
models:
  - name: notes
    meta:
      sql_filter: ${TABLE}.team in (${lightdash.attributes.teams}) and ${owner} <> ${ld.attr.rival}
      parameters: {word: {label: Word}, size: {label: Size, type: number, multiple: true}}
      joins:
        - {join: shops, sql_on: "${notes.shop_id} = ${shops.id} and ${shops.mail} = ${ld.user.email}"}
    columns:
      - {name: shop_id, data_type: int}
      - {name: team, data_type: varchar}
      - {name: owner, data_type: varchar}
      - {name: size, data_type: double}
      - {name: open, data_type: boolean}
      - {name: day, data_type: date, meta: {dimension: {time_intervals: [DAY, MONTH]}}}
      - {name: moment, data_type: timestamp}
      - name: text
        data_type: varchar
        meta:
          additional_dimensions: {named: {type: string, sql: "${text} || ${ld.parameters.notes.word}"}}
          metrics:
            texts: {type: count_distinct}
            long_texts: {type: max, sql: "${size}", filters: [{size: "> 3"}]}
            sized: {type: count, sql: "case when ${size} in (${ld.parameters.notes.size}) then 1 end"}
  - {name: shops, columns: [{name: id, data_type: int}, {name: mail, data_type: varchar}]}
"""
TEXTS = st.text(max_size=30) | st.sampled_from(
    ["'", "''", "\\'", "\\", "\\\\'", "x' or '1'='1", "') or (1=1", "'; drop table notes; --", "/*", "*/", "--", "#",
     "$$", "E'\\''", "${TABLE}", "{x}", "{v}", "{zone}", "%s", "%", "_", "!", "?", "$1", ":a", "@@a", "\u2019",
     "\uff07", "\n", "\r", "\0", "\ud800", "U&'\\0027'", "x'\n--", "\x1a",
     "\\u0027", "\\x27", "`", '"', "' || (select 1) || '"]
)  # fmt: skip
NUMBERS = st.integers() | st.floats(allow_nan=True) | TEXTS | st.booleans() | st.none()
DATES = st.dates().map(str) | st.datetimes().map(str) | st.sampled_from(["2024", "2024-Q3", "2024-03-01T00:00Z"])
DATES = DATES | TEXTS
VALUES = {"notes_text": TEXTS, "notes_size": NUMBERS, "notes_day": DATES, "notes_moment": DATES, "notes_open": NUMBERS}
DAY = "2024-01-01"
PLAIN = {"notes_text": "plain", "notes_size": 1, "notes_day": DAY, "notes_moment": DAY, "notes_open": True}
COMPARING = ("equals", "notEquals", "lessThan", "greaterThanOrEqual", "inBetween", "notInBetween")
SEARCHING = ("startsWith", "endsWith", "include", "doesNotInclude")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    found = catalog_of(tmp_path_factory.mktemp("dbt"), SCHEMA)
    assert not found.problems
    return found


def statement(
    catalog: Catalog, dialect: str, values: dict[str, tuple[str, ...]], email: str = "e@x.org", **query: Any
) -> str:
    question = MetricQuery.model_validate({"exploreName": "notes", "metrics": ["notes_texts"], **query})
    return compile_query(question, catalog, Viewer(values, email), DIALECTS[dialect], limits=Limits()).sql


def shape(sql: str, dialect: str) -> str:
    """The statement's tree with what stands for one value blanked."""
    trees = sqlglot.parse(sql, read=dialect)
    assert len(trees) == 1 and isinstance(trees[0], exp.Select)
    return repr(trees[0].transform(_blanked))


def _blanked(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Escape):  # A pattern names its escape only where it has something to escape.
        return node.this.transform(_blanked)
    if isinstance(node, exp.In) and node.expressions and all(_is_value(one) for one in node.expressions):
        return exp.In(this=node.this.transform(_blanked), expressions=[exp.Literal.string("?")])
    return exp.Literal.string("?") if _is_value(node) else node


def _is_value(node: exp.Expression | None) -> bool:
    """A literal, a negative one, one in parentheses, or one with its backslashes written by CHR."""
    if isinstance(node, exp.Literal | exp.Chr | exp.Boolean):
        return True
    if isinstance(node, exp.Neg | exp.Paren):
        return _is_value(node.this)
    return isinstance(node, exp.DPipe) and all(_is_value(side) for side in (node.this, node.expression))


REASONS = (
    *("zero byte", "Unicode", "not a text", "you do not have", "needs numbers", "needs dates", "needs true"),
    *("infinite", "compares with null", "use equals", "parameter"),
)
WEST = {"teams": ("a",), "rival": ("b",)}


def told(refused: InvalidQuery) -> bool:
    """A value that can't be written is refused with the reason."""
    return any(reason in refused.cause for reason in REASONS)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@settings(max_examples=60, deadline=None)
@given(teams=st.lists(TEXTS, min_size=1, max_size=3), rival=TEXTS, email=TEXTS)
def test_no_attribute_changes_the_shape(
    catalog: Catalog, dialect: str, teams: list[str], rival: str, email: str
) -> None:
    query = {"dimensions": ["shops_id"]}
    plain = statement(catalog, dialect, {"teams": ("a",) * len(teams), "rival": ("b",)}, **query)
    try:
        written = statement(catalog, dialect, {"teams": tuple(teams), "rival": (rival,)}, email, **query)
    except InvalidQuery as refused:
        assert told(refused)
        return
    assert shape(written, dialect) == shape(plain, dialect)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_filter_value_changes_the_shape(catalog: Catalog, dialect: str, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(VALUES)))
    operator = data.draw(st.sampled_from(COMPARING + (SEARCHING if field == "notes_text" else ())))
    count = 2 if operator.endswith("etween") else 1 if "Than" in operator else data.draw(st.integers(1, 3))
    values = [data.draw(VALUES[field]) for _ in range(count)]

    def filtered(given: list[Any]) -> str:
        rule = {"target": {"fieldId": field}, "operator": operator, "values": given}
        return statement(catalog, dialect, WEST, filters={"dimensions": {"and": [rule]}})

    try:
        written = filtered(values)
    except InvalidQuery as refused:
        assert told(refused)
        return
    assert shape(written, dialect) == shape(filtered([None if v is None else PLAIN[field] for v in values]), dialect)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@settings(max_examples=60, deadline=None)
@given(word=TEXTS, sizes=st.lists(NUMBERS, min_size=1, max_size=3))
def test_no_parameter_changes_the_shape(catalog: Catalog, dialect: str, word: str, sizes: list[Any]) -> None:
    def asked(word: str, sizes: list[Any]) -> str:
        return statement(
            catalog, dialect, WEST, dimensions=["notes_named"], metrics=["notes_sized"],
            parameters={"notes.word": word, "notes.size": sizes},
        )  # fmt: skip

    try:
        written = asked(word, sizes)
    except InvalidQuery as refused:
        assert told(refused)
        return
    assert shape(written, dialect) == shape(asked("plain", [1] * len(sizes)), dialect)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_shape_tells_a_value_that_became_more(dialect: str) -> None:
    safe = "SELECT a FROM t WHERE b = 'x'"
    for torn in ("SELECT a FROM t WHERE b = 'x' OR '1' = '1'", "SELECT a FROM t WHERE b = 'x' || c", "SELECT 1 FROM t"):
        assert shape(torn, dialect) != shape(safe, dialect)
