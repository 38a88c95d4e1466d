"""Lists are filtered in SQL by the same rules as `decide`: held against each other over everything at once."""

from __future__ import annotations

import itertools

from sqlalchemy import select

from tests.kit.instance import Instance
from vitrail.access.decisions import decide
from vitrail.access.filters import visible_apps, visible_spaces
from vitrail.access.placement import SpaceRole
from vitrail.access.roles import Role
from vitrail.apps.tables import AppRow
from vitrail.db.base import new_id, now
from vitrail.identity.person import Person
from vitrail.projects.tables import ProjectRow
from vitrail.spaces import service
from vitrail.spaces.service import placement_of
from vitrail.spaces.tables import SpaceRow

PEOPLE: list[tuple[Role | None, Role | None]] = [(None, None), *((None, role) for role in Role), (Role.ADMIN, None)]
PEOPLE += [(Role.VIEWER, None), (Role.INTERACTIVE_VIEWER, Role.VIEWER), (Role.VIEWER, Role.EDITOR)]


async def _people(instance: Instance) -> list[Person]:
    people = []
    for number, (organization_role, project_role) in enumerate(PEOPLE):
        name = f"person{number}"
        await instance.add_person(name, organization_role=organization_role, project_role=project_role)
        people.append(await instance.person(f"{name}@jaffle.example"))
    return people


async def test_a_list_holds_exactly_what_may_be_opened(instance: Instance) -> None:
    people = await _people(instance)
    async with instance.services.db.session() as session:
        project = await session.get_one(ProjectRow, instance.project_id)
        spaces = list(await session.scalars(select(SpaceRow)))
        # Some are let in by name, with more or less than their project role gives.
        for (person, space), role in zip(
            itertools.product(people[::2], spaces[::2]), itertools.cycle(SpaceRole), strict=False
        ):
            await service.grant(session, space.id, person.id, role)
        for creator, space_id in itertools.product(people[:4], [None, *(space.id for space in spaces)]):
            session.add(
                AppRow(
                    id=new_id(),
                    project_id=project.id,
                    space_id=space_id,
                    creator_id=creator.id,
                    name="App",
                    created_at=now(),
                    updated_at=now(),
                )
            )
        await session.flush()
        apps = list(await session.scalars(select(AppRow)))
        compared = 0
        for person in people:
            condition = visible_apps(
                person, project_id=AppRow.project_id, creator_id=AppRow.creator_id, space_id=AppRow.space_id
            )
            listed = set(await session.scalars(select(AppRow.id).where(condition)))
            opened = set()
            for app in apps:
                place = await placement_of(
                    session, person, project=project, creator_id=app.creator_id, space_id=app.space_id
                )
                if decide(person, "view", "DataApp", place):
                    opened.add(app.id)
                compared += 1
            assert listed == opened, person
        assert compared == len(people) * len(apps) > 250


async def test_spaces_by_role(instance: Instance) -> None:
    people = await _people(instance)
    async with instance.services.db.session() as session:
        names = {}
        for person, at_least in itertools.product(people, SpaceRole):
            found = select(SpaceRow.name).where(visible_spaces(person, at_least))
            names[person.name, at_least] = set(await session.scalars(found))
    assert names["Person0", SpaceRole.VIEW] == set()
    open_spaces = {"Company", "Sales", "Weekly review", "Stores"}
    assert names["Person1", SpaceRole.VIEW] == open_spaces
    assert names["Person1", SpaceRole.EDIT] == set()
    assert names["Person3", SpaceRole.EDIT] == open_spaces
    assert names["Person3", SpaceRole.FULL] == set()
    assert names["Person5", SpaceRole.FULL] == open_spaces | {"Finance", "Board papers"}
