"""A database with one organisation, one project and one builder, as values that tests of versions need."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import vitrail.db.tables  # noqa: F401 - all tables, so that foreign keys find theirs
from vitrail.apps.state import Status
from vitrail.apps.tables import AppRow, VersionRow
from vitrail.audit.chain import Sealer
from vitrail.audit.pending import SEALER
from vitrail.db.base import new_id, now
from vitrail.db.engine import Database, open_database
from vitrail.identity.tables import OrganizationRow, PersonRow
from vitrail.projects.tables import ProjectRow
from vitrail.secret import SecretBox
from vitrail.settings import load_settings


@dataclass(frozen=True, slots=True)
class Shop:
    """Ids of what is there."""

    database: Database
    person: str
    project: str
    app: str

    async def version(self, number: int = 1, status: Status = Status.PENDING, **values: object) -> str:
        """A version of the app; its id."""
        version_id = new_id()
        async with self.database.session() as session:
            session.add(
                VersionRow(
                    id=version_id,
                    app_id=self.app,
                    number=number,
                    status=status.value,
                    prompt="Revenue by month",
                    creator_id=self.person,
                    not_understood=[],
                    stages=[],
                    created_at=now(),
                    **values,
                )
            )
        return version_id

    async def row(self, version_id: str) -> VersionRow:
        async with self.database.session() as session:
            return await session.get_one(VersionRow, version_id)

    async def app_row(self) -> AppRow:
        async with self.database.session() as session:
            return await session.get_one(AppRow, self.app)


@asynccontextmanager
async def open_shop(folder: Path, **settings: str) -> AsyncIterator[Shop]:
    """A fresh shop in `folder` (or, with PGCONNECTIONURI, in that database)."""
    database = await open_database(load_settings(VITRAIL_DATA_DIR=str(folder), **settings))
    database.info[SEALER] = Sealer(SecretBox(b"of a test"))
    ids = {name: new_id() for name in ("organization", "person", "project", "app")}
    moment = now()
    async with database.session() as session:
        session.add(OrganizationRow(id=ids["organization"], name="Shop", created_at=moment))
        await session.flush()
        session.add(
            PersonRow(
                id=ids["person"],
                organization_id=ids["organization"],
                email=f"{ids['person']}@example.com",
                name="Ada",
                created_at=moment,
            )
        )
        session.add(
            ProjectRow(
                id=ids["project"],
                organization_id=ids["organization"],
                name="Shop",
                dbt_dir="demo/dbt",
                warehouse_url="",
                created_at=moment,
            )
        )
        await session.flush()
        session.add(
            AppRow(
                id=ids["app"],
                project_id=ids["project"],
                creator_id=ids["person"],
                name="Revenue by month",
                created_at=moment,
                updated_at=moment,
            )
        )
    try:
        yield Shop(database, ids["person"], ids["project"], ids["app"])
    finally:
        await database.close()
