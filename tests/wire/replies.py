"""What a scripted model answers. The same replies serve every provider; each server puts them into its own format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Say:
    """Text, tool calls, or both; `calls` are (tool, arguments), arguments as an object or as raw (broken) JSON text.
    With `cut_after`, the connection is dropped after so many events."""

    text: str = ""
    calls: Sequence[tuple[str, dict[str, Any] | str]] = ()
    thinking: str = ""
    stop: str | None = None
    cut_after: int | None = None
    input_tokens: int = 100
    output_tokens: int = 20
    cache_read: int = 0
    cache_write: int = 0
    pause_s: float = 0.0


@dataclass(frozen=True)
class Refuse:
    """An error answer: status, the provider's error type (or code) and message, extra headers."""

    status: int
    type: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """Any other bytes: an HTML page, an empty body, half a document."""

    body: bytes
    status: int = 200
    content_type: str = "text/html"


@dataclass(frozen=True)
class FailInStream:
    """A stream that begins well and then reports an error."""

    type: str
    message: str


Reply = Say | Refuse | Raw | FailInStream


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
