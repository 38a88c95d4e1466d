"""The SQL snippets that people write in YAML: their `${…}` references, and the check each gets once, at load.

A snippet is an expression with references in it: `${TABLE}`, `${field}`, `${table.field}`,
`${lightdash.attributes.name}` (also `ld`, `attribute`, `attr`), `${lightdash.user.email}` and
`${lightdash.parameters.name}`. `parts` splits it for those who assemble text; `check` parses it with sqlglot and
refuses what could reach beyond its own place in a statement: a second statement, a parenthesis too many, a clause, a
reference inside quotes or a comment, a value where no literal can stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection
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
_PARAMETER = re.compile(r"(?:lightdash|ld)\.(?:parameters|parameter)\.([\w-]+(?:\.[\w-]+)?)\Z", re.ASCII)
_PARAMETER_HERE = re.compile(
    r"\$\{\s*((?:lightdash|ld)\.(?:parameters|parameter)\.)([\w-]+)((?:\.[\w-]+)?)\s*\}", re.ASCII
)
# People write a parameter in quotes, as the reference product has them do; its value brings its own.
_QUOTED = re.compile(r"(?<!['\w])'(\$\{\s*(?:lightdash|ld)\.(?:parameters|parameter)\.[^{}']*\})'(?!['\w])")
_FIELD = re.compile(r"(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)\Z")
_PLAIN = re.compile(r"\s*\$\{(?:TABLE\}\s*\.\s*(?:[A-Za-z_]\w*|\"[^\"\s]+\")|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?\})\s*\Z")
# A place where SQL takes a list, so that an attribute with several values may stand there.
_LIST_BEFORE = re.compile(r"(?:\bin\s*\(|\barray\s*\[)\s*(?:[^()\[\]]*,\s*)?\Z", re.IGNORECASE)
# What would make something else of a literal beside it: E'…', a word, another quote.
_TOUCHING = re.compile(r"[\w'\"`&$@#\\]")


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


@dataclass(frozen=True, slots=True)
class ParameterRef:
    """A parameter of the project, or (`table.name`) of a model. `many`: it stands where SQL takes a list."""

    name: str
    many: bool


Part = str | OwnTable | FieldRef | AttributeRef | ParameterRef
ValueRef = AttributeRef | ParameterRef
"""What becomes a literal when a statement is written."""


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
    if "parameter" in sql:
        sql = _QUOTED.sub(r"\1", sql)
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
    if parameter := _PARAMETER.match(body):
        return ParameterRef(parameter.group(1), bool(_LIST_BEFORE.search(before)))
    if field := _FIELD.match(body):
        return FieldRef(field.group(1), field.group(2))
    raise SnippetError(
        f"${{{body[:80]}}} is not a reference.",
        "Write ${TABLE}.column, ${field}, ${table.field}, ${lightdash.attributes.name}, ${lightdash.user.email} or "
        "${lightdash.parameters.name}.",
    )


def references(sql: str) -> list[FieldRef]:
    """The fields that a snippet refers to, in order."""
    return [part for part in parts(sql) if isinstance(part, FieldRef)]


def parameters(sql: str) -> list[str]:
    """The names of the parameters in a snippet."""
    if "parameter" not in sql:
        return []
    return [part.name for part in parts(sql) if isinstance(part, ParameterRef)]


def with_own_parameters(sql: str, model: str, own: Collection[str]) -> str:
    """The snippet with a model's own parameters (`own`) named in full: `${ld.parameters.x}` is that of the model."""

    def named(match: re.Match[str]) -> str:
        prefix, name, more = match.groups()
        return "${" + prefix + (f"{model}.{name}" if not more and name in own else name + more) + "}"

    return _PARAMETER_HERE.sub(named, sql) if own and "parameter" in sql else sql


def check(sql: str, dialect: str) -> Traits:
    """Parse a snippet (sqlglot's dialect name) and tell what is in it. Raises `SnippetError`."""
    if len(sql) > MAX_CHARACTERS:
        raise SnippetError(f"Its SQL has more than {MAX_CHARACTERS} characters.", "Move the work into the dbt model.")
    if "\0" in sql:
        raise SnippetError("Its SQL has a zero byte in it.", "Remove it.")
    split = parts(sql)
    if _PLAIN.match(sql):
        return Traits()
    # Every reference becomes a name that nobody writes, and a value a text; each must come back as exactly that.
    names = values = 0
    text: list[str] = []
    for place, part in enumerate(split):
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, AttributeRef | ParameterRef):
            _stands_free(split, place)
            text.append(f"'{_VALUE}{values}'")
            values += 1
        else:
            text.append(f"{_NAME}{names}")
            names += 1
    return _parsed("".join(text), names, values, dialect)


_NAME, _VALUE = "__vt", "__vv"


def _stands_free(split: tuple[Part, ...], place: int) -> None:
    """Raises when what is written right beside a value would be read together with it."""
    before = split[place - 1] if place else " "
    after = split[place + 1] if place + 1 < len(split) else " "
    if (
        not isinstance(before, str)
        or not isinstance(after, str)
        or _TOUCHING.match(before[-1])
        or _TOUCHING.match(after[0])
        or after[0] == "("
    ):
        raise SnippetError(*_MISPLACED)


_MISPLACED = (
    "A reference ${…} in it stands inside quotes, a comment or another word.",
    "Take the quotes away: values are quoted when the statement is written.",
)


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
def _parsed(text: str, names: int, values: int, dialect: str) -> Traits:
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
    written = {node.name for node in statement.find_all(exp.Identifier) if not node.args.get("quoted")}
    literals = {
        node.name.lower()  # As the unit of date_trunc sqlglot gives it back in capitals.
        for node in statement.find_all(exp.Literal, exp.Var)
        if not isinstance(node.parent, exp.Column)
    }
    if any(f"{_NAME}{index}" not in written for index in range(names)) or any(
        f"{_VALUE}{index}" not in literals for index in range(values)
    ):
        raise SnippetError(*_MISPLACED)
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
    return name.startswith(_NAME) and name[len(_NAME) :].isdigit()


def _is_one_expression(statement: exp.Select) -> bool:
    if _given(statement) != {"expressions"} or len(statement.expressions) != 1:
        return False
    only = statement.expressions[0]
    # A sub-query in parentheses of its own; one without would not stand alone in a statement.
    nested = isinstance(only, exp.Subquery) and isinstance(only.this, exp.Subquery)
    plain = isinstance(only, exp.Paren) and not isinstance(only.this, exp.Alias)
    return plain or (nested and _given(only) == _given(only.this) == {"this"})


def _given(node: exp.Expression) -> set[str]:
    return {key for key, value in node.args.items() if value}
