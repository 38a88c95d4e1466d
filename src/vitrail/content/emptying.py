"""Deleting a space. Nothing filed disappears by the way: a space that holds something goes only when somebody said what
becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import decide
from vitrail.apps.state import ENDED
from vitrail.apps.tables import AppRow, VersionRow
from vitrail.audit.log import Action, Subject, record
from vitrail.content.listing import KINDS
from vitrail.content.placing import place_in
from vitrail.content.schemas import ContentKind
from vitrail.errors import Conflict, Forbidden
from vitrail.identity.person import Person
from vitrail.spaces import repository, service, tree
from vitrail.spaces.tables import SpaceRow

What = Literal["refuse", "move", "delete"]
DELETED = {"app": Action.APP_DELETED, "chart": Action.CHART_DELETED, "dashboard": Action.DASHBOARD_DELETED}
MOVED = {"app": Action.APP_MOVED, "chart": Action.CHART_MOVED, "dashboard": Action.DASHBOARD_MOVED}


class SpaceNotEmpty(Conflict):
    """Something is filed in the space."""

    title = "The space is not empty"
    code = "space-not-empty"


@dataclass(frozen=True, slots=True)
class Filed:
    """How much lies in a space: there itself, or in all the spaces within it, too."""

    spaces: int
    counts: Mapping[ContentKind, int]

    @property
    def empty(self) -> bool:
        return self.spaces == 0 and not any(self.counts.values())

    @property
    def words(self) -> str:
        """`2 spaces, 1 chart`."""
        parts = [("space", self.spaces), *self.counts.items()]
        return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for word, count in parts if count)


@dataclass(frozen=True, slots=True)
class Gone:
    """A data app whose stored files and sandbox are to be removed once its rows are gone."""

    app_id: str
    sandbox: Mapping[str, Any] | None


async def held_in(session: AsyncSession, levels: Sequence[Sequence[SpaceRow]]) -> Filed:
    """What lies in these spaces (`tree.within`), whoever may see it."""
    ids = [space.id for level in levels for space in level]
    counts: dict[ContentKind, int] = {}
    for kind, (_, row) in KINDS.items():
        counts[kind] = await session.scalar(select(func.count()).where(row.space_id.in_(ids))) or 0
    return Filed(len(ids) - 1, counts)


async def delete_space(session: AsyncSession, person: Person, space_id: str, what: What) -> list[Gone]:
    """Deletes a space that the person may manage. `what` becomes of its content: `refuse` deletes empty spaces only,
    `move` files it in the space above, `delete` deletes it with all spaces within, for good. Both of these need the
    right to do the same with each thing singly."""
    space = (await service.changing(session, person, space_id)).space
    levels = await tree.within(session, space)
    held = await held_in(session, levels)
    gone: list[Gone] = []
    if not held.empty:
        if what == "refuse":
            raise SpaceNotEmpty(
                f"“{space.name}” holds {held.words}.",
                cure="Move them elsewhere first; or say whether they go to the space above or are deleted, too.",
                details=[{"spaces": held.spaces, **{f"{kind}s": count for kind, count in held.counts.items()}}],
            )
        if what == "move":
            await _move_up(session, person, space, levels)
        else:
            gone = await _delete_content(session, person, levels)
    for each in (each for level in reversed(levels if what == "delete" else levels[:1]) for each in level):
        await service.say(session, Action.SPACE_DELETED, person, each, content=what if not held.empty else None)
    await session.execute(delete(SpaceRow).where(SpaceRow.id == space.id))  # those within go with it
    return gone


async def _move_up(
    session: AsyncSession, person: Person, space: SpaceRow, levels: Sequence[Sequence[SpaceRow]]
) -> None:
    children = levels[1] if len(levels) > 1 else []
    for child in children:
        await _managed(session, person, space, child)
        await service.move(session, person, child.id, space.parent_id)
    found = {kind: await _rows_in(session, kind, [space.id]) for kind in KINDS}
    if space.parent_id is None and any(found.values()):
        raise SpaceNotEmpty(
            f"“{space.name}” lies at the top: there is no space above that could take what is filed in it.",
            cure="Move its content into another space first, or have it deleted, too.",
        )
    for kind, rows in found.items():
        if not rows:
            continue
        subject, table = KINDS[kind]
        await _decide(session, person, subject, space)
        to = await place_in(session, person, space.project_id, creator_id=None, space_id=space.parent_id)
        decide(person, "manage", subject, to).or_forbidden()
        await session.execute(update(table).where(table.space_id == space.id).values(space_id=space.parent_id))
        details = {"from": space.id, "to": space.parent_id, "fromSpaceId": space.id, "spaceId": space.parent_id}
        for row in rows:
            await _say(session, MOVED[kind], person, kind, row, {**details, "space": to.space_name})


async def _delete_content(session: AsyncSession, person: Person, levels: Sequence[Sequence[SpaceRow]]) -> list[Gone]:
    for space in (each for level in levels for each in level):
        await _managed(session, person, levels[0][0], space)
        for kind, (subject, _) in KINDS.items():
            if await _rows_in(session, kind, [space.id]):
                await _decide(session, person, subject, space)
    ids = [space.id for level in levels for space in level]
    await _no_builds(session, ids)
    gone = [Gone(row.id, row.sandbox) for row in await _rows_in(session, "app", ids)]
    for kind, (_, table) in KINDS.items():
        for row in await _rows_in(session, kind, ids):
            await _say(session, DELETED[kind], person, kind, row, {"withSpace": levels[0][0].name})
        await session.execute(delete(table).where(table.space_id.in_(ids)))
    return gone


async def _managed(session: AsyncSession, person: Person, top: SpaceRow, space: SpaceRow) -> None:
    """Raises unless the person may manage a space that lies in the one to be deleted."""
    held = await repository.visible(session, person, space.id)
    if held is None or not service.may_manage(person, held):
        which = f": “{space.name}”." if held else "; it is not shared with you."
        raise Forbidden(
            f"“{top.name}” holds a space that you may not manage{which}",
            cure="Ask an administrator of the project to delete it, or to move that space elsewhere.",
        )


async def _decide(session: AsyncSession, person: Person, subject: str, space: SpaceRow) -> None:
    place = await place_in(session, person, space.project_id, creator_id=None, space_id=space.id)
    decide(person, "manage", subject, place).or_forbidden()


async def _rows_in(session: AsyncSession, kind: ContentKind, space_ids: Sequence[str]) -> Sequence[Any]:
    table = KINDS[kind][1]
    return (await session.scalars(select(table).where(table.space_id.in_(space_ids)))).all()


async def _no_builds(session: AsyncSession, space_ids: Sequence[str]) -> None:
    busy = await session.scalar(
        select(AppRow.name)
        .join(VersionRow, VersionRow.app_id == AppRow.id)
        .where(AppRow.space_id.in_(space_ids), VersionRow.status.not_in(ENDED))
        .limit(1)
    )
    if busy is not None:
        raise Conflict(
            f"“{busy}”, an app in this space, is being built right now.",
            cure="Wait until it is done, or cancel that build, then delete the space.",
        )


async def _say(
    session: AsyncSession, action: Action, person: Person, kind: ContentKind, row: Any, details: dict[str, str | None]
) -> None:
    subject = Subject(kind, row.id, row.name)
    await record(session, action, actor=person, subject=subject, project_id=row.project_id, details=details)
