"""User attributes: what there are, and the values that people and groups hold. Row filters and required attributes of
the semantic layer read them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id
from vitrail.directory.groups import NameTaken
from vitrail.directory.holding import Holder
from vitrail.identity.person import Person
from vitrail.identity.tables import (
    AttributeGroupValueRow,
    AttributeRow,
    AttributeValueRow,
    GroupRow,
    PersonRow,
)


async def listed(session: AsyncSession, by: Person) -> list[tuple[AttributeRow, int, int]]:
    """All attributes by name, each with how many people and groups hold values."""
    rows = await session.scalars(
        select(AttributeRow).where(AttributeRow.organization_id == by.organization_id).order_by(AttributeRow.name)
    )
    counts = []
    for table in (AttributeValueRow, AttributeGroupValueRow):
        count = select(table.attribute_id, func.count()).group_by(table.attribute_id)
        counts.append(dict((await session.execute(count)).all()))
    return [(row, counts[0].get(row.id, 0), counts[1].get(row.id, 0)) for row in rows]


async def one(session: AsyncSession, by: Person, attribute_id: str) -> AttributeRow:
    """Raises `NotFound`."""
    row = await session.scalar(
        select(AttributeRow).where(AttributeRow.id == attribute_id, AttributeRow.organization_id == by.organization_id)
    )
    if row is None:
        raise not_found("attribute")
    return row


async def create(
    session: AsyncSession, by: Person, *, name: str, description: str, default: Sequence[str] | None
) -> AttributeRow:
    """Raises `NameTaken`."""
    row = AttributeRow(
        id=new_id(),
        organization_id=by.organization_id,
        name=name,
        description=description,
        default_values=list(default) if default else None,
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise NameTaken(f"There is an attribute “{name}” already.", cure="Choose another name.") from None
    await record(session, Action.ATTRIBUTE_CREATED, actor=by, subject=Subject("attribute", row.id, name))
    return row


async def change(
    session: AsyncSession,
    by: Person,
    attribute_id: str,
    *,
    description: str | None,
    default: Sequence[str] | None,
    default_given: bool,
) -> AttributeRow:
    """Changes what it says and what people without values hold. Its name is what models call it by, and stays."""
    row = await one(session, by, attribute_id)
    changed = []
    if description is not None and description != row.description:
        row.description = description
        changed.append("description")
    if default_given and (list(default) if default else None) != row.default_values:
        row.default_values = list(default) if default else None
        changed.append("default")
    if changed:
        subject = Subject("attribute", row.id, row.name)
        await record(session, Action.ATTRIBUTE_CHANGED, actor=by, subject=subject, details={"changed": changed})
    await session.flush()
    return row


async def remove(session: AsyncSession, by: Person, attribute_id: str) -> None:
    """Deletes it with everybody's values: models that ask for it then refuse everybody, and show nothing more."""
    row = await one(session, by, attribute_id)
    await record(session, Action.ATTRIBUTE_DELETED, actor=by, subject=Subject("attribute", row.id, row.name))
    await session.execute(delete(AttributeRow).where(AttributeRow.id == row.id))


async def values(
    session: AsyncSession, by: Person, attribute_id: str, q: str | None, *, limit: int, offset: int
) -> tuple[list[tuple[Holder, list[str]]], int]:
    """Who holds which values of one attribute: groups first, then people, by name; and how many they are."""
    row = await one(session, by, attribute_id)
    groups = (
        select(GroupRow.id, GroupRow.name, AttributeGroupValueRow.values)
        .join(AttributeGroupValueRow, AttributeGroupValueRow.group_id == GroupRow.id)
        .where(AttributeGroupValueRow.attribute_id == row.id)
        .order_by(func.lower(GroupRow.name))
    )
    people = (
        select(PersonRow.id, PersonRow.name, AttributeValueRow.values)
        .join(AttributeValueRow, AttributeValueRow.person_id == PersonRow.id)
        .where(AttributeValueRow.attribute_id == row.id)
        .order_by(func.lower(PersonRow.name), PersonRow.id)
    )
    if q:
        groups = groups.where(GroupRow.name.icontains(q, autoescape=True))
        people = people.where(PersonRow.name.icontains(q, autoescape=True))
    in_groups = [(Holder("group", id_, name), given) for id_, name, given in await session.execute(groups)]
    total = await session.scalar(select(func.count()).select_from(people.order_by(None).subquery()))
    shown = in_groups[offset : offset + limit]
    if len(shown) < limit:
        rest = people.limit(limit - len(shown)).offset(max(0, offset - len(in_groups)))
        shown += [(Holder("person", id_, name), given) for id_, name, given in await session.execute(rest)]
    return shown, len(in_groups) + (total or 0)


async def of_person(session: AsyncSession, by: Person, person_id: str) -> dict[str, list[str]]:
    """The values that a person holds by name, by the attribute's name."""
    found = (
        select(AttributeRow.name, AttributeValueRow.values)
        .join(AttributeValueRow, AttributeValueRow.attribute_id == AttributeRow.id)
        .where(AttributeRow.organization_id == by.organization_id, AttributeValueRow.person_id == person_id)
    )
    return dict((await session.execute(found)).all())


async def give(session: AsyncSession, by: Person, attribute_id: str, holder: Holder, values: Sequence[str]) -> None:
    """Sets the values of a person or a group; none at all takes them away, so that the group's or the default count.
    The log says that they changed and how many there are, not what they are."""
    row = await one(session, by, attribute_id)
    kept = list(dict.fromkeys(values))
    held: AttributeValueRow | AttributeGroupValueRow | None
    if holder.kind == "person":
        held = await session.get(AttributeValueRow, (row.id, holder.id))
        made: AttributeValueRow | AttributeGroupValueRow = AttributeValueRow(
            attribute_id=row.id, person_id=holder.id, values=kept
        )
    else:
        held = await session.get(AttributeGroupValueRow, (row.id, holder.id))
        made = AttributeGroupValueRow(attribute_id=row.id, group_id=holder.id, values=kept)
    if kept == (held.values if held else []):
        return
    if held is None:
        session.add(made)
    elif kept:
        held.values = kept
    else:
        await session.delete(held)
    await session.flush()
    action = Action.ATTRIBUTE_GIVEN if kept else Action.ATTRIBUTE_TAKEN
    subject = Subject(holder.kind, holder.id, holder.name)
    await record(session, action, actor=by, subject=subject, details={"attribute": row.name, "values": len(kept)})
