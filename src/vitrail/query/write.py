"""`Question` → statement, by whichever planner the explore's dialect needs."""

from __future__ import annotations

from collections.abc import Callable

from vitrail.query.plan import Planner
from vitrail.query.question import Question
from vitrail.query.resolve import Resolver
from vitrail.query.semantic.answer import write_semantic
from vitrail.query.sql import Writer, Written
from vitrail.query.viewer import Viewer
from vitrail.query.window_metrics import around, in_words, windowed
from vitrail.query.words import described
from vitrail.warehouse.dialect import Dialect

Words = Callable[[], tuple[str, ...]]
"""The plan in words, put together only when somebody wants to read it."""


def write_question(question: Question, viewer: Viewer, dialect: Dialect) -> tuple[Written, Words]:
    """The statement without calculations, order and limit, and its plan. Raises `InvalidQuery`."""
    if question.explore.semantic is not None:
        return write_semantic(question, viewer, dialect, question.filters)
    resolver = Resolver.of(question.explore, dialect)
    parted = windowed(question)
    plan = Planner(question if parted is None else parted.inner, resolver).plan()
    written = Writer(plan, resolver, viewer).write()
    if parted is not None:
        return around(parted, written, dialect), lambda: (*described(plan), *in_words(parted))
    return written, lambda: described(plan)
