"""A few words for tests about spaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.kit.instance import CREDENTIALS, Instance
from vitrail.db.base import new_id, now
from vitrail.identity.tables import GroupMemberRow, GroupRow


@dataclass(frozen=True)
class Spaces:
    """The spaces of the demo as one client reaches them. `ids` of those that the administrator sees, by name."""

    instance: Instance
    client: httpx.AsyncClient
    ids: dict[str, str]

    async def names(self, client: httpx.AsyncClient | None = None) -> dict[str, dict[str, Any]]:
        answer = await (client or self.client).get(f"/api/v1/projects/{self.instance.project_id}/spaces")
        assert answer.status_code == 200, answer.text
        return {space["name"]: space for space in answer.json()}

    async def make(self, name: str, parent: str | None = None, **more: Any) -> str:
        body = {"name": name, "parentId": self.ids[parent] if parent else None, **more}
        made = await self.client.post(f"/api/v1/projects/{self.instance.project_id}/spaces", json=body)
        assert made.status_code == 201, made.text
        self.ids[name] = made.json()["id"]
        return self.ids[name]

    async def share(self, space: str, kind: str, id_: str, role: str) -> None:
        answer = await self.client.put(f"/api/v1/spaces/{self.ids[space]}/access/{kind}/{id_}", json={"role": role})
        assert answer.status_code == 204, answer.text

    async def change(self, space: str, **change: Any) -> httpx.Response:
        return await self.client.patch(f"/api/v1/spaces/{self.ids[space]}", json=change)

    async def move(self, space: str, parent: str | None) -> httpx.Response:
        body = {"parentId": self.ids[parent] if parent else None}
        return await self.client.post(f"/api/v1/spaces/{self.ids[space]}/move", json=body)


async def group(instance: Instance, name: str, *emails: str) -> str:
    """A group of the organisation with these members; its id."""
    members = [(await instance.person(email)).id for email in emails]
    async with instance.services.db.session() as session:
        row = GroupRow(id=new_id(), organization_id=CREDENTIALS.organization_id, name=name, created_at=now())
        session.add(row)
        await session.flush()
        session.add_all(GroupMemberRow(group_id=row.id, person_id=member) for member in members)
        return row.id
