"""Writing the log of what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.identity.person import Person

Detail = str | int | float | bool | None | Sequence[str]


class Action(StrEnum):
    """What can happen, as `noun.verb`. `docs/audit.md` is compared with this list by a test."""

    SIGNED_IN = "sign-in.succeeded"
    SIGN_IN_FAILED = "sign-in.failed"
    LICENCE_CHANGED = "licence.changed"
    BUDGET_CREATED = "budget.created"
    BUDGET_CHANGED = "budget.changed"
    BUDGET_REMOVED = "budget.removed"
    USAGE_CORRECTED = "usage.corrected"


@dataclass(frozen=True, slots=True)
class Subject:
    """What it happened to: a kind (`person`, `space`, `app`, …), its id and its name at that moment."""

    kind: str
    id: str
    name: str = ""


async def record(
    session: AsyncSession,
    action: Action,
    *,
    actor: Person | None,
    subject: Subject | None = None,
    organization_id: str | None = None,
    project_id: str | None = None,
    address: str | None = None,
    details: Mapping[str, Detail] | None = None,
) -> None:
    """Writes one entry in the caller's transaction: what was done and its entry are kept together or not at all.

    `actor` is None for what nobody signed in did (a failed sign-in); `organization_id` is then required. `details`
    hold names, ids and counts, never a secret and never a row's value.
    """
