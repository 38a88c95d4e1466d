"""The agent's result of a version, kept in the store: what a round of mending and a follow-up go on from."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

import orjson
import zstandard

from vitrail.agent.task import AgentResult, AgentUsage
from vitrail.apps.artefacts import SourceDamaged

MAX_BYTES = 64_000_000


def pack_result(result: AgentResult) -> bytes:
    """`result` as bytes, history included."""
    plain = asdict(result) | {"history": b64encode(result.history).decode()}
    return zstandard.ZstdCompressor(level=6).compress(orjson.dumps(plain))


def unpack_result(data: bytes) -> AgentResult:
    """The result again. Raises `SourceDamaged` when the bytes are not one."""
    try:
        plain: dict[str, Any] = orjson.loads(zstandard.ZstdDecompressor().decompress(data, max_output_size=MAX_BYTES))
        return AgentResult(
            reply=plain["reply"],
            model=plain["model"],
            usage=AgentUsage(**plain["usage"]),
            history=b64decode(plain["history"]),
            name=plain["name"],
            not_understood=tuple(plain["not_understood"]),
            changed=tuple(plain["changed"]),
            notes=tuple(plain["notes"]),
        )
    except (zstandard.ZstdError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise SourceDamaged(
            f"The stored conversation can't be read ({type(error).__name__}).",
            cure="Send the prompt again: the app's source is whole, only what was said before is lost.",
        ) from None
