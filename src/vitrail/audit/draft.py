"""An entry before it has a place: everything cut to what the table holds, and nothing that looks like a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vitrail.audit.chain import Draft
from vitrail.identity.person import Person

Detail = str | int | float | bool | None | Sequence[str]

MOST_DETAILS, MOST_ITEMS, LONGEST = 40, 200, 500
# Our own tokens and licence keys: should a caller ever pass one by mistake, it is not written down.
SECRETS = re.compile(r"vt_[A-Za-z0-9_-]{20,}|key/[A-Za-z0-9_=.-]{20,}|Bearer\s+\S+")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the request that is being answered comes from."""

    address: str
    request_id: str


ORIGIN: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)
"""Set by the outermost layer for each request; nothing outside requests."""


def plain(value: str, most: int = LONGEST) -> str:
    """Text that both databases can hold, of bounded length, without tokens."""
    text = SECRETS.sub("…", UNSTORABLE.sub("\ufffd", value))
    return text if len(text) <= most else text[: most - 1] + "…"


def _detail(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) or not isinstance(value, Sequence):
        raise TypeError(f"a detail is text, a number or a list of texts, not {type(value).__name__}")
    items = [plain(str(item)) for item in value[:MOST_ITEMS]]
    return [*items, "…"] if len(value) > MOST_ITEMS else items


def draft_of(
    action: str,
    *,
    chain: str,
    actor: Person | None,
    subject: tuple[str, str, str] | None,
    organization_id: str | None = None,
    project_id: str | None = None,
    address: str | None = None,
    details: Mapping[str, Detail] | None = None,
    at: datetime | None = None,
) -> Draft:
    """Raises `ValueError` when neither the actor nor the caller says of which organisation the entry is."""
    organization_id = organization_id or (actor.organization_id if actor else None)
    if organization_id is None:
        raise ValueError(f"{action} without an actor needs the organisation")
    origin = ORIGIN.get()
    kind, subject_id, name = subject or (None, None, "")
    kept = {plain(key, 60): _detail(value) for key, value in list((details or {}).items())[:MOST_DETAILS]}
    return Draft(
        organization_id,
        chain,
        {
            "action": str(action),
            "actor_id": actor.id if actor else None,
            "actor_name": plain(actor.name, 200) if actor else "",
            "actor_kind": actor.kind if actor else "",
            "subject_kind": kind,
            "subject_id": plain(subject_id, 200) if subject_id is not None else None,
            "subject_name": plain(name, 200),
            "project_id": project_id,
            "address": plain(address if address is not None else origin.address if origin else "", 64),
            "request_id": origin.request_id if origin else "",
            "details": json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        },
        at,
    )
