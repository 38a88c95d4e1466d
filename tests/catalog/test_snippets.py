"""What may stand in a snippet, and what its references become."""

from __future__ import annotations

import pytest

from vitrail.catalog.snippets import (
    AttributeRef,
    ParameterRef,
    SnippetError,
    check,
    parameters,
    parts,
    with_own_parameters,
)

DIALECTS = ("duckdb", "postgres", "snowflake", "bigquery", "trino", "clickhouse", "databricks", "redshift")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "${TABLE}.a = ${ld.attr.x}",
        "${a} in (${lightdash.attributes.x}, ${ld.parameters.p})",
        "${a} >= '${lightdash.parameters.p}'",
        "cast(${ld.parameters.p} as date)",
        "case when ${ld.parameters.t.p} = 'x' then ${a} end",
        "coalesce(${a}, ${ld.user.email})",
        "(select max(x) from y)",
    ],
)
def test_what_may_stand(sql: str, dialect: str) -> None:
    check(sql, dialect)


@pytest.mark.parametrize("dialect", ("duckdb", "postgres", "snowflake", "bigquery"))
@pytest.mark.parametrize("value", ["${ld.attr.x}", "${ld.parameters.p}", "${lightdash.user.email}"])
@pytest.mark.parametrize(
    "sql",
    [
        "E@", "e@", "U&@", "x@", "@x", "${a} = 'a@'", "${a} = 'a @ b'", "${a} = '@ b'", "${a} = ''@''", '"@"', "`@`",
        "$$@$$", "$t$@$t$", "${a} -- @", "${a} /* @ */", "${TABLE}.@", "${a} = 1 @", "${a} as @", "@@", "@${a}",
        "${a}@", "@(${a})", "cast(${a} as @)", "'@", "@'", "1'@'", "\\@",
    ],
)  # fmt: skip
def test_where_no_value_may_stand(sql: str, value: str, dialect: str) -> None:
    with pytest.raises(SnippetError):
        check(sql.replace("@", value), dialect)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "(select 1) limit 1",
        "(select 1) as x",
        "(select 1) x",
        "a as x",
        "(select 1), 2",
        "a; b",
        "a) from x --",
        "",
        " ",
    ],
)
def test_what_is_not_one_expression(sql: str) -> None:
    with pytest.raises(SnippetError):
        check(sql, "duckdb")


@pytest.mark.parametrize("dialect", ("duckdb", "postgres", "snowflake", "trino"))
def test_a_value_may_be_a_unit(dialect: str) -> None:
    check("date_trunc('${ld.parameters.unit}', ${a})", dialect)


def test_references_that_are_values() -> None:
    assert parts("${ld.parameters.a-b}") == (ParameterRef("a-b", many=False),)
    assert parts("x in (1, ${lightdash.parameters.t.p})")[1] == ParameterRef("t.p", many=True)
    assert parts("x = any(array[${ld.attributes.a}])")[1] == AttributeRef("a", many=True)
    assert parts("f(${ld.parameters.p})")[1] == ParameterRef("p", many=False)
    assert parts("x = '${ld.parameters.p}'") == ("x = ", ParameterRef("p", many=False))
    assert parameters("${a} + ${ld.parameters.p} + ${ld.parameters.t.q}") == ["p", "t.q"]


def test_a_model_s_own_parameters_are_named_in_full() -> None:
    sql = "${ld.parameters.p} + ${lightdash.parameters.q} + ${ld.parameters.t.p} + ${p}"
    assert with_own_parameters(sql, "m", {"p"}) == (
        "${ld.parameters.m.p} + ${lightdash.parameters.q} + ${ld.parameters.t.p} + ${p}"
    )
    assert with_own_parameters(sql, "m", ()) == sql
