"""How old a saved question's numbers are, asking the warehouse anew, and the totals that a table shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from tests.content.kit import BARS, BY_REGION, REGION_FILTER, Content, tile
from vitrail.charts.config import ChartConfig, TableLook

REVENUE = "orders_total_revenue"
TABLE: dict[str, Any] = {"type": "table", "totals": True}


def as_of(answer: httpx.Response) -> datetime:
    assert answer.status_code == 200, answer.text
    return datetime.fromisoformat(answer.json()["asOf"])


async def revenue(content: Content, regions: list[str] | None = None) -> float:
    """What the warehouse says without any dimension: the truth that totals are held against."""
    rule = {"target": {"fieldId": "stores_region"}, "operator": "equals", "values": regions}
    filters = {"dimensions": {"and": [rule]}} if regions else {}
    query = {"exploreName": "orders", "metrics": [REVENUE], "filters": filters}
    answer = await content.ada.post(f"{content.project}/query", json=query)
    return float(answer.json()["rows"][0][0])


@pytest.fixture(params=["chart", "tile"])
async def path(content: Content, request: pytest.FixtureRequest) -> str:
    """Where a chart answers: on its own page, and on a dashboard."""
    chart = await content.chart()
    if request.param == "chart":
        return f"/api/v1/charts/{chart['id']}/results"
    return f"/api/v1/dashboards/{(await content.dashboard(tile(chart['id'])))['id']}/tiles/t1/results"


class TestAges:
    async def test_a_kept_answer_keeps_its_age_until_the_warehouse_is_asked_anew(
        self, content: Content, path: str
    ) -> None:
        first = as_of(await content.ada.post(path, json={}))
        assert abs(datetime.now(UTC) - first) < timedelta(minutes=5)
        assert as_of(await content.ada.post(path, json={})) == first
        anew = as_of(await content.ada.post(path, json={"refresh": True}))
        assert anew > first
        assert as_of(await content.ada.post(path, json={})) == anew

    @pytest.mark.parametrize("flag", ["yes", 1, None, [True]])
    async def test_a_refresh_is_asked_for_with_true_or_false(self, content: Content, path: str, flag: object) -> None:
        assert (await content.ada.post(path, json={"refresh": flag})).status_code == 422


class TestTotals:
    async def test_a_table_shows_them_over_all_rows_and_not_only_those_that_it_shows(self, content: Content) -> None:
        chart = await content.chart(query={**BY_REGION, "limit": 1}, config=TABLE)
        assert chart["config"]["totals"] is True
        answer = (await content.ada.post(f"/api/v1/charts/{chart['id']}/results", json={})).json()
        assert (len(answer["rows"]), answer["truncated"]) == (1, True)
        dimension, total = answer["totals"]
        assert dimension is None
        assert float(total) == pytest.approx(await revenue(content))
        assert float(total) > float(answer["rows"][0][1])

    async def test_each_viewer_has_totals_of_their_own_rows(self, vera: httpx.AsyncClient, content: Content) -> None:
        chart = await content.chart(config=TABLE)
        answer = (await vera.post(f"/api/v1/charts/{chart['id']}/results", json={})).json()
        assert float(answer["totals"][1]) == pytest.approx(await revenue(content, ["West"]))

    async def test_on_a_dashboard_they_hold_under_its_filters(self, content: Content) -> None:
        chart = await content.chart(config=TABLE)
        dashboard = await content.dashboard(tile(chart["id"]), filters=[REGION_FILTER])
        path = f"/api/v1/dashboards/{dashboard['id']}/tiles/t1/results"
        chosen = {"filters": [{"id": "region", "values": ["East", "West"]}]}
        answer = (await content.ada.post(path, json=chosen)).json()
        assert [row[0] for row in answer["rows"]] == ["East", "West"]
        assert float(answer["totals"][1]) == pytest.approx(await revenue(content, ["East", "West"]))

    async def test_the_drawing_of_the_version_decides(self, content: Content) -> None:
        chart = await content.chart(config=TABLE)
        path = f"/api/v1/charts/{chart['id']}"
        change = {"basedOn": 1, "config": {"type": "table", "totals": False}}
        assert (await content.ada.patch(path, json=change)).status_code == 200
        assert (await content.ada.post(f"{path}/results", json={})).json()["totals"] is None
        assert (await content.ada.post(f"{path}/results", json={"version": 1})).json()["totals"] is not None

    async def test_a_file_holds_rows_only(self, content: Content) -> None:
        plain, with_totals = await content.chart(config={"type": "table"}), await content.chart(config=TABLE)
        files = [await content.ada.post(f"/api/v1/charts/{chart['id']}/export") for chart in (plain, with_totals)]
        assert files[0].text == files[1].text
        assert len(files[0].text.splitlines()) == 4

    async def test_no_other_kind_of_chart_has_them(self, content: Content) -> None:
        body = {"name": "x", "spaceId": content.spaces["Sales"], "query": BY_REGION, "config": {**BARS, "totals": True}}
        assert (await content.ada.post(f"{content.project}/charts", json=body)).status_code == 422
        chart = await content.chart()
        assert (await content.ada.post(f"/api/v1/charts/{chart['id']}/results", json={})).json()["totals"] is None


def test_a_table_that_was_saved_before_there_were_totals_has_none() -> None:
    config = TypeAdapter[ChartConfig](ChartConfig).validate_python({"type": "table", "columns": [], "bars": True})
    assert isinstance(config, TableLook)
    assert config.totals is False
