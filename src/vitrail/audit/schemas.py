"""The log on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from vitrail.wire import Wire


class Party(Wire):
    """A person or a thing, by the name it had then."""

    kind: str
    id: str | None
    name: str


class Entry(Wire):
    id: str = Field(description="Chain and sequence: the entry's place, by which `vitrail audit verify` names it.")
    at: datetime
    action: str
    actor: Party | None
    subject: Party | None
    project: Party | None
    address: str
    request_id: str
    details: dict[str, Any]
    sentence: str
    hash: str
    previous: str


class Entries(Wire):
    entries: list[Entry]
    cursor: str | None = Field(description="For the next, older page; null at the end.")
    searched_to: datetime | None = Field(
        description="How far back a search for text has looked, when it stopped before the page was full."
    )


class Problem(Wire):
    kind: str
    sequence: int | None
    cause: str


class Chain(Wire):
    chain: str
    entries: int
    first: int
    last: int
    problem: Problem | None


class Verification(Wire):
    at: datetime
    ok: bool
    chains: list[Chain]


class LastVerified(Wire):
    at: datetime
    by: str
    ok: bool
    result: str


class Kept(Wire):
    """Days that entries are kept; 0 is for ever."""

    changes: int
    queries: int


class AuditStatus(Wire):
    may_verify: bool
    last_verified: LastVerified | None
    kept_days: Kept
    nouns: dict[str, list[str]] = Field(description="What can happen, by noun.")
    projects: list[Party] = Field(description="The projects whose entries you may read.")


Format = Literal["csv", "jsonl"]
