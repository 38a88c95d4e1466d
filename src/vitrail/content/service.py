"""The rules of saved things, the same for charts and dashboards: who may make, change, move, restore and delete one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import Decision, decide, not_found
from vitrail.audit.log import Action, Subject, record
from vitrail.content.placing import may_file, may_move, place_of
from vitrail.content.repository import Draft, Kind, Saved, SavedRepository
from vitrail.content.schemas import Author, History, SavedOut, SaveOut
from vitrail.content.tables import SavedVersionColumns
from vitrail.errors import Conflict, TooLarge
from vitrail.identity.person import Person
from vitrail.projects import repository as projects
from vitrail.services import Services

MOST_BYTES = 500_000
"""Of what one save is made of, as JSON."""


class SavedMeanwhile(Conflict):
    """Somebody else saved after the change was begun."""

    title = "Somebody else saved meanwhile"
    code = "saved-meanwhile"


@dataclass(frozen=True, slots=True)
class Actions:
    """What the audit log calls what happens to one kind."""

    created: Action
    changed: Action
    moved: Action
    restored: Action
    deleted: Action


class SavedService:
    """Things of one kind as one person may use them."""

    def __init__(self, services: Services, person: Person, kind: Kind, actions: Actions) -> None:
        self.services, self.person, self.kind, self._actions = services, person, kind, actions

    async def get(self, item_id: str) -> tuple[Saved, bool]:
        """One thing and whether the person may manage it. Raises `NotFound`."""
        async with self.services.db.session() as session:
            found = await self._visible(session, item_id)
            return found, bool(await self._decide(session, found, "manage"))

    async def managed(self, item_id: str) -> Saved:
        """One thing that the person may manage. Raises `NotFound` or `Forbidden`."""
        async with self.services.db.session() as session:
            return await self._managed(session, item_id)

    async def may_make(self, project_id: str, space_id: str) -> None:
        """Raises unless the person may make one in the space: whoever may manage those in it may also make them."""
        async with self.services.db.session() as session:
            await self._place_to_make(session, project_id, space_id)

    async def create(self, project_id: str, space_id: str, draft: Draft) -> Saved:
        """A new thing in a space."""
        bounded(draft.content)
        async with self.services.db.session() as session:
            await self._place_to_make(session, project_id, space_id)
            item_id = await self._repository(session).add(self.person, project_id, space_id, draft)
            await self._log(session, self._actions.created, item_id, draft.name, project_id, {"space": space_id})
            return await self._visible(session, item_id)

    async def change(
        self,
        item_id: str,
        based_on: int,
        *,
        name: str | None = None,
        description: str | None = None,
        content: dict[str, Any] | None = None,
        look: str | None = None,
    ) -> Saved:
        """A new version in which what is given replaces what was. Raises `SavedMeanwhile`."""
        if content is not None:
            bounded(content)
        async with self.services.db.session() as session:
            found = await self._managed(session, item_id)
            row = found.row
            draft = Draft(
                name=name if name is not None else row.name,
                description=description if description is not None else row.description,
                content=content if content is not None else found.content,
                look=look if look is not None else row.look,
            )
            await self._write(session, found, based_on, draft)
            what = [
                word
                for word, given in (("name", name), ("description", description), ("content", content))
                if given is not None
            ]
            details = {"version": based_on + 1, "changed": what}
            await self._log(session, self._actions.changed, item_id, draft.name, row.project_id, details)
        return (await self.get(item_id))[0]

    async def restore(self, item_id: str, number: int, look: str) -> Saved:
        """A new version that is an old one again; nothing is deleted."""
        async with self.services.db.session() as session:
            found = await self._managed(session, item_id)
            old = await self._version(session, item_id, number)
            draft = Draft(name=old.name, description=old.description, content=old.content, look=look)
            await self._write(session, found, found.row.version, draft, restored_from=number)
            details = {"version": found.row.version + 1, "restoredFrom": number}
            await self._log(session, self._actions.restored, item_id, old.name, found.row.project_id, details)
        return (await self.get(item_id))[0]

    async def move(self, item_id: str, space_id: str) -> Saved:
        """File it in another space of its project. Both ends are asked."""
        async with self.services.db.session() as session:
            found = await self._visible(session, item_id)
            await may_move(session, self.person, self.kind.subject, found.row, space_id)
            if space_id == found.row.space_id:
                return found
            await self._repository(session).move(item_id, space_id)
            details = {"from": found.row.space_id, "to": space_id}
            await self._log(session, self._actions.moved, item_id, found.row.name, found.row.project_id, details)
        return (await self.get(item_id))[0]

    async def delete(self, item_id: str) -> None:
        """The thing with its history."""
        async with self.services.db.session() as session:
            found = await self._managed(session, item_id)
            await self._repository(session).delete(item_id)
            await self._log(session, self._actions.deleted, item_id, found.row.name, found.row.project_id, {})

    async def history(self, item_id: str, *, limit: int, offset: int) -> History:
        """The saves, for those who may manage it: an old one may hold what was taken out for a reason."""
        async with self.services.db.session() as session:
            await self._managed(session, item_id)
            rows, total = await self._repository(session).history(item_id, limit=limit, offset=offset)
        return History(items=[save_out(row, name) for row, name in rows], total=total)

    async def version(self, item_id: str, number: int) -> tuple[SavedVersionColumns, str | None]:
        """One save with its author's name, for those who may manage the thing."""
        async with self.services.db.session() as session:
            await self._managed(session, item_id)
            found = await self._repository(session).version(item_id, number)
            if found is None:
                raise not_found("version")
            return found

    def out(self, saved: Saved, *, can_manage: bool) -> SavedOut:
        """What every answer about a thing begins with."""
        row = saved.row
        return SavedOut(
            id=row.id,
            project_id=row.project_id,
            name=row.name,
            description=row.description,
            space_id=row.space_id,
            space_name=saved.space_name,
            version=row.version,
            created_by=_author(row.creator_id, saved.creator_name),
            created_at=row.created_at,
            updated_by=_author(row.updater_id, saved.updater_name),
            updated_at=row.updated_at,
            can_manage=can_manage,
            url=f"{self.services.settings.origin}/{self.kind.noun}s/{row.id}",
        )

    # -- deciding

    def _repository(self, session: AsyncSession) -> SavedRepository:
        return SavedRepository(session, self.kind)

    async def _visible(self, session: AsyncSession, item_id: str) -> Saved:
        found = await self._repository(session).get(self.person, item_id)
        if found is None:
            raise not_found(self.kind.noun)
        return found

    async def _managed(self, session: AsyncSession, item_id: str) -> Saved:
        found = await self._visible(session, item_id)
        (await self._decide(session, found, "manage")).or_forbidden()
        return found

    async def _decide(self, session: AsyncSession, saved: Saved, verb: str) -> Decision:
        return decide(self.person, verb, self.kind.subject, await place_of(session, self.person, saved.row))

    async def _place_to_make(self, session: AsyncSession, project_id: str, space_id: str) -> None:
        if await projects.visible(session, self.person, project_id) is None:
            raise not_found("project")
        await may_file(
            session, self.person, self.kind.subject, project_id, creator_id=self.person.id, space_id=space_id
        )

    async def _version(self, session: AsyncSession, item_id: str, number: int) -> SavedVersionColumns:
        found = await self._repository(session).version(item_id, number)
        if found is None:
            raise not_found("version")
        return found[0]

    async def _write(
        self, session: AsyncSession, found: Saved, based_on: int, draft: Draft, restored_from: int | None = None
    ) -> None:
        row = found.row
        if row.version == based_on:
            kept = await self._repository(session).save(self.person, row.id, based_on, draft, restored_from)
            if kept:
                return
        who = found.updater_name or "Somebody"
        raise SavedMeanwhile(
            f"{who} saved version {row.version} of this {self.kind.noun}; your change starts from version {based_on}.",
            cure="Load the page again and repeat your change on what is there now; nothing was overwritten.",
            details=[{"version": row.version, "basedOn": based_on}],
        )

    async def _log(
        self, session: AsyncSession, action: Action, item_id: str, name: str, project_id: str, details: dict[str, Any]
    ) -> None:
        subject = Subject(self.kind.noun, item_id, name)
        await record(session, action, actor=self.person, subject=subject, project_id=project_id, details=details)


def save_out(row: SavedVersionColumns, author: str | None) -> SaveOut:
    return SaveOut(
        number=row.number,
        name=row.name,
        description=row.description,
        created_by=_author(row.creator_id, author),
        created_at=row.created_at,
        restored_from=row.restored_from,
    )


def as_stored(model: BaseModel) -> dict[str, Any]:
    """A part of the wire as it is kept: camelCase JSON, unset parts left out; a number that JSON has no word for
    becomes null."""
    kept: dict[str, Any] = json.loads(model.model_dump_json(by_alias=True, exclude_defaults=False, exclude_none=True))
    return kept


def bounded(content: dict[str, Any]) -> None:
    """Raises `TooLarge`."""
    size = len(json.dumps(content))
    if size > MOST_BYTES:
        raise TooLarge(
            f"This would be {size:,} bytes to keep; the most is {MOST_BYTES:,}.",
            cure="Leave something out, or make two of it.",
        )


def _author(person_id: str | None, name: str | None) -> Author | None:
    return Author(id=person_id, name=name) if person_id and name else None
