"""The `expr` of a derived metric, split at the names of its inputs."""

from __future__ import annotations

import re

from vitrail.catalog.yaml_values import Wrong

_WORD = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|(?<![\w.])[A-Za-z_]\w*", re.DOTALL)


def split_formula(sql: str, aliases: list[str], columns: int) -> tuple[str | int, ...]:
    """The text around its inputs, each by its place. Raises `Wrong` when a name stands for something else too."""
    places = {alias.lower(): place for place, alias in enumerate(aliases)}
    found: list[str | int] = []
    end = 0
    for match in _WORD.finditer(sql):
        place = places.get(match.group(0).strip('"`').lower())
        if place is not None and not sql[match.end() :].lstrip().startswith("("):
            found += [sql[end : match.start()], place]
            end = match.end()
    if sum(isinstance(part, int) for part in found) != columns:
        raise Wrong("`expr` uses the name of an input for something else; give the input an alias")
    rest = sql[end:]
    return (*found, f"{rest}\n" if "--" in sql else rest)
