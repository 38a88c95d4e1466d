"""The conversation between versions."""

from __future__ import annotations

from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, ToolReturnPart, UserPromptPart

from vitrail.agent import history


def conversation(turns: int, size: int = 100) -> list[ModelRequest | ModelResponse]:
    messages: list[ModelRequest | ModelResponse] = []
    for n in range(turns):
        call = ToolCallPart("write_file", {"content": "x" * size}, tool_call_id=f"c{n}")
        messages += [
            ModelRequest(parts=[UserPromptPart(f"wish {n}")]),
            ModelResponse(parts=[call]),
            ModelRequest(parts=[ToolReturnPart("write_file", "Wrote", tool_call_id=f"c{n}")]),
            ModelResponse(parts=[TextPart(f"done {n}")]),
        ]
    return messages


def test_a_short_conversation_comes_back_whole() -> None:
    messages = conversation(2)
    again = history.load(history.dump(messages))
    assert again is not None and len(again) == len(messages)


def test_a_long_one_keeps_what_was_said() -> None:
    stored = history.dump(conversation(30, size=20_000))
    again = history.load(stored)
    assert again is not None and len(history.dump(again)) < 20_000
    assert isinstance(again[0], ModelRequest)
    assert "wish 29" in str(again[-2]) and "done 29" in str(again[-1])
    assert not any(isinstance(m, ModelResponse) and m.tool_calls for m in again)


def test_what_can_not_be_read_starts_anew() -> None:
    assert history.load(b"{not json") is None
    assert history.load(b'[{"kind": "other"}]') is None
    assert history.load(None) is None
    assert history.load(b"") is None
