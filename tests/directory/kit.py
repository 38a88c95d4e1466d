"""A few words for tests about the directory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import event, select

from tests.kit.instance import CREDENTIALS, Instance
from vitrail.access.roles import Role
from vitrail.access.tables import OrganizationGrantRow
from vitrail.audit.tables import EntryRow
from vitrail.db.base import new_id, now
from vitrail.identity.tables import OrganizationRow, PersonRow, TokenRow
from vitrail.projects.tables import ProjectRow
from vitrail.secret import digest

ORGANIZATION = "/api/v1/organization"
NOBODY = "00000000-0000-4000-8000-000000000000"
MALLORY = "vt_mallory"
"""The token of the administrator of the other organisation."""


@dataclass(frozen=True)
class Directory:
    """The directory as one client reaches it."""

    instance: Instance
    client: httpx.AsyncClient

    async def asked(self, method: str, path: str, expected: int, body: object = None) -> Any:
        """The body of an answer that has to have this status."""
        answer = await self.client.request(method, f"{ORGANIZATION}{path}", json=body)
        assert answer.status_code == expected, answer.text
        return answer.json() if answer.content else None

    async def group(self, name: str = "Finance", *members: str) -> str:
        """A group with these people, by their ids; its id."""
        made: str = (await self.asked("POST", "/groups", 201, {"name": name}))["id"]
        if members:
            await self.members(made, add=members)
        return made

    async def members(
        self, group: str, *, add: Sequence[str] = (), remove: Sequence[str] = (), expected: int = 204
    ) -> Any:
        body = {"add": list(add), "remove": list(remove)}
        return await self.asked("POST", f"/groups/{group}/members", expected, body)

    async def role(self, name: str, *scopes: str, level: str = "organization") -> str:
        """A custom role; its id."""
        body = {"name": name, "level": level, "scopes": list(scopes)}
        made: str = (await self.asked("POST", "/roles", 201, body))["id"]
        return made

    async def give(
        self, holder: str, *, role: str | None = None, custom: Sequence[str] = (), kind: str = "people",
        expected: int = 200,
    ) -> Any:  # fmt: skip
        """What somebody holds in the organisation from now on."""
        body = {"role": role, "customRoleIds": list(custom)}
        return await self.asked("PUT", f"/{kind}/{holder}/roles", expected, body)

    async def give_in_project(
        self, holder: str, *, role: str | None = None, custom: Sequence[str] = (), kind: str = "people",
        expected: int = 200,
    ) -> Any:  # fmt: skip
        path = f"/api/v1/projects/{self.instance.project_id}/access/{kind}/{holder}"
        answer = await self.client.put(path, json={"role": role, "customRoleIds": list(custom)})
        assert answer.status_code == expected, answer.text
        return answer.json()

    async def account(self, name: str = "Nightly", role: str | None = None) -> str:
        made: str = (await self.asked("POST", "/service-accounts", 201, {"name": name, "role": role}))["id"]
        return made

    def acting(self, token: str) -> AbstractAsyncContextManager[Directory]:
        """The directory as whoever has this token reaches it."""
        return _Acting(self.instance, token)

    async def held_by(self, scopes: Sequence[str], name: str = "deputy") -> str:
        """Somebody who holds exactly these scopes in the organisation, by a custom role; their token."""
        token = await self.instance.add_person(name)
        await self.give(await self.id_of(name), custom=[await self.role(f"Role of {name}", *scopes)])
        return token

    async def id_of(self, name: str) -> str:
        """The id of `{name}@jaffle.example`."""
        return (await self.instance.person(f"{name}@jaffle.example")).id


class _Acting:
    def __init__(self, instance: Instance, token: str) -> None:
        self._instance, self._client = instance, instance.by_token(token)

    async def __aenter__(self) -> Directory:
        return Directory(self._instance, await self._client.__aenter__())

    async def __aexit__(self, *error: Any) -> None:
        await self._client.__aexit__(*error)


async def other_organization(instance: Instance) -> str:
    """Another organisation in the same database, with an administrator (`MALLORY`) and a project; the project's id."""
    at = now()
    async with instance.services.db.session() as session:
        home = OrganizationRow(id=new_id(), name="Elsewhere", created_at=at)
        session.add(home)
        await session.flush()
        row = PersonRow(
            id=new_id(), organization_id=home.id, email="mallory@elsewhere.example", email_verified=True,
            name="Mallory", password_hash=None, active=True, created_at=at,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        session.add(OrganizationGrantRow(person_id=row.id, role=Role.ADMIN.value))
        session.add(
            TokenRow(id=new_id(), person_id=row.id, name="m", token_hash=digest(MALLORY), prefix="vt_m", created_at=at)
        )
        return await another_project(instance, session, home.id, "Elsewhere")


async def another_project(instance: Instance, session: Any, organization_id: str, name: str) -> str:
    """A project connected as the instance's is."""
    like = await session.get_one(ProjectRow, instance.project_id)
    values = {column.key: getattr(like, column.key) for column in ProjectRow.__table__.columns}
    made = ProjectRow(**{**values, "id": new_id(), "organization_id": organization_id, "name": name})
    session.add(made)
    await session.flush()
    return made.id


async def log(instance: Instance, *actions: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Of the log's entries with these actions: action, the subject's name and details, oldest first."""
    async with instance.services.db.session() as session:
        found = select(EntryRow).where(EntryRow.action.in_(actions)).order_by(EntryRow.chain, EntryRow.sequence)
        return [(row.action, row.subject_name, json.loads(row.details)) for row in await session.scalars(found)]


async def whole_log(instance: Instance) -> str:
    """Everything that the log says, as one text."""
    async with instance.services.db.session() as session:
        return "\n".join(
            f"{row.subject_name} {row.details} {row.actor_name}" for row in await session.scalars(select(EntryRow))
        )


async def together(*asked: Any) -> list[httpx.Response]:
    """The answers to requests that are on their way at the same time."""
    return list(await asyncio.gather(*asked))


class Statements:
    """Counts the SQL statements of an instance while it is entered."""

    def __init__(self, instance: Instance) -> None:
        self._engine = instance.services.db.engine.sync_engine
        self.count = 0

    def _one_more(self, *_: Any) -> None:
        self.count += 1

    def __enter__(self) -> Statements:
        event.listen(self._engine, "before_cursor_execute", self._one_more)
        return self

    def __exit__(self, *_: Any) -> None:
        event.remove(self._engine, "before_cursor_execute", self._one_more)


HOME = CREDENTIALS.organization_id
