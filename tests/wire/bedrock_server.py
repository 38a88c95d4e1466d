"""Amazon Bedrock's runtime, as far as boto3 uses it: `Converse`, `ConverseStream` (binary event frames) and its errors.
A bearer key or a SigV4 signature is checked for real."""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.wire.replies import FailInStream, Raw, Refuse, Reply, Say, Seen
from tests.wire.server import Script, WireServer


@dataclass(frozen=True)
class IamPair:
    key_id: str = "AKIATESTTESTTESTTEST"
    secret: str = "test-secret-access-key/0123456789"
    session_token: str | None = None


class BedrockServer(WireServer):
    """`POST /model/{id}/converse` and `/converse-stream`. Takes the bearer key `key`, or signatures of `pair`.

    AWS's client sends a bearer key over HTTPS only: give `tls` a folder, and point AWS_CA_BUNDLE to `ca_file`. Signed
    requests go over plain HTTP.
    """

    key = "ABSKdGVzdC1iZWFyZXItdG9rZW4="

    def __init__(
        self,
        script: Sequence[Reply] | Script,
        *,
        pair: IamPair | None = None,
        region: str = "us-east-1",
        tls: Path | None = None,
    ) -> None:
        super().__init__(script, tls=tls)
        self._pair = pair
        self._region = region

    def authorize(self, path: str, headers: dict[str, str], raw: bytes) -> Refuse | None:
        sent = headers.get("authorization", "")
        if self._pair is None:
            if sent == f"Bearer {self.key}":
                return None
            return Refuse(403, "AccessDeniedException", "Bearer token is invalid or expired")
        if not sent.startswith("AWS4-HMAC-SHA256"):
            return Refuse(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        if headers.get("x-amz-security-token") != self._pair.session_token:
            return Refuse(403, "UnrecognizedClientException", "The security token included in the request is invalid.")
        if not self._signed(path, headers, raw, sent, self._pair):
            return Refuse(
                403,
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided.",
            )
        return None

    def _signed(self, path: str, headers: dict[str, str], raw: bytes, sent: str, pair: IamPair) -> bool:
        """Recompute the signature over what arrived, with botocore's own canonical form."""
        fields = dict(part.strip().split("=", 1) for part in sent.removeprefix("AWS4-HMAC-SHA256").split(","))
        names = fields["SignedHeaders"].split(";")
        if not fields["Credential"].startswith(f"{pair.key_id}/") or f"/{self._region}/bedrock/" not in sent:
            return False
        request = AWSRequest("POST", f"{self.url}{path}", headers={n: headers[n] for n in names}, data=raw)
        request.context["timestamp"] = headers["x-amz-date"]
        auth = SigV4Auth(Credentials(pair.key_id, pair.secret, pair.session_token), "bedrock", self._region)
        signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        return bool(signature == fields["Signature"])

    def refuse(self, handler: BaseHTTPRequestHandler, reply: Refuse) -> None:
        body = json.dumps({"message": reply.message}).encode()
        self.send(handler, reply.status, body, headers={"x-amzn-ErrorType": reply.type, **reply.headers})

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen, reply: Reply) -> None:
        match reply:
            case Refuse():
                self.refuse(handler, reply)
            case Raw():
                self.send(handler, reply.status, reply.body, reply.content_type)
            case _ if seen.path.endswith("/converse"):
                assert isinstance(reply, Say)
                self.send(handler, 200, json.dumps(_whole(reply, len(self.requests))).encode())
            case _:
                self._stream(handler, reply)

    def _stream(self, handler: BaseHTTPRequestHandler, reply: Say | FailInStream) -> None:
        self.begin_stream(handler, "application/vnd.amazon.eventstream")
        for number, (name, data) in enumerate(_events(reply, len(self.requests))):
            if isinstance(reply, Say):
                if reply.cut_after is not None and number >= reply.cut_after:
                    self.hang_up(handler)
                    return
                if reply.pause_s:
                    time.sleep(reply.pause_s)
            self.chunk(handler, frame(name, data))
        self.end_stream(handler)

    @property
    def models(self) -> list[str]:
        """The model ids that were invoked."""
        return [unquote(seen.path.split("/")[2]) for seen in self.requests]


def frame(name: str, data: dict[str, Any]) -> bytes:
    """One message of `application/vnd.amazon.eventstream`: lengths, headers, payload, two checksums."""
    kind = "exception" if name.endswith("Exception") else "event"
    headers = b"".join(
        struct.pack("!B", len(key)) + key.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for key, value in (
            (f":{kind}-type", name),
            (":content-type", "application/json"),
            (":message-type", kind),
        )
    )
    payload = json.dumps(data).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack("!I", zlib.crc32(message))


def _usage(reply: Say) -> dict[str, int]:
    return {
        "inputTokens": reply.input_tokens,
        "outputTokens": reply.output_tokens,
        "totalTokens": reply.input_tokens + reply.output_tokens,
        "cacheReadInputTokens": reply.cache_read,
        "cacheWriteInputTokens": reply.cache_write,
    }


def _stop(reply: Say) -> str:
    return reply.stop or ("tool_use" if reply.calls else "end_turn")


def _whole(reply: Say, number: int) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
    content += [
        {"toolUse": {"toolUseId": f"tooluse_{number}_{i}", "name": tool, "input": arguments}}
        for i, (tool, arguments) in enumerate(reply.calls)
    ]
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": _stop(reply),
        "usage": _usage(reply),
        "metrics": {"latencyMs": 1},
    }


def _events(reply: Say | FailInStream, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "messageStart", {"role": "assistant"}
    if isinstance(reply, FailInStream):
        yield reply.type, {"message": reply.message}
        return
    index = 0
    if reply.text:
        for start in range(0, len(reply.text), 40):
            piece = {"contentBlockIndex": index, "delta": {"text": reply.text[start : start + 40]}}
            yield "contentBlockDelta", piece
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    for i, (tool, arguments) in enumerate(reply.calls):
        start_block = {"toolUse": {"toolUseId": f"tooluse_{number}_{i}", "name": tool}}
        yield "contentBlockStart", {"contentBlockIndex": index, "start": start_block}
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        for start in range(0, len(text), 40):
            delta = {"toolUse": {"input": text[start : start + 40]}}
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    yield "messageStop", {"stopReason": _stop(reply)}
    yield "metadata", {"usage": _usage(reply), "metrics": {"latencyMs": 1}}
