"""HTTP about user attributes."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter

from vitrail.access.dependencies import require
from vitrail.db.dependencies import DbSession
from vitrail.directory import attributes, groups, people
from vitrail.directory import schemas as wire
from vitrail.identity.person import Person
from vitrail.identity.tables import AttributeRow

router = APIRouter(prefix="/organization/attributes", tags=["attributes"])
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


@router.get("")
async def list_attributes(by: Administrator, session: DbSession) -> list[wire.AttributeOut]:
    """The attributes by name, and how many hold values."""
    return [_out(row, in_people, in_groups) for row, in_people, in_groups in await attributes.listed(session, by)]


@router.post("", status_code=201)
async def create_attribute(wanted: wire.NewAttribute, by: Administrator, session: DbSession) -> wire.AttributeOut:
    """Make an attribute, by the name that models call it."""
    row = await attributes.create(session, by, name=wanted.name, description=wanted.description, default=wanted.default)
    return _out(row, 0, 0)


@router.patch("/{attribute_id}")
async def change_attribute(
    attribute_id: str, change: wire.AttributeChange, by: Administrator, session: DbSession
) -> wire.AttributeOut:
    """Describe an attribute, or say what people without values hold (`default`: null for nothing)."""
    await attributes.change(
        session,
        by,
        attribute_id,
        description=change.description,
        default=change.default,
        default_given="default" in change.model_fields_set,
    )
    return next(_out(*each) for each in await attributes.listed(session, by) if each[0].id == attribute_id)


@router.delete("/{attribute_id}", status_code=204)
async def delete_attribute(attribute_id: str, by: Administrator, session: DbSession) -> None:
    """Delete an attribute with everybody's values. Models that ask for it then refuse everybody."""
    await attributes.remove(session, by, attribute_id)


@router.get("/{attribute_id}/values")
async def list_values(
    attribute_id: str,
    by: Administrator,
    session: DbSession,
    q: wire.Text = None,
    limit: wire.Limit = 50,
    offset: wire.Offset = 0,
) -> wire.Page[wire.ValuesOut]:
    """Who holds which values: groups, then people."""
    found, total = await attributes.values(session, by, attribute_id, q, limit=limit, offset=offset)
    return wire.Page(
        items=[
            wire.ValuesOut(kind=holder.kind, id=holder.id, name=holder.name, values=values) for holder, values in found
        ],
        total=total,
    )


@router.put("/{attribute_id}/{kind}/{holder_id}", status_code=204)
async def set_values(
    attribute_id: str,
    kind: Literal["people", "groups"],
    holder_id: str,
    change: wire.ValuesChange,
    by: Administrator,
    session: DbSession,
) -> None:
    """The values of one person, service account or group; an empty list takes them away."""
    find = people.holder if kind == "people" else groups.holder
    await attributes.give(session, by, attribute_id, await find(session, by, holder_id), change.values)


def _out(row: AttributeRow, in_people: int, in_groups: int) -> wire.AttributeOut:
    return wire.AttributeOut(
        id=row.id,
        name=row.name,
        description=row.description,
        default=row.default_values,
        people=in_people,
        groups=in_groups,
    )
