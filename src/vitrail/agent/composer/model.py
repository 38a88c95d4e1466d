"""The offline planner as a model: it runs in the same loop, with the same tools and events, as any language model.

A run is a small script of turns (`script.py`): each turn is tool calls or the final text. It is deterministic and
makes no request to anybody.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolReturnPart
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import RunContext

from vitrail.agent.composer.script import Answer, Call, compose
from vitrail.agent.tools import AgentDeps


class ComposerModel(FunctionModel):
    """`FunctionModel` with the run's deps at hand. It only streams, as the loop does."""

    def __init__(self, name: str) -> None:
        super().__init__(_not_streamed, stream_function=partial(_stream, None), model_name=name)

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        deps = run_context.deps if run_context is not None else None
        inner = FunctionModel(stream_function=partial(_stream, deps), model_name=self.model_name)
        async with inner.request_stream(messages, model_settings, model_request_parameters, run_context) as stream:
            yield stream


async def _not_streamed(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    return ModelResponse(parts=[TextPart("The offline planner works only inside the agent's loop.")])


async def _stream(
    deps: AgentDeps | None, messages: list[ModelMessage], info: AgentInfo
) -> AsyncIterator[str | DeltaToolCalls]:
    if deps is None:
        yield "The offline planner works only inside the agent's loop."
        return
    script = deps.memory.get("composer")
    if script is None:
        script = deps.memory["composer"] = compose(deps, {tool.name for tool in info.function_tools})
        turn = await anext(script)
    else:
        turn = await script.asend(_answers(messages))
    if isinstance(turn, str):
        yield turn
        return
    calls: list[Call] = turn
    yield {
        index: DeltaToolCall(
            name=call.tool, json_args=json.dumps(call.arguments), tool_call_id=f"{len(messages)}-{index}"
        )
        for index, call in enumerate(calls)
    }


def _answers(messages: list[ModelMessage]) -> list[Answer]:
    """What the tools of the last turn answered, in the order of the calls."""
    last = messages[-1]
    if not isinstance(last, ModelRequest):
        return []
    return [
        Answer(part.tool_name, part.model_response_str(), part.outcome == "success")
        for part in last.parts
        if isinstance(part, ToolReturnPart)
    ]
