"""Parts of the offline planner on their own: time, words, escaping, merging."""

from __future__ import annotations

from datetime import date

import pytest

from tests.agent.composing import TODAY, catalog_of
from vitrail.agent.composer.lexicon import Lexicon
from vitrail.agent.composer.merge import merged
from vitrail.agent.composer.period import initial_period
from vitrail.agent.composer.text import Names, attribute, literal
from vitrail.agent.composer.timing import Range, grain_for, range_at
from vitrail.agent.composer.words import label_stems, stem, tokens
from vitrail.catalog.model import TimeInterval


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last 12 months", ("inThePast", (12,), "months", False)),
        ("the past six weeks", ("inThePast", (6,), "weeks", False)),
        ("last month", ("inThePast", (1,), "months", True)),
        ("previous full quarter", ("inThePast", (1,), "quarters", True)),
        ("this year", ("inTheCurrent", (1,), "years", False)),
        ("year to date", ("inTheCurrent", (1,), "years", False)),
        ("YTD", ("inTheCurrent", (1,), "years", False)),
        ("yesterday", ("inThePast", (1,), "days", True)),
        ("in 2025", ("inBetween", ("2025-01-01", "2025-12-31"), None, False)),
        ("for Q3 2025", ("inBetween", ("2025-07-01", "2025-09-30"), None, False)),
        ("in March", ("inBetween", ("2026-03-01", "2026-03-31"), None, False)),
        ("in December", ("inBetween", ("2025-12-01", "2025-12-31"), None, False)),
        ("since March 2025", ("greaterThanOrEqual", ("2025-03-01",), None, False)),
        ("after 2024", ("greaterThanOrEqual", ("2025-01-01",), None, False)),
        ("before 2025", ("lessThan", ("2025-01-01",), None, False)),
        ("between January and March 2025", ("inBetween", ("2025-01-01", "2025-03-31"), None, False)),
        ("from 2023 to 2024", ("inBetween", ("2023-01-01", "2024-12-31"), None, False)),
    ],
)
def test_ranges(text: str, expected: tuple[str, tuple[object, ...], str | None, bool]) -> None:
    found = range_at(tokens(text), 0, TODAY)
    assert found is not None
    got = found[1]
    assert (got.operator, got.values, got.unit, got.completed) == expected


@pytest.mark.parametrize("text", ["may show", "march of progress", "revenue", "top 10", "last", "since", "the"])
def test_no_ranges(text: str) -> None:
    assert range_at(tokens(text), 0, TODAY) is None


def test_the_grain_follows_from_the_length() -> None:
    assert [grain_for(d) for d in (30, 100, 365, 3000, None)] == [
        TimeInterval.DAY,
        TimeInterval.WEEK,
        TimeInterval.MONTH,
        TimeInterval.QUARTER,
        TimeInterval.MONTH,
    ]


def test_words() -> None:
    assert [stem(w) for w in ("stores", "categories", "status", "boxes", "Kunden’s", "KPIs", "revenue")] == [
        "store", "category", "status", "box", "kunden", "kpi", "revenue",
    ]  # fmt: skip
    assert label_stems("firstResponse_hours") == ["first", "response", "hour"]


@pytest.mark.parametrize(
    ("words", "best"),
    [
        (("revenue",), "orders_total_revenue"),
        (("turnover",), "orders_total_revenue"),
        (("average", "order", "value"), "orders_average_order_value"),
        (("customer", "type"), "customers_customer_type"),
        (("gross", "profit"), "orders_gross_profit"),
        (("unit", "sold"), "order_items_units_sold"),
    ],
)
def test_phrases_find_their_field(words: tuple[str, ...], best: str) -> None:
    assert Lexicon(catalog_of("demo")).matches(words)[0].entry.id == best


def test_typing_mistakes_are_mended_but_other_words_are_not() -> None:
    lexicon = Lexicon(catalog_of("demo"))
    assert lexicon.corrected("stoer") == "store"
    assert lexicon.corrected("catgory") == "category"
    assert lexicon.corrected("weather") == "weather"


@pytest.mark.parametrize(
    "text",
    ["it's", 'a "b"', "</script>", "{x}", "${x}", "`", "a\\b", "line\nbreak", "\u2028", "&amp;", "<b>", "’ö"],
)
def test_labels_can_not_leave_their_literal(text: str) -> None:
    written = literal(text)
    assert written[0] == written[-1] == "'" and "\n" not in written and "\u2028" not in written
    inside = written[1:-1]
    assert "'" not in inside.replace("\\'", "")
    tag = attribute(text)
    assert tag.startswith(('"', "{'")) and not (tag[0] == '"' and any(c in tag[1:-1] for c in '"<>{}&\\'))


def test_names_are_identifiers_and_differ() -> None:
    names = Names()
    given = [names.new(words) for words in ("Customer type", "customer-type", "2nd", "", "class", "Ünï çode", "😀")]
    assert len({n.lower() for n in given}) == len(given)
    assert all(n.isidentifier() and n.isascii() for n in given)


@pytest.mark.parametrize(
    "condition", [Range("inThePast", (3,), "weeks", False, ""), Range("inTheCurrent", (1,), "years", False, "")]
)
def test_a_relative_period_is_worked_out_in_the_browser(condition: Range) -> None:
    text, needed = initial_period(condition.on(""))
    assert "new Date()" in text and str(date.today().year) not in text
    assert all(name in text for name in needed)


def test_merging() -> None:
    before, after = "a\nb\nc\nd\ne\nf\ng", "a\nb\nX\nd\ne\nf\ng"
    assert merged(before, "a\nb\nc\nd\ne\nf\nG!", after).text == "a\nb\nX\nd\ne\nf\nG!"
    assert merged(before, "a\nb\nC!\nd\ne\nf\ng", after).text is None
    assert merged(before, before, after).text == after
    assert merged(before, "other", before).text == "other"
