"""What a model's SQL file says of itself without running its Jinja: literal `config(…)`, `ref()` and `source()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_CALL = 20_000
_JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_CONFIG = re.compile(r"\{\{[-+]?\s*config\s*\(")
_REF = re.compile(r"\bref\s*\(([^()]{1,400})\)")
_SOURCE = re.compile(r"\bsource\s*\(([^()]{1,400})\)")
_PYTHON_CONFIG = re.compile(r"\bdbt\.config\s*\(")
_WORDS = {"true": True, "false": False, "none": None, "True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class ModelSql:
    """`unread`: arguments of `config` that are no literals. Lines count from 1."""

    config: dict[str, Any] = field(default_factory=dict)
    unread: tuple[tuple[str, int], ...] = ()
    refs: tuple[tuple[str, int], ...] = ()
    sources: tuple[tuple[str, str, int], ...] = ()


def read_sql(text: str, suffix: str = ".sql") -> ModelSql:
    """Read one model's file (`.sql`, or `.py` for its `dbt.config(…)`)."""
    text = _JINJA_COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)
    config: dict[str, Any] = {}
    unread: list[tuple[str, int]] = []
    for match in (_PYTHON_CONFIG if suffix == ".py" else _CONFIG).finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        for name, value, known in _arguments(_call(text, match.end())):
            if known:
                config[name] = value
            else:
                unread.append((name, line))
    # ref('model') or ref('package', 'model'); a version is said where the model is described.
    refs = [
        (names[-1], text.count("\n", 0, match.start()) + 1)
        for match in _REF.finditer(text)
        if (names := _strings(match.group(1)))
    ]
    sources = []
    for match in _SOURCE.finditer(text):
        names = _strings(match.group(1))
        if len(names) == 2:
            sources.append((names[0], names[1], text.count("\n", 0, match.start()) + 1))
    return ModelSql(config, tuple(unread), tuple(refs), tuple(sources))


def _call(text: str, start: int) -> str:
    """What stands between a call's parentheses; empty when they are not closed or it is too long."""
    depth, quote, place = 1, "", start
    while place < len(text) and place - start < MAX_CALL:
        character = text[place]
        if quote:
            if character == "\\":
                place += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                return text[start:place]
        place += 1
    return ""


def _arguments(text: str) -> Iterator[tuple[str, Any, bool]]:
    """(name, value, whether the value is written out) of each argument; `**` for what is not `name=value`."""
    try:
        call = ast.parse(f"config({text.strip()}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield "**", None, False
        return
    if not isinstance(call, ast.Call):
        yield "**", None, False
        return
    if call.args:
        yield "**", None, False
    for keyword in call.keywords:
        try:
            yield keyword.arg or "**", ast.literal_eval(_Words().visit(keyword.value)), True
        except (ValueError, TypeError, RecursionError, MemoryError):
            yield keyword.arg or "**", None, False


class _Words(ast.NodeTransformer):
    """Jinja's `true`, `false` and `none` as Python's."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant(_WORDS[node.id]) if node.id in _WORDS else node


def _strings(text: str) -> list[str]:
    try:
        call = ast.parse(f"f({text.strip()}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if not isinstance(call, ast.Call):
        return []
    found = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return found if len(found) == len(call.args) else []
