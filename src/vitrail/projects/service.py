"""The rules of projects, and what the query path needs of one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.db.base import new_id, now
from vitrail.projects.tables import ProjectRow
from vitrail.secret import SecretBox

PURPOSE = "warehouse-url"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a project's catalog and its data are. `warehouse_url` may hold a password; it is never shown."""

    dbt_dir: Path
    warehouse_url: str

    def __repr__(self) -> str:
        return f"Connection(dbt_dir={self.dbt_dir!r}, warehouse_url=…)"


def connection(project: ProjectRow, secrets: SecretBox) -> Connection:
    """The project's connection, decrypted. Raises `SecretChanged`."""
    return Connection(Path(project.dbt_dir), secrets.decrypt(PURPOSE, project.warehouse_url))


async def create(
    session: AsyncSession, secrets: SecretBox, *, organization_id: str, name: str, dbt_dir: Path, warehouse_url: str
) -> ProjectRow:
    """A new project; `dbt_dir` is absolute. The caller has decided that it may."""
    project = ProjectRow(
        id=new_id(),
        organization_id=organization_id,
        name=name,
        preview=False,
        dbt_dir=str(dbt_dir),
        warehouse_url=secrets.encrypt(PURPOSE, warehouse_url),
        created_at=now(),
    )
    session.add(project)
    await session.flush()
    return project


def reconnect(project: ProjectRow, secrets: SecretBox, *, dbt_dir: Path, warehouse_url: str) -> None:
    """Points a project at another folder or warehouse."""
    project.dbt_dir = str(dbt_dir)
    project.warehouse_url = secrets.encrypt(PURPOSE, warehouse_url)
