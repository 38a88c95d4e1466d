"""Filters for the viewer, fixed conditions, the period."""

from __future__ import annotations

import re

from vitrail.agent.composer import naming
from vitrail.agent.composer.clauses import Reader
from vitrail.agent.composer.edits.editing import Editing, means
from vitrail.agent.composer.resolve import Resolver
from vitrail.agent.composer.scan import Item, scan
from vitrail.agent.composer.whole import add_control, set_period


async def add_filter(e: Editing, command: str) -> bool:
    clauses = e.planner.read(command)
    if any(c.loose for c in clauses) and await limit_values(e, command):
        return True  # “filter on West”: a value, not a field
    before = len(e.plan.controls)
    dated = False
    for clause in clauses:
        for term in [*clause.controls, *clause.what, *clause.dims, *clause.conditions]:
            add_control(e.sources, e.out, term, e.explores)
        if clause.date_control or clause.ranges:
            dated = set_period(e.sources, e.plan, clause.ranges[0] if clause.ranges else None) or dated
    added = [naming.lower(c.label) for c in e.plan.controls[before:]]
    if not added and re.search(r"\b(date|period|time)\b", command, re.IGNORECASE):
        dated = set_period(e.sources, e.plan, None) or dated
    if dated:
        added.append("the period")
    if added:
        return e.done(f"Added a filter on {naming.and_list(added)}.")
    if any(c.loose for c in clauses):
        return False
    known = [c for c in e.plan.controls if means(e.terms(command), c.field)]
    return (
        e.done(f"There is a filter on {naming.lower(known[0].label)} already.") if known else bool(e.out.not_understood)
    )


async def limit_values(e: Editing, command: str) -> bool:
    items = scan(command, e.sources.lexicon, e.sources.now)
    ranges = [i.value for i in items if i.kind == "range"]
    clauses = Reader(items, command).read()
    unknown = len(e.out.not_understood)
    home = e.explores[0] if e.explores else None
    await e.planner.wishes(command, clauses, Resolver(e.sources.catalog, e.sources.lexicon), e.out, home)
    where = [w for c in clauses for w in c.where]
    if where:
        fields = {w.field for w in where}
        e.plan.where = [w for w in e.plan.where if w.field not in fields] + where
        e.out.remarks.append(f"The app now shows only {naming.and_list([w.text for w in where])}.")
    if ranges and set_period(e.sources, e.plan, ranges[0]):
        e.out.remarks.append(f"The period is set to {ranges[0].text}.")
        where = where or [ranges[0].on("")]
    return bool(where) or len(e.out.not_understood) > unknown


def change_period(e: Editing, items: list[Item]) -> bool:
    found = next(i.value for i in items if i.kind == "range")
    if not set_period(e.sources, e.plan, found):
        return False
    return e.done(f"The period is set to {found.text}.")
