"""Text that comes from data, descriptions, files or pages, marked so that a model takes it for content only.

The tag can't be closed from inside: every `<` that could begin it is broken up. The rule that goes with the tag is in
`prompt/rules.md`.
"""

from __future__ import annotations

import re

TAG = "untrusted"
_TAG_LIKE = re.compile(rf"<(\s*/?\s*{TAG})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def plain(text: str) -> str:
    """`text` without control and invisible characters, and unable to open or close the fence."""
    return _TAG_LIKE.sub(r"‹\1", _CONTROL.sub("", text))


def line(text: str | None, limit: int = 160) -> str:
    """One short line of foreign text."""
    flat = " ".join(plain(text or "").split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def fence(text: str, source: str) -> str:
    """`text` inside the fence; `source` says where it is from (ours, never foreign)."""
    return f'<{TAG} source="{source}">\n{plain(text)}\n</{TAG}>'
