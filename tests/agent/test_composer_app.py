"""The offline planner as a model: the same loop, tools and events as any other, from a prompt to files and a reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic_ai.workspaces import LocalWorkspaceBackend

from tests.agent.composing import DEMO_VALUES
from tests.agent.kit import Steps, app_folder, demo_catalog, task
from vitrail.agent import errors
from vitrail.agent.models import make_model
from vitrail.agent.run import AgentLimits, AgentResult, AgentTools, mend_app, write_app
from vitrail.catalog.model import Catalog, ExploreName
from vitrail.query.metric_query import MetricQuery
from vitrail.settings import load_settings

NEWCOMER = "Monthly revenue by store, with a filter on customer type, and the top ten products"


async def demo_values(query: MetricQuery) -> Any:
    values = DEMO_VALUES.get(query.dimensions[0] if query.dimensions else "", ["a", "b"])
    columns = [SimpleNamespace(id=i, type="string") for i in [*query.dimensions, *query.metrics]]
    return SimpleNamespace(columns=columns, rows=[[v] for v in values][: query.limit], truncated=False)


def checker(*answers: list[str]) -> Callable[[], Awaitable[list[str]]]:
    """A check that gives these problems in turn, then none."""
    left = list(answers)

    async def check() -> list[str]:
        return left.pop(0) if left else []

    return check


class Story:
    """Prompts to one app, one after the other."""

    def __init__(self, root: Path, *, tools: AgentTools | None = None, catalog: Catalog | None = None) -> None:
        self.root = root
        self.workspace: LocalWorkspaceBackend = app_folder(root)
        self.tools = tools or AgentTools(run_query=demo_values, check=checker())
        self.catalog = catalog or demo_catalog()
        self.steps = Steps()
        self.last: AgentResult | None = None

    async def say(self, prompt: str, *, follow_up: bool | None = None) -> AgentResult:
        asked = task(
            self.workspace, prompt,
            history=self.last.history if self.last else None,
            follow_up=self.last is not None if follow_up is None else follow_up,
        )  # fmt: skip
        asked = replace(asked, catalog=self.catalog)
        self.last = await write_app(asked, make_model(load_settings()), self.tools, self.steps, AgentLimits())
        return self.last

    @property
    def app(self) -> str:
        return (self.root / "src" / "App.tsx").read_text()

    @property
    def plan(self) -> dict[str, Any]:
        return json.loads((self.root / "src" / "app.plan.json").read_text())


async def test_the_newcomers_story(tmp_path: Path) -> None:
    story = Story(tmp_path)
    first = await story.say(NEWCOMER)
    assert "<LineChartCard" in story.app and "stores_store_name" in story.app
    assert "topN={10}" in story.app and "products_product_name" in story.app
    assert "useFilterValues('orders', 'customers_customer_type')" in story.app
    assert first.name == "Total revenue by month and store"
    assert first.not_understood == ()
    assert "offline planner (rules, no language model)" in first.reply
    assert first.usage.input_tokens == 0 and first.usage.cost == 0
    assert set(first.changed) == {"src/App.tsx", "src/app.plan.json"}
    assert story.steps.titles("tool") == [
        f"Searching the catalog for “{NEWCOMER}”",
        "Reading what orders offers",
        "Reading what order_items offers",
        "Trying a query on orders",
        "Writing src/App.tsx",
        "Writing src/app.plan.json",
        "Naming the app “Total revenue by month and store”",
        "Checking types and build",
    ]

    second = await story.say("make the trend a line chart and add average order value")
    assert "is a line chart already" in second.reply
    assert "Added “Average order value”" in second.reply
    assert 'value="orders_average_order_value"' in story.app
    assert "<LineChartCard" in story.app  # the rest stays


async def test_what_is_not_understood_is_quoted_with_the_nearest_names(tmp_path: Path) -> None:
    result = await Story(tmp_path).say("Revenue by month and by flavour, and a forecast")
    assert result.not_understood == ("flavour", "forecast")
    assert "**Not understood:**" in result.reply and "“flavour”" in result.reply
    assert "nearest in the catalog" in result.reply


async def test_many_series_are_cut_to_the_largest(tmp_path: Path) -> None:
    async def many(query: MetricQuery) -> Any:
        columns = [SimpleNamespace(id=query.dimensions[0], type="string")]
        return SimpleNamespace(columns=columns, rows=[[f"s{i}"] for i in range(30)], truncated=False)

    story = Story(tmp_path, tools=AgentTools(run_query=many))
    await story.say("Monthly revenue by store")
    assert "trendSeries.loading" in story.app
    assert ".limit(8)" in story.app


async def test_an_edit_by_somebody_else_is_kept_where_it_does_not_collide(tmp_path: Path) -> None:
    story = Story(tmp_path)
    await story.say(NEWCOMER)
    edited = story.app.replace("horizontal\n", "horizontal\n        height={500}\n")
    (tmp_path / "src" / "App.tsx").write_text(edited)
    result = await story.say("make the trend an area chart")
    assert "height={500}" in story.app and "<AreaChartCard" in story.app
    assert "Somebody else had edited src/App.tsx" in result.reply


async def test_an_edit_that_collides_is_left_alone_and_said(tmp_path: Path) -> None:
    story = Story(tmp_path)
    await story.say(NEWCOMER)
    edited = story.app.replace("LineChartCard", "MyOwnChart")
    (tmp_path / "src" / "App.tsx").write_text(edited)
    result = await story.say("make the trend an area chart")
    assert story.app == edited
    assert "I left the source as it is" in result.reply


async def test_a_merge_that_does_not_build_is_taken_back(tmp_path: Path) -> None:
    story = Story(tmp_path)
    await story.say(NEWCOMER)
    edited = story.app.replace("horizontal\n", "horizontal\n        height={500}\n")
    (tmp_path / "src" / "App.tsx").write_text(edited)
    before = story.plan["pieces"]
    story.tools = AgentTools(run_query=demo_values, check=checker(["src/App.tsx:1:1 TS1: broken"]))
    result = await story.say("make the trend an area chart")
    assert story.app == edited and story.plan["pieces"] == before
    assert "I left the source as it is" in result.reply


async def test_an_app_of_another_model_is_written_anew_and_said(tmp_path: Path) -> None:
    story = Story(tmp_path)
    result = await story.say("orders by channel", follow_up=True)
    assert "not written by the offline planner" in result.reply
    assert "orders_channel" in story.app


async def test_a_card_that_does_not_check_is_taken_out_and_said(tmp_path: Path) -> None:
    problem = "src/App.tsx:40:5 TS2322: Type '\"products_product_name\"' is not assignable."
    story = Story(tmp_path, tools=AgentTools(run_query=demo_values, check=checker([problem])))
    result = await story.say(NEWCOMER)
    assert "products_product_name" not in story.app and "stores_store_name" in story.app
    assert "I took it out" in result.reply
    assert "Top ten products by product revenue" in result.not_understood


async def test_mending_takes_out_what_the_finding_names(tmp_path: Path) -> None:
    story = Story(tmp_path)
    first = await story.say(NEWCOMER)
    choice = make_model(load_settings())
    broken = task(story.workspace, NEWCOMER)
    finding = "The query “Top ten products by product revenue” failed: timeout"
    mended = await mend_app(broken, [finding], first, choice, story.tools, story.steps, AgentLimits())
    assert "products_product_name" not in story.app and "stores_store_name" in story.app
    assert mended.usage.requests > first.usage.requests
    before = story.app
    again = await mend_app(broken, ["The page stayed blank."], mended, choice, story.tools, story.steps, AgentLimits())
    assert story.app == before
    assert "can't mend" in again.reply


async def test_fields_that_left_the_catalog_leave_the_app(tmp_path: Path) -> None:
    story = Story(tmp_path)
    await story.say(NEWCOMER)
    explores = {n: e for n, e in demo_catalog().explores.items() if n != "order_items"}
    story.catalog = Catalog(explores, "smaller")
    result = await story.say("add order count")
    assert "products_product_name" not in story.app
    assert "No longer in the catalog" in result.reply


@pytest.mark.parametrize("prompt", ["asdf qwer", "hello", "?!…", "🙂🙂", "x" * 30_000, "’’’’ “"])
async def test_a_prompt_that_says_nothing_still_gives_an_app(tmp_path: Path, prompt: str) -> None:
    story = Story(tmp_path)
    async with asyncio.timeout(20):
        result = await story.say(prompt)
    assert "<KpiCard" in story.app
    assert "left it open what to show" in result.reply


async def test_nothing_to_ask_is_said(tmp_path: Path) -> None:
    story = Story(tmp_path, catalog=Catalog({}, "none"))
    with pytest.raises(errors.NothingToAsk, match="no explore"):
        await story.say("revenue")


async def test_an_explore_without_measures_becomes_a_table(tmp_path: Path) -> None:
    stores = demo_catalog().explores[ExploreName("stores")]
    bare = replace(stores.base, metrics={})
    explore = replace(stores, tables={bare.name: bare})
    story = Story(tmp_path, catalog=Catalog({explore.name: explore}, "bare"))
    await story.say("what do we have?")
    assert "<DataTable" in story.app


async def test_two_runs_write_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = Story(tmp_path / "a"), Story(tmp_path / "b")
    await asyncio.gather(one.say(NEWCOMER), two.say(NEWCOMER))
    assert one.app == two.app and one.plan == two.plan
