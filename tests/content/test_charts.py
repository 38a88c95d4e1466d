"""Who may open, ask, make, change, move and delete a saved chart. Every question starts with the stranger."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.content.kit import BARS, BY_REGION, NOBODY, PROFIT, PROFIT_BARS, Content, let_in
from tests.kit.instance import VERA, Instance
from vitrail.access.placement import SpaceRole
from vitrail.access.roles import Role


def routes(chart_id: str, project: str) -> list[tuple[str, str]]:
    chart = f"/api/v1/charts/{chart_id}"
    return [
        ("GET", f"{project}/charts"),
        ("POST", f"{project}/charts"),
        ("GET", chart),
        ("PATCH", chart),
        ("DELETE", chart),
        ("POST", f"{chart}/move"),
        ("GET", f"{chart}/versions"),
        ("GET", f"{chart}/versions/1"),
        ("POST", f"{chart}/versions/1/restore"),
        ("POST", f"{chart}/results"),
        ("POST", f"{chart}/export"),
    ]


BODIES: dict[str, dict[str, Any]] = {"PATCH": {"basedOn": 1, "name": "Mine"}, "move": {"spaceId": NOBODY}}


async def ask(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    body = BODIES.get(method) or BODIES.get(path.rsplit("/", 1)[-1]) or {}
    return await client.request(method, path, json=body if method in ("POST", "PATCH") else None)


async def test_a_stranger_is_asked_to_sign_in_everywhere(stranger: httpx.AsyncClient, content: Content) -> None:
    chart = await content.chart()
    for method, path in routes(chart["id"], content.project):
        assert (await stranger.request(method, path, json={})).status_code == 401, (method, path)


async def test_in_a_restricted_space_it_is_as_if_it_were_not_there(vera: httpx.AsyncClient, content: Content) -> None:
    chart = await content.chart("Board papers")
    for method, path in routes(chart["id"], content.project)[2:]:
        answer = await ask(vera, method, path)
        unknown = await ask(vera, method, path.replace(chart["id"], NOBODY))
        assert answer.status_code == 404, (method, path, answer.text)
        assert answer.json() == unknown.json()
    assert (await vera.get(f"{content.project}/charts")).json() == {"items": [], "total": 0}


async def test_someone_of_no_project_learns_nothing(content: Content) -> None:
    chart = await content.chart()
    token = await content.instance.add_person("outsider")
    async with content.instance.by_token(token) as outsider:
        for method, path in routes(chart["id"], content.project)[2:]:
            assert (await ask(outsider, method, path)).status_code == 404, (method, path)
        made = {"name": "x", "spaceId": content.spaces["Sales"], "query": BY_REGION, "config": BARS}
        assert (await outsider.post(f"{content.project}/charts", json=made)).status_code == 404


async def test_a_viewer_opens_and_asks_and_may_change_nothing(vera: httpx.AsyncClient, content: Content) -> None:
    chart = await content.chart()
    path = f"/api/v1/charts/{chart['id']}"
    seen = (await vera.get(path)).json()
    assert (seen["name"], seen["canManage"], seen["spaceName"]) == ("Revenue by region", False, "Sales")
    for method, route in (
        ("PATCH", path),
        ("DELETE", path),
        ("GET", f"{path}/versions"),
        ("GET", f"{path}/versions/1"),
        ("POST", f"{path}/versions/1/restore"),
    ):
        answer = await ask(vera, method, route)
        assert answer.status_code == 403, (method, route)
        assert "does not reach this: you may not edit in “Sales”" in answer.json()["cause"]
    moved = await vera.post(f"{path}/move", json={"spaceId": content.spaces["Stores"]})
    assert moved.status_code == 403


async def test_each_viewer_gets_their_own_rows(vera: httpx.AsyncClient, content: Content) -> None:
    path = f"/api/v1/charts/{(await content.chart())['id']}/results"
    ada_sees = (await content.ada.post(path, json={})).json()
    vera_sees = (await vera.post(path, json={})).json()
    assert [row[0] for row in ada_sees["rows"]] == ["Central", "East", "West"]
    assert vera_sees["rows"] == [row for row in ada_sees["rows"] if row[0] == "West"]
    assert (ada_sees["truncated"], ada_sees["limit"]) == (False, 500)


async def test_opening_is_enough_to_be_answered(content: Content) -> None:
    chart = await content.chart()
    token = await content.instance.add_person("reader", project_role=Role.VIEWER)
    async with content.instance.by_token(token) as reader:
        opened = (await reader.get(f"/api/v1/charts/{chart['id']}")).json()
        assert opened["query"] is None
        refused = await reader.post(f"{content.project}/query", json=BY_REGION)
        assert refused.status_code == 403
        answer = await reader.post(f"/api/v1/charts/{chart['id']}/results", json={})
        assert answer.json()["code"] == "missing-attribute"  # nothing but row access stands in the way
        sneaked = await reader.post(f"/api/v1/charts/{chart['id']}/results", json={"query": BY_REGION})
        assert sneaked.status_code == 422


async def test_a_field_closed_by_attribute_stays_closed_and_unnamed(vera: httpx.AsyncClient, content: Content) -> None:
    chart = await content.chart(query=PROFIT, config=PROFIT_BARS)
    path = f"/api/v1/charts/{chart['id']}/results"
    assert len((await content.ada.post(path, json={})).json()["rows"]) == 3
    for refused in (await vera.post(path, json={}), await vera.post(path.replace("results", "export"))):
        assert refused.status_code == 403
        assert refused.json()["code"] == "chart-refused"
        assert "gross_profit" not in refused.text


async def test_what_the_author_may_not_ask_is_not_saved(vera: httpx.AsyncClient, content: Content) -> None:
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    body = {"name": "Profit", "spaceId": content.spaces["Sales"], "query": PROFIT, "config": PROFIT_BARS}
    refused = await vera.post(f"{content.project}/charts", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-field")
    made = await vera.post(f"{content.project}/charts", json={**body, "query": BY_REGION, "config": BARS})
    assert made.status_code == 201
    swapped = {"basedOn": 1, "query": PROFIT, "config": PROFIT_BARS}
    assert (await vera.patch(f"/api/v1/charts/{made.json()['id']}", json=swapped)).status_code == 422


async def test_an_editor_renames_a_chart_whose_numbers_they_may_not_see(
    vera: httpx.AsyncClient, content: Content
) -> None:
    chart = await content.chart(query=PROFIT, config=PROFIT_BARS)
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    renamed = await vera.patch(f"/api/v1/charts/{chart['id']}", json={"basedOn": 1, "name": "Profit"})
    assert (renamed.status_code, renamed.json()["updatedBy"]["name"]) == (200, "Vera Klein")


async def test_saving_a_question_takes_the_right_to_ask_it(content: Content) -> None:
    """A chart runs for whoever opens it: without `manage:Explore` it would be a way to ask anything."""
    await content.instance.add_person("filer", project_role=Role.VIEWER)
    await let_in(content, "Sales", "filer@jaffle.example", SpaceRole.FULL)
    async with content.instance.by_token("vt_filer") as filer:
        body = {"name": "x", "spaceId": content.spaces["Sales"], "query": BY_REGION, "config": BARS}
        answer = await filer.post(f"{content.project}/charts", json=body)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"config": {"type": "bar", "x": "stores_region", "y": []}}, "y"),
        ({"config": {"type": "bar", "x": "stores_region", "y": ["orders_order_count"]}}, "orders_order_count"),
        ({"config": {"type": "explosion"}}, "type"),
        ({"config": {**BARS, "script": "alert(1)"}}, "script"),
        ({"query": {**BY_REGION, "exploreName": "nope"}}, "nope"),
        ({"query": {**BY_REGION, "metrics": ["orders_nope"]}, "config": {"type": "table"}}, "orders_nope"),
        ({"query": {"exploreName": "orders"}, "config": {"type": "table"}}, "no dimension"),
        ({"creatorId": NOBODY}, "creatorId"),
        ({"projectId": NOBODY}, "projectId"),
        ({"spaceId": None}, "spaceId"),
    ],
)
async def test_what_can_not_be_used_is_refused_by_name(content: Content, body: dict[str, Any], says: str) -> None:
    whole = {"name": "x", "spaceId": content.spaces["Sales"], "query": BY_REGION, "config": BARS, **body}
    answer = await content.ada.post(f"{content.project}/charts", json=whole)
    assert answer.status_code in (404, 422), answer.text
    assert says in answer.text


async def test_a_space_that_one_may_not_know_of_is_not_there(content: Content, vera: httpx.AsyncClient) -> None:
    body = {"name": "x", "spaceId": content.spaces["Finance"], "query": BY_REGION, "config": BARS}
    hidden = await vera.post(f"{content.project}/charts", json=body)
    unknown = await vera.post(f"{content.project}/charts", json={**body, "spaceId": NOBODY})
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json() == unknown.json()
    assert (await content.ada.post(f"{content.project}/charts", json={**body, "spaceId": NOBODY})).status_code == 404


async def test_each_save_is_a_version_and_restoring_makes_another(content: Content) -> None:
    chart = await content.chart()
    path = f"/api/v1/charts/{chart['id']}"
    pie = {"type": "pie", "slice": "stores_region", "value": "orders_total_revenue"}
    changed = await content.ada.patch(path, json={"basedOn": 1, "name": "Shares", "config": pie})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    old = (await content.ada.get(f"{path}/versions/1")).json()
    assert (old["name"], old["config"]["type"], old["query"]["exploreName"]) == ("Revenue by region", "bar", "orders")
    back = await content.ada.post(f"{path}/versions/1/restore")
    assert (back.status_code, back.json()["name"], back.json()["version"]) == (201, "Revenue by region", 3)
    history = (await content.ada.get(f"{path}/versions")).json()
    assert [(save["number"], save["restoredFrom"]) for save in history["items"]] == [(3, 1), (2, None), (1, None)]
    assert history["total"] == 3
    listed = (await content.ada.get(f"{content.project}/charts?q=region")).json()["items"]
    assert [(item["look"], item["version"]) for item in listed] == [("bar", 3)]
    assert (await content.ada.get(f"{path}/versions/9")).status_code == 404


async def test_an_old_version_answers_those_who_may_manage_the_chart(content: Content, vera: httpx.AsyncClient) -> None:
    chart = await content.chart()
    path = f"/api/v1/charts/{chart['id']}"
    one = {**BY_REGION, "limit": 1}
    await content.ada.patch(path, json={"basedOn": 1, "query": one})
    new = (await content.ada.post(f"{path}/results", json={})).json()
    old = (await content.ada.post(f"{path}/results", json={"version": 1})).json()
    assert (len(new["rows"]), new["truncated"], new["limit"]) == (1, True, 1)
    assert len(old["rows"]) == 3
    assert (await vera.post(f"{path}/results", json={"version": 1})).status_code == 403
    assert (await vera.post(f"{path}/results", json={"version": 2})).status_code == 200


async def test_whoever_saves_second_is_told_instead_of_overwriting(content: Content, vera: httpx.AsyncClient) -> None:
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    path = f"/api/v1/charts/{(await content.chart())['id']}"
    assert (await vera.patch(path, json={"basedOn": 1, "name": "Vera's"})).status_code == 200
    late = await content.ada.patch(path, json={"basedOn": 1, "name": "Ada's"})
    assert (late.status_code, late.json()["code"]) == (409, "saved-meanwhile")
    assert "Vera Klein saved version 2" in late.json()["cause"]
    assert (await content.ada.get(path)).json()["name"] == "Vera's"


async def test_moving_asks_both_ends(content: Content, vera: httpx.AsyncClient) -> None:
    chart = await content.chart("Board papers")
    path = f"/api/v1/charts/{chart['id']}"
    assert (await vera.get(path)).status_code == 404
    moved = await content.ada.post(f"{path}/move", json={"spaceId": content.spaces["Stores"]})
    assert (moved.status_code, moved.json()["spaceName"]) == (200, "Stores")
    assert (await vera.get(path)).status_code == 200
    await let_in(content, "Stores", VERA.email, SpaceRole.EDIT)
    assert (await vera.post(f"{path}/move", json={"spaceId": content.spaces["Sales"]})).status_code == 403
    assert (await vera.post(f"{path}/move", json={"spaceId": content.spaces["Finance"]})).status_code == 404
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    assert (await vera.post(f"{path}/move", json={"spaceId": content.spaces["Sales"]})).status_code == 200


async def test_who_made_it_has_no_right_of_their_own(content: Content, vera: httpx.AsyncClient) -> None:
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    body = {"name": "x", "spaceId": content.spaces["Sales"], "query": BY_REGION, "config": BARS}
    path = f"/api/v1/charts/{(await vera.post(f'{content.project}/charts', json=body)).json()['id']}"
    await let_in(content, "Sales", VERA.email, SpaceRole.VIEW)
    assert (await vera.patch(path, json={"basedOn": 1, "name": "y"})).status_code == 403
    await content.ada.post(f"{path}/move", json={"spaceId": content.spaces["Finance"]})
    assert (await vera.get(path)).status_code == 404


async def test_deleting_takes_its_history_too(content: Content) -> None:
    path = f"/api/v1/charts/{(await content.chart())['id']}"
    assert (await content.ada.delete(path)).status_code == 204
    assert (await content.ada.get(path)).status_code == 404
    assert (await content.ada.get(f"{path}/versions")).status_code == 404


async def test_an_export_is_bounded_harmless_and_needs_its_scope(content: Content, instance: Instance) -> None:
    by_store = {
        "exploreName": "orders",
        "dimensions": ["stores_store_name", "orders_order_date_month"],
        "metrics": ["orders_total_revenue"],
        "limit": 2,
    }
    chart = await content.chart(query=by_store, config={"type": "table"})
    path = f"/api/v1/charts/{chart['id']}/export"
    some = await content.ada.post(path)
    assert some.text.splitlines()[0] == "Store name,Order date month,Total revenue"
    assert (len(some.text.splitlines()), some.headers["x-rows-truncated"]) == (3, "true")
    every = await content.ada.post(f"{path}?allRows=true")
    assert (len(every.text.splitlines()) > 200, every.headers["x-rows-truncated"]) == (True, "false")


@pytest.mark.parametrize("variables", [{"LIGHTDASH_CSV_CELLS_LIMIT": "6"}])
async def test_an_export_stops_at_the_cells_that_the_operator_allows(content: Content) -> None:
    by_month = {"exploreName": "orders", "dimensions": ["orders_order_date_month"], "metrics": ["orders_order_count"]}
    chart = await content.chart(query=by_month, config={"type": "table"})
    answer = await content.ada.post(f"/api/v1/charts/{chart['id']}/export?allRows=true")
    assert (len(answer.text.splitlines()), answer.headers["x-rows-truncated"]) == (1 + 3, "true")
