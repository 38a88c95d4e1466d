"""Who may open, make, change, move and delete a dashboard, and what it lets its viewers ask. The stranger first."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.content.kit import (
    BY_REGION,
    NOBODY,
    PROFIT,
    PROFIT_BARS,
    REGION_FILTER,
    Content,
    board,
    let_in,
    tile,
)
from tests.kit.instance import VERA
from vitrail.access.placement import SpaceRole
from vitrail.access.roles import Role

WORDS: dict[str, Any] = {"id": "words", "kind": "markdown", "tab": "main", "x": 0, "y": 0, "w": 3, "h": 2, "text": "Hi"}


def routes(dashboard_id: str, project: str) -> list[tuple[str, str]]:
    dashboard = f"/api/v1/dashboards/{dashboard_id}"
    return [
        ("GET", f"{project}/dashboards"),
        ("POST", f"{project}/dashboards"),
        ("GET", dashboard),
        ("PATCH", dashboard),
        ("DELETE", dashboard),
        ("POST", f"{dashboard}/move"),
        ("GET", f"{dashboard}/versions"),
        ("GET", f"{dashboard}/versions/1"),
        ("POST", f"{dashboard}/versions/1/restore"),
        ("POST", f"{dashboard}/tiles/t1/results"),
        ("POST", f"{dashboard}/tiles/t1/export"),
        ("POST", f"{dashboard}/filters/region/values"),
    ]


BODIES: dict[str, dict[str, Any]] = {"PATCH": {"basedOn": 1, "name": "Mine"}, "move": {"spaceId": NOBODY}}


async def ask(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    body = BODIES.get(method) or BODIES.get(path.rsplit("/", 1)[-1]) or {}
    return await client.request(method, path, json=body if method in ("POST", "PATCH") else None)


async def test_a_stranger_is_asked_to_sign_in_everywhere(stranger: httpx.AsyncClient, content: Content) -> None:
    dashboard = await content.dashboard()
    for method, path in routes(dashboard["id"], content.project):
        assert (await stranger.request(method, path, json={})).status_code == 401, (method, path)


async def test_in_a_restricted_space_it_is_as_if_it_were_not_there(vera: httpx.AsyncClient, content: Content) -> None:
    chart = await content.chart()
    secret = await content.dashboard(tile(chart["id"]), filters=[REGION_FILTER], space="Board papers")
    for method, path in routes(secret["id"], content.project)[2:]:
        answer = await ask(vera, method, path)
        unknown = await ask(vera, method, path.replace(secret["id"], NOBODY))
        assert answer.status_code == 404, (method, path, answer.text)
        assert answer.json() == unknown.json()
    assert (await vera.get(f"{content.project}/dashboards")).json() == {"items": [], "total": 0}


async def test_someone_of_no_project_learns_nothing(content: Content) -> None:
    dashboard = await content.dashboard()
    token = await content.instance.add_person("outsider")
    async with content.instance.by_token(token) as outsider:
        for method, path in routes(dashboard["id"], content.project)[2:]:
            assert (await ask(outsider, method, path)).status_code == 404, (method, path)
        made = {"name": "x", "spaceId": content.spaces["Sales"]}
        assert (await outsider.post(f"{content.project}/dashboards", json=made)).status_code == 404


async def test_a_viewer_opens_and_asks_and_is_told_why_they_may_change_nothing(
    vera: httpx.AsyncClient, content: Content
) -> None:
    chart = await content.chart()
    dashboard = await content.dashboard(tile(chart["id"]), filters=[REGION_FILTER])
    path = f"/api/v1/dashboards/{dashboard['id']}"
    seen = (await vera.get(path)).json()
    assert (seen["name"], seen["canManage"], seen["spaceName"]) == ("Sales", False, "Sales")
    assert [each["name"] for each in seen["charts"]] == ["Revenue by region"]
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
    assert (await vera.post(f"{path}/move", json={"spaceId": content.spaces["Stores"]})).status_code == 403
    made = await vera.post(f"{content.project}/dashboards", json={"name": "x", "spaceId": content.spaces["Sales"]})
    assert (made.status_code, "you may not edit in “Sales”" in made.json()["cause"]) == (403, True)


async def test_a_tile_answers_each_viewer_with_their_own_rows(vera: httpx.AsyncClient, content: Content) -> None:
    dashboard = await content.dashboard(tile((await content.chart())["id"]))
    path = f"/api/v1/dashboards/{dashboard['id']}/tiles/t1/results"
    everything = (await content.ada.post(path, json={})).json()
    hers = (await vera.post(path, json={})).json()
    assert [row[0] for row in everything["rows"]] == ["Central", "East", "West"]
    assert hers["rows"] == [row for row in everything["rows"] if row[0] == "West"]
    sneaked = await vera.post(path, json={"query": BY_REGION})
    assert sneaked.status_code == 422


async def test_opening_a_dashboard_opens_none_of_its_charts(vera: httpx.AsyncClient, content: Content) -> None:
    hidden = await content.chart("Board papers", name="Board revenue")
    shown = await content.chart()
    dashboard = await content.dashboard(tile(hidden["id"], title="Board only"), tile(shown["id"], "t2", x=6))
    path = f"/api/v1/dashboards/{dashboard['id']}"
    seen = await vera.get(path)
    assert [each["name"] for each in seen.json()["charts"]] == ["Revenue by region"]
    assert "Board" not in seen.text.replace(hidden["id"], "")
    refused = await vera.post(f"{path}/tiles/t1/results", json={})
    assert (refused.status_code, refused.json()["cause"]) == (
        404,
        "There is no such chart, or it is not shared with you.",
    )
    assert (await vera.post(f"{path}/tiles/t1/export", json={})).status_code == 404
    assert (await vera.post(f"{path}/tiles/t2/results", json={})).status_code == 200


async def test_someone_without_exploring_rights_reads_a_dashboard(content: Content) -> None:
    dashboard = await content.dashboard(tile((await content.chart())["id"]), filters=[REGION_FILTER])
    token = await content.instance.add_person("reader", project_role=Role.VIEWER)
    await content.give_regions("reader@jaffle.example", ["East"])
    path = f"/api/v1/dashboards/{dashboard['id']}"
    async with content.instance.by_token(token) as reader:
        assert (await reader.post(f"{content.project}/query", json=BY_REGION)).status_code == 403
        answer = (await reader.post(f"{path}/tiles/t1/results", json={})).json()
        assert [row[0] for row in answer["rows"]] == ["East"]
        values = (await reader.post(f"{path}/filters/region/values", json={})).json()
        assert values == {"values": ["East"], "truncated": False}


async def test_a_number_closed_by_attribute_stays_closed_on_a_dashboard(
    vera: httpx.AsyncClient, content: Content
) -> None:
    profit = await content.chart(query=PROFIT, config=PROFIT_BARS)
    dashboard = await content.dashboard(tile(profit["id"]))
    path = f"/api/v1/dashboards/{dashboard['id']}/tiles/t1"
    for refused in (await vera.post(f"{path}/results", json={}), await vera.post(f"{path}/export", json={})):
        assert (refused.status_code, refused.json()["code"]) == (403, "chart-refused")
        assert "gross_profit" not in refused.text


async def test_what_one_may_not_open_can_not_be_put_on_a_dashboard(vera: httpx.AsyncClient, content: Content) -> None:
    hidden = await content.chart("Board papers")
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    body = {"name": "x", "spaceId": content.spaces["Sales"], "content": board(tile(hidden["id"]))}
    by_vera = await vera.post(f"{content.project}/dashboards", json=body)
    assert by_vera.status_code == 422
    body["content"] = board(tile(NOBODY))
    unknown = await vera.post(f"{content.project}/dashboards", json=body)
    assert by_vera.json() == unknown.json()
    assert by_vera.json()["details"] == [{"tile": "t1", "cause": "nothing that you may open"}]


async def test_an_editor_keeps_what_others_put_there_without_seeing_it(
    vera: httpx.AsyncClient, content: Content
) -> None:
    hidden = await content.chart("Board papers")
    dashboard = await content.dashboard(tile(hidden["id"]))
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    path = f"/api/v1/dashboards/{dashboard['id']}"
    whole = board(tile(hidden["id"]), {**WORDS, "x": 6})
    changed = await vera.patch(path, json={"basedOn": 1, "content": whole})
    assert (changed.status_code, changed.json()["version"], changed.json()["charts"]) == (200, 2, [])
    assert len((await content.ada.get(path)).json()["content"]["tiles"]) == 2


async def test_each_save_is_a_version_and_restoring_makes_another(content: Content) -> None:
    chart = await content.chart()
    dashboard = await content.dashboard(tile(chart["id"]))
    path = f"/api/v1/dashboards/{dashboard['id']}"
    changed = await content.ada.patch(path, json={"basedOn": 1, "name": "Words", "content": board(WORDS)})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    old = (await content.ada.get(f"{path}/versions/1")).json()
    assert (old["name"], [each["kind"] for each in old["content"]["tiles"]]) == ("Sales", ["chart"])
    answered = await content.ada.post(f"{path}/tiles/t1/results", json={"version": 1})
    assert (answered.status_code, len(answered.json()["rows"])) == (200, 3)
    assert (await content.ada.post(f"{path}/tiles/t1/results", json={})).status_code == 404
    back = await content.ada.post(f"{path}/versions/1/restore")
    assert (back.status_code, back.json()["name"], back.json()["version"]) == (201, "Sales", 3)
    history = (await content.ada.get(f"{path}/versions")).json()
    assert [(save["number"], save["restoredFrom"]) for save in history["items"]] == [(3, 1), (2, None), (1, None)]
    assert (await content.ada.get(f"{path}/versions/9")).status_code == 404


async def test_an_old_version_is_for_those_who_may_manage_it(vera: httpx.AsyncClient, content: Content) -> None:
    dashboard = await content.dashboard(tile((await content.chart())["id"]))
    path = f"/api/v1/dashboards/{dashboard['id']}"
    await content.ada.patch(path, json={"basedOn": 1, "content": board(WORDS)})
    assert (await vera.post(f"{path}/tiles/t1/results", json={"version": 1})).status_code == 403


async def test_whoever_saves_second_is_told_instead_of_overwriting(content: Content, vera: httpx.AsyncClient) -> None:
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    path = f"/api/v1/dashboards/{(await content.dashboard())['id']}"
    assert (await vera.patch(path, json={"basedOn": 1, "name": "Vera's"})).status_code == 200
    late = await content.ada.patch(path, json={"basedOn": 1, "content": board(WORDS)})
    assert (late.status_code, late.json()["code"]) == (409, "saved-meanwhile")
    assert "Vera Klein saved version 2" in late.json()["cause"]
    assert (await content.ada.get(path)).json()["content"]["tiles"] == []


async def test_moving_asks_both_ends_and_leaves_the_charts(content: Content, vera: httpx.AsyncClient) -> None:
    chart = await content.chart("Board papers")
    dashboard = await content.dashboard(tile(chart["id"]), space="Board papers")
    path = f"/api/v1/dashboards/{dashboard['id']}"
    moved = await content.ada.post(f"{path}/move", json={"spaceId": content.spaces["Stores"]})
    assert (moved.status_code, moved.json()["spaceName"]) == (200, "Stores")
    assert (await vera.get(path)).json()["charts"] == []
    assert (await vera.get(f"/api/v1/charts/{chart['id']}")).status_code == 404
    await let_in(content, "Stores", VERA.email, SpaceRole.EDIT)
    assert (await vera.post(f"{path}/move", json={"spaceId": content.spaces["Sales"]})).status_code == 403
    assert (await vera.post(f"{path}/move", json={"spaceId": content.spaces["Finance"]})).status_code == 404
    stays = await vera.post(f"{path}/move", json={"spaceId": content.spaces["Stores"]})
    assert (stays.status_code, stays.json()["spaceName"]) == (200, "Stores")


async def test_deleting_it_leaves_its_charts_and_deleting_a_chart_leaves_a_hole(content: Content) -> None:
    chart = await content.chart()
    dashboard = await content.dashboard(tile(chart["id"]))
    path = f"/api/v1/dashboards/{dashboard['id']}"
    assert (await content.ada.delete(f"/api/v1/charts/{chart['id']}")).status_code == 204
    left = (await content.ada.get(path)).json()
    assert (left["charts"], len(left["content"]["tiles"])) == ([], 1)
    assert (await content.ada.post(f"{path}/tiles/t1/results", json={})).status_code == 404
    kept = await content.ada.patch(path, json={"basedOn": 1, "content": left["content"]})
    assert kept.status_code == 200, "a hole does not stop anybody from saving the rest"
    other = await content.chart()
    assert (await content.ada.delete(path)).status_code == 204
    assert (await content.ada.get(path)).status_code == 404
    assert (await content.ada.get(f"/api/v1/charts/{other['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\u0000b"}, "U+0000"),
        ({"content": {"tabs": []}}, "tabs"),
        ({"content": board({**WORDS, "x": 10, "w": 6})}, "12 columns"),
        ({"content": board({**WORDS, "tab": "other"})}, "tab that is not there"),
        ({"content": board(WORDS, WORDS)}, "two tiles"),
        ({"content": board({**WORDS, "kind": "iframe"})}, "kind"),
        ({"content": board({**WORDS, "html": "<script>"})}, "html"),
        ({"content": board(filters=[{**REGION_FILTER, "fieldId": "stores_nope"}])}, "stores_nope"),
        ({"content": board(filters=[{**REGION_FILTER, "fieldId": "orders_total_revenue"}])}, "orders_total_revenue"),
        ({"content": board(filters=[{**REGION_FILTER, "exploreName": "nope"}])}, "nope"),
        ({"content": board(filters=[{**REGION_FILTER, "targets": [{"tile": "t9"}]}])}, "tile that is not there"),
        ({"content": board(filters=[{**REGION_FILTER, "operator": "inThePast", "values": [3]}])}, "region"),
        ({"creatorId": NOBODY}, "creatorId"),
        ({"spaceId": None}, "spaceId"),
    ],
)
async def test_what_can_not_be_used_is_refused_by_name(content: Content, body: dict[str, Any], says: str) -> None:
    whole = {"name": "x", "spaceId": content.spaces["Sales"], **body}
    answer = await content.ada.post(f"{content.project}/dashboards", json=whole)
    assert answer.status_code in (404, 422), answer.text
    assert says in answer.text


async def test_a_field_that_its_author_may_not_see_is_no_filter(vera: httpx.AsyncClient, content: Content) -> None:
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    chart = await content.chart()
    cost = {"id": "cost", "exploreName": "orders", "fieldId": "orders_order_cost", "values": [1]}
    elsewhere = {**REGION_FILTER, "targets": [{"tile": "t1", "fieldId": "orders_order_cost"}]}
    for each in (cost, elsewhere):
        whole = board(tile(chart["id"]), filters=[each])
        body = {"name": "x", "spaceId": content.spaces["Sales"], "content": whole}
        refused = await vera.post(f"{content.project}/dashboards", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown-field"), refused.text
