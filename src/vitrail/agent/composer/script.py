"""What the offline planner does in a run, turn by turn: look up, plan, write, check, answer."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from vitrail.agent.composer import reply
from vitrail.agent.composer.follow_up import follow_up
from vitrail.agent.composer.merge import merged
from vitrail.agent.composer.plan import PLAN_PATH, AppPlan, Piece
from vitrail.agent.composer.planner import Planner
from vitrail.agent.composer.values import ValueFinder
from vitrail.agent.composer.writer import APP_PATH, TOP_SERIES, digest, files_of
from vitrail.agent.tools import AgentDeps
from vitrail.catalog.model import Catalog

FINDINGS_MARK = "\n\nThe app as it stands does not pass its check:"
"""How the pipeline hands over findings when the conversation is lost."""

MAX_DESCRIBED = 3
_ROWS = re.compile(r"^(\d+) rows", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Call:
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    tool: str
    text: str
    ok: bool


Turn = list[Call] | str
Script = AsyncGenerator[Turn, list[Answer]]


async def compose(deps: AgentDeps, tools: set[str]) -> Script:
    """The script of one run: a first build, a follow-up or a round of mending."""
    catalog = deps.task.catalog
    if not catalog.explores:
        yield reply.nothing_to_ask()
        return
    now = datetime.now(UTC).date()
    planner = Planner(catalog, now, ValueFinder(deps.tools.run_query))
    prompt, _, found = deps.task.prompt.partition(FINDINGS_MARK)
    findings = list(deps.findings) or ([found] if found else [])
    old, source = await _stored(deps)
    if findings:
        async for turn in _mend(deps, catalog, old, findings):
            yield turn
        return

    answers: list[Answer] = yield [Call("search_catalog", {"words": prompt[:300], "limit": 20})]
    if deps.task.follow_up and old is not None:
        planned = await follow_up(planner, old, prompt)
    else:
        planned = await planner.plan(prompt)
        if deps.task.follow_up:
            planned.remarks.append(
                "The app's source was not written by the offline planner, so it could not be edited: it is new now."
            )
    plan = planned.plan
    if old is not None and plan == old and deps.task.follow_up:
        yield reply.nothing_changed(planned)
        return
    if not plan.pieces:
        yield reply.nothing_built(planned, catalog)
        return

    calls = [Call("describe_explore", {"explore": name}) for name in _explores(plan)[:MAX_DESCRIBED]]
    probes = _probes(plan) if "run_query" in tools else []
    calls += [_probe(piece) for piece in probes]
    answers = yield calls
    _narrow(plan, probes, [a for a in answers if a.tool == "run_query"])

    edited = None
    if old is not None and source is not None and digest(source) != old.files.get(APP_PATH):
        edited = merged(
            files_of(old.model_copy(deep=True), catalog)[APP_PATH], source, files_of(plan, catalog)[APP_PATH]
        )
        if edited.text is None:
            yield reply.could_not_merge(planned)
            return
    files = files_of(plan, catalog)
    if edited is not None and edited.text is not None:
        files[APP_PATH] = edited.text
    calls = [Call("write_file", {"path": path, "content": text}) for path, text in files.items()]
    not_understood = list(planned.not_understood)
    calls.append(Call("about_app", {"name": plan.title, "not_understood": not_understood}))
    answers = yield calls
    problems = ""
    if "check" in tools and edited is not None:
        answers = yield [Call("check")]
        problems = next((a.text for a in answers if not a.text.startswith("No problems")), "")
        if problems and source is not None and old is not None:
            yield [Call("write_file", {"path": APP_PATH, "content": source})]
            yield reply.could_not_merge(planned)
            return
    yield reply.built(planned, catalog, old=old, merged=edited is not None)


async def _mend(deps: AgentDeps, catalog: Catalog, plan: AppPlan | None, findings: Sequence[str]) -> Script:
    """What a check found is not read as a language model would: the cards that it names are taken out."""
    if plan is None:
        yield reply.could_not_mend(findings)
        return
    text = "\n".join(findings)
    lowered = text.lower()
    guilty = [
        p for p in plan.pieces if p.title.lower() in lowered or any(i in text for i in [*p.metrics, *p.dimensions])
    ]
    kept = [p for p in plan.pieces if p not in guilty]
    if not guilty or not kept:
        yield reply.could_not_mend(findings)
        return
    plan = plan.model_copy(update={"pieces": kept, "tabs": [t for t in plan.tabs if any(p.tab == t for p in kept)]})
    files = files_of(plan, catalog)
    calls = [Call("write_file", {"path": path, "content": body}) for path, body in files.items()]
    calls.append(Call("about_app", {"name": plan.title, "not_understood": [p.title for p in guilty]}))
    yield calls
    yield reply.mended(guilty, findings)


async def _stored(deps: AgentDeps) -> tuple[AppPlan | None, str | None]:
    """The plan and the source that are there; `None` for what is missing or can't be read."""
    root = await deps.source.working_dir()
    texts: list[str | None] = []
    for path in (PLAN_PATH, APP_PATH):
        try:
            texts.append((await deps.source.read_bytes(f"{root}/{path}")).decode())
        except (OSError, UnicodeDecodeError):
            texts.append(None)
    if texts[0] is None:
        return None, texts[1]
    try:
        return AppPlan.model_validate_json(texts[0]), texts[1]
    except ValidationError:
        return None, texts[1]


def _explores(plan: AppPlan) -> list[str]:
    return list(dict.fromkeys(p.explore for p in plan.pieces))


def _probes(plan: AppPlan) -> list[Piece]:
    """Pieces whose number of series decides how they can be drawn."""
    seen: set[str] = set()
    out = []
    for piece in plan.pieces:
        if (
            piece.series
            and piece.top_series is None
            and piece.chart in ("line", "area", "stacked")
            and piece.series not in seen
        ):
            seen.add(piece.series)
            out.append(piece)
    return out[:6]


def _probe(piece: Piece) -> Call:
    return Call("run_query", {"explore": piece.explore, "dimensions": [piece.series], "limit": 50})


def _narrow(plan: AppPlan, probes: Sequence[Piece], answers: Sequence[Answer]) -> None:
    """More than eight lines can't be read: only the largest are drawn."""
    for piece, answer in zip(probes, answers, strict=False):
        found = _ROWS.search(answer.text)
        many = int(found.group(1)) if found else max(0, answer.text.count("\n") - 3)
        if many > TOP_SERIES:
            for other in plan.pieces:
                if other.series == piece.series and other.chart in ("line", "area", "stacked"):
                    other.top_series = TOP_SERIES
