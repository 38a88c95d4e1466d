"""Safe text for TypeScript and JSX: labels of a catalog are foreign and may hold anything."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from vitrail.agent.composer.words import fold, word_set

_RESERVED = word_set(
    """
    app query usequery usestate default function return const let var class new delete in of if else for while
    do switch case break continue this super import export typeof void null true false undefined enum await
    async yield static interface package private protected public arguments eval object string number boolean
    symbol period grid tabs select table card format
    """
)


def literal(value: str | int | float | bool) -> str:
    """A TypeScript literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(int(value)) if float(value).is_integer() else repr(value)
    text = json.dumps(_tame(value), ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{text}'"


def attribute(value: str) -> str:
    """A JSX attribute's value: plain where nothing in it could end or change it."""
    value = _tame(value)
    return f'"{value}"' if not re.search(r'["\\&<>{}\n]', value) else "{" + literal(value) + "}"


def _tame(text: str) -> str:
    """Without control characters and line separators, which end literals in some parsers."""
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text)


def wrapped(before: str, names: Sequence[str], after: str) -> str:
    """An import on one line if it fits, else one name a line."""
    flat = before + ", ".join(names) + after
    if len(flat) <= 110:
        return flat
    return before.rstrip() + "\n" + "\n".join(f"  {name}," for name in names) + "\n" + after.lstrip()


def indent(text: str, by: int = 2) -> str:
    return "\n".join(" " * by + line if line else line for line in text.split("\n"))


def tag(name: str, attributes: Sequence[str]) -> str:
    """A JSX element without children, on one line if it fits."""
    flat = f"<{name} {' '.join(attributes)} />"
    return flat if len(flat) <= 100 and "\n" not in flat else f"<{name}\n" + indent("\n".join(attributes)) + "\n/>"


class Names:
    """Identifiers that are not yet taken."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, *names: str) -> None:
        self._taken.update(name.lower() for name in names)

    def new(self, words: str) -> str:
        """A camel-case identifier for `words`, made unique by a number."""
        parts = re.findall(r"[a-z0-9]+", fold(words)) or ["value"]
        base: str = parts[0] + "".join(p.capitalize() for p in parts[1:])
        if base[0].isdigit():
            base = "n" + base
        name, number = base, 1
        if base.lower() in _RESERVED:
            name = f"{base}Data"
        while name.lower() in self._taken or f"set{name}".lower() in self._taken:
            number += 1
            name = f"{base}{number}"
        self.take(name, f"set{name}")
        return name
