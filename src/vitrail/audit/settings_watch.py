"""Which settings changed since the last start. Only a keyed digest of each value is kept, never the value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action, record
from vitrail.audit.tables import EntryRow
from vitrail.identity.tables import OrganizationRow
from vitrail.settings import Settings

if TYPE_CHECKING:
    from vitrail.services import Services

# Where it listens may differ from process to process and start to start without meaning anything.
LEFT_OUT = frozenset({"host", "port"})


def fingerprint(services: Services) -> dict[str, str]:
    """A short digest of each setting by its variable's name, worthless without the instance's secret."""
    prints = {}
    for name, field in Settings.model_fields.items():
        if name in LEFT_OUT:
            continue
        value = getattr(services.settings, name)
        shown = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        variable = str(field.validation_alias)
        prints[variable] = services.secrets.sign("audit-settings", f"{variable}={shown}")[:12]
    return prints


async def note_settings(services: Services) -> None:
    """At start: an entry for each organisation where a setting is not what the last entry says it was."""
    now = fingerprint(services)
    async with services.db.session() as session:
        for organization_id in await session.scalars(select(OrganizationRow.id)):
            before = await _last(session, organization_id)
            if before is not None:
                changed = sorted(name for name in now.keys() | before if now.get(name) != before.get(name))
                if not changed:
                    continue
            else:
                changed = []
            await record(
                session,
                Action.SETTINGS_CHANGED,
                actor=None,
                organization_id=organization_id,
                details={"changed": changed, "digests": [f"{name}={value}" for name, value in sorted(now.items())]},
            )


async def _last(session: AsyncSession, organization_id: str) -> dict[str, str] | None:
    found = await session.scalar(
        select(EntryRow.details)
        .where(EntryRow.organization_id == organization_id, EntryRow.action == Action.SETTINGS_CHANGED)
        .order_by(EntryRow.at.desc())
        .limit(1)
    )
    if found is None:
        return None
    return dict(line.split("=", 1) for line in json.loads(found).get("digests", []))
