"""Spaces are renamed, moved and deleted; access follows the place, and nothing filed disappears by the way."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from tests.kit.instance import VERA, Instance
from tests.spaces.kit import Spaces
from vitrail.access.roles import Role
from vitrail.apps.state import Status
from vitrail.apps.tables import AppRow, VersionRow
from vitrail.charts.tables import ChartRow
from vitrail.db.base import new_id, now
from vitrail.spaces.service import DEEPEST
from vitrail.spaces.tables import SpaceRow


async def file(spaces: Spaces, row: type[AppRow] | type[ChartRow], space: str | None, name: str = "x") -> str:
    """Something that Ada filed in a space."""
    instance, creator = spaces.instance, await spaces.instance.person("ada@jaffle.example")
    async with instance.services.db.session() as session:
        more: dict[str, Any] = {"version": 1} if row is ChartRow else {}
        made = row(
            id=new_id(), project_id=instance.project_id, space_id=spaces.ids[space] if space else None,
            creator_id=creator.id, name=name, created_at=now(), updated_at=now(), **more,
        )  # fmt: skip
        session.add(made)
        return made.id


async def space_of(instance: Instance, row: type[AppRow] | type[ChartRow], id_: str) -> str | None:
    async with instance.services.db.session() as session:
        return (await session.get_one(row, id_)).space_id


# -- changing


async def test_strangers_and_viewers_change_nothing(
    spaces: Spaces, stranger: httpx.AsyncClient, vera: httpx.AsyncClient
) -> None:
    calls: list[tuple[str, str, dict[str, Any] | None]] = [
        ("PATCH", "", {"name": "x"}),
        ("POST", "/move", {"parentId": None}),
        ("DELETE", "", None),
    ]
    for method, path, body in calls:
        for client, space, status in ((stranger, "Sales", 401), (vera, "Finance", 404), (vera, "Sales", 403)):
            answer = await client.request(method, f"/api/v1/spaces/{spaces.ids[space]}{path}", json=body)
            assert answer.status_code == status, (method, path, space)


async def test_a_space_is_renamed_and_described(spaces: Spaces) -> None:
    changed = await spaces.change("Sales", name="  Sales \t and more ", description=" What we sell. ")
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["description"]) == ("Sales and more", "What we sell.")
    assert (await spaces.change("Sales", name="Stores")).json()["code"] == "name-taken"
    assert (await spaces.change("Sales", name=" \n ")).status_code == 422
    assert (await spaces.change("Sales", name="Sales and more", description="")).json()["description"] == ""


# -- moving


async def test_a_moved_space_takes_the_access_of_its_new_place(spaces: Spaces, vera: httpx.AsyncClient) -> None:
    assert (await spaces.move("Sales", "Finance")).status_code == 200
    assert {"Sales", "Weekly review"} & set(await spaces.names(vera)) == set()
    moved = await spaces.move("Sales", None)
    assert (moved.json()["parentId"], moved.json()["openToProject"]) == (None, True)
    assert {"Sales", "Weekly review"} <= set(await spaces.names(vera))


async def test_a_restricted_space_keeps_its_own_list_wherever_it_goes(
    spaces: Spaces, vera: httpx.AsyncClient, instance: Instance
) -> None:
    await spaces.share("Finance", "people", (await instance.person(VERA.email)).id, "edit")
    await spaces.make("Salaries", "Company", access="restricted")
    assert (await spaces.move("Finance", "Company")).status_code == 200
    assert (await spaces.move("Salaries", "Board papers")).status_code == 200
    seen = await spaces.names(vera)
    assert (seen["Finance"]["parentId"], seen["Board papers"]["role"]) == (spaces.ids["Company"], "edit")
    assert "Salaries" not in seen


async def test_no_space_ends_up_in_itself(spaces: Spaces) -> None:
    for parent in ("Company", "Sales", "Weekly review"):
        answer = await spaces.move("Company", parent)
        assert (answer.status_code, answer.json()["code"]) == (409, "space-within-itself")
    # Two at once, each into the other: whoever comes second finds the tree as the first has left it.
    answers = await asyncio.gather(spaces.move("Sales", "Stores"), spaces.move("Stores", "Weekly review"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await spaces.names()) == 6


async def test_one_must_be_allowed_at_both_ends(spaces: Spaces, instance: Instance) -> None:
    token = await instance.add_person("vic", project_role=Role.INTERACTIVE_VIEWER)
    me = (await instance.person("vic@jaffle.example")).id
    await spaces.share("Sales", "people", me, "full")
    async with instance.by_token(token) as vic:
        path = f"/api/v1/spaces/{spaces.ids['Sales']}/move"
        refused = await vic.post(path, json={"parentId": spaces.ids["Stores"]})
        assert refused.status_code == 403
        assert "You may not edit in “Stores”" in refused.json()["cause"]
        assert (await vic.post(path, json={"parentId": spaces.ids["Finance"]})).status_code == 404
        assert (await vic.post(path, json={"parentId": None})).status_code == 403  # that takes create:Space
        await spaces.share("Stores", "people", me, "edit")
        assert (await vic.post(path, json={"parentId": spaces.ids["Stores"]})).status_code == 200


async def test_a_moved_tree_has_an_end_too_and_a_name_of_its_own(spaces: Spaces) -> None:
    await spaces.make("level 1")
    for level in range(2, DEEPEST):
        await spaces.make(f"level {level}", f"level {level - 1}")
    answer = await spaces.move("Company", f"level {DEEPEST - 1}")  # Company › Sales › Weekly review are three
    assert answer.status_code == 422
    assert (await spaces.move("Stores", f"level {DEEPEST - 1}")).status_code == 200
    await spaces.make("Sales")
    assert (await spaces.change("Company", name="Firm")).status_code == 200
    assert (await spaces.move("Weekly review", None)).status_code == 200
    await spaces.make("Weekly review", "Sales")
    assert (await spaces.move("Weekly review", None)).json()["code"] == "name-taken"


# -- deleting


async def delete(spaces: Spaces, space: str, content: str | None = None) -> httpx.Response:
    params = {"content": content} if content else {}
    return await spaces.client.delete(f"/api/v1/spaces/{spaces.ids[space]}", params=params)


async def test_an_empty_space_goes_and_one_that_is_not_stays(spaces: Spaces) -> None:
    await file(spaces, ChartRow, "Board papers")
    refused = await delete(spaces, "Finance")
    assert (refused.status_code, refused.json()["code"]) == (409, "space-not-empty")
    assert "1 space, 1 chart" in refused.json()["cause"]
    assert (await spaces.client.get(f"/api/v1/spaces/{spaces.ids['Finance']}/holdings")).json() == {
        "spaces": 1, "dashboards": 0, "charts": 1, "apps": 0, "canMoveUp": False,
    }  # fmt: skip
    await spaces.make("Empty")
    assert (await delete(spaces, "Empty")).status_code == 204
    assert (await delete(spaces, "Empty")).status_code == 404


async def test_content_moves_to_the_space_above(spaces: Spaces, instance: Instance, vera: httpx.AsyncClient) -> None:
    spaces.ids["Drafts"] = await spaces.make("Drafts", "Company", access="restricted")
    await spaces.make("Within", "Drafts")
    app, chart = await file(spaces, AppRow, "Drafts"), await file(spaces, ChartRow, "Drafts")
    assert (await delete(spaces, "Drafts", "move")).status_code == 204
    company = spaces.ids["Company"]
    assert (await space_of(instance, AppRow, app), await space_of(instance, ChartRow, chart)) == (company, company)
    assert (await spaces.names(vera))["Within"]["parentId"] == company
    at_top = await delete(spaces, "Company", "move")
    assert at_top.status_code == 409
    assert len(await spaces.names()) == 7  # nothing was half done


async def test_content_is_deleted_when_that_was_said(spaces: Spaces, instance: Instance) -> None:
    personal = await file(spaces, AppRow, None)
    for space in ("Company", "Sales", "Weekly review"):
        await file(spaces, AppRow, space)
        await file(spaces, ChartRow, space)
    kept = await file(spaces, AppRow, "Finance")
    assert (await delete(spaces, "Company", "delete")).status_code == 204
    assert set(await spaces.names()) == {"Finance", "Board papers"}
    async with instance.services.db.session() as session:
        assert set(await session.scalars(select(AppRow.id))) == {personal, kept}
        left = await session.scalars(select(SpaceRow.name).join(ChartRow, ChartRow.space_id == SpaceRow.id).distinct())
        assert set(left) <= {"Finance", "Board papers"}


async def test_what_one_may_not_manage_is_not_deleted_by_the_way(spaces: Spaces, instance: Instance) -> None:
    token = await instance.add_person("ed", project_role=Role.EDITOR)
    await spaces.make("Hidden", "Stores", access="restricted")
    await file(spaces, ChartRow, "Hidden")
    async with instance.by_token(token) as editor:
        for content in ("move", "delete"):
            answer = await editor.delete(f"/api/v1/spaces/{spaces.ids['Stores']}", params={"content": content})
            assert answer.status_code == 403
            assert "Hidden" not in answer.text
    assert "Hidden" in await spaces.names()


async def test_a_build_under_way_keeps_its_space(spaces: Spaces, instance: Instance) -> None:
    app = await file(spaces, AppRow, "Sales", "Busy app")
    creator = (await instance.person("ada@jaffle.example")).id
    async with instance.services.db.session() as session:
        session.add(
            VersionRow(
                id=new_id(),
                app_id=app,
                number=1,
                status=Status.GENERATING,
                prompt="x",
                creator_id=creator,
                created_at=now(),
            )
        )
    answer = await delete(spaces, "Sales", "delete")
    assert (answer.status_code, "Busy app" in answer.json()["cause"]) == (409, True)
    async with instance.services.db.session() as session:
        assert await session.scalar(select(func.count()).select_from(AppRow).where(AppRow.id == app)) == 1


@pytest.mark.parametrize("content", ["", "keep", "delete,move"])
async def test_only_two_things_can_become_of_content(spaces: Spaces, content: str) -> None:
    answer = await spaces.client.delete(f"/api/v1/spaces/{spaces.ids['Sales']}", params={"content": content})
    assert answer.status_code == 422
