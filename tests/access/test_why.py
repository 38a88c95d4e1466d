"""Why somebody can or can't: for oneself what one sees anyway, about others for those who manage the thing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from tests.apps.platform import licensed
from tests.kit.instance import ADA, VERA, Instance
from tests.spaces.kit import Spaces, group
from vitrail.access.roles import Role
from vitrail.apps.tables import AppRow
from vitrail.charts.tables import ChartRow
from vitrail.db.base import new_id, now


@pytest.fixture
def variables() -> dict[str, str]:
    return licensed()


@pytest.fixture
async def spaces(instance: Instance, ada: httpx.AsyncClient) -> Spaces:
    found = Spaces(instance, ada, {})
    found.ids.update({name: space["id"] for name, space in (await found.names()).items()})
    return found


async def chart(instance: Instance, space_id: str) -> str:
    creator = (await instance.person(ADA.email)).id
    async with instance.services.db.session() as session:
        row = ChartRow(
            id=new_id(), project_id=instance.project_id, space_id=space_id, creator_id=creator, name="Margins",
            version=1, created_at=now(), updated_at=now(),
        )  # fmt: skip
        session.add(row)
        return row.id


async def why(client: httpx.AsyncClient, kind: str, id_: str, **more: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/access/why", params={"kind": kind, "id": id_, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_stranger_and_an_outsider_learn_nothing(
    spaces: Spaces, stranger: httpx.AsyncClient, instance: Instance
) -> None:
    token = await instance.add_person("outsider")
    async with instance.by_token(token) as outsider:
        for kind, id_ in (("space", spaces.ids["Sales"]), ("project", instance.project_id), ("app", "unknown"),
                          ("chart", await chart(instance, spaces.ids["Sales"]))):  # fmt: skip
            for path in ("why", "people"):
                params = {"kind": kind, "id": id_}
                assert (await stranger.get(f"/api/v1/access/{path}", params=params)).status_code == 401
                refused = await outsider.get(f"/api/v1/access/{path}", params=params)
                unknown = await outsider.get(f"/api/v1/access/{path}", params={**params, "id": "unknown"})
                assert (refused.status_code, refused.json()) == (404, unknown.json())


async def test_a_viewer_asks_about_themselves(spaces: Spaces, vera: httpx.AsyncClient, instance: Instance) -> None:
    id_ = await chart(instance, spaces.ids["Sales"])
    opens = await why(vera, "chart", id_)
    assert opens["allowed"] is True
    assert "view:SavedChart (from the role interactive_viewer)" in opens["reason"]
    assert "you have “can view”, by role in the project" in opens["reason"]
    manages = await why(vera, "chart", id_, verb="manage")
    assert manages["allowed"] is False
    assert "you may not edit in “Sales”" in manages["reason"]
    assert "full access to “Sales”" in manages["cure"]
    assert [step["met"] for step in manages["steps"]] == [False, False]
    assert [each["name"] for each in manages["helpers"]] == ["Ada Martin"]
    hidden = await chart(instance, spaces.ids["Finance"])
    answer = await vera.get("/api/v1/access/why", params={"kind": "chart", "id": hidden})
    assert answer.status_code == 404
    assert [each["name"] for each in (await vera.get("/api/v1/access/helpers")).json()] == ["Ada Martin"]


async def test_about_others_only_those_ask_who_manage_it(
    spaces: Spaces, vera: httpx.AsyncClient, instance: Instance
) -> None:
    ada_id, vera_id = (await instance.person(ADA.email)).id, (await instance.person(VERA.email)).id
    for path, more in (("why", {"personId": ada_id}), ("people", {})):
        for space, status in (("Sales", 403), ("Finance", 404)):
            answer = await vera.get(f"/api/v1/access/{path}", params={"kind": "space", "id": spaces.ids[space], **more})
            assert answer.status_code == status
    await spaces.share("Board papers", "people", vera_id, "full")
    found = await why(vera, "space", spaces.ids["Board papers"], personId=ada_id)
    assert (found["person"]["name"], found["allowed"]) == ("Ada Martin", True)
    assert (await vera.get("/api/v1/access/why", params={
        "kind": "space", "id": spaces.ids["Board papers"], "personId": "nobody"})).status_code == 404  # fmt: skip


async def test_the_chain_names_group_and_space(spaces: Spaces, ada: httpx.AsyncClient, instance: Instance) -> None:
    vera_id = (await instance.person(VERA.email)).id
    id_ = await chart(instance, spaces.ids["Board papers"])
    before = await why(ada, "chart", id_, personId=vera_id)
    assert before["allowed"] is False
    assert "“Board papers” is not shared with Vera Klein" in before["reason"]
    await spaces.share("Finance", "groups", await group(instance, "Board", VERA.email), "view")
    after = await why(ada, "chart", id_, personId=vera_id)
    assert after["allowed"] is True
    assert after["steps"][1]["text"] == (
        "In “Board papers” Vera Klein has “can view”, through the group “Board” in “Finance”, above it"
    )
    manages = await why(ada, "chart", id_, personId=vera_id, verb="manage")
    assert (
        "Vera Klein may not edit in “Board papers” (Vera Klein has “can view”, through the group" in manages["reason"]
    )


async def test_a_manager_below_does_not_learn_the_name_above(
    spaces: Spaces, vera: httpx.AsyncClient, instance: Instance
) -> None:
    ed = await instance.add_person("ed", project_role=Role.VIEWER)
    ed_id = (await instance.person("ed@jaffle.example")).id
    assert ed
    await spaces.share("Finance", "people", ed_id, "view")
    await spaces.share("Board papers", "people", (await instance.person(VERA.email)).id, "full")
    found = await why(vera, "space", spaces.ids["Board papers"], personId=ed_id)
    assert "by name in a space above it" in found["reason"]
    assert "Finance" not in str(found)
    listed = (await vera.get(f"/api/v1/spaces/{spaces.ids['Board papers']}/access")).json()["shares"]
    above = next(share for share in listed if share["party"]["id"] == ed_id)
    assert (above["inherited"], above["spaceId"], above["spaceName"]) == (True, None, None)


async def test_who_can_open_a_thing(spaces: Spaces, ada: httpx.AsyncClient, instance: Instance) -> None:
    await instance.add_person("nobody")
    await instance.add_person("ed", project_role=Role.EDITOR)
    params: dict[str, Any] = {"kind": "chart", "id": await chart(instance, spaces.ids["Finance"])}
    listed = (await ada.get("/api/v1/access/people", params=params)).json()
    assert {each["person"]["name"]: (each["canOpen"], each["canManage"]) for each in listed["items"]} == {
        "Ada Martin": (True, True),
        "Ed": (False, False),
        "Vera Klein": (False, False),
    }
    assert listed["total"] == 3
    page = (await ada.get("/api/v1/access/people", params={**params, "limit": 1, "offset": 1})).json()
    assert [each["person"]["name"] for each in page["items"]] == ["Ed"]
    found = (await ada.get("/api/v1/access/people", params={**params, "q": "KLEIN"})).json()
    assert found["total"] == 1


async def test_personal_things(ada: httpx.AsyncClient, vera: httpx.AsyncClient, instance: Instance) -> None:
    vera_id = (await instance.person(VERA.email)).id
    async with instance.services.db.session() as session:
        session.add(
            AppRow(
                id=new_id(),
                project_id=instance.project_id,
                creator_id=vera_id,
                name="Mine",
                created_at=now(),
                updated_at=now(),
            )
        )
        await session.flush()
        id_ = await session.scalar(select(AppRow.id)) or ""
    assert "view:DataApp@self" in (await why(vera, "app", id_))["reason"]
    token = await instance.add_person("other", project_role=Role.INTERACTIVE_VIEWER)
    other = (await instance.person("other@jaffle.example")).id
    assert token
    assert "it is someone else's" in (await why(ada, "app", id_, personId=other))["reason"]
