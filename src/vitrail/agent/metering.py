"""Asking before each model call whether it may be paid for, and telling afterwards what it took.

The agent knows a `Meter`, not budgets: who sits behind it (`vitrail.usage`) keeps the ledger.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import RunContext
from pydantic_ai.usage import RequestUsage

from vitrail.settings import ModelProvider

CHARACTERS_PER_TOKEN = (
    3.5  # English prose and code have 3.5 to 4.5; the smaller figure estimates too much, not too little
)
EXPECTED_OUTPUT = 4_000
"""Tokens that an answer is expected to take before it is there: a component or two."""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """What one call took. `input_tokens` counts all that was sent, cached tokens included."""

    provider: ModelProvider
    model: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


class Meter(Protocol):
    """Where a build's spending is asked for and written down."""

    async def before(self, expected: ModelCall) -> None:
        """Sets the money for a call aside. Raises a `VitrailError` (`BudgetReached`) when there is none left."""

    async def after(self, call: ModelCall | None) -> None:
        """Writes the call down and frees what was set aside; None when the provider answered nothing."""


class Unmetered:
    """Nobody counts."""

    async def before(self, expected: ModelCall) -> None:
        return None

    async def after(self, call: ModelCall | None) -> None:
        return None


class MeteredModel(WrapperModel):
    """`wrapped`, each of its calls shown to a meter: before it is sent, and when it has ended, however it ended."""

    def __init__(self, wrapped: Model, meter: Meter, provider: ModelProvider, name: str) -> None:
        super().__init__(wrapped)
        self._meter, self._billed_as, self._name = meter, provider, name

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        await self._meter.before(self._expected(messages, model_request_parameters))
        response = None
        try:
            response = await self.wrapped.request(messages, model_settings, model_request_parameters)
        finally:
            await self._meter.after(self._call(response.usage) if response else None)
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        await self._meter.before(self._expected(messages, model_request_parameters))
        stream = None
        try:
            async with self.wrapped.request_stream(
                messages, model_settings, model_request_parameters, run_context
            ) as stream:
                yield stream
        finally:
            # Also after a cut stream or a cancelled build: what was answered until then is billed.
            await self._meter.after(self._call(stream.usage) if stream is not None else None)

    def _call(self, usage: RequestUsage) -> ModelCall:
        return ModelCall(
            self._billed_as,
            self._name,
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
        )

    def _expected(self, messages: list[ModelMessage], parameters: ModelRequestParameters) -> ModelCall:
        if self._billed_as is ModelProvider.OFFLINE:
            return ModelCall(self._billed_as, self._name, 0, 0)
        tools = sum(
            len(tool.description or "") + len(str(tool.parameters_json_schema)) for tool in parameters.function_tools
        )
        sent = len(ModelMessagesTypeAdapter.dump_json(messages)) + tools
        return ModelCall(self._billed_as, self._name, round(sent / CHARACTERS_PER_TOKEN), EXPECTED_OUTPUT)
