"""Why somebody can, or can't, open or manage a thing: the decision that every route makes, with where each part of it
comes from. For people about themselves, and for those who manage the thing about anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import Decision, decide, not_found
from vitrail.access.members import administers, holds_a_role
from vitrail.access.placement import Placement, SpaceRole
from vitrail.access.scopes import SCOPES
from vitrail.access.voice import YOU, Voice
from vitrail.content.listing import KINDS
from vitrail.errors import Forbidden, NotFound
from vitrail.identity import repository as identity
from vitrail.identity.person import Person
from vitrail.identity.tables import PERSON, PersonRow
from vitrail.projects.tables import ProjectRow
from vitrail.spaces import repository as spaces
from vitrail.spaces import tree
from vitrail.spaces.standing import explained, placement_of
from vitrail.spaces.tables import SpaceGrantRow, SpaceRow

ItemKind = Literal["app", "chart", "dashboard", "space", "project"]
Verb = Literal["view", "manage"]
WORDS: dict[ItemKind, str] = {
    "app": "data app",
    "chart": "chart",
    "dashboard": "dashboard",
    "space": "space",
    "project": "project",
}
MOST_HELPERS = 5


@dataclass(frozen=True, slots=True)
class Item:
    """Something that one may ask about, with what its place depends on."""

    kind: ItemKind
    id: str
    name: str
    subject: str
    project: ProjectRow
    creator_id: str | None
    space_id: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """About one person."""

    person: Person
    decision: Decision


async def find(session: AsyncSession, asker: Person, kind: ItemKind, id_: str) -> Item:
    """The thing, whoever may see it; within the asker's organisation. Raises `NotFound`."""
    row: Any = None
    if kind == "project":
        row = await session.get(ProjectRow, id_)
        item = row and Item(kind, row.id, row.name, "Project", row, None, None)
    elif kind == "space":
        row = await session.get(SpaceRow, id_)
        project = await session.get_one(ProjectRow, row.project_id) if row else None
        item = project and Item(kind, row.id, row.name, "Space", project, None, row.id)
    else:
        subject, table = KINDS[kind]
        row = await session.get(table, id_)
        project = await session.get_one(ProjectRow, row.project_id) if row else None
        item = project and Item(kind, row.id, row.name, subject, project, row.creator_id, row.space_id)
    if item is None or item.project.organization_id != asker.organization_id:
        raise not_found(WORDS[kind])
    return item


async def answer(session: AsyncSession, asker: Person, item: Item, verb: Verb, person_id: str | None) -> Answer:
    """The decision about the asker, or about somebody else when the asker may know (`may_ask`)."""
    if person_id is None or person_id == asker.id:
        if not await _decision(session, asker, asker, item, "view"):
            raise not_found(WORDS[item.kind])
        return Answer(asker, await _decision(session, asker, asker, item, verb))
    await may_ask(session, asker, item)
    person = await identity.load(session, person_id)
    if person is None or person.organization_id != asker.organization_id:
        raise not_found("person")
    return Answer(person, await _decision(session, person, asker, item, verb))


async def operators_answer(
    session: AsyncSession, email: str, kind: ItemKind, id_: str, verb: Verb
) -> tuple[Item, Answer]:
    """The decision about a person, for whoever runs the instance and may know everything of it."""
    row = await identity.row_by_email(session, email)
    person = await identity.load(session, row.id) if row is not None else None
    if person is None:
        raise NotFound(f"Nobody active here has the address {email}.", cure="Check how it is written.")
    operator = Person(
        id="", email="", name="", organization_id=person.organization_id, organization_scopes=frozenset(SCOPES)
    )
    item = await find(session, operator, kind, id_)
    return item, Answer(person, await _decision(session, person, operator, item, verb))


async def may_ask(session: AsyncSession, asker: Person, item: Item) -> None:
    """Raises unless the asker may know who can open the thing: whoever manages it, its project or the organisation."""
    in_project = Placement(project_id=item.project.id, preview=item.project.preview)
    if decide(asker, "manage", "Organization") or decide(asker, "manage", "Project", in_project):
        return
    managing = await _decision(session, asker, asker, item, "manage")
    if managing:
        return
    if not await _decision(session, asker, asker, item, "view"):
        raise not_found(WORDS[item.kind])
    raise Forbidden(
        f"Who else can open this is for those who manage it. {managing.reason}",
        cure=managing.cure,
    )


async def people(
    session: AsyncSession, asker: Person, item: Item, *, q: str, limit: int, offset: int
) -> tuple[list[tuple[Answer, Decision]], int]:
    """One page of all who hold a role in the project, by name: whether each may open the thing, and manage it."""
    await may_ask(session, asker, item)
    wanted = [
        PersonRow.organization_id == asker.organization_id,
        PersonRow.active,
        holds_a_role(item.project.id),
    ]
    if words := q.replace("\x00", "").strip():
        wanted.append(or_(*(column.icontains(words, autoescape=True) for column in (PersonRow.name, PersonRow.email))))
    total = await session.scalar(select(func.count()).select_from(PersonRow).where(*wanted))
    ids = await session.scalars(
        select(PersonRow.id).where(*wanted).order_by(PersonRow.name, PersonRow.id).limit(limit).offset(offset)
    )
    found = []
    for id_ in ids.all():
        if (person := await identity.load(session, id_)) is not None:
            opens = await _decision(session, person, asker, item, "view")
            found.append((Answer(person, opens), await _decision(session, person, asker, item, "manage")))
    return found, total or 0


async def helpers(session: AsyncSession, asker: Person, item: Item | None) -> list[PersonRow]:
    """Some people who can give what the asker lacks: administrators, and whoever was given full access to the thing's
    space by name. Without a thing (it may not be there at all): administrators of the organisation."""
    can = [administers(item.project.id if item else None)]
    if item is not None and item.space_id is not None and await spaces.standing(session, asker, item.space_id):
        sources = await tree.sources_of(session, item.space_id)
        full = select(SpaceGrantRow.person_id).where(
            SpaceGrantRow.space_id.in_(sources), SpaceGrantRow.role == int(SpaceRole.FULL)
        )
        can.append(PersonRow.id.in_(full))
    found = await session.scalars(
        select(PersonRow)
        .where(
            PersonRow.organization_id == asker.organization_id,
            PersonRow.active,
            PersonRow.kind == PERSON,
            PersonRow.id != asker.id,
            or_(*can),
        )
        .order_by(PersonRow.name, PersonRow.id)
        .limit(MOST_HELPERS)
    )
    return list(found)


async def _decision(session: AsyncSession, person: Person, asker: Person, item: Item, verb: Verb) -> Decision:
    place = await placement_of(
        session, person, project=item.project, creator_id=item.creator_id, space_id=item.space_id
    )
    if item.kind == "project":
        place = Placement(project_id=item.project.id, preview=item.project.preview)
    if (space_id := place.space_id) is not None:
        held = await spaces.standing(session, person, space_id)
        if held is not None:
            place = replace(place, space_origin=await explained(session, person, held, asker))
        elif await spaces.visible(session, asker, space_id) is not None:
            named = await session.get_one(SpaceRow, space_id)
            place = replace(place, space_name=named.name, open_to_project=named.open_to_project)
    voice = YOU if person.id == asker.id else Voice.about(person.name)
    return decide(person, verb, item.subject, place, voice=voice)
