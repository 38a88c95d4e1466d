"""What the pipeline hands to the agent and gets back: values and two small protocols, nothing else.

The agent runs on the host; the workspace is the only thing of the sandbox that it sees, and of that only `src/`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic_ai.workspaces import WorkspaceBackend

from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery

if TYPE_CHECKING:
    from vitrail.query.result import QueryResult

StepKind = Literal["tool", "text", "note"]


class AgentEvents(Protocol):
    """Where live progress goes. `title` is one short line for the page; `detail` may be long (plain text).

    `tool`: a tool is being used; `text`: the model says something between tools; `note`: the loop itself has
    something to tell (a wait for a rate limit, a refused edit).
    """

    async def step(self, kind: StepKind, title: str, detail: str = "") -> None: ...


class SilentEvents:
    """Progress that nobody watches."""

    async def step(self, kind: StepKind, title: str, detail: str = "") -> None:
        return None


@dataclass(frozen=True, slots=True)
class AgentTools:
    """What the agent may do beyond files, each acting *as the builder*.

    `run_query` answers a question (raises `VitrailError`); rows reach the model only with `sample_data`, otherwise
    shapes and counts. `check` runs types and build and answers one line per problem (empty: all well). Without one of
    them the tool is not offered.
    """

    run_query: Callable[[MetricQuery], Awaitable[QueryResult]] | None = None
    check: Callable[[], Awaitable[list[str]]] | None = None
    sample_data: bool = False


@dataclass(frozen=True, slots=True)
class AgentLimits:
    """Hard bounds of one build, all its rounds together: model requests and US dollars."""

    turns: int = 40
    cost: float = 5.0


@dataclass(frozen=True, slots=True)
class AgentUsage:
    """What was spent so far in one build. `cost` is `None` when the model's price is not known."""

    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class AgentTask:
    """One prompt of a builder.

    `catalog` is already narrowed to what the builder may see; `workspace` is open, its working directory holds the
    template (or the app's current source) with `src/`; `guide` is the toolchain's GUIDE.md; `history` is the
    `AgentResult.history` of the version that this one follows (`None`: a first build, or "clear context").
    """

    prompt: str
    catalog: Catalog
    workspace: WorkspaceBackend
    guide: str = ""
    template: str = "dashboard"
    app_name: str | None = None
    history: bytes | None = None
    follow_up: bool = False
    """True when `src/` already holds an app of ours, whether or not there is a history."""


@dataclass(frozen=True, slots=True)
class AgentResult:
    """What came of it. `reply` is markdown for the builder; `name` is the title the app was given in this round;
    `not_understood` quotes words of the prompt that led to nothing; `usage` counts the whole build so far;
    `history` is to be stored with the version and handed to the next task."""

    reply: str
    model: str
    usage: AgentUsage
    history: bytes
    name: str | None = None
    not_understood: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Paths under the workspace that were written or removed (`src/App.tsx`), in order."""
    notes: tuple[str, ...] = field(default=())
