"""SQL that comes with a question, held to a list: what a table calculation, a made dimension or a made metric may say.

It names columns only by reference (`${table.field}`), never outright, reads no table, and calls nothing that is not
listed: so it can tell nothing that the fields it refers to do not tell.
"""

from __future__ import annotations

from collections.abc import Collection

from vitrail.catalog.snippets import Traits, check
from vitrail.query.conditions import BadFilter

ALLOWED = frozenset(
    (
        *("and", "or", "xor", "case", "if", "cast", "trycast", "coalesce", "nullif", "greatest", "least"),
        *("abs", "ceil", "floor", "round", "sign", "sqrt", "pow", "exp", "ln", "log"),
        *("sum", "avg", "min", "max", "count", "median", "stddev", "stddevsamp", "stddevpop", "variance"),
        *("rownumber", "rank", "denserank", "percentrank", "cumedist", "ntile"),
        *("lag", "lead", "first", "last", "firstvalue", "lastvalue", "nthvalue"),
        *("concat", "concatws", "lower", "upper", "length", "substring", "trim", "left", "right", "replace", "initcap"),
        *("datetrunc", "timestamptrunc", "datediff", "extract", "year", "month", "day", "quarter", "dayofweek"),
    )
)


def expression_traits(sql: str, dialect: str) -> Traits:
    """What is in the expression. Raises `SnippetError` or `BadFilter` for what it may not say."""
    traits = check(sql, dialect)
    if traits.tables:
        raise BadFilter("it has a sub-query, which can't stand there")
    if traits.columns:
        raise BadFilter(f"it names {traits.columns[0]!r} outright; write ${{table.field}}")
    if unknown := sorted(traits.functions - ALLOWED):
        raise BadFilter(f"the function {unknown[0]} is not on the list of those that may be used")
    return traits


def column_id(name: str, known: Collection[str]) -> str:
    """A column's id from its spelling: `orders.revenue` is `orders_revenue`."""
    return name if name in known or "." not in name else name.replace(".", "_", 1)
