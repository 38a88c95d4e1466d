"""OpenAI's Chat Completions API, as gateways, Ollama and vLLM offer it: streamed text and tool calls, and errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.wire.replies import FailInStream, Raw, Refuse, Reply, Say, Seen
from tests.wire.server import WireServer


class OpenAiServer(WireServer):
    """`POST /v1/chat/completions`, streamed. Any key is taken, as local servers do."""

    def authorize(self, path: str, headers: dict[str, str], raw: bytes) -> Refuse | None:
        if path != "/v1/chat/completions":
            return Refuse(404, "not_found", f"no such path: {path}")
        return None

    def refuse(self, handler: BaseHTTPRequestHandler, reply: Refuse) -> None:
        body = {"error": {"message": reply.message, "type": reply.type, "code": reply.type, "param": None}}
        self.send(handler, reply.status, json.dumps(body).encode(), headers=reply.headers)

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen, reply: Reply) -> None:
        match reply:
            case Refuse():
                self.refuse(handler, reply)
            case Raw():
                self.send(handler, reply.status, reply.body, reply.content_type)
            case FailInStream():
                raise NotImplementedError("this format has no error event")
            case _:
                self.begin_stream(handler, "text/event-stream")
                for data in _chunks(seen.body, reply, len(self.requests)):
                    self.chunk(handler, f"data: {json.dumps(data)}\n\n".encode())
                self.chunk(handler, b"data: [DONE]\n\n")
                self.end_stream(handler)


def _chunks(body: dict[str, Any], reply: Say, number: int) -> Iterator[dict[str, Any]]:
    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": body.get("model", "model"),
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        }

    yield chunk({"role": "assistant", "content": reply.text})
    for i, (tool, arguments) in enumerate(reply.calls):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        function = {"name": tool, "arguments": text}
        call = {"index": i, "id": f"call_{number}_{i}", "type": "function", "function": function}
        yield chunk({"tool_calls": [call]})
    yield chunk({}, reply.stop or ("tool_calls" if reply.calls else "stop"))
    usage = {"prompt_tokens": reply.input_tokens, "completion_tokens": reply.output_tokens,
             "total_tokens": reply.input_tokens + reply.output_tokens}  # fmt: skip
    yield chunk({}) | {"choices": [], "usage": usage}
