"""The offline planner: a prompt and a catalog in, a plan and an honest account of it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from vitrail.agent.composer.cards import Wish, lay_out
from vitrail.agent.composer.clause import Clause
from vitrail.agent.composer.clauses import Reader
from vitrail.agent.composer.explain import explain
from vitrail.agent.composer.lexicon import Lexicon
from vitrail.agent.composer.plan import AppPlan
from vitrail.agent.composer.planned import Planned, Sources
from vitrail.agent.composer.resolve import Resolver, best_explore
from vitrail.agent.composer.scan import scan
from vitrail.agent.composer.values import ValueFinder
from vitrail.agent.composer.whole import finish
from vitrail.catalog.model import Catalog, Explore

_QUOTED_NAME = re.compile(
    r"\b(?:call(?:ed)?(?:\s+it)?|name(?:d)?(?:\s+it)?|titled|entitled|title(?:d)?(?:\s+it)?:?)\s+"
    r"[\"“'‘]([^\"”'’\n]{2,80})[\"”'’]",
    re.IGNORECASE,
)
_PLAIN_NAME = re.compile(
    r"\b(?:called|titled|entitled|call it|name it)\s+([A-Z][\w&'’ -]{1,60}?)"
    r"(?=[.,;\n]|\s+(?:with|that|and|showing)\b|$)"
)


class Planner:
    """Plans over one catalog, as of one day; asks `values` for the data's own words."""

    def __init__(self, catalog: Catalog, now: date, values: ValueFinder | None = None) -> None:
        self.sources = Sources(catalog, Lexicon(catalog), values or ValueFinder(None), now)

    async def plan(self, prompt: str) -> Planned:
        """An app for a prompt. Always one that works, also for a prompt that says little; what was guessed or not
        understood is told."""
        title, text = named_in(prompt)
        out = Planned(AppPlan(title=title or ""))
        resolver = Resolver(self.sources.catalog, self.sources.lexicon)
        wishes = await self.wishes(text, self.read(text), resolver, out)
        lay_out(self.sources, out, wishes)
        finish(self.sources, out, wishes)
        return out

    def read(self, text: str) -> list[Clause]:
        return Reader(scan(text, self.sources.lexicon, self.sources.now), text).read()

    async def wishes(
        self, text: str, clauses: Sequence[Clause], resolver: Resolver, out: Planned, home: Explore | None = None
    ) -> list[Wish]:
        """Each clause of `text` with its meaning, values looked up; what stays unexplained goes to `out`. `home` is the
        explore in which values are looked for when a clause names none."""
        last, main, last_explore = list(resolver.last), list(resolver.main), resolver.last_explore
        first: list[Wish] = [(clause, resolver.resolve(clause)) for clause in clauses]
        home = home or next((r.explore for _, r in first if r is not None), None)
        home = home or best_explore(self.sources.catalog, [])
        if home is None:
            return [(clause, None) for clause in clauses]
        changed = False
        for clause, found in first:
            changed = await explain(self.sources, out, text, clause, found, home) or changed
        if not changed:
            return first
        again = Resolver(self.sources.catalog, self.sources.lexicon)
        again.last, again.main, again.last_explore = last, main, last_explore
        return [(clause, again.resolve(clause)) for clause in clauses]


def named_in(prompt: str) -> tuple[str | None, str]:
    """The title that a prompt gives the app, and the prompt without it."""
    for pattern in (_QUOTED_NAME, _PLAIN_NAME):
        if match := pattern.search(prompt):
            return match.group(1).strip(), f"{prompt[: match.start()]} {prompt[match.end() :]}"
    return None, prompt
