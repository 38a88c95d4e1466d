"""What the offline planner does in a run, turn by turn: look up, plan, write, check, answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from vitrail.agent.composer import reply
from vitrail.agent.composer.follow_up import follow_up
from vitrail.agent.composer.merge import merged
from vitrail.agent.composer.plan import PLAN_PATH, AppPlan, Piece
from vitrail.agent.composer.planned import Planned
from vitrail.agent.composer.planner import Planner
from vitrail.agent.composer.values import ValueFinder
from vitrail.agent.composer.whole import still_there
from vitrail.agent.composer.writer import APP_PATH, TOP_SERIES, digest, files_of, plan_source
from vitrail.agent.tools import AgentDeps

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
    prompt, _, found = deps.task.prompt.partition(FINDINGS_MARK)
    findings = list(deps.findings) or ([found] if found else [])
    old, source = await _stored(deps)
    ours = old is not None and source is not None and digest(source) == old.files.get(APP_PATH)
    if findings:
        plan, guilty = _without(old, "\n".join(findings)) if ours else (None, [])
        if plan is None:
            yield reply.could_not_mend(findings)
            return
        yield _writing(files_of(plan, catalog), plan, [p.title for p in guilty])
        yield reply.mended(guilty, findings)
        return

    yield [Call("search_catalog", {"words": prompt[:300], "limit": 20})]
    # Indexing a large catalog takes a while: not on the event loop.
    planner = await asyncio.to_thread(Planner, catalog, datetime.now(UTC).date(), ValueFinder(deps.tools.run_query))
    planned, old = await _planned(planner, deps, prompt, old)
    plan = planned.plan
    if old is not None and _same(plan, old):
        yield reply.nothing_changed(planned)
        return
    if not plan.pieces:
        yield reply.nothing_built(planned, planner.sources.lexicon)
        return

    probes = _probes(plan) if "run_query" in tools else []
    described = [Call("describe_explore", {"explore": name}) for name in _explores(plan)[:MAX_DESCRIBED]]
    answers = yield [*described, *(_probe(piece) for piece in probes)]
    _narrow(plan, probes, [a for a in answers if a.tool == "run_query"])

    files = files_of(plan, catalog)
    edited = old is not None and source is not None and not ours
    if edited and old is not None and source is not None:
        before = files_of(old.model_copy(deep=True), catalog)[APP_PATH]
        together = merged(before, source, files[APP_PATH])
        if together.text is None:
            yield reply.could_not_merge()
            return
        files[APP_PATH] = together.text
    yield _writing(files, plan, planned.not_understood)

    if "check" in tools:
        answers = yield [Call("check")]
        problems = "\n".join(a.text for a in answers if a.tool == "check" and not a.text.startswith("No problems"))
        if problems and edited and source is not None and old is not None:
            yield [Call("write_file", {"path": APP_PATH, "content": source}), _plan_call(old)]
            yield reply.could_not_merge()
            return
        better, guilty = _without(plan, problems) if problems else (None, [])
        if better is not None:
            yield _writing(files_of(better, catalog), better, [*planned.not_understood, *(p.title for p in guilty)])
            planned.plan = better
            planned.remarks.append(reply.mended(guilty, [problems]))
    yield reply.built(planned, planner.sources.lexicon, old=old, merged=edited)


async def _planned(
    planner: Planner, deps: AgentDeps, prompt: str, old: AppPlan | None
) -> tuple[Planned, AppPlan | None]:
    """The new plan, and the old one it came from (without what the catalog no longer has)."""
    if not deps.task.follow_up or old is None:
        planned = await planner.plan(prompt)
        if deps.task.follow_up:
            planned.remark("The source was not written by the offline planner, so I could not edit it: it is new now.")
        return planned, None
    current, gone = still_there(old, deps.task.catalog)
    planned = await follow_up(planner, current, prompt)
    if gone:
        planned.remark(f"No longer in the catalog, so taken out: {', '.join(gone)}.")
    return planned, old


def _same(plan: AppPlan, old: AppPlan) -> bool:
    apart = {"files", "last"}
    return plan.model_dump(exclude=apart) == old.model_dump(exclude=apart)


def _plan_call(plan: AppPlan) -> Call:
    return Call("write_file", {"path": PLAN_PATH, "content": plan_source(plan)})


def _writing(files: Mapping[str, str], plan: AppPlan, not_understood: Sequence[str]) -> list[Call]:
    """The files, and what is to be known of the app."""
    calls = [Call("write_file", {"path": path, "content": text}) for path, text in files.items()]
    return [*calls, Call("about_app", {"name": plan.title, "not_understood": list(not_understood)})]


def _without(plan: AppPlan | None, findings: str) -> tuple[AppPlan | None, list[Piece]]:
    """The plan without the cards that findings name, by title or by field, and those cards. `None` when they name none,
    or all. Findings are not understood as a language model would: what is broken goes."""
    if plan is None:
        return None, []
    lowered = findings.lower()
    guilty = [
        p for p in plan.pieces if p.title.lower() in lowered or any(i in findings for i in (*p.metrics, *p.dimensions))
    ]
    kept = [p for p in plan.pieces if p not in guilty]
    if not guilty or not kept:
        return None, guilty
    tabs = [t for t in plan.tabs if any(p.tab == t for p in kept)]
    return plan.model_copy(update={"pieces": kept, "tabs": tabs}), guilty


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
