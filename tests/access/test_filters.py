"""Lists are filtered in SQL by the same rules as `decide`: held against each other over everything at once."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.kit.instance import CREDENTIALS, Instance
from vitrail.access.decisions import decide
from vitrail.access.filters import spaces_held, visible_content, visible_spaces
from vitrail.access.placement import SpaceRole
from vitrail.access.roles import Role
from vitrail.access.tables import CustomRoleGrantRow, CustomRoleRow, ProjectGroupGrantRow
from vitrail.apps.tables import AppRow
from vitrail.charts.tables import ChartRow
from vitrail.content.listing import may_manage
from vitrail.dashboards.tables import DashboardRow
from vitrail.db.base import new_id, now
from vitrail.identity import repository as identity
from vitrail.identity.person import Person
from vitrail.identity.tables import GroupMemberRow, GroupRow
from vitrail.projects.tables import ProjectRow
from vitrail.spaces import repository
from vitrail.spaces.standing import placement_of, space_placement
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow

# Role in the organisation, role in the project, scopes of a custom role there, groups.
PEOPLE: list[tuple[Role | None, Role | None, tuple[str, ...], tuple[str, ...]]] = [
    (None, None, (), ()),
    *((None, role, (), ()) for role in Role),
    (Role.ADMIN, None, (), ()),
    (Role.VIEWER, None, (), ("Finance",)),
    (Role.INTERACTIVE_VIEWER, Role.VIEWER, (), ("Finance", "Sales people")),
    (Role.VIEWER, Role.EDITOR, (), ("Sales people",)),
    (None, None, (), ("Editors",)),  # a role through a group alone
    (None, None, ("view:DataApp",), ()),  # a consumer
    (None, None, ("view:DataApp",), ("Finance",)),
    (None, None, ("manage:DataApp@space", "manage:Space@assigned"), ("Sales people",)),
    (None, None, ("manage:DataApp@self", "manage:DataApp@preview", "manage:SavedChart@space"), ("Finance",)),
    (None, Role.VIEWER, ("manage:Space@public", "manage:Dashboard"), ()),
    (None, None, ("view:Space", "manage:DataAppDependency"), ("Finance",)),
    (None, None, (), ("Finance",)),  # groups with space grants, and no right in the project at all
]
CONTENT = {"DataApp": AppRow, "SavedChart": ChartRow, "Dashboard": DashboardRow}


@dataclass
class World:
    session: AsyncSession
    project: ProjectRow
    people: list[Person]


@pytest.fixture
async def world(instance: Instance) -> AsyncIterator[World]:
    """Everyone above, let into some spaces by name and by group, with more or less than their roles give."""
    emails = []
    for number, (organization_role, project_role, _, _) in enumerate(PEOPLE):
        await instance.add_person(f"person{number}", organization_role=organization_role, project_role=project_role)
        emails.append(f"person{number}@jaffle.example")
    ids = [(await instance.person(email)).id for email in emails]
    async with instance.services.db.session() as session:
        project = await session.get_one(ProjectRow, instance.project_id)
        groups = await _groups(session, project.id)
        for person_id, (_, _, scopes, member_of) in zip(ids, PEOPLE, strict=True):
            session.add_all(GroupMemberRow(group_id=groups[name], person_id=person_id) for name in member_of)
            if scopes:
                await _custom_role(session, project.id, person_id, scopes)
        spaces = list(await session.scalars(select(SpaceRow).order_by(SpaceRow.name)))
        roles = itertools.cycle(SpaceRole)
        for number, (person_id, space) in enumerate(itertools.product(ids, spaces)):
            if number % 5 == 0:
                session.add(SpaceGrantRow(space_id=space.id, person_id=person_id, role=int(next(roles))))
        for number, (group_id, space) in enumerate(itertools.product(groups.values(), spaces)):
            if number % 2 == 0:
                session.add(SpaceGroupGrantRow(space_id=space.id, group_id=group_id, role=int(next(roles))))
        await session.flush()
        await _content(session, project.id, ids[:3], [space.id for space in spaces])
        people = [await identity.load(session, person_id) for person_id in ids]
        yield World(session, project, [person for person in people if person is not None])


async def _groups(session: AsyncSession, project_id: str) -> dict[str, str]:
    names = ("Finance", "Sales people", "Editors")
    rows = [
        GroupRow(id=new_id(), organization_id=CREDENTIALS.organization_id, name=name, created_at=now())
        for name in names
    ]
    session.add_all(rows)
    await session.flush()
    session.add(ProjectGroupGrantRow(project_id=project_id, group_id=rows[2].id, role=Role.EDITOR.value))
    return {row.name: row.id for row in rows}


async def _custom_role(session: AsyncSession, project_id: str, person_id: str, scopes: tuple[str, ...]) -> None:
    role = CustomRoleRow(
        id=new_id(),
        organization_id=CREDENTIALS.organization_id,
        name=f"Custom {person_id}",
        level="project",
        scopes=list(scopes),
        created_at=now(),
        updated_at=now(),
    )
    session.add(role)
    await session.flush()
    session.add(CustomRoleGrantRow(id=new_id(), role_id=role.id, project_id=project_id, person_id=person_id))


async def _content(session: AsyncSession, project_id: str, creators: list[str], spaces: list[str]) -> None:
    for creator, space_id in itertools.product(creators, [None, *spaces]):
        common = {
            "project_id": project_id,
            "creator_id": creator,
            "name": "x",
            "created_at": now(),
            "updated_at": now(),
        }
        session.add(AppRow(id=new_id(), space_id=space_id, **common))
        if space_id is not None:
            session.add(ChartRow(id=new_id(), space_id=space_id, version=1, **common))
            session.add(DashboardRow(id=new_id(), space_id=space_id, version=1, **common))
    await session.flush()


@pytest.mark.parametrize("subject", CONTENT)
async def test_a_list_holds_exactly_what_may_be_opened_and_says_what_may_be_managed(world: World, subject: str) -> None:
    table, session = CONTENT[subject], world.session
    rows = list(await session.scalars(select(table)))
    compared = 0
    for person in world.people:
        opens = visible_content(
            person, subject, project_id=table.project_id, creator_id=table.creator_id, space_id=table.space_id
        )
        listed = {
            "view": set(await session.scalars(select(table.id).where(opens))),
            "manage": set(await session.scalars(select(table.id).where(may_manage(person, subject, table)))),
        }
        decided: dict[str, set[str]] = {"view": set(), "manage": set()}
        for row in rows:
            place = await placement_of(
                session, person, project=world.project, creator_id=row.creator_id, space_id=row.space_id
            )
            for verb, allowed in decided.items():
                if decide(person, verb, subject, place):
                    allowed.add(row.id)
            compared += 1
        assert listed == decided, PEOPLE[world.people.index(person)]
    assert compared == len(PEOPLE) * len(rows) > 300


async def test_a_list_of_spaces_holds_exactly_those_that_may_be_seen(world: World) -> None:
    spaces = list(await world.session.scalars(select(SpaceRow)))
    for person in world.people:
        held = {space.id: await repository.standing(world.session, person, space.id) for space in spaces}
        for at_least in SpaceRole:
            found = await world.session.scalars(select(SpaceRow.id).where(spaces_held(person, at_least)))
            assert set(found) == {id_ for id_, one in held.items() if one and one.role >= at_least}
        seen = {each.space.id for each in await repository.all_visible(world.session, person, world.project.id)}
        assert seen == {
            id_ for id_, one in held.items() if one and decide(person, "view", "Space", space_placement(one))
        }, PEOPLE[world.people.index(person)]


async def test_spaces_by_role(instance: Instance) -> None:
    names = {}
    for role in (None, *Role):
        name = role.value if role else "nobody"
        await instance.add_person(name, project_role=role)
        person = await instance.person(f"{name}@jaffle.example")
        async with instance.services.db.session() as session:
            for at_least in SpaceRole:
                found = select(SpaceRow.name).where(visible_spaces(person, at_least))
                names[role, at_least] = set(await session.scalars(found))
    assert names[None, SpaceRole.VIEW] == set()
    open_spaces = {"Company", "Sales", "Weekly review", "Stores"}
    assert names[Role.VIEWER, SpaceRole.VIEW] == open_spaces
    assert names[Role.VIEWER, SpaceRole.EDIT] == set()
    assert names[Role.EDITOR, SpaceRole.EDIT] == open_spaces
    assert names[Role.EDITOR, SpaceRole.FULL] == set()
    assert names[Role.ADMIN, SpaceRole.FULL] == open_spaces | {"Finance", "Board papers"}
