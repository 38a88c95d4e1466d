"""Anthropic's Messages API, as far as the official client uses it: streaming events, tools, thinking, cache fields and
the documented errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.wire.replies import FailInStream, Raw, Refuse, Reply, Say, Seen
from tests.wire.server import WireServer


class AnthropicServer(WireServer):
    """`POST /v1/messages`. Both ways of sending the key are accepted, as clients of different ages do."""

    def authorize(self, path: str, headers: dict[str, str], raw: bytes) -> Refuse | None:
        sent = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        if sent != self.key:
            return Refuse(401, "authentication_error", "invalid x-api-key")
        if path.split("?")[0] != "/v1/messages":
            return Refuse(404, "not_found_error", f"no such path: {path}")
        if "anthropic-version" not in headers:
            return Refuse(400, "invalid_request_error", "anthropic-version: header is required")
        return None

    def refuse(self, handler: BaseHTTPRequestHandler, reply: Refuse) -> None:
        body = {"type": "error", "error": {"type": reply.type, "message": reply.message}, "request_id": "req_test"}
        self.send(handler, reply.status, json.dumps(body).encode(), headers=reply.headers)

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen, reply: Reply) -> None:
        match reply:
            case Refuse():
                self.refuse(handler, reply)
            case Raw():
                self.send(handler, reply.status, reply.body, reply.content_type)
            case _ if not seen.body.get("stream"):
                assert isinstance(reply, Say)
                self.send(handler, 200, json.dumps(_whole(seen.body, reply, len(self.requests))).encode())
            case _:
                self._stream(handler, seen, reply)

    def _stream(self, handler: BaseHTTPRequestHandler, seen: Seen, reply: Say | FailInStream) -> None:
        self.begin_stream(handler, "text/event-stream; charset=utf-8")
        for number, (name, data) in enumerate(_events(seen.body, reply, len(self.requests))):
            if isinstance(reply, Say):
                if reply.cut_after is not None and number >= reply.cut_after:
                    self.hang_up(handler)
                    return
                if reply.pause_s:
                    time.sleep(reply.pause_s)
            self.chunk(handler, f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
        self.end_stream(handler)


def _usage(reply: Say) -> dict[str, Any]:
    return {
        "input_tokens": reply.input_tokens,
        "output_tokens": reply.output_tokens,
        "cache_read_input_tokens": reply.cache_read,
        "cache_creation_input_tokens": reply.cache_write,
    }


def _stop(reply: Say) -> str:
    return reply.stop or ("tool_use" if reply.calls else "end_turn")


def _message(body: dict[str, Any], number: int) -> dict[str, Any]:
    return {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": body.get("model", "claude")}


def _whole(body: dict[str, Any], reply: Say, number: int) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text else []
    content += [
        {"type": "tool_use", "id": f"toolu_{number}_{i}", "name": tool, "input": arguments}
        for i, (tool, arguments) in enumerate(reply.calls)
    ]
    return _message(body, number) | {
        "content": content,
        "stop_reason": _stop(reply),
        "stop_sequence": None,
        "usage": _usage(reply),
    }


def _events(body: dict[str, Any], reply: Say | FailInStream, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    usage = _usage(reply) if isinstance(reply, Say) else {"input_tokens": 1, "output_tokens": 1}
    start = _message(body, number) | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
    yield "message_start", {"type": "message_start", "message": start}
    yield "ping", {"type": "ping"}
    if isinstance(reply, FailInStream):
        yield "error", {"type": "error", "error": {"type": reply.type, "message": reply.message}}
        return
    index = 0
    if reply.thinking:
        yield from _block(
            index,
            {"type": "thinking", "thinking": "", "signature": ""},
            [
                {"type": "thinking_delta", "thinking": reply.thinking},
                {"type": "signature_delta", "signature": "c2lnbmVk"},
            ],
        )
        index += 1
    if reply.text:
        pieces = [{"type": "text_delta", "text": part} for part in _parts(reply.text)]
        yield from _block(index, {"type": "text", "text": ""}, pieces)
        index += 1
    for i, (tool, arguments) in enumerate(reply.calls):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        pieces = [{"type": "input_json_delta", "partial_json": part} for part in _parts(text)]
        yield from _block(index, {"type": "tool_use", "id": f"toolu_{number}_{i}", "name": tool, "input": {}}, pieces)
        index += 1
    delta = {"stop_reason": _stop(reply), "stop_sequence": None}
    yield "message_delta", {"type": "message_delta", "delta": delta, "usage": usage}
    yield "message_stop", {"type": "message_stop"}


def _block(index: int, block: dict[str, Any], deltas: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "content_block_start", {"type": "content_block_start", "index": index, "content_block": block}
    for delta in deltas:
        yield "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}
    yield "content_block_stop", {"type": "content_block_stop", "index": index}


def _parts(text: str, size: int = 40) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)] or [""]
