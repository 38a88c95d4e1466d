"""The SQL snippets that people write in YAML: their `${…}` references, and the check each gets once, at load.

A snippet is an expression with references in it: `${TABLE}`, `${field}`, `${table.field}`,
`${lightdash.attributes.name}` (also `ld`, `attribute`, `attr`) and `${lightdash.user.email}`. `parts` splits it for
those who assemble text; `check` parses it with sqlglot and refuses what could reach beyond its own place in a
statement: a second statement, a parenthesis too many, a clause, a reference inside quotes or a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

MAX_CHARACTERS = 20_000
MAX_DEPTH = 60

_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_ATTRIBUTE = re.compile(r"(?:lightdash|ld)\.(?:attributes|attribute|attr)\.([A-Za-z_]\w*)\Z")
_EMAIL = re.compile(r"(?:lightdash|ld)\.user\.email\Z")
_PARAMETER = re.compile(r"(?:lightdash|ld)\.(?:parameters|parameter)\.")
_FIELD = re.compile(r"(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)\Z")
_PLAIN = re.compile(r"\s*\$\{(?:TABLE\}\s*\.\s*(?:[A-Za-z_]\w*|\"[^\"\s]+\")|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?\})\s*\Z")
# A place where SQL takes a list, so that an attribute with several values may stand there.
_LIST_BEFORE = re.compile(r"\bin\s*\(\s*(?:[^()]*,\s*)?\Z", re.IGNORECASE)


class SnippetError(Exception):
    """Why a snippet can't be used, and what to do about it."""

    def __init__(self, cause: str, cure: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.cure = cure


@dataclass(frozen=True, slots=True)
class OwnTable:
    """`${TABLE}`."""


@dataclass(frozen=True, slots=True)
class FieldRef:
    """`${field}` (table None: the one that the snippet belongs to) or `${table.field}`."""

    table: str | None
    name: str


@dataclass(frozen=True, slots=True)
class AttributeRef:
    """A user attribute, or with `name` None the viewer's verified email. `many`: it stands in an `in (…)` list."""

    name: str | None
    many: bool


Part = str | OwnTable | FieldRef | AttributeRef


@dataclass(frozen=True, slots=True)
class Traits:
    """What the parsed snippet is made of."""

    aggregates: bool = False
    windows: bool = False
    tables: tuple[str, ...] = ()
    """Relations that a sub-query in it reads."""
    columns: tuple[str, ...] = ()
    """Columns named outright, without a reference."""
    functions: frozenset[str] = frozenset()
    """What it calls, by sqlglot's key (`coalesce`, `avg`, …), or by its own name where sqlglot knows none."""


@lru_cache(maxsize=100_000)
def parts(sql: str) -> tuple[Part, ...]:
    """Split a snippet at its references. Raises `SnippetError` for a reference that means nothing."""
    found: list[Part] = []
    end = 0
    for match in _REFERENCE.finditer(sql):
        if match.start() > end:
            found.append(sql[end : match.start()])
        found.append(_reference(match.group(1), sql[: match.start()]))
        end = match.end()
    if end < len(sql):
        found.append(sql[end:])
    if any(isinstance(part, str) and "${" in part for part in found):
        raise SnippetError("A reference ${…} in it is not closed.", "Close it with }.")
    return tuple(found)


def _reference(body: str, before: str) -> Part:
    if body == "TABLE":
        return OwnTable()
    if attribute := _ATTRIBUTE.match(body):
        return AttributeRef(attribute.group(1), bool(_LIST_BEFORE.search(before)))
    if _EMAIL.match(body):
        return AttributeRef(None, many=False)
    if _PARAMETER.match(body):
        raise SnippetError(f"It uses the parameter ${{{body}}}.", "Parameters are not supported yet; write the value.")
    if field := _FIELD.match(body):
        return FieldRef(field.group(1), field.group(2))
    raise SnippetError(
        f"${{{body[:80]}}} is not a reference.",
        "Write ${TABLE}.column, ${field}, ${table.field}, ${lightdash.attributes.name} or ${lightdash.user.email}.",
    )


def references(sql: str) -> list[FieldRef]:
    """The fields that a snippet refers to, in order."""
    return [part for part in parts(sql) if isinstance(part, FieldRef)]


def check(sql: str, dialect: str) -> Traits:
    """Parse a snippet (sqlglot's dialect name) and tell what is in it. Raises `SnippetError`."""
    if len(sql) > MAX_CHARACTERS:
        raise SnippetError(f"Its SQL has more than {MAX_CHARACTERS} characters.", "Move the work into the dbt model.")
    if "\0" in sql:
        raise SnippetError("Its SQL has a zero byte in it.", "Remove it.")
    split = parts(sql)
    if _PLAIN.match(sql):
        return Traits()
    # Every reference becomes a name that nobody writes; it must come back as exactly that name.
    count = 0
    text = []
    for part in split:
        if isinstance(part, str):
            text.append(part)
        else:
            text.append(f"__vt{count}")
            count += 1
    return _parsed("".join(text), count, dialect)


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        if character == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif character == ")":
            depth -= 1
    return deepest


@lru_cache(maxsize=20_000)
def _parsed(text: str, count: int, dialect: str) -> Traits:
    if not text.strip():
        raise SnippetError("Its SQL is empty.", "Write an expression, or leave `sql` out.")
    if _depth(text) > MAX_DEPTH:
        raise SnippetError(f"Its SQL has more than {MAX_DEPTH} nested parentheses.", "Move the work into the model.")
    try:
        statements = sqlglot.parse(f"SELECT ({text}\n)", read=dialect)
    except (SqlglotError, RecursionError) as error:
        message = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split("\n")[0][:200]
        raise SnippetError(
            f"Its SQL can't be parsed: {message}", "Correct the SQL; it must be one expression."
        ) from None
    statement = statements[0] if len(statements) == 1 else None
    if not isinstance(statement, exp.Select) or not _is_one_expression(statement):
        raise SnippetError("Its SQL is more than one expression.", "Write one expression, with balanced parentheses.")
    names = {node.name for node in statement.find_all(exp.Identifier) if not node.args.get("quoted")}
    if any(f"__vt{index}" not in names for index in range(count)):
        raise SnippetError(
            "A reference ${…} in it stands inside quotes, a comment or another word.",
            "Take the quotes away: values are quoted when the statement is written.",
        )
    return Traits(
        aggregates=any(
            node.find_ancestor(exp.Window, exp.Subquery) is None for node in statement.find_all(exp.AggFunc)
        ),
        windows=statement.find(exp.Window) is not None,
        tables=tuple(table.name for table in statement.find_all(exp.Table)),
        columns=tuple(c.name for c in statement.find_all(exp.Column) if not c.table and not _is_reference(c.name)),
        functions=frozenset(
            node.name.lower() if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else node.key
            for node in statement.find_all(exp.Func)
        ),
    )


def _is_reference(name: str) -> bool:
    return name.startswith("__vt") and name[4:].isdigit()


def _is_one_expression(statement: exp.Select) -> bool:
    given = {key for key, value in statement.args.items() if value}
    return (
        given == {"expressions"} and len(statement.expressions) == 1 and isinstance(statement.expressions[0], exp.Paren)
    )
