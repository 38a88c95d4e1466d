"""Words that no field explains may be values: they become conditions, or a breakdown by what holds them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vitrail.agent.composer import naming
from vitrail.agent.composer.clause import Clause, Loose
from vitrail.agent.composer.lexicon import GOOD, Term
from vitrail.agent.composer.plan import Condition
from vitrail.agent.composer.planned import Planned, Sources
from vitrail.agent.composer.resolve import Resolved
from vitrail.agent.composer.values import Mention
from vitrail.agent.composer.words import concept, label_stems, tokens
from vitrail.catalog.model import DimensionType, Explore


async def explain(
    sources: Sources, out: Planned, text: str, clause: Clause, found: Resolved | None, home: Explore
) -> bool:
    """Look for the values that a clause of `text` names, in its explore, else in `home`. True if the clause changed;
    words that stay unexplained are told to `out`."""
    explore = found.explore if found is not None else home
    hints = list(found.dims) if found is not None else []
    hints += [d for t in clause.conditions for d in sources.dimensions(t, explore)]
    yes = _yes_conditions(sources, clause, explore)
    mentions: list[Mention] = []
    if clause.loose or clause.compare or clause.only or (clause.conditions and not yes) or _vague_terms(clause):
        for place in {e.name: e for e in (explore, home)}.values():
            mentions = _meant(clause, await sources.values.mentions(text, clause.start, clause.end, place, hints))
            if mentions:
                break
    for loose in clause.loose:
        for words in _uncovered(loose, mentions, text):
            if not _says_the_dimension(words, mentions) and (words.lower() != "new" or _undated(found)):
                out.unknown(words)
    without = {m.start for m in mentions if any(m.start < end and m.end > start for start, end in clause.without)}
    clause.loose = []
    clause.where += [*_conditions(mentions, without), *yes]
    if yes or mentions:
        clause.conditions = []
    if not mentions:
        return bool(yes)
    for terms in (clause.what, clause.dims):
        terms[:] = [t for t in terms if not _covers(mentions, t)]
    for dimension in {m.dimension.id: m.dimension for m in mentions}.values():
        same = [m for m in mentions if m.dimension.id == dimension.id]
        if len(clause.what) > 1:
            # “revenue of returning customers”: the noun belongs to the value, it is not a count of customers.
            clause.what = [t for t in clause.what if not any(_noun_of(t, m) for m in same)]
        grouped = any(d.id == dimension.id for t in clause.dims for d in sources.dimensions(t, explore)[:1])
        side_by_side = len({m.value for m in same}) > 1 and not any(m.start in without for m in same)
        if side_by_side and not grouped and (clause.compare or not clause.only):
            term = sources.lexicon.phrase(tokens(dimension.label), dimension.label)
            if term is not None:
                clause.dims.append(term)
    return True


def _undated(found: Resolved | None) -> bool:
    """“new customers per month”, over the date on which they came, says “new” already."""
    return found is None or found.date is None


def _says_the_dimension(words: str, mentions: Sequence[Mention]) -> bool:
    """“the West region”: the word after a value is what the value is of."""
    said = {concept(s) for s in label_stems(words)}
    return any(said <= {concept(s) for s in label_stems(f"{m.dimension.label} {m.dimension.table}")} for m in mentions)


def _meant(clause: Clause, mentions: Sequence[Mention]) -> list[Mention]:
    """Of the values that a text happens to contain, those that are meant: words that nothing else explains, and in a
    comparison two or more values of one dimension side by side."""
    compared = {
        m.dimension.id
        for m in mentions
        if clause.compare and len({n.value for n in mentions if n.dimension.id == m.dimension.id}) > 1
    }
    open_words = [(n.start, n.end) for n in clause.loose]
    open_words += [(t.start, t.end) for t in (*clause.conditions, *_vague_terms(clause))]
    return [
        m
        for m in mentions
        if m.dimension.id in compared or any(m.start < end and m.end > start for start, end in open_words)
    ]


def _vague_terms(clause: Clause) -> list[Term]:
    """Phrases that only a description explains: it often lists the values (“New, Returning or Loyal”)."""
    return [t for t in (*clause.what, *clause.dims) if t.matches and t.matches[0].score <= GOOD and not t.tables]


def _yes_conditions(sources: Sources, clause: Clause, explore: Explore) -> list[Condition]:
    """“only first orders”: a yes/no dimension as a condition."""
    if not (clause.only or clause.conditions):
        return []
    found = [d for term in clause.conditions for d in sources.dimensions(term, explore)[:1]]
    return [
        Condition(field=d.id, operator="equals", values=[True], text=naming.yes_noun(d.label))
        for d in found
        if d.type is DimensionType.BOOLEAN
    ]


def _conditions(mentions: Sequence[Mention], without: Collection[int]) -> list[Condition]:
    """Values of one dimension as one condition: any of them, or none of them."""
    groups: dict[tuple[str, bool], list[Mention]] = {}
    for mention in mentions:
        groups.setdefault((mention.dimension.id, mention.start in without), []).append(mention)
    conditions = []
    for (identifier, negated), group in groups.items():
        values = list(dict.fromkeys(m.value for m in group))
        label = naming.lower(group[0].dimension.label)
        conditions.append(
            Condition(
                field=identifier,
                operator="notEquals" if negated else "equals",
                values=list(values),
                text=f"{label} {'not ' if negated else ''}{naming.and_list(values)}",
            )
        )
    return conditions


def _covers(mentions: Sequence[Mention], term: Term) -> bool:
    """Is a phrase nothing but (part of) a value?"""
    return any(m.start <= term.start and term.end <= m.end for m in mentions)


def _noun_of(term: Term, mention: Mention) -> bool:
    """Is a phrase the thing that a value describes, said right after it?"""
    return mention.dimension.table in term.tables and mention.end <= term.start <= mention.end + 1


def _uncovered(loose: Loose, mentions: Sequence[Mention], text: str) -> list[str]:
    """The words of a loose phrase that no value explains."""
    rest, at = [], loose.start
    for mention in mentions:
        if mention.end <= at or mention.start >= loose.end:
            continue
        rest.append(text[at : mention.start])
        at = mention.end
    rest.append(text[at : loose.end])
    return [words for part in rest if (words := part.strip(" ,-–'’"))]
