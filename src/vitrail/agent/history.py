"""The conversation of an app, kept between versions as JSON.

A long one is cut down to what was said: prompts and replies stay, tool calls go, since the source itself is there to
be read.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    TextPart,
    UserPromptPart,
)

LONG_BYTES = 240_000
MANY_TURNS = 12


def dump(messages: Sequence[ModelMessage]) -> bytes:
    return ModelMessagesTypeAdapter.dump_json(list(messages))


def load(stored: bytes | None) -> list[ModelMessage] | None:
    """The messages to go on from; `None` to start anew, also when what is stored can't be read any more."""
    if not stored:
        return None
    try:
        messages = ModelMessagesTypeAdapter.validate_json(stored)
    except ValidationError:
        return None
    return spoken(messages) if len(stored) > LONG_BYTES else messages


def spoken(messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """Only prompts and final replies, the last `MANY_TURNS` of them."""
    kept: list[ModelMessage] = []
    for message in messages:
        if isinstance(message, ModelRequest):
            prompts = [part for part in message.parts if isinstance(part, UserPromptPart)]
            if prompts:
                kept.append(ModelRequest(parts=prompts))
        elif isinstance(message, ModelResponse) and not message.tool_calls:
            texts = [part for part in message.parts if isinstance(part, TextPart)]
            if texts:
                kept.append(ModelResponse(parts=texts))
    kept = kept[-2 * MANY_TURNS :]
    while kept and isinstance(kept[0], ModelResponse):
        kept.pop(0)
    return kept
