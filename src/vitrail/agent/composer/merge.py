"""Carrying a change of plan into a source that somebody else has edited: a three-way merge by lines.

`before` is what the planner would have written for the old plan, `after` what it writes for the new one. Each changed
stretch is applied to the current text where its surroundings are found, unchanged and once.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """`text` is `None` when a change found no place."""

    text: str | None
    applied: int


def merged(before: str, current: str, after: str) -> Merged:
    old, new, now = before.split("\n"), after.split("\n"), current.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    applied = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        old_part = old[group[0][1] : group[-1][2]]
        new_part = new[group[0][3] : group[-1][4]]
        place = _only_place(now, old_part)
        if place is None:
            return Merged(None, applied)
        now[place : place + len(old_part)] = new_part
        applied += 1
    return Merged("\n".join(now), applied)


def _only_place(lines: list[str], part: list[str]) -> int | None:
    places = [i for i in range(len(lines) - len(part) + 1) if lines[i : i + len(part)] == part]
    return places[0] if len(places) == 1 else None
