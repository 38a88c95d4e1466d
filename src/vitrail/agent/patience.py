"""Waiting where waiting helps: rate limits and overload are tried again, visibly and not for long.

Only failures *before* the first piece of an answer are tried again; what the provider calls permanent never is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelRateLimitError,
    ModelServerError,
    ModelUnavailableError,
)
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import RunContext

from vitrail.agent.errors import redact
from vitrail.agent.task import AgentEvents

ATTEMPTS = 4
LONGEST_WAIT_S = 60.0
FIRST_WAIT_S = 1.0
"""The wait after the first failure that names none; it doubles each time."""


class PatientModel(WrapperModel):
    """`wrapped`, tried up to `ATTEMPTS` times on passing failures, each wait told to `events`."""

    def __init__(self, wrapped: Model, events: AgentEvents) -> None:
        super().__init__(wrapped)
        self._events = events

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        async with AsyncExitStack() as stack:
            stream: StreamedResponse | None = None
            attempt = 1
            while stream is None:
                try:
                    stream = await stack.enter_async_context(
                        self.wrapped.request_stream(messages, model_settings, model_request_parameters, run_context)
                    )
                except ModelAPIError as error:
                    wait = self._wait(error, attempt)
                    if wait is None:
                        raise
                    await self._events.step(
                        "note",
                        f"{_reason(error)}; trying again in {wait:.0f} s" if wait >= 1 else f"{_reason(error)}; again",
                        redact(error.message)[:500],
                    )
                    attempt += 1
                    await asyncio.sleep(wait)
            yield stream

    def _wait(self, error: ModelAPIError, attempt: int) -> float | None:
        """Seconds until the next try, or `None` when there is to be none."""
        passing = isinstance(
            error, (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)
        )
        if not passing or attempt >= ATTEMPTS:
            return None
        wait = error.retry_after if error.retry_after is not None else FIRST_WAIT_S * 2 ** (attempt - 1)
        return None if wait > LONGEST_WAIT_S else max(wait, 0.0)


def _reason(error: ModelAPIError) -> str:
    if isinstance(error, ModelRateLimitError):
        return "The model provider's rate limit was reached"
    if isinstance(error, ModelUnavailableError):
        return "The model provider is overloaded"
    if isinstance(error, ModelConnectionError):
        return "The model provider did not answer"
    return "The model provider failed"
