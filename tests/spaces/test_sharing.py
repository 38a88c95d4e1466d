"""Who is let into a space: by name, through groups, from above; restricted, opened, and nobody by accident."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from tests.kit.instance import VERA, Instance
from tests.spaces.kit import Spaces, group
from vitrail.access.roles import Role
from vitrail.audit.tables import EntryRow

ME = VERA.email


async def test_who_may_not_manage_the_space_learns_nothing_of_its_list(
    spaces: Spaces, stranger: httpx.AsyncClient, vera: httpx.AsyncClient, instance: Instance
) -> None:
    me = (await instance.person(ME)).id
    calls = [("GET", "access"), ("GET", "access/candidates"), ("PUT", f"access/people/{me}"), ("GET", "holdings"),
             ("DELETE", f"access/people/{me}"), ("PUT", "access/groups/g"), ("DELETE", "access/groups/g")]  # fmt: skip
    for client, space, status in (
        (stranger, "Sales", 401),
        (vera, "Finance", 404),
        (vera, "Sales", 403),
    ):
        for method, path in calls:
            answer = await client.request(
                method, f"/api/v1/spaces/{spaces.ids[space]}/{path}", json={"role": "full"} if method == "PUT" else None
            )
            assert answer.status_code == status, (space, method, path)
    assert "manage:Space@assigned" in answer.json()["cause"]
    assert "Sales" in answer.json()["cause"]
    assert "full access to “Sales”" in answer.json()["cure"]


async def test_a_person_is_let_in_changed_and_taken_off(
    spaces: Spaces, vera: httpx.AsyncClient, instance: Instance
) -> None:
    me = (await instance.person(ME)).id
    for role in ("view", "edit", "full"):
        await spaces.share("Finance", "people", me, role)
        assert (await spaces.names(vera))["Finance"]["role"] == role
        assert (await spaces.names(vera))["Board papers"]["role"] == role
    assert (await spaces.names(vera))["Finance"]["canManage"] is True
    listed = await vera.get(f"/api/v1/spaces/{spaces.ids['Board papers']}/access")
    shares = {share["party"]["name"]: share for share in listed.json()["shares"]}
    assert shares["Vera Klein"]["inherited"] is True
    assert shares["Vera Klein"]["spaceName"] == "Finance"
    assert shares["Vera Klein"]["role"] == "full"
    for _ in range(2):
        gone = await spaces.client.delete(f"/api/v1/spaces/{spaces.ids['Finance']}/access/people/{me}")
        assert gone.status_code == 204
    assert "Finance" not in await spaces.names(vera)
    assert (await vera.get(f"/api/v1/spaces/{spaces.ids['Board papers']}")).status_code == 404


async def test_among_groups_the_highest_counts_and_a_name_comes_before_them(
    spaces: Spaces, vera: httpx.AsyncClient, instance: Instance
) -> None:
    me = (await instance.person(ME)).id
    low, high = await group(instance, "Readers", ME), await group(instance, "Writers", ME)
    await spaces.share("Finance", "groups", low, "view")
    assert (await spaces.names(vera))["Finance"]["role"] == "view"
    await spaces.share("Finance", "groups", high, "full")
    assert (await spaces.names(vera))["Finance"]["role"] == "full"
    await spaces.share("Finance", "people", me, "edit")
    assert (await spaces.names(vera))["Finance"]["role"] == "edit"
    # The same one level down: what was granted above reaches there.
    assert (await spaces.names(vera))["Board papers"]["role"] == "edit"


async def test_a_group_grant_takes_nothing_from_a_role_in_the_project(spaces: Spaces, instance: Instance) -> None:
    token = await instance.add_person("ed", project_role=Role.EDITOR)
    readers = await group(instance, "Readers", "ed@jaffle.example")
    await spaces.share("Sales", "groups", readers, "view")
    async with instance.by_token(token) as editor:
        assert (await spaces.names(editor))["Sales"]["role"] == "edit"


async def test_restricting_keeps_who_was_named_and_shuts_out_who_came_by_role(
    spaces: Spaces, vera: httpx.AsyncClient, instance: Instance
) -> None:
    other = await instance.add_person("other", project_role=Role.INTERACTIVE_VIEWER)
    assigned = await instance.add_person("assigned", project_role=Role.INTERACTIVE_VIEWER)
    restricter = (await instance.person("assigned@jaffle.example")).id
    await spaces.share("Company", "people", (await instance.person(ME)).id, "edit")
    await spaces.share("Company", "groups", await group(instance, "Readers", "other@jaffle.example"), "view")
    await spaces.share("Sales", "people", restricter, "full")
    async with instance.by_token(assigned) as client:
        changed = await client.patch(f"/api/v1/spaces/{spaces.ids['Sales']}", json={"access": "restricted"})
        assert changed.status_code == 200, changed.text
        assert (changed.json()["access"], changed.json()["role"]) == ("restricted", "full")
    third = await instance.add_person("third", project_role=Role.EDITOR)
    async with instance.by_token(other) as in_group, instance.by_token(third) as by_role:
        assert (await spaces.names(vera))["Weekly review"]["role"] == "edit"
        assert (await spaces.names(in_group))["Sales"]["role"] == "view"
        assert {"Sales", "Weekly review"} & set(await spaces.names(by_role)) == set()
        # What changes above is not felt below any more.
        await spaces.share("Company", "people", (await instance.person("third@jaffle.example")).id, "full")
        assert "Sales" not in await spaces.names(by_role)
        opened = await spaces.change("Sales", access="inherited")
        assert opened.json()["openToProject"] is True
        assert (await spaces.names(by_role))["Weekly review"]["role"] == "full"


async def test_a_restricted_space_stays_shut_when_the_one_above_is_opened(
    spaces: Spaces, vera: httpx.AsyncClient
) -> None:
    await spaces.make("Salaries", "Board papers", access="restricted")
    assert (await spaces.change("Finance", access="inherited")).status_code == 200
    seen = await spaces.names(vera)
    assert {"Finance", "Board papers"} <= set(seen)
    assert "Salaries" not in seen


async def test_who_can_be_chosen(spaces: Spaces, instance: Instance) -> None:
    await instance.add_person("newcomer")
    await group(instance, "New people", "newcomer@jaffle.example")
    path = f"/api/v1/spaces/{spaces.ids['Sales']}/access/candidates"
    found = (await spaces.client.get(path, params={"q": "NEW"})).json()
    assert [(each["kind"], each["name"], each["members"], each["reached"]) for each in found] == [
        ("group", "New people", 1, True),
        ("person", "Newcomer", None, False),
    ]
    assert (await spaces.client.get(path, params={"q": "100%"})).json() == []
    everyone = (await spaces.client.get(path)).json()
    assert {each["name"]: each["reached"] for each in everyone if each["kind"] == "person"} == {
        "Ada Martin": True,
        "Vera Klein": True,
        "Newcomer": False,
    }


@pytest.mark.parametrize("role", ["owner", "", None, 3, "FULL"])
async def test_there_are_three_roles(spaces: Spaces, instance: Instance, role: object) -> None:
    me = (await instance.person(ME)).id
    answer = await spaces.client.put(f"/api/v1/spaces/{spaces.ids['Sales']}/access/people/{me}", json={"role": role})
    assert answer.status_code == 422


async def test_nobody_unknown_is_let_in(spaces: Spaces) -> None:
    for kind in ("people", "groups"):
        path = f"/api/v1/spaces/{spaces.ids['Sales']}/access/{kind}/unknown"
        assert (await spaces.client.put(path, json={"role": "view"})).status_code == 404
        assert (await spaces.client.delete(path)).status_code == 204


async def test_every_share_is_written_down_once(spaces: Spaces, instance: Instance) -> None:
    me = (await instance.person(ME)).id
    for role in ("view", "view", "edit"):
        await spaces.share("Finance", "people", me, role)
    await spaces.client.delete(f"/api/v1/spaces/{spaces.ids['Finance']}/access/people/{me}")
    await spaces.change("Finance", access="inherited")
    await spaces.change("Finance", access="restricted", name="Money")
    async with instance.services.db.session() as session:
        found = await session.scalars(
            select(EntryRow.action).where(EntryRow.subject_id == spaces.ids["Finance"]).order_by(EntryRow.sequence)
        )
        assert [action for action in found if action != "space.created"] == [
            "share.given",
            "share.given",
            "share.taken",
            "space.opened-up",
            "space.changed",
            "space.restricted",
        ]


@pytest.mark.parametrize("variables", [{}], ids=["no licence"])
async def test_without_groups_in_the_licence_none_is_let_in_and_any_can_be_taken_off(
    spaces: Spaces, instance: Instance
) -> None:
    path = f"/api/v1/spaces/{spaces.ids['Sales']}/access/groups/{await group(instance, 'Readers')}"
    refused = await spaces.client.put(path, json={"role": "view"})
    assert (refused.status_code, refused.json()["title"]) == (403, "Groups are off")
    assert (await spaces.client.delete(path)).status_code == 204
