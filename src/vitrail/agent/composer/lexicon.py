"""Which field does a phrase mean? The catalog's labels, names and descriptions, indexed by what their words mean.

A score is between 0 and 1: how well the phrase's words are found in the field (every word must be), times how much of
the field's label the phrase covers. `revenue` meets “Total revenue” better than “Net revenue after refunds”.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from vitrail.agent.composer.words import (
    ABBREVIATIONS,
    FILLERS,
    LABEL_FILLERS,
    RELATED,
    Token,
    concept,
    label_stems,
    word_set,
)
from vitrail.catalog.model import Catalog, Dimension, DimensionType, Metric, MetricType

GOOD = 0.5
"""Below this score a phrase does not mean a field."""

_TABLE_PREFIXES = word_set(
    """
    dim fct fact stg stage mart marts int rpt agg base src raw
    """
)
_OPTIONAL = frozenset({"total", "overall", "sum", "amount"})
_COUNTS = (MetricType.COUNT, MetricType.COUNT_DISTINCT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One visible field with the explores that have it. `homes` are the explores whose base table it belongs to."""

    id: str
    kind: Literal["metric", "dimension"]
    field: Dimension | Metric
    label: tuple[str, ...]
    name: tuple[str, ...]
    table: tuple[str, ...]
    about: frozenset[str]
    """What the words of the description mean."""
    explores: tuple[str, ...]
    homes: tuple[str, ...]

    @property
    def is_time(self) -> bool:
        return isinstance(self.field, Dimension) and self.field.type in (DimensionType.DATE, DimensionType.TIMESTAMP)


