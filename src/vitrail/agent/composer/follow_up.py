"""Follow-ups edit the plan: add, remove, another chart, filter, rename, another grain, sort, limit, split, replace.

Each command either changes the plan or is reported in the builder's own words.
"""

from __future__ import annotations

import re

from vitrail.agent.composer.cards import numbered
from vitrail.agent.composer.commands import commands, verb_of, without_verb
from vitrail.agent.composer.edits.add import add
from vitrail.agent.composer.edits.editing import Editing
from vitrail.agent.composer.edits.fields import replace_field, split
from vitrail.agent.composer.edits.filters import add_filter, change_period, limit_values
from vitrail.agent.composer.edits.look import change_chart, change_grain, change_limit, change_sort, compare_numbers
from vitrail.agent.composer.edits.remove import keep_only, remove
from vitrail.agent.composer.edits.words import move, rename
from vitrail.agent.composer.plan import AppPlan
from vitrail.agent.composer.planned import Planned
from vitrail.agent.composer.planner import Planner
from vitrail.agent.composer.scan import scan
from vitrail.agent.composer.whole import subtitle_of

_LIMITING = ("only", "just", "exclude", "restrict", "narrow", "focus", "keep", "limit")


async def follow_up(planner: Planner, old: AppPlan, prompt: str) -> Planned:
    """The plan after a follow-up. What was done stands in `remarks`, what was not understood in `not_understood`."""
    plan = old.model_copy(deep=True)
    spoken_of = [p for p in plan.pieces if p.id in plan.last]
    editing = Editing(planner, plan, Planned(plan), spoken_of)
    for command in commands(prompt):
        if not await _apply(editing, command):
            editing.out.unknown(command)
    if subtitle_of(old) == old.subtitle:
        plan.subtitle = subtitle_of(plan)
    plan.pieces = numbered(plan.pieces)
    plan.last = [p.id for p in editing.last if p in plan.pieces]
    plan.tabs = [t for t in plan.tabs if any(p.tab == t for p in plan.pieces)]
    return editing.out


async def _apply(e: Editing, command: str) -> bool:
    command = re.sub(r"^filter out\b", "exclude", command, flags=re.IGNORECASE)
    command = re.sub(r"^filter(?:ed)?\s+(?:down\s+)?to\b", "only", command, flags=re.IGNORECASE)
    verb = verb_of(command)
    if keep_only(e, command):
        return True
    if rename(e, command, verb) or move(e, command):
        return True
    if verb == "remove":
        return remove(e, without_verb(command))
    instead = verb in ("replace", "swap", "switch", "change") or "instead of" in command or "rather than" in command
    if instead and replace_field(e, command):
        return True
    items = scan(command, e.sources.lexicon, e.sources.now)
    kinds = {i.kind for i in items}
    if "filter" in kinds or verb == "filter":
        return await add_filter(e, command)
    if (
        verb in ("only", "just", "exclude", "restrict", "narrow", "focus", "keep", "limit")
        or "not" in kinds
        or "only" in kinds
    ):
        if change_limit(e, command, items, verb):
            return True
        if await limit_values(e, command):
            return True
    if kinds & {"compare", "yoy"} and compare_numbers(e, command, items):
        return True
    if re.match(r"(undo|revert|go back)\b", command, re.IGNORECASE):
        e.out.remark("To go back, restore an earlier version from the list of versions.")
    if verb != "add":
        if "chart" in kinds and change_chart(e, command, items):
            return True
        if verb in ("sort", "order", "rank") or " sorted by " in command:
            return change_sort(e, command, items)
        if kinds & {"grain", "noun"} and change_grain(e, command, items):
            return True
        if change_limit(e, command, items, verb):
            return True
        if (verb in ("split", "break") or "by" in kinds) and split(e, command, items):
            return True
        if "range" in kinds and change_period(e, items):
            return True
    if verb == "change":
        return False  # what is to be changed was not found: adding something would be a guess
    return await add(e, without_verb(command) if verb == "add" else command)
