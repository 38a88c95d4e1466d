"""Who may create data apps, counted in SQL, is who `decide` lets create them: by role, by group, by custom role."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from tests.kit.instance import CREDENTIALS, Instance
from vitrail.access.decisions import decide
from vitrail.access.placement import Placement
from vitrail.access.roles import Role
from vitrail.access.tables import (
    CustomRoleGrantRow,
    CustomRoleRow,
    OrganizationGrantRow,
    OrganizationGroupGrantRow,
    ProjectGrantRow,
    ProjectGroupGrantRow,
)
from vitrail.apps.holders import CREATE, CREATE_IN_PREVIEW, holders
from vitrail.db.base import new_id, now
from vitrail.identity import repository
from vitrail.identity.tables import GroupMemberRow, GroupRow, PersonRow
from vitrail.projects.tables import ProjectRow

ORGANIZATION = CREDENTIALS.organization_id


async def by_deciding(instance: Instance) -> int:
    """The slow way: everybody, one by one."""
    may = 0
    async with instance.services.db.session() as session:
        projects = list(await session.scalars(select(ProjectRow)))
        for row in list(await session.scalars(select(PersonRow).where(PersonRow.kind == "person"))):
            person = await repository.load(session, row.id)
            if person is None:
                continue
            places = [Placement(project_id=project.id, preview=project.preview) for project in projects]
            may += any(decide(person, "create", "DataApp", place) for place in places)
    return may


async def counted(instance: Instance) -> int:
    async with instance.services.db.session() as session:
        found = await holders(session, ORGANIZATION)
    assert found.people == await by_deciding(instance)
    return found.people


async def person_id(instance: Instance, name: str) -> str:
    return (await instance.person(f"{name}@jaffle.example")).id


async def test_the_demo_has_one(instance: Instance) -> None:
    assert await counted(instance) == 1  # Ada; Vera is an interactive viewer


@pytest.mark.parametrize("role", Role)
async def test_by_role(instance: Instance, role: Role) -> None:
    await instance.add_person("one", organization_role=role)
    await instance.add_person("two", project_role=role)
    may = role in (Role.EDITOR, Role.DEVELOPER, Role.ADMIN)
    assert await counted(instance) == (3 if may else 1)


async def test_by_group_and_custom_role_and_only_once(instance: Instance) -> None:
    for name in ("one", "two", "three", "four", "gone"):
        await instance.add_person(name)
    ids = {name: await person_id(instance, name) for name in ("one", "two", "three", "four", "gone")}
    async with instance.services.db.session() as session:
        groups = {name: new_id() for name in ("org", "project", "custom")}
        for name, group in groups.items():
            session.add(GroupRow(id=group, organization_id=ORGANIZATION, name=name, description="", created_at=now()))
        await session.flush()
        session.add(OrganizationGroupGrantRow(group_id=groups["org"], role="editor"))
        session.add(ProjectGroupGrantRow(group_id=groups["project"], project_id=instance.project_id, role="developer"))
        roles = {
            "makes": [CREATE],
            "previews": [CREATE_IN_PREVIEW],
            "views": ["view:DataApp", "manage:DataApp"],
        }
        role_ids = {name: new_id() for name in roles}
        for name, scopes in roles.items():
            session.add(
                CustomRoleRow(
                    id=role_ids[name],
                    organization_id=ORGANIZATION,
                    name=name,
                    description="",
                    level="project",
                    scopes=scopes,
                    created_at=now(),
                    updated_at=now(),
                )
            )
        await session.flush()

        def give(role: str, **to: str | None) -> None:
            session.add(
                CustomRoleGrantRow(
                    **{
                        "id": new_id(),
                        "role_id": role_ids[role],
                        "project_id": None,
                        "person_id": None,
                        "group_id": None,
                        **to,
                    }
                )
            )

        give("makes", group_id=groups["custom"], project_id=instance.project_id)
        give("makes", person_id=ids["gone"])
        give("views", person_id=ids["four"])
        give("previews", person_id=ids["four"], project_id=instance.project_id)
        for group, name in (("org", "one"), ("project", "two"), ("custom", "three"), ("custom", "one")):
            session.add(GroupMemberRow(group_id=groups[group], person_id=ids[name]))
        await session.execute(update(PersonRow).where(PersonRow.id == ids["gone"]).values(active=False))
    assert await counted(instance) == 4  # Ada, one, two, three; four only previews, and this is no preview
    async with instance.services.db.session() as session:
        await session.execute(update(ProjectRow).values(preview=True))
    assert await counted(instance) == 5


async def test_nobody(instance: Instance) -> None:
    async with instance.services.db.session() as session:
        await session.execute(delete(OrganizationGrantRow))
        await session.execute(delete(ProjectGrantRow))
    assert await counted(instance) == 0
