"""SQL expressions in an Ossie model: which dialect is taken, and the parsed expression with nothing unsafe in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vitrail.catalog.snippets import MAX_CHARACTERS, MAX_DEPTH

_READS = {"ANSI_SQL": "", "SNOWFLAKE": "snowflake", "DATABRICKS": "databricks", "BIGQUERY": "bigquery"}
"""Ossie's dialects that are SQL → sqlglot's names ("" is its own, which reads the standard)."""
_OF_WAREHOUSE = {"snowflake": "SNOWFLAKE", "databricks": "DATABRICKS", "spark": "DATABRICKS", "bigquery": "BIGQUERY"}
_COLUMN = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_WORDS = frozenset({"null", "true", "false", "current_date", "current_timestamp", "current_time", "current_user"})
_HOLE = "__vitrail_{}__"
_HOLES = re.compile(r"[\"`\[]?__vitrail_(\d+)__[\"`\]]?")


class OssieWrong(Exception):
    """Something in an Ossie model that can't be used."""

    def __init__(self, cause: str, cure: str = "Correct it in the model.") -> None:
        super().__init__(cause)
        self.cause, self.cure = cause, cure


def chosen(expression: Mapping[str, Any], warehouse: str) -> tuple[str, str]:
    """(the text for this warehouse, sqlglot's name of the dialect that it is in): the warehouse's own dialect, else
    ANSI_SQL. Raises `OssieWrong` when there is neither."""
    given = {each["dialect"]: each["expression"] for each in expression["dialects"]}
    for name in (_OF_WAREHOUSE.get(warehouse, "ANSI_SQL"), "ANSI_SQL"):
        if name in given:
            return given[name], _READS[name]
    raise OssieWrong(
        f"it is written for {', '.join(sorted(given))} only, which is not what {warehouse} speaks",
        "Add an expression of the dialect ANSI_SQL.",
    )


def parsed(text: str, dialect: str) -> exp.Expr:
    """One expression. Raises `OssieWrong` for what is no expression, or holds a sub-query or a window."""
    if _COLUMN.match(text) and text.lower() not in _WORDS:  # most fields; parsing each would take seconds
        return exp.column(text)
    if len(text) > MAX_CHARACTERS or text.count("(") > 4 * MAX_DEPTH:
        raise OssieWrong("its SQL is too long, or nested too deep", "Move the work into the table.")
    if "${" in text or "\0" in text:
        raise OssieWrong("its SQL holds `${` or a zero byte, which mean something else here")
    try:
        statements = sqlglot.parse(f"SELECT {text}\n", read=dialect or None)
    except (SqlglotError, RecursionError) as error:
        message = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split("\n")[0][:200]
        raise OssieWrong(f"its SQL can't be parsed: {message}", "Write one SQL expression.") from None
    select = statements[0] if len(statements) == 1 else None
    if (
        not isinstance(select, exp.Select)
        or {key for key, value in select.args.items() if value} != {"expressions"}
        or len(select.expressions) != 1
        or isinstance(select.expressions[0], exp.Alias | exp.Star)
    ):
        raise OssieWrong("its SQL is not one expression", "Write one expression, without AS and without FROM.")
    found: exp.Expr = select.expressions[0].pop()
    if found.find(exp.Query, exp.Window):
        raise OssieWrong("its SQL holds a sub-query or a window function", "Move that into the table.")
    return found


def snippet(tree: exp.Expr, dialect: str, reference: Callable[[exp.Expr], str | None]) -> str:
    """The expression as a snippet of ours, in the warehouse's dialect. `reference` gives the text (`${TABLE}.x`,
    `${table.field}`) that stands for a node, or None where the node stays."""
    texts: list[str] = []

    def replaced(node: exp.Expr) -> exp.Expr:
        text = reference(node)
        if text is None:
            return node
        texts.append(text)
        return exp.column(_HOLE.format(len(texts) - 1))

    written = tree.copy().transform(replaced).sql(dialect=dialect, comments=False)
    return _HOLES.sub(lambda match: texts[int(match.group(1))], written)


def own_column(column: exp.Column) -> str:
    """`${TABLE}.column`, quoted where it was or has to be."""
    name = column.name
    plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) is not None
    if plain and not column.this.args.get("quoted"):
        return "${TABLE}." + name
    if "${" in name:
        raise OssieWrong(f"the column {name[:40]!r} can't be named here")
    return '${TABLE}."' + name.replace('"', '""') + '"'
