"""Fills a demo instance: an organisation, two people who see different rows, a project, nested spaces."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.roles import Role
from vitrail.access.tables import OrganizationGrantRow, ProjectGrantRow
from vitrail.db.base import new_id, now
from vitrail.demo.credentials import DemoCredentials
from vitrail.errors import Conflict
from vitrail.identity import repository as people
from vitrail.identity.tables import AttributeRow, AttributeValueRow, OrganizationRow, PersonRow, TokenRow
from vitrail.projects import service as projects
from vitrail.projects.tables import ProjectRow
from vitrail.secret import digest
from vitrail.services import Services
from vitrail.spaces import service as spaces

ORGANIZATION = "Jaffle Shop"
PROJECT = "Jaffle shop"

ATTRIBUTES = {
    "region": "Regions whose orders a person sees.",
    "finance": "“yes” for people who may see costs and margins.",
}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One of the two people."""

    email: str
    name: str
    organization_role: Role | None = None
    project_role: Role | None = None
    attributes: dict[str, list[str]] = field(default_factory=dict)


PEOPLE = (
    DemoPerson(
        "ada@jaffle.example",
        "Ada Martin",
        organization_role=Role.ADMIN,
        attributes={"region": ["West", "Central", "East"], "finance": ["yes"]},
    ),
    DemoPerson(
        "vera@jaffle.example",
        "Vera Klein",
        project_role=Role.INTERACTIVE_VIEWER,
        attributes={"region": ["West"]},
    ),
)

# name, parent, restricted: a space for all, one below it, and one that only Ada is in.
SPACES = (
    ("Company", None, False),
    ("Sales", "Company", False),
    ("Weekly review", "Sales", False),
    ("Stores", "Company", False),
    ("Finance", None, True),
    ("Board papers", "Finance", False),
)


class NotADemo(Conflict):
    """The database holds an instance that is not this demo's."""

    title = "This is not a demo's database"
    code = "not-a-demo"


async def seed(services: Services, credentials: DemoCredentials, *, dbt_dir: Path, warehouse: Path) -> str:
    """Fills what is missing; the answer is the project's id. A second call changes nothing but the connection, which
    follows a data folder that was moved."""
    connected = projects.Connection(dbt_dir, f"duckdb:///{warehouse}")
    async with services.db.session() as session:
        organization = await session.get(OrganizationRow, credentials.organization_id)
        if organization is None and await session.scalar(select(OrganizationRow.id).limit(1)):
            raise NotADemo(
                "The database already holds an organisation that this demo did not make.",
                cure="Choose another --data-dir, and remove PGCONNECTIONURI from the environment.",
            )
        if organization is not None:
            project = await session.scalar(
                select(ProjectRow).where(ProjectRow.organization_id == organization.id, ProjectRow.name == PROJECT)
            )
            if project is not None:
                if projects.connection(project, services.secrets) != connected:
                    await projects.reconnect(session, services.secrets, None, project, connected)
                return project.id
    hashes = [await services.passwords.hash(sign_in.password) for sign_in in credentials.people]
    async with services.db.session() as session:
        return await _fill(session, services, credentials, hashes, connected)


async def _fill(
    session: AsyncSession,
    services: Services,
    credentials: DemoCredentials,
    hashes: list[str],
    connected: projects.Connection,
) -> str:
    at = now()
    organization_id = credentials.organization_id
    session.add(OrganizationRow(id=organization_id, name=ORGANIZATION, created_at=at))
    await session.flush()
    project = await projects.create(
        session, services.secrets, by=None, organization_id=organization_id, name=PROJECT, connected=connected
    )
    attributes = {
        name: AttributeRow(
            id=new_id(), organization_id=organization_id, name=name, description=meaning, default_values=None
        )
        for name, meaning in ATTRIBUTES.items()
    }
    session.add_all(attributes.values())
    await session.flush()
    for person, sign_in, hashed in zip(PEOPLE, credentials.people, hashes, strict=True):
        row = PersonRow(
            id=new_id(),
            organization_id=organization_id,
            email=sign_in.email,
            email_verified=True,
            name=person.name,
            password_hash=hashed,
            active=True,
            created_at=at,
        )
        session.add(row)
        await session.flush()
        _give(session, row.id, person, project.id, attributes)
        session.add(
            TokenRow(
                id=new_id(),
                person_id=row.id,
                name="Demo",
                token_hash=digest(sign_in.token),
                prefix=sign_in.token[:8],
                created_at=at,
                expires_at=None,
                last_used_at=None,
                revoked_at=None,
            )
        )
    await session.flush()
    await _make_spaces(session, credentials, project.id)
    return project.id


def _give(
    session: AsyncSession, person_id: str, person: DemoPerson, project_id: str, attributes: dict[str, AttributeRow]
) -> None:
    if person.organization_role:
        session.add(OrganizationGrantRow(person_id=person_id, role=person.organization_role.value))
    if person.project_role:
        session.add(ProjectGrantRow(project_id=project_id, person_id=person_id, role=person.project_role.value))
    session.add_all(
        AttributeValueRow(attribute_id=attributes[name].id, person_id=person_id, values=values)
        for name, values in person.attributes.items()
    )


async def _make_spaces(session: AsyncSession, credentials: DemoCredentials, project_id: str) -> None:
    ada_row = await people.row_by_email(session, credentials.people[0].email)
    assert ada_row is not None
    ada = await people.load(session, ada_row.id)
    assert ada is not None
    made: dict[str, str] = {}
    for name, parent, restricted in SPACES:
        space = await spaces.create(
            session,
            ada,
            project_id,
            name=name,
            parent_id=made[parent] if parent else None,
            restricted=restricted,
        )
        made[name] = space.id
