"""All SQL about saved things: charts and dashboards alike. Every read that can reach a thing takes the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy import delete as delete_from
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from vitrail.access.filters import visible_content
from vitrail.content.tables import SavedColumns, SavedVersionColumns
from vitrail.db.base import new_id, now
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow
from vitrail.spaces.tables import SpaceRow


@dataclass(frozen=True, slots=True)
class Kind:
    """What tells charts from dashboards: the subject of their scopes, their word, their tables."""

    subject: str
    noun: str
    row: type[SavedColumns]
    save: type[Any]
    """The table of versions: `SavedVersionColumns` with `item_id`."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A thing with its newest content and the names around it."""

    row: SavedColumns
    content: dict[str, Any]
    creator_name: str | None
    updater_name: str | None
    space_name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What is written by a save."""

    name: str
    description: str
    content: dict[str, Any]
    look: str


class SavedRepository:
    """One kind's rows."""

    def __init__(self, session: AsyncSession, kind: Kind) -> None:
        self._session, self._kind = session, kind

    def visible(self, person: Person) -> ColumnElement[bool]:
        """The rows that the person may open."""
        row = self._kind.row
        return visible_content(
            person,
            self._kind.subject,
            project_id=row.project_id,
            creator_id=row.creator_id,
            space_id=row.space_id,
        )

    async def get(self, person: Person, item_id: str) -> Saved | None:
        """One thing, if the person may open it."""
        found = (await self._session.execute(self.records(person).where(self._kind.row.id == item_id))).first()
        return Saved(*found) if found else None

    async def some(self, person: Person, project_id: str, ids: set[str]) -> dict[str, Saved]:
        """Those of these that the person may open, by id."""
        if not ids:
            return {}
        row = self._kind.row
        found = await self._session.execute(
            self.records(person).where(row.project_id == project_id, row.id.in_(sorted(ids)))
        )
        return {record[0].id: Saved(*record) for record in found}

    async def add(self, person: Person, project_id: str, space_id: str, draft: Draft) -> str:
        """A new thing with its first version; its id."""
        item_id, moment = new_id(), now()
        await self._session.execute(
            insert(self._kind.row).values(
                id=item_id,
                project_id=project_id,
                space_id=space_id,
                creator_id=person.id,
                updater_id=person.id,
                name=draft.name,
                description=draft.description,
                look=draft.look,
                version=1,
                created_at=moment,
                updated_at=moment,
            )
        )
        await self._save(person, item_id, 1, draft, None)
        return item_id

    async def save(
        self, person: Person, item_id: str, based_on: int, draft: Draft, restored_from: int | None = None
    ) -> bool:
        """The next version, unless somebody else saved since `based_on`: then nothing is written and the answer is
        False."""
        row = self._kind.row
        done = await self._session.execute(
            update(row)
            .where(row.id == item_id, row.version == based_on)
            .values(
                name=draft.name,
                description=draft.description,
                look=draft.look,
                version=based_on + 1,
                updater_id=person.id,
                updated_at=now(),
            )
            .returning(row.version)
        )
        if done.scalar() is None:
            return False
        await self._save(person, item_id, based_on + 1, draft, restored_from)
        return True

    async def move(self, item_id: str, space_id: str) -> None:
        row = self._kind.row
        await self._session.execute(update(row).where(row.id == item_id).values(space_id=space_id))

    async def delete(self, item_id: str) -> None:
        """The thing with all its versions."""
        await self._session.execute(delete_from(self._kind.row).where(self._kind.row.id == item_id))

    async def history(
        self, item_id: str, *, limit: int, offset: int
    ) -> tuple[list[tuple[SavedVersionColumns, str | None]], int]:
        """Versions with their author's name, the newest first, and how many there are. Whether the person may read
        them was decided with the thing."""
        save = self._kind.save
        found = await self._session.execute(
            select(save, PersonRow.name)
            .outerjoin(PersonRow, PersonRow.id == save.creator_id)
            .where(save.item_id == item_id)
            .order_by(save.number.desc())
            .limit(limit)
            .offset(offset)
        )
        rows = [(version, name) for version, name in found]
        total = await self._session.scalar(select(func.count()).select_from(save).where(save.item_id == item_id))
        return rows, total or 0

    async def version(self, item_id: str, number: int) -> tuple[SavedVersionColumns, str | None] | None:
        """One version of a thing that `get` gave."""
        save = self._kind.save
        found = (
            await self._session.execute(
                select(save, PersonRow.name)
                .outerjoin(PersonRow, PersonRow.id == save.creator_id)
                .where(save.item_id == item_id, save.number == number)
            )
        ).first()
        return (found[0], found[1]) if found else None

    async def _save(self, person: Person, item_id: str, number: int, draft: Draft, restored_from: int | None) -> None:
        await self._session.execute(
            insert(self._kind.save).values(
                item_id=item_id,
                number=number,
                name=draft.name,
                description=draft.description,
                content=draft.content,
                creator_id=person.id,
                restored_from=restored_from,
                created_at=now(),
            )
        )

    def records(self, person: Person) -> Select[Any]:
        """Things that the person may open, as the columns of `Saved`."""
        row, save = self._kind.row, self._kind.save
        creator, updater = aliased(PersonRow), aliased(PersonRow)
        return (
            select(row, save.content, creator.name, updater.name, SpaceRow.name)
            .join(save, (save.item_id == row.id) & (save.number == row.version))
            .join(SpaceRow, SpaceRow.id == row.space_id)
            .outerjoin(creator, creator.id == row.creator_id)
            .outerjoin(updater, updater.id == row.updater_id)
            .where(self.visible(person))
            .execution_options(populate_existing=True)
        )
