"""Charts and dashboards to test with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from tests.kit.instance import Instance
from vitrail.access.placement import SpaceRole
from vitrail.identity.tables import AttributeRow, AttributeValueRow
from vitrail.spaces import sharing as spaces

NOBODY = "00000000-0000-4000-8000-000000000000"

BY_REGION: dict[str, Any] = {
    "exploreName": "orders",
    "dimensions": ["stores_region"],
    "metrics": ["orders_total_revenue"],
    "sorts": [{"fieldId": "stores_region"}],
}
BARS: dict[str, Any] = {"type": "bar", "x": "stores_region", "y": ["orders_total_revenue"]}
PROFIT: dict[str, Any] = {
    "exploreName": "orders",
    "dimensions": ["stores_region"],
    "metrics": ["orders_gross_profit"],
}
PROFIT_BARS: dict[str, Any] = {"type": "bar", "x": "stores_region", "y": ["orders_gross_profit"]}
REGION_FILTER: dict[str, Any] = {"id": "region", "exploreName": "orders", "fieldId": "stores_region"}


def tile(chart_id: str, tile_id: str = "t1", **more: Any) -> dict[str, Any]:
    return {"id": tile_id, "kind": "chart", "tab": "main", "x": 0, "y": 0, "w": 6, "h": 6, "chartId": chart_id, **more}


def board(*tiles: dict[str, Any], filters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"tabs": [{"id": "main", "name": "Overview"}], "tiles": list(tiles), "filters": filters or []}


@dataclass(frozen=True, slots=True)
class Content:
    """Makes things through the API, as Ada."""

    ada: httpx.AsyncClient
    instance: Instance
    spaces: dict[str, str]

    @property
    def project(self) -> str:
        return f"/api/v1/projects/{self.instance.project_id}"

    async def chart(self, space: str = "Sales", **more: Any) -> dict[str, Any]:
        body = {"name": "Revenue by region", "spaceId": self.spaces[space], "query": BY_REGION, "config": BARS, **more}
        return await self._made("charts", body)

    async def dashboard(self, *tiles: dict[str, Any], space: str = "Sales", **more: Any) -> dict[str, Any]:
        filters = more.pop("filters", None)
        body = {"name": "Sales", "spaceId": self.spaces[space], "content": board(*tiles, filters=filters), **more}
        return await self._made("dashboards", body)

    async def give_regions(self, email: str, regions: list[str]) -> None:
        """The attribute that the demo's row filter asks for."""
        person = await self.instance.person(email)
        async with self.instance.services.db.session() as session:
            region = await session.scalar(select(AttributeRow.id).where(AttributeRow.name == "region"))
            assert region is not None
            session.add(AttributeValueRow(attribute_id=region, person_id=person.id, values=regions))

    async def _made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.ada.post(f"{self.project}/{what}", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


async def let_in(content: Content, space: str, email: str, role: SpaceRole) -> None:
    """A grant by name, as a space's page makes it."""
    person = await content.instance.person(email)
    async with content.instance.services.db.session() as session:
        await spaces.grant(session, content.spaces[space], person.id, role)
