"""Writing the log of what happened.

    await record(session, Action.SPACE_MOVED, actor=person, subject=Subject("space", id, name), project_id=…)

in the transaction of the change. Entries take their places in the chain when that transaction commits, after all of
its own writes; a savepoint that is rolled back takes its entries with it. A transaction that recorded something holds
its organisation's chain from the start of its commit to the end of it, so writers queue for a moment, in one order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.chain import CHANGES
from vitrail.audit.draft import Detail, draft_of
from vitrail.audit.pending import keep
from vitrail.identity.person import Person

__all__ = ["Action", "Detail", "Subject", "record"]


class Action(StrEnum):
    """What can happen, as `noun.verb`. `docs/audit.md` is compared with this list by a test; `audit/sentences.py` has
    the words for each."""

    # Signing in. An address that nobody here has is never written down: people type passwords into that field.
    SIGNED_IN = "sign-in.succeeded"
    SIGN_IN_FAILED = "sign-in.failed"
    SIGN_IN_BLOCKED = "sign-in.blocked"
    SIGNED_OUT = "sign-in.ended"
    SESSION_REVOKED = "session.revoked"
    # People
    PERSON_INVITED = "person.invited"
    PERSON_CREATED = "person.created"
    PERSON_CHANGED = "person.changed"
    PERSON_DEACTIVATED = "person.deactivated"
    PERSON_REACTIVATED = "person.reactivated"
    PERSON_DELETED = "person.deleted"
    PASSWORD_CHANGED = "person.password-changed"  # noqa: S105
    PASSWORD_RESET_ASKED = "person.password-reset-asked"  # noqa: S105
    PASSWORD_RESET = "person.password-reset"  # noqa: S105
    GROUP_CREATED = "group.created"
    GROUP_CHANGED = "group.changed"
    GROUP_DELETED = "group.deleted"
    GROUP_MEMBER_ADDED = "group.member-added"
    GROUP_MEMBER_REMOVED = "group.member-removed"
    ATTRIBUTE_CREATED = "attribute.created"
    ATTRIBUTE_CHANGED = "attribute.changed"
    ATTRIBUTE_DELETED = "attribute.deleted"
    ATTRIBUTE_GIVEN = "attribute.given"
    ATTRIBUTE_TAKEN = "attribute.taken"
    SERVICE_ACCOUNT_CREATED = "service-account.created"
    SERVICE_ACCOUNT_CHANGED = "service-account.changed"
    SERVICE_ACCOUNT_DELETED = "service-account.deleted"
    TOKEN_CREATED = "token.created"  # noqa: S105
    TOKEN_ROTATED = "token.rotated"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    # Rights
    ROLE_CREATED = "role.created"
    ROLE_CHANGED = "role.changed"
    ROLE_DELETED = "role.deleted"
    GRANT_GIVEN = "grant.given"
    GRANT_TAKEN = "grant.taken"
    # Content
    SPACE_CREATED = "space.created"
    SPACE_CHANGED = "space.changed"
    SPACE_MOVED = "space.moved"
    SPACE_RESTRICTED = "space.restricted"
    SPACE_OPENED_UP = "space.opened-up"
    SPACE_DELETED = "space.deleted"
    SHARE_GIVEN = "share.given"
    SHARE_TAKEN = "share.taken"
    CHART_CREATED = "chart.created"
    CHART_CHANGED = "chart.changed"
    CHART_MOVED = "chart.moved"
    CHART_RESTORED = "chart.restored"
    CHART_DELETED = "chart.deleted"
    DASHBOARD_CREATED = "dashboard.created"
    DASHBOARD_CHANGED = "dashboard.changed"
    DASHBOARD_MOVED = "dashboard.moved"
    DASHBOARD_RESTORED = "dashboard.restored"
    DASHBOARD_DELETED = "dashboard.deleted"
    # Data apps
    APP_CREATED = "app.created"
    APP_CHANGED = "app.changed"
    APP_MOVED = "app.moved"
    APP_RESTORED = "app.restored"
    APP_DELETED = "app.deleted"
    APP_OPENED = "app.opened"
    BUILD_STARTED = "build.started"
    BUILD_CANCELLED = "build.cancelled"
    BUILD_ENDED = "build.ended"
    QUERY_ANSWERED = "query.answered"
    QUERY_FAILED = "query.failed"
    EXPORT_MADE = "export.made"
    # Money, licence, settings
    BUDGET_CREATED = "budget.created"
    BUDGET_CHANGED = "budget.changed"
    BUDGET_REMOVED = "budget.removed"
    USAGE_CORRECTED = "usage.corrected"
    LICENCE_CHANGED = "licence.changed"
    SETTINGS_CHANGED = "settings.changed"
    PROJECT_CREATED = "project.created"
    PROJECT_CHANGED = "project.changed"
    CATALOG_UPLOADED = "catalog.uploaded"
    # The log itself
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_VERIFIED = "audit.verified"
    AUDIT_PRUNED = "audit.pruned"
    AUDIT_LOST = "audit.lost"

    @property
    def noun(self) -> str:
        return self.value.partition(".")[0]


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

    `actor` is None for what nobody signed in did (a failed sign-in); `organization_id` is then required. `address`
    and the request's id are taken from the request that is being answered, unless given. `details` hold names, ids
    and counts, never a secret and never a row's value.
    """
    keep(
        session,
        draft_of(
            action,
            chain=CHANGES,
            actor=actor,
            subject=(subject.kind, subject.id, subject.name) if subject else None,
            organization_id=organization_id,
            project_id=project_id,
            address=address,
            details=details,
        ),
    )
