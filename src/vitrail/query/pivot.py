"""An answer turned: the values of some dimensions become columns.

A pivoted answer's limit counts its rows, each with all its cells: a limit on the rows beneath would leave cells empty
that have a value. Rows keep the order that was asked for; sorted by a metric, a row stands where its greatest value
(ascending: its least) puts it. Columns come in the order of their values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vitrail.catalog.model import Dimension
from vitrail.query.ordering import ordering
from vitrail.query.question import Question
from vitrail.query.result import Pivot, PivotColumn
from vitrail.warehouse.dialect import Dialect

MOST_COLUMNS = 100
"""Different values across; more are left out, and the answer says so."""
MOST_CELLS = 200_000

_ROW, _ACROSS = "vitrail_row", "vitrail_across"


def across(question: Question, columns: Sequence[str]) -> tuple[Dimension, ...]:
    """The dimensions that go across, in the order of `columns` (ids, `orders.status` accepted)."""
    known: dict[str, Dimension] = {d.id: d for d in question.dimensions}
    names = dict.fromkeys(name if name in known else name.replace(".", "_", 1) for name in columns)
    return tuple(known[name] for name in names)


def pivoted(sql: str, question: Question, columns: Sequence[Dimension], dialect: Dialect) -> str:
    """The statement around an answer's that numbers the rows of the pivoted one and its columns, and keeps the rows of
    its page and one more. It adds two columns at the end: the row's number and the column's, from 1."""
    quoted = dialect.identifier
    index = [d for d in question.dimensions if d not in columns]
    everything: list[str] = [*(d.id for d in question.dimensions), *(m.id for m in question.metrics)]
    everything += [calculation.name for calculation in question.calculations]
    partition = f"PARTITION BY {', '.join(quoted(d.id) for d in index)}" if index else ""
    held: list[str] = []
    down: list[str] = []
    sideways: dict[str, str] = {d.id: f"{ordering(d, quoted(d.id), dialect)} ASC NULLS LAST" for d in columns}
    for sort in question.sorts:
        way = f"{'DESC' if sort.descending else 'ASC'} NULLS {'FIRST' if sort.nulls_first else 'LAST'}"
        if sort.id in sideways:
            assert isinstance(sort.field, Dimension)
            sideways[sort.id] = f"{ordering(sort.field, quoted(sort.id), dialect)} {way}"
        elif isinstance(sort.field, Dimension):
            down.append(f"{ordering(sort.field, quoted(sort.id), dialect)} {way}")
        else:
            held.append(f"{'MAX' if sort.descending else 'MIN'}({quoted(sort.id)}) OVER ({partition}) AS h{len(held)}")
            down.append(f"h{len(held) - 1} {way}")
    sorted_already = {sort.id for sort in question.sorts}
    down += [f"{ordering(d, quoted(d.id), dialect)} ASC NULLS LAST" for d in index if d.id not in sorted_already]
    names = ", ".join(quoted(name) for name in everything)
    inner = f"SELECT {', '.join([names, *held])}\nFROM (\n{sql}\n) AS answer"
    row = f"DENSE_RANK() OVER (ORDER BY {', '.join(down)})" if down else "1"
    column = f"DENSE_RANK() OVER (ORDER BY {', '.join(sideways.values())})"
    ranked = f"SELECT {names}, {row} AS {_ROW}, {column} AS {_ACROSS}\nFROM (\n{inner}\n) AS held"
    first, last = question.offset, question.offset + question.limit + 1
    return (
        f"SELECT {names}, {_ROW}, {_ACROSS}\nFROM (\n{ranked}\n) AS ranked\n"
        f"WHERE {_ROW} > {first} AND {_ROW} <= {last}\nORDER BY {_ROW}, {_ACROSS}\nLIMIT {MOST_CELLS + 1}"
    )


def turned(rows: Sequence[Sequence[Any]], question: Question, columns: Sequence[Dimension]) -> tuple[Pivot, int, bool]:
    """(the pivoted answer, how many of `rows` are in it, whether there were more rows than the limit). `rows` as
    `pivoted` gives them."""
    names = [d.id for d in question.dimensions]
    places = [names.index(d.id) for d in columns]
    index = [place for place, name in enumerate(names) if place not in places]
    values = [m.id for m in question.metrics] + [calculation.name for calculation in question.calculations]
    used = 0
    found: dict[int, list[Any]] = {}
    keys: dict[int, tuple[Any, ...]] = {}
    cells: dict[tuple[int, int], Sequence[Any]] = {}
    for row in rows[:MOST_CELLS]:
        number, column = row[-2], row[-1]
        if number > question.offset + question.limit:
            break
        used += 1
        found.setdefault(number, [row[place] for place in index])
        keys.setdefault(column, tuple(row[place] for place in places))
        cells[number, column] = row[len(names) : -2]
    truncated = used < len(rows)
    if truncated and used == MOST_CELLS and found:
        found.popitem()  # Its cells may not all be there.
    shown = sorted(keys)[:MOST_COLUMNS]
    empty = [None] * len(values)
    turned_rows = [
        [*head, *(value for column in shown for value in cells.get((number, column), empty))]
        for number, head in found.items()
    ]
    heads = [PivotColumn(list(keys[column]), name) for column in shown for name in values]
    pivot = Pivot([names[place] for place in index], heads, turned_rows, len(keys) > len(shown))
    return pivot, used, truncated
