"""Spaces nest, are inherited or restricted, and show nobody what is not theirs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from tests.kit.instance import VERA, Instance
from vitrail.access.placement import SpaceRole
from vitrail.access.roles import Role
from vitrail.spaces import service, sharing
from vitrail.spaces.tables import SpaceRow


async def listed(client: httpx.AsyncClient, instance: Instance) -> dict[str, dict[str, Any]]:
    answer = await client.get(f"/api/v1/projects/{instance.project_id}/spaces")
    assert answer.status_code == 200, answer.text
    return {space["name"]: space for space in answer.json()}


async def make(client: httpx.AsyncClient, instance: Instance, name: str, **more: Any) -> httpx.Response:
    return await client.post(f"/api/v1/projects/{instance.project_id}/spaces", json={"name": name, **more})


async def test_a_stranger_sees_no_space(stranger: httpx.AsyncClient, instance: Instance) -> None:
    for method, path in (("GET", f"/projects/{instance.project_id}/spaces"), ("GET", "/spaces/x"),
                         ("POST", f"/projects/{instance.project_id}/spaces")):  # fmt: skip
        assert (await stranger.request(method, f"/api/v1{path}", json={"name": "x"})).status_code == 401


async def test_someone_without_a_role_does_not_even_learn_of_the_project(instance: Instance) -> None:
    token = await instance.add_person("outsider")
    async with instance.by_token(token) as outsider:
        for path in (f"/projects/{instance.project_id}/spaces", f"/projects/{instance.project_id}"):
            answer = await outsider.get(f"/api/v1{path}")
            assert answer.status_code == 404
            unknown = await outsider.get(f"/api/v1{path.replace(instance.project_id, 'unknown')}")
            assert unknown.json() == answer.json()
        assert (await outsider.get("/api/v1/projects")).json() == []


async def test_a_restricted_space_and_what_is_in_it_show_to_those_let_in_only(
    instance: Instance, ada: httpx.AsyncClient, vera: httpx.AsyncClient
) -> None:
    all_of_them = await listed(ada, instance)
    assert {"Finance", "Board papers", "Company", "Sales"} <= set(all_of_them)
    assert all_of_them["Finance"]["access"] == "restricted"
    seen = await listed(vera, instance)
    assert {"Finance", "Board papers"} & set(seen) == set()
    for name in ("Finance", "Board papers"):
        assert (await vera.get(f"/api/v1/spaces/{all_of_them[name]['id']}")).status_code == 404
    assert seen["Company"]["role"] == "view"
    assert seen["Sales"]["parentId"] == seen["Company"]["id"]
    assert (await vera.get(f"/api/v1/spaces/{seen['Sales']['id']}")).json() == seen["Sales"]


async def test_who_is_let_in_below_sees_that_space_and_not_its_parent(
    instance: Instance, ada: httpx.AsyncClient, vera: httpx.AsyncClient
) -> None:
    papers = (await listed(ada, instance))["Board papers"]["id"]
    person = await instance.person(VERA.email)
    async with instance.services.db.session() as session:
        await sharing.grant(session, papers, person.id, SpaceRole.EDIT)
    seen = await listed(vera, instance)
    assert "Finance" not in seen
    assert seen["Board papers"]["role"] == "edit"
    assert seen["Board papers"]["parentId"] is None
    assert (await vera.get(f"/api/v1/spaces/{papers}")).json()["parentId"] is None


async def test_a_grant_above_reaches_down(instance: Instance, ada: httpx.AsyncClient, vera: httpx.AsyncClient) -> None:
    finance = (await listed(ada, instance))["Finance"]["id"]
    person = await instance.person(VERA.email)
    async with instance.services.db.session() as session:
        await sharing.grant(session, finance, person.id, SpaceRole.FULL)
    assert (await listed(vera, instance))["Board papers"]["role"] == "full"


async def test_a_viewer_makes_no_space_and_learns_why(vera: httpx.AsyncClient, instance: Instance) -> None:
    answer = await make(vera, instance, "Mine")
    assert answer.status_code == 403
    assert "create:Space" in answer.json()["cause"]


async def test_an_editor_makes_spaces_where_they_may_edit(instance: Instance, ada: httpx.AsyncClient) -> None:
    spaces = await listed(ada, instance)
    token = await instance.add_person("ed", project_role=Role.EDITOR)
    async with instance.by_token(token) as editor:
        made = await make(editor, instance, "  North \t", parentId=spaces["Sales"]["id"])
        assert made.status_code == 201, made.text
        assert made.json()["name"] == "North"
        assert made.json()["role"] == "full"
        assert (await listed(editor, instance))["North"]["role"] == "full"
        assert (await make(editor, instance, "x", parentId=spaces["Finance"]["id"])).status_code == 404
        private = await make(editor, instance, "Drafts", access="restricted")
        assert private.json()["access"] == "restricted"
    assert "Drafts" in await listed(ada, instance)  # administrators are always in
    async with instance.by_token(VERA.token) as vera:
        assert {"North"} == {"North", "Drafts"} & set(await listed(vera, instance))


async def test_seeing_a_space_is_not_editing_in_it(instance: Instance, ada: httpx.AsyncClient) -> None:
    sales = (await listed(ada, instance))["Sales"]["id"]
    token = await instance.add_person("ed", project_role=Role.EDITOR)
    person = await instance.person("ed@jaffle.example")
    async with instance.services.db.session() as session:
        await sharing.grant(session, sales, person.id, SpaceRole.VIEW)  # less than the project gives: it counts
    async with instance.by_token(token) as editor:
        answer = await make(editor, instance, "x", parentId=sales)
    assert answer.status_code == 403
    assert "Sales" in answer.json()["cause"]


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "  "}, {}, {"name": "x" * 201}, {"name": "x", "role": "full"}])
async def test_a_space_needs_a_name_and_nothing_else(
    ada: httpx.AsyncClient, instance: Instance, body: dict[str, Any]
) -> None:
    answer = await ada.post(f"/api/v1/projects/{instance.project_id}/spaces", json=body)
    assert answer.status_code == 422


async def test_siblings_have_names_of_their_own(ada: httpx.AsyncClient, instance: Instance) -> None:
    assert (await make(ada, instance, "Sales")).status_code == 201  # the other one lies in Company
    answer = await make(ada, instance, "Sales")
    assert answer.status_code == 409
    assert answer.json()["code"] == "name-taken"


@pytest.mark.parametrize("name", ["'; DROP TABLE spaces; --", "日本 🥐", "<script>alert(1)</script>", "a\u202eb"])
async def test_any_name_comes_back_as_it_was(ada: httpx.AsyncClient, instance: Instance, name: str) -> None:
    assert (await make(ada, instance, name)).status_code == 201
    assert name in await listed(ada, instance)


async def test_nesting_has_an_end(ada: httpx.AsyncClient, instance: Instance) -> None:
    parent: str | None = None
    for level in range(service.DEEPEST):
        made = await make(ada, instance, f"level {level}", parentId=parent)
        assert made.status_code == 201, made.text
        parent = made.json()["id"]
    assert (await make(ada, instance, "one more", parentId=parent)).status_code == 422


async def test_a_parent_in_another_project_is_no_parent(ada: httpx.AsyncClient, instance: Instance) -> None:
    assert (await make(ada, instance, "x", parentId="unknown")).status_code == 404
    async with instance.services.db.session() as session:
        assert await session.scalar(select(SpaceRow).where(SpaceRow.name == "x")) is None