@dataclass(frozen=True, slots=True)
class Match:
    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the prompt with the fields and tables it may mean, the best first."""

    text: str
    matches: tuple[Match, ...]
    tables: tuple[str, ...]
    start: int
    end: int

    def best(self, kind: str) -> float:
        return max((m.score for m in self.matches if m.entry.kind == kind), default=0.0)


class Lexicon:
    """The catalog as words."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.entries: dict[str, Entry] = {}
        self._by_word: dict[str, set[str]] = defaultdict(set)
        self._by_description: dict[str, set[str]] = defaultdict(set)
        self._tables: dict[str, tuple[str, ...]] = {}
        self._vocabulary: list[str] = []
        self._memo: dict[tuple[str, ...], tuple[Match, ...]] = {}
        self._corrections: dict[str, str] = {}
        self._read(catalog)

    def _read(self, catalog: Catalog) -> None:
        explores: dict[str, list[str]] = defaultdict(list)
        homes: dict[str, list[str]] = defaultdict(list)
        fields: dict[str, tuple[Dimension | Metric, tuple[str, ...]]] = {}
        for explore in catalog.explores.values():
            hidden = {join.table for join in explore.joins if join.hidden}
            for table in explore.tables.values():
                if table.name in hidden:
                    continue
                stems = table_stems(table.label) or table_stems(table.name)
                self._tables.setdefault(table.name, stems)
                visible: Iterable[Dimension | Metric] = [
                    *(d for d in table.dimensions.values() if not d.hidden and not d.private and d.interval is None),
                    *(m for m in table.metrics.values() if not m.hidden and not m.private),
                ]
                for field in visible:
                    explores[field.id].append(explore.name)
                    if table.name == explore.base_table:
                        homes[field.id].append(explore.name)
                    fields.setdefault(field.id, (field, stems))
        for identifier, (field, stems) in fields.items():
            entry = Entry(
                id=identifier,
                kind="metric" if isinstance(field, Metric) else "dimension",
                field=field,
                label=_spelt_out(label_stems(field.label)),
                name=(*label_stems(field.name), *label_stems(field.label)),
                table=stems,
                about=frozenset(concept(w) for w in label_stems(field.description) if w not in FILLERS),
                explores=tuple(explores[identifier]),
                homes=tuple(homes[identifier]),
            )
            self.entries[identifier] = entry
            for word in {*entry.label, *entry.name, *entry.table}:
                self._by_word[concept(word)].add(identifier)
            if isinstance(field, Metric):
                if field.type in _COUNTS:
                    self._by_word["count"].add(identifier)
                if field.type is MetricType.AVERAGE:
                    self._by_word["average"].add(identifier)
            for word in set(label_stems(field.description)):
                if word not in FILLERS and len(word) > 2:
                    self._by_description[concept(word)].add(identifier)
        words = {word for entry in self.entries.values() for word in (*entry.label, *entry.name, *entry.table)}
        self._vocabulary = sorted(word for word in words if len(word) >= 4)

    # -- looking up

    def phrase(self, span: Sequence[Token], text: str) -> Term | None:
        """What `span` means, or `None` when no field and no table is close enough."""
        words = self._words(span)
        if not words:
            return None
        matches, tables = self.matches(words), self.entities(words)
        if not matches and not tables:
            words = self._related(words)
            matches, tables = self.matches(words), self.entities(words)
        if not matches and not tables and len(words) == 1 and len(words[0]) >= 4:
            described = self._by_description.get(concept(words[0]), set())
            matches = tuple(Match(self.entries[i], GOOD) for i in sorted(described)) if len(described) <= 3 else ()
        if not matches and not tables and len(words) == 1:
            tables = self._partly(words[0])
        if not matches and not tables:
            return None
        return Term(text[span[0].start : span[-1].end], matches, tables, span[0].start, span[-1].end)

    def _words(self, span: Sequence[Token]) -> tuple[str, ...]:
        words: list[str] = []
        for token in span:
            if token.kind != "word":
                continue
            if token.low in ABBREVIATIONS and not any(
                token.stem in self.entries[i].name for i in self._by_word.get(token.stem, ())
            ):
                words += [w for w in ABBREVIATIONS[token.low] if w not in ("per", "to")]
            elif token.low not in FILLERS or token.low in (
                "total",
                "number",
                "time",
                "value",
                "kpi",
                "first",
                "performance",
            ):
                words.append(self.corrected(token.stem))
        return tuple(words)

    def corrected(self, word: str) -> str:
        """A word of the catalog for one that is not, but is spelt almost like it."""
        if word in self._corrections:
            return self._corrections[word]
        answer = word
        known = concept(word) in self._by_word or concept(word) != word or word in FILLERS
        if not known and len(word) >= 5:
            allowed = 1 if len(word) < 8 else 2
            near = process.extractOne(word, self._vocabulary, scorer=OSA.distance, score_cutoff=allowed)
            if (
                near is not None
                and near[0][0] == word[0]
                and not near[0].startswith(word)
                and not word.startswith(near[0])
            ):
                answer = str(near[0])
        self._corrections[word] = answer
        return answer

    def entities(self, words: Sequence[str]) -> tuple[str, ...]:
        """Tables that are called exactly so (`customers`, `order items`)."""
        meant = [concept(w) for w in words]
        return tuple(name for name, stems in self._tables.items() if stems and [concept(s) for s in stems] == meant)

    def _related(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The phrase in words that this project has, where it has none of its own for them."""
        out = []
        for word in words:
            other = RELATED.get(concept(word), ()) if concept(word) not in self._by_word else ()
            out.append(next((o for o in other if concept(o) in self._by_word), word))
        return tuple(out)

    def _partly(self, word: str) -> tuple[str, ...]:
        """The one table whose name has the word (“support” for “Support tickets”)."""
        having = [name for name, stems in self._tables.items() if concept(word) in {concept(s) for s in stems}]
        return tuple(having) if len({self._tables[name] for name in having}) == 1 else ()

    def matches(self, words: tuple[str, ...]) -> tuple[Match, ...]:
        """Fields that all the words speak of, best first, at most twenty."""
        if words in self._memo:
            return self._memo[words]
        needed = [w for w in words if w not in _OPTIONAL] or list(words)
        candidates: set[str] | None = None
        for word in needed:
            having = self._by_word.get(concept(word), set())
            if len(needed) > 1:
                having = having | self._by_description.get(concept(word), set())
            candidates = set(having) if candidates is None else candidates & having
        found = [
            Match(entry, score) for i in candidates or () if (score := _score(words, entry := self.entries[i])) >= GOOD
        ]
        found.sort(key=lambda m: (-m.score, not m.entry.homes, len(m.entry.label), m.entry.id))
        self._memo[words] = tuple(found[:20])
        return self._memo[words]

    def called(self, word: str) -> tuple[Match, ...]:
        """Dimensions whose whole label is this one word."""
        return tuple(m for m in self.matches((word,)) if m.entry.kind == "dimension" and m.entry.label == (word,))

    def described_by(self, word: str) -> list[Entry]:
        """String dimensions whose description mentions the word."""
        return [
            entry
            for i in sorted(self._by_description.get(concept(word), set()))
            if (entry := self.entries[i]).kind == "dimension"
        ]

    def nearest(self, phrase: str, limit: int = 3) -> list[str]:
        """Labels that look most like the phrase, for the reply."""
        labels = {entry.field.label: entry.id for entry in self.entries.values()}
        found = process.extract(
            phrase, list(labels), scorer=fuzz.WRatio, processor=str.lower, limit=limit, score_cutoff=45
        )
        return [str(label) for label, _, _ in found]

    def table_words(self, table: str) -> tuple[str, ...]:
        return self._tables.get(table, ())


def table_stems(label: str) -> tuple[str, ...]:
    """A table's words without the prefixes of modelling (`dim_`, `fct_`)."""
    return tuple(stem for stem in label_stems(label) if stem not in _TABLE_PREFIXES)


def _spelt_out(stems: Sequence[str]) -> tuple[str, ...]:
    """A label that is an abbreviation, in full: `mrr` → monthly recurring revenue."""
    return ABBREVIATIONS.get(stems[0], tuple(stems)) if len(stems) == 1 else tuple(stems)


def _score(words: Sequence[str], entry: Entry) -> float:
    own = {*entry.label, *entry.name}
    own_concepts = {concept(w) for w in own}
    table_concepts = {concept(w) for w in entry.table}
    field = entry.field
    total, counted, named = 0.0, 0, 0
    for word in words:
        meant = concept(word)
        if word in entry.label:
            quality = 1.0
        elif word in own:
            quality = 0.97
        elif (
            meant in own_concepts
            or (meant == "count" and isinstance(field, Metric) and field.type in _COUNTS)
            or (meant == "average" and isinstance(field, Metric) and field.type is MetricType.AVERAGE)
        ):
            quality = 0.9
        elif meant in table_concepts:
            quality = 0.75
        elif word in _OPTIONAL:
            continue
        elif meant in entry.about and isinstance(field, Metric):
            quality = 0.6
        else:
            return 0.0
        total += quality
        counted += 1
        named += quality >= 0.9
    if not named and (counted > 1 or not counted):
        return 0.0
    said = {concept(w) for w in words}
    covered = weight = 0.0
    for word in dict.fromkeys(entry.label):
        worth = 0.25 if word in LABEL_FILLERS else 1.0
        if concept(word) in said:
            covered += worth
        elif concept(word) in table_concepts:
            worth = 0.3
        weight += worth
    if "per" in entry.label:
        over, under = (
            {concept(w) for w in part}
            for part in (entry.label[: entry.label.index("per")], entry.label[entry.label.index("per") + 1 :])
        )
        if said & under and not said & over:
            total -= 0.25 * counted  # “orders per customer” is not what “customers” means
    likely = 0.03 if isinstance(field, Metric) and field.type is MetricType.SUM and not field.filters else 0.0
    if list(words) == list(label_stems(field.label)):
        return 1.0
    return likely + total / counted * (0.55 + 0.45 * (covered / weight if weight else 0.0))
