"""The loop: a task in, an edited `src/` and a reply out.

    result = await write_app(task, model, tools, events, limits)
    while findings := await check():
        result = await mend_app(task, findings, result, model, tools, events, limits)

`model` comes from `vitrail.agent.models.make_model(settings)`. Every failure is a `VitrailError` (`agent/errors.py`
lists them); cancelling the awaiting task stops the model call at once.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pydantic_ai import Agent, CostNotFoundWarning, ModelRetry, UsageLimitUnavailableWarning
from pydantic_ai.tools import RunContext
from pydantic_ai.usage import RunUsage, UsageLimits
from pydantic_ai_harness.filesystem import FileSystem

from vitrail.agent import history
from vitrail.agent.classify import classify
from vitrail.agent.errors import ModelAnsweredNonsense, NothingToAsk
from vitrail.agent.metering import Meter, MeteredModel, Unmetered
from vitrail.agent.models import ModelChoice
from vitrail.agent.patience import PatientModel
from vitrail.agent.progress import Progress
from vitrail.agent.prompt import findings_message, instructions, task_message
from vitrail.agent.source import FOLDER, SourceFolder
from vitrail.agent.task import (
    AgentEvents,
    AgentLimits,
    AgentResult,
    AgentTask,
    AgentTools,
    AgentUsage,
    SilentEvents,
)
from vitrail.agent.tools import AgentDeps, agent_toolset
from vitrail.errors import InvalidInput, VitrailError

__all__ = [
    "AgentEvents",
    "AgentLimits",
    "AgentResult",
    "AgentTask",
    "AgentTools",
    "AgentUsage",
    "SilentEvents",
    "mend_app",
    "write_app",
]

# A model whose price is unknown has no cost to limit: the turns still bound it, and `AgentUsage.cost` says `None`.
warnings.filterwarnings("ignore", category=CostNotFoundWarning)
warnings.filterwarnings("ignore", category=UsageLimitUnavailableWarning)

UNMETERED = Unmetered()
FILE_TOOLS = ("read_file", "write_file", "edit_file", "list_directory", "search_files")
MAX_PROMPT = 32_000
"""Characters of one prompt. A longer one is a mistake (a pasted file) and would be paid for at every turn."""


async def write_app(
    task: AgentTask,
    model: ModelChoice,
    tools: AgentTools,
    events: AgentEvents,
    limits: AgentLimits,
    meter: Meter = UNMETERED,
) -> AgentResult:
    """A first build or a follow-up: let the model work on `src/` until it answers. Raises `VitrailError`."""
    prompt = task.prompt.strip()
    if not prompt:
        raise InvalidInput("The prompt is empty.", cure="Say in a sentence what the app should show.")
    if len(prompt) > MAX_PROMPT:
        raise InvalidInput(
            f"The prompt has {len(prompt):,} characters; at most {MAX_PROMPT:,} are taken.",
            cure="Say what the app should show in fewer words; attach data or documents as files.",
        )
    if not task.catalog.explores:
        raise NothingToAsk(
            "There is no explore in this project that you may see.",
            cure="Ask for access to the project's data, or have its dbt project loaded: `vitrail catalog check` shows "
            "what is wrong with it.",
        )
    # Ranking a large catalog takes a while: not on the event loop. The offline planner reads the catalog itself.
    message = await asyncio.to_thread(task_message, task, index=not model.offline)
    return await _run(task, message, task.history, (), AgentUsage(), (), model, tools, events, limits, meter)


async def mend_app(
    task: AgentTask,
    findings: Sequence[str],
    previous: AgentResult,
    model: ModelChoice,
    tools: AgentTools,
    events: AgentEvents,
    limits: AgentLimits,
    meter: Meter = UNMETERED,
) -> AgentResult:
    """One more round in the same conversation after a check failed; `limits` hold for all rounds together."""
    message = findings_message(findings)
    found = tuple(findings)
    result = await _run(
        task, message, previous.history, found, previous.usage, previous.changed, model, tools, events, limits, meter
    )
    if result.name is None or not result.not_understood:
        # What was said of the app before stays said, unless this round says otherwise.
        result = replace(
            result,
            name=result.name or previous.name,
            not_understood=result.not_understood or previous.not_understood,
        )
    return result


async def _run(
    task: AgentTask,
    message: str,
    past: bytes | None,
    findings: tuple[str, ...],
    spent: AgentUsage,
    changed: tuple[str, ...],
    model: ModelChoice,
    tools: AgentTools,
    events: AgentEvents,
    limits: AgentLimits,
    meter: Meter,
) -> AgentResult:
    source = SourceFolder(task.workspace)
    deps = AgentDeps(task=task, tools=tools, source=source, findings=findings)
    agent = _agent(task, tools)
    usage = _usage(spent)
    bounds = UsageLimits(request_limit=limits.turns, cost_limit=None if model.offline else Decimal(str(limits.cost)))
    try:
        outcome = await agent.run(
            message,
            deps=deps,
            model=PatientModel(MeteredModel(model.model, meter, model.provider, model.name), events),
            model_settings=model.settings,
            message_history=history.load(past),
            usage=usage,
            usage_limits=bounds,
            event_stream_handler=Progress(events),
            workspace=source,
        )
    except VitrailError:
        raise
    except Exception as error:
        raise classify(error, model.provider, model.name) from error
    reply = outcome.output.strip()
    if not reply:
        raise ModelAnsweredNonsense(f"{model.name} ended with an empty answer.", cure="Send the prompt again.")
    return AgentResult(
        reply=reply,
        model=model.label,
        usage=_spent(outcome.usage, offline=model.offline),
        history=history.dump(outcome.all_messages()),
        name=deps.name,
        not_understood=tuple(deps.not_understood),
        changed=tuple(dict.fromkeys([*changed, *source.changed])),
    )


def _agent(task: AgentTask, tools: AgentTools) -> Agent[AgentDeps, str]:
    agent = Agent(
        deps_type=AgentDeps,
        output_type=str,
        instructions=instructions(task.guide, task.template),
        toolsets=[agent_toolset(tools)],
        capabilities=[
            FileSystem(
                allowed_patterns=(f"{FOLDER}/*",),
                read_only_patterns=(),
                tools=FILE_TOOLS,
                content_hashes=False,
                max_read_lines=1500,
                max_search_results=200,
                max_retries=4,
            )
        ],
        retries=3,
    )

    @agent.output_validator
    async def something_was_done(ctx: RunContext[AgentDeps], reply: str) -> str:
        deps = ctx.deps
        if not deps.source.changed and not deps.task.follow_up and not deps.findings:
            raise ModelRetry(
                "You have not written any file. Build the app now: write src/App.tsx with the file tools, check it, "
                "then answer."
            )
        return reply

    return agent


def _usage(spent: AgentUsage) -> RunUsage:
    usage = RunUsage(
        requests=spent.requests,
        tool_calls=spent.tool_calls,
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cache_read_tokens=spent.cache_read_tokens,
        cache_write_tokens=spent.cache_write_tokens,
    )
    if spent.cost is not None:
        usage.cost = Decimal(str(spent.cost))
    return usage


def _spent(usage: RunUsage, *, offline: bool) -> AgentUsage:
    if offline:  # rules use no tokens; the estimates of the framework would only mislead
        return AgentUsage(requests=usage.requests, tool_calls=usage.tool_calls, cost=0.0)
    return AgentUsage(
        requests=usage.requests,
        tool_calls=usage.tool_calls,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cost=float(usage.cost) if usage.cost is not None else None,
    )
