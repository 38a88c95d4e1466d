"""A dashboard's filters: which tiles they reach, what a viewer may set, what there is to choose from, exports."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.content.kit import REGION_FILTER, Content, tile

BY_MONTH: dict[str, Any] = {
    "exploreName": "orders",
    "dimensions": ["orders_order_date_month"],
    "metrics": ["orders_order_count"],
    "sorts": [{"fieldId": "orders_order_date_month"}],
}
PRODUCTS: dict[str, Any] = {"exploreName": "products", "dimensions": ["products_category"], "metrics": []}
TABLE = {"type": "table"}
DATE_FILTER: dict[str, Any] = {"id": "date", "exploreName": "orders", "fieldId": "orders_order_date"}


async def answer(client: httpx.AsyncClient, dashboard: dict[str, Any], ask: dict[str, Any], at: str = "t1") -> Any:
    found = await client.post(f"/api/v1/dashboards/{dashboard['id']}/tiles/{at}/results", json=ask)
    assert found.status_code == 200, found.text
    return found.json()


def choose(*values: object, at: str = "region", **more: object) -> dict[str, Any]:
    return {"filters": [{"id": at, "values": list(values), **more}]}


async def test_a_filter_asks_anew_and_can_only_take_rows_away(content: Content, vera: httpx.AsyncClient) -> None:
    dashboard = await content.dashboard(tile((await content.chart())["id"]), filters=[REGION_FILTER])
    open_ = await answer(content.ada, dashboard, {})
    assert (len(open_["rows"]), open_["filteredBy"], open_["notFilteredBy"]) == (3, [], [])
    east = await answer(content.ada, dashboard, choose("East"))
    assert ([row[0] for row in east["rows"]], east["filteredBy"]) == (["East"], ["region"])
    two = await answer(content.ada, dashboard, choose("East", "West"))
    assert [row[0] for row in two["rows"]] == ["East", "West"]
    assert (await answer(vera, dashboard, choose("East")))["rows"] == []
    assert [row[0] for row in (await answer(vera, dashboard, choose("East", "West")))["rows"]] == ["West"]


async def test_what_is_saved_holds_until_a_viewer_says_otherwise(content: Content) -> None:
    saved = {**REGION_FILTER, "values": ["West"]}
    dashboard = await content.dashboard(tile((await content.chart())["id"]), filters=[saved])
    assert [row[0] for row in (await answer(content.ada, dashboard, {}))["rows"]] == ["West"]
    assert [row[0] for row in (await answer(content.ada, dashboard, choose("East")))["rows"]] == ["East"]
    assert len((await answer(content.ada, dashboard, choose()))["rows"]) == 3


async def test_a_locked_filter_stays_and_an_unknown_one_is_refused(content: Content) -> None:
    saved = {**REGION_FILTER, "values": ["West"], "locked": True, "label": "Region"}
    dashboard = await content.dashboard(tile((await content.chart())["id"]), filters=[saved])
    path = f"/api/v1/dashboards/{dashboard['id']}/tiles/t1/results"
    locked = await content.ada.post(path, json=choose("East"))
    assert (locked.status_code, "Region is fixed" in locked.json()["cause"]) == (422, True)
    unknown = await content.ada.post(path, json=choose("East", at="country"))
    assert (unknown.status_code, "no filter country" in unknown.json()["cause"]) == (422, True)


async def test_it_reaches_the_charts_that_know_its_field_and_says_which_it_does_not(content: Content) -> None:
    revenue, menu = await content.chart(), await content.chart(query=PRODUCTS, config=TABLE)
    dashboard = await content.dashboard(
        tile(revenue["id"], "t1"), tile(menu["id"], "t2", x=6), filters=[{**REGION_FILTER, "values": ["West"]}]
    )
    missed = await answer(content.ada, dashboard, {}, "t2")
    assert (len(missed["rows"]) > 1, missed["filteredBy"], missed["notFilteredBy"]) == (True, [], ["region"])


async def test_targets_turn_a_filter_off_for_a_tile_or_put_it_on_another_field(content: Content) -> None:
    chart = (await content.chart())["id"]
    by_city = {**REGION_FILTER, "fieldId": "stores_city", "values": ["West"]}
    targets = [{"tile": "off", "fieldId": None}, {"tile": "other", "fieldId": "stores_region"}]
    dashboard = await content.dashboard(
        tile(chart, "plain"),
        tile(chart, "off", x=6),
        tile(chart, "other", y=6),
        filters=[{**by_city, "targets": targets}],
    )
    assert (await answer(content.ada, dashboard, {}, "plain"))["rows"] == []
    off = await answer(content.ada, dashboard, {}, "off")
    assert (len(off["rows"]), off["notFilteredBy"]) == (3, ["region"])
    assert [row[0] for row in (await answer(content.ada, dashboard, {}, "other"))["rows"]] == ["West"]


async def test_dates_by_range_and_relative_to_today(content: Content) -> None:
    chart = await content.chart(
        query=BY_MONTH, config={"type": "line", "x": "orders_order_date_month", "y": ["orders_order_count"]}
    )
    saved = {**DATE_FILTER, "operator": "inThePast", "values": [10], "settings": {"unitOfTime": "years"}}
    dashboard = await content.dashboard(tile(chart["id"]), filters=[saved])
    every = (await answer(content.ada, dashboard, {}))["rows"]
    assert len(every) > 24
    first = every[0][0]
    between = choose(first, first[:8] + "28", at="date", operator="inBetween")
    assert [row[0] for row in (await answer(content.ada, dashboard, between))["rows"]] == [first]
    # The unit is the dashboard's when the viewer names only how many.
    assert len((await answer(content.ada, dashboard, choose(20, at="date")))["rows"]) == len(every)


async def test_values_to_choose_from_are_those_that_the_viewer_may_see(
    content: Content, vera: httpx.AsyncClient
) -> None:
    dashboard = await content.dashboard(
        tile((await content.chart())["id"]),
        filters=[REGION_FILTER, DATE_FILTER, {**REGION_FILTER, "id": "store", "fieldId": "stores_store_name"}],
    )
    path = f"/api/v1/dashboards/{dashboard['id']}/filters"
    every = (await content.ada.post(f"{path}/region/values", json={})).json()
    assert every == {"values": ["Central", "East", "West"], "truncated": False}
    assert (await vera.post(f"{path}/region/values", json={})).json()["values"] == ["West"]
    some = (await content.ada.post(f"{path}/store/values", json={"q": "mission"})).json()["values"]
    assert some == ["Mission Street"]
    days = await content.ada.post(f"{path}/date/values", json={"q": "2024"})
    assert days.status_code == 200, "words say nothing about days: they are left aside"
    assert (days.json()["truncated"], len(days.json()["values"])) == (True, 100)
    assert (await content.ada.post(f"{path}/nope/values", json={})).status_code == 404


async def test_an_export_holds_the_filtered_rows_and_needs_its_scope(content: Content, vera: httpx.AsyncClient) -> None:
    dashboard = await content.dashboard(tile((await content.chart())["id"]), filters=[REGION_FILTER])
    path = f"/api/v1/dashboards/{dashboard['id']}/tiles/t1/export"
    file = await content.ada.post(path, json=choose("East"))
    assert (file.status_code, file.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert [line.split(",")[0] for line in file.text.splitlines()] == ["Store region", "East"]
    assert (await vera.post(path, json=choose("East"))).text.splitlines() == ["Store region,Total revenue"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"filters": [{"id": "region", "values": ["x"] * 201}]},
        {"filters": [{"id": "region", "values": ["x" * 1001]}]},
        {"filters": [{"id": "region", "values": ["a\u0000b"]}]},
        {"filters": [{"id": "region", "values": [{"a": 1}]}]},
        {"filters": [{"id": "region", "operator": "sql", "values": ["1=1"]}]},
        {"filters": [{"id": "region", "fieldId": "orders_order_cost", "values": [1]}]},
        {"filters": [{"id": "region", "values": ["West"]}] * 51},
        {"version": 0},
    ],
)
async def test_a_question_that_can_not_be_used_is_refused(content: Content, wrong: dict[str, Any]) -> None:
    dashboard = await content.dashboard(tile((await content.chart())["id"]), filters=[REGION_FILTER])
    found = await content.ada.post(f"/api/v1/dashboards/{dashboard['id']}/tiles/t1/results", json=wrong)
    assert found.status_code == 422, found.text


async def test_a_value_is_a_value_and_never_sql(content: Content) -> None:
    dashboard = await content.dashboard(tile((await content.chart())["id"]), filters=[REGION_FILTER])
    for value in ("West' or 1=1 --", "'; drop table orders; --", "\\", "%", "☃" * 500):
        assert (await answer(content.ada, dashboard, choose(value)))["rows"] == []
