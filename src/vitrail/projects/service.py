"""The rules of projects, and what the query path needs of one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action, Detail, Subject, record
from vitrail.db.base import new_id, now
from vitrail.identity.person import Person
from vitrail.projects.tables import ProjectRow
from vitrail.secret import SecretBox

PURPOSE = "warehouse-url"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a project's catalog and its data are. `warehouse_url` may hold a password; it is never shown."""

    dbt_dir: Path | None
    """None where the catalog is only ever uploaded."""
    warehouse_url: str

    def __repr__(self) -> str:
        return f"Connection(dbt_dir={self.dbt_dir!r}, warehouse_url=…)"


def connection(project: ProjectRow, secrets: SecretBox) -> Connection:
    """The project's connection, decrypted. Raises `SecretChanged`."""
    return Connection(
        Path(project.dbt_dir) if project.dbt_dir else None, secrets.decrypt(PURPOSE, project.warehouse_url)
    )


async def create(
    session: AsyncSession,
    secrets: SecretBox,
    *,
    by: Person | None,
    organization_id: str,
    name: str,
    connected: Connection,
    preview: bool = False,
) -> ProjectRow:
    """A new project. The caller has decided that it may, and that the connection works; `by` is None where the
    operator does it on the machine."""
    at = now()
    project = ProjectRow(
        id=new_id(),
        organization_id=organization_id,
        name=name,
        preview=preview,
        dbt_dir=str(connected.dbt_dir or ""),
        warehouse_url=secrets.encrypt(PURPOSE, connected.warehouse_url),
        connected_at=at,
        created_at=at,
    )
    session.add(project)
    await session.flush()
    await _say(session, Action.PROJECT_CREATED, by, project, preview=preview)
    return project


async def rename(session: AsyncSession, by: Person, project: ProjectRow, name: str) -> None:
    """Gives a project another name."""
    before, project.name = project.name, name
    if before != name:
        await session.flush()
        await _say(session, Action.PROJECT_CHANGED, by, project, changed=["name"], before=before)


async def reconnect(
    session: AsyncSession, secrets: SecretBox, by: Person | None, project: ProjectRow, connected: Connection
) -> None:
    """Points a project at another folder or warehouse, or at the same ones anew: every process opens them again. With a
    folder, that is what the catalog is read from, and no longer what was uploaded; without one, the catalog is still
    read from where it was."""
    if connected.dbt_dir is not None:
        project.dbt_dir = str(connected.dbt_dir)
        project.catalog_upload_id = None
    project.warehouse_url = secrets.encrypt(PURPOSE, connected.warehouse_url)
    project.connected_at = now()
    await session.flush()
    await _say(session, Action.PROJECT_CHANGED, by, project, changed=["connection"])


async def _say(
    session: AsyncSession, action: Action, by: Person | None, project: ProjectRow, **details: Detail
) -> None:
    await record(
        session,
        action,
        actor=by,
        subject=Subject("project", project.id, project.name),
        organization_id=project.organization_id,
        project_id=project.id,
        details=details,
    )
