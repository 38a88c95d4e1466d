"""The demo's own charts and dashboard: each answers, each person sees their rows, and a second start adds nothing."""

from __future__ import annotations

import httpx

from tests.content.kit import Content
from tests.kit.instance import ADA
from vitrail.demo.content import CHARTS, fill
from vitrail.demo.seed import SPACES


async def _filled(content: Content) -> None:
    state = content.instance.app.state
    await fill(state.services, state.data, content.instance.project_id, author=ADA.email)


async def test_six_charts_and_a_dashboard_lie_in_nested_spaces(content: Content, vera: httpx.AsyncClient) -> None:
    await _filled(content)
    await _filled(content)
    for person in (content.ada, vera):
        items = (await person.get(f"{content.project}/content")).json()["items"]
        assert sorted(each["kind"] for each in items) == ["chart"] * 6 + ["dashboard"]
    nested = {name for name, parent, _ in SPACES if parent}
    assert {each["spaceName"] for each in items} <= nested
    assert {each["look"] for each in items} == {"area", "horizontal_bar", "table", "line", "pie", "big_number", ""}


async def test_every_tile_answers_both_people_with_their_own_rows(content: Content, vera: httpx.AsyncClient) -> None:
    await _filled(content)
    [dashboard] = (await content.ada.get(f"{content.project}/dashboards")).json()["items"]
    whole = (await content.ada.get(f"/api/v1/dashboards/{dashboard['id']}")).json()
    tiles = [tile for tile in whole["content"]["tiles"] if tile["kind"] == "chart"]
    assert len(tiles) == len(CHARTS) == len(whole["charts"])
    for tile in tiles:
        path = f"/api/v1/dashboards/{dashboard['id']}/tiles/{tile['id']}/results"
        everything, hers = (await content.ada.post(path, json={})).json(), (await vera.post(path, json={})).json()
        assert everything["rows"], tile
        assert hers["rows"] and hers["rows"] != everything["rows"], tile
        west = {
            "filters": [{"id": "region", "values": ["West"]}, {"id": "date", "values": ["2025-01-01", "2026-12-31"]}]
        }
        narrowed = (await content.ada.post(path, json=west)).json()
        assert narrowed["filteredBy"] == ["region", "date"], tile
        assert narrowed["rows"] and narrowed["rows"] != everything["rows"], tile


async def test_what_somebody_deleted_does_not_come_back(content: Content) -> None:
    await _filled(content)
    [dashboard] = (await content.ada.get(f"{content.project}/dashboards")).json()["items"]
    await content.ada.delete(f"/api/v1/dashboards/{dashboard['id']}")
    await _filled(content)
    assert (await content.ada.get(f"{content.project}/dashboards")).json()["total"] == 0
