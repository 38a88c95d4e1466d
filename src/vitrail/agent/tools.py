"""The agent's tools beyond files: few and sharp. Each acts as the builder and answers in text.

A mistake of the model's comes back as a sentence that says how to do it right, never as a failure of the run.
"""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, ValidationError
from pydantic_ai.tools import RunContext
from pydantic_ai.toolsets import FunctionToolset

from vitrail.agent import describe
from vitrail.agent.errors import redact
from vitrail.agent.fence import fence, line
from vitrail.agent.source import SourceFolder
from vitrail.agent.task import AgentTask, AgentTools
from vitrail.errors import VitrailError
from vitrail.query.metric_query import (
    AndGroup,
    FilterOperator,
    FilterRule,
    Filters,
    FilterSettings,
    FilterTarget,
    MetricQuery,
    Scalar,
    Sort,
    TimeUnit,
)

if TYPE_CHECKING:
    from vitrail.query.result import QueryResult

MAX_ROWS = 50
MAX_NAME = 80
MAX_FINDINGS = 20


@dataclass
class AgentDeps:
    """What one run carries: the task, the builder's tools, and what the model has told about its work."""

    task: AgentTask
    tools: AgentTools
    source: SourceFolder
    findings: tuple[str, ...] = ()
    name: str | None = None
    not_understood: list[str] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    """Where a model that is a program of ours keeps its place between turns."""


class TryFilter(BaseModel):
    field: str
    operator: FilterOperator
    values: list[Scalar] = Field(default_factory=list, max_length=100)
    unit: TimeUnit | None = None
    completed: bool = False


class TrySort(BaseModel):
    field: str
    direction: Literal["asc", "desc"] = "desc"


def agent_toolset(tools: AgentTools) -> FunctionToolset[AgentDeps]:
    """The tools that `tools` allows, with their descriptions for the model."""
    offered = FunctionToolset[AgentDeps](max_retries=3)
    offered.add_function(search_catalog)
    offered.add_function(describe_explore)
    offered.add_function(about_app)
    if tools.run_query is not None:
        offered.add_function(run_query)
    if tools.check is not None:
        offered.add_function(check)
    return offered


async def search_catalog(ctx: RunContext[AgentDeps], words: str, limit: int = 20) -> str:
    """Find fields by meaning, e.g. "revenue", "customer type". Answers with explore, field id, kind and label.

    Args:
        ctx: The run.
        words: A few words.
        limit: Matches at most.
    """
    return await asyncio.to_thread(describe.found, ctx.deps.task.catalog, words[:500], max(1, min(limit, 50)))


async def describe_explore(ctx: RunContext[AgentDeps], explore: str) -> str:
    """Every field of one explore, joined tables included: ids, types, labels, time intervals.

    Args:
        ctx: The run.
        explore: The explore's name, as search_catalog gives it.
    """
    text = describe.described(ctx.deps.task.catalog, explore)
    if text is not None:
        return text
    names = ", ".join(sorted(ctx.deps.task.catalog.explores)[:50])
    return f"There is no explore {explore!r}. Explores: {names}"


async def run_query(
    ctx: RunContext[AgentDeps],
    explore: str,
    dimensions: list[str] | None = None,
    metrics: list[str] | None = None,
    filters: list[TryFilter] | None = None,
    sorts: list[TrySort] | None = None,
    limit: int = 20,
) -> str:
    """Try a query as the builder, to see that it answers and what shape it has. Field ids as in the source.

    Args:
        ctx: The run.
        explore: The explore's name.
        dimensions: Dimension ids.
        metrics: Metric ids.
        filters: Conditions, all of which must hold.
        sorts: Sort fields.
        limit: Rows at most (50).
    """
    run = ctx.deps.tools.run_query
    if run is None:
        return "Trying queries is not possible in this build."
    explored = ctx.deps.task.catalog.explores.get(explore)  # type: ignore[call-overload]
    metric_ids = {str(m.id) for m in explored.metrics()} if explored is not None else set()
    rules = {"metrics": [], "dimensions": []}  # type: dict[str, list[FilterRule]]
    try:
        for item in filters or []:
            settings = FilterSettings(unit_of_time=item.unit, completed=item.completed) if item.unit else None
            rules["metrics" if item.field in metric_ids else "dimensions"].append(
                FilterRule(
                    target=FilterTarget(field_id=item.field),
                    operator=item.operator,
                    values=item.values,
                    settings=settings,
                )
            )
        query = MetricQuery(
            explore_name=explore,
            dimensions=dimensions or [],
            metrics=metrics or [],
            filters=Filters(
                dimensions=AndGroup(and_=rules["dimensions"]) if rules["dimensions"] else None,
                metrics=AndGroup(and_=rules["metrics"]) if rules["metrics"] else None,
            ),
            sorts=[Sort(field_id=s.field, descending=s.direction == "desc") for s in sorts or []],
            limit=max(1, min(limit, MAX_ROWS)),
        )
    except ValidationError as error:
        return f"Not a query: {redact(str(error.errors(include_url=False)[0]['msg']))}"
    try:
        result = await run(query)
    except VitrailError as error:
        return _explained(error)
    return _rows(result) if ctx.deps.tools.sample_data else _shape(result)


async def check(ctx: RunContext[AgentDeps]) -> str:
    """Check types and build the app as it is now. Answers "No problems" or one line per problem."""
    run = ctx.deps.tools.check
    if run is None:
        return "Checking is not possible in this build."
    try:
        problems = await run()
    except VitrailError as error:
        return _explained(error)
    if not problems:
        return "No problems: types and build are fine."
    more = f"\n… {len(problems) - MAX_FINDINGS} more" if len(problems) > MAX_FINDINGS else ""
    shown = "\n".join(f"- {line(redact(p), 600)}" for p in problems[:MAX_FINDINGS])
    return fence(f"{shown}{more}", "check")


async def about_app(ctx: RunContext[AgentDeps], name: str, not_understood: list[str] | None = None) -> str:
    """Say what the app is called, and which parts of the request you could not do. Call it once, before you finish.

    Args:
        ctx: The run.
        name: A short title for people, e.g. "Revenue by store"; on a follow-up the present one, if it still fits.
        not_understood: Words of the request, quoted, that led to nothing.
    """
    title = line(name, MAX_NAME)
    if title:
        ctx.deps.name = title
    ctx.deps.not_understood[:] = [text for item in not_understood or [] if (text := line(item, 200))][:20]
    return "Noted."


def _explained(error: VitrailError) -> str:
    text = f"{error.title}: {redact(error.cause)} {redact(error.cure)}"
    for item in error.details[:10]:
        text += "\n- " + ", ".join(f"{key}: {value}" for key, value in item.items())
    return fence(line(text, 2000), "query")


def _rows(result: QueryResult) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.id for column in result.columns])
    for row in result.rows[:MAX_ROWS]:
        writer.writerow([line(value, 120) if isinstance(value, str) else value for value in row])
    more = "\n(the row limit was hit: there are more rows)" if result.truncated else ""
    return fence(out.getvalue().rstrip("\n"), "data") + more


def _shape(result: QueryResult) -> str:
    """What a model may know of a result without seeing data: how many rows, how many different values, how many
    blanks."""
    lines = [f"{len(result.rows)} rows{' (the row limit was hit)' if result.truncated else ''}; values are not shown."]
    for index, column in enumerate(result.columns):
        values = [row[index] for row in result.rows]
        blanks = sum(value is None for value in values)
        different = len({str(value) for value in values if value is not None})
        lines.append(f"- {column.id} ({column.type}): {different} different values, {blanks} blank")
    return "\n".join(lines)
