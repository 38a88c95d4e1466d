"""The loop's events as lines that a builder can follow while the app is written."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterable
from typing import Any

from pydantic_ai.messages import (
    AgentStreamEvent,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.tools import RunContext

from vitrail.agent.errors import redact
from vitrail.agent.task import AgentEvents
from vitrail.agent.tools import AgentDeps

_PATH = re.compile(r'"path"\s*:\s*"((?:[^"\\]|\\.)*)"')
_EDITS = ("write_file", "edit_file")


class Progress:
    """An event stream handler that tells `events` what the model does.

    A file is announced as soon as its path has arrived, not when its whole text has: writing takes the longest. Text
    is told only when tools follow it; the last text is the reply.
    """

    def __init__(self, events: AgentEvents) -> None:
        self._events = events
        self._announced: set[str] = set()
        self._arriving: dict[int, tuple[ToolCallPart, str]] = {}
        self._said: list[str] = []

    async def __call__(self, ctx: RunContext[AgentDeps], stream: AsyncIterable[AgentStreamEvent]) -> None:
        async for event in stream:
            await self._on(event)

    async def _on(self, event: Any) -> None:
        match event:
            case PartStartEvent(part=ToolCallPart() as part):
                if part.tool_name in _EDITS:
                    self._arriving[event.index] = (part, "")
            case PartDeltaEvent(delta=ToolCallPartDelta(args_delta=str() as more)) if event.index in self._arriving:
                part, text = self._arriving[event.index]
                text += more
                self._arriving[event.index] = (part, text)
                if found := _PATH.search(text):
                    del self._arriving[event.index]
                    await self._announce(part.tool_name, {"path": _unquoted(found.group(1))}, part.tool_call_id)
            case PartEndEvent(part=TextPart(content=content)) if content.strip():
                self._said.append(content.strip())
            case FunctionToolCallEvent(part=part):
                self._arriving.clear()
                for text in self._said:
                    await self._events.step("text", _first_line(text), redact(text)[:4000])
                self._said.clear()
                await self._announce(part.tool_name, _arguments(part), part.tool_call_id)
            case FunctionToolResultEvent(part=part) if part.outcome != "success":
                await self._events.step(
                    "note", f"{part.tool_name} was not done", redact(part.model_response_str())[:500]
                )
            case _:
                pass

    async def _announce(self, tool: str, arguments: dict[str, Any], call: str) -> None:
        if call in self._announced:
            return
        self._announced.add(call)
        title, detail = title_of(tool, arguments)
        await self._events.step("tool", redact(title)[:200], redact(detail)[:500])


def title_of(tool: str, arguments: dict[str, Any]) -> tuple[str, str]:
    """One line for the page, and more of it for who wants to see."""

    def given(name: str) -> str:
        return " ".join(str(arguments.get(name) or "").split())

    match tool:
        case "read_file":
            return f"Reading {given('path')}", ""
        case "write_file":
            return f"Writing {given('path')}", ""
        case "edit_file":
            return f"Editing {given('path')}", ""
        case "list_directory" | "find_files":
            return "Looking through the source", given("path") or given("pattern")
        case "search_files":
            return f"Searching the source for “{given('pattern')}”", ""
        case "search_catalog":
            return f"Searching the catalog for “{given('words')}”", ""
        case "describe_explore":
            return f"Reading what {given('explore')} offers", ""
        case "run_query":
            fields = [*(arguments.get("dimensions") or []), *(arguments.get("metrics") or [])]
            return f"Trying a query on {given('explore')}", ", ".join(str(f) for f in fields)
        case "check":
            return "Checking types and build", ""
        case "about_app":
            return f"Naming the app “{given('name')}”", ""
        case _:
            return f"Using {tool}", ""


def _arguments(part: ToolCallPart) -> dict[str, Any]:
    try:
        return part.args_as_dict()
    except (ValueError, AssertionError):
        return {}


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _first_line(text: str) -> str:
    first = text.splitlines()[0].strip()
    return redact(first if len(first) <= 160 else first[:159] + "…")
