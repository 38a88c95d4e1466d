"""Follow-ups edit the plan: what changes, what stays, what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.agent.composing import card, facts_of, planner_for
from vitrail.agent.composer.follow_up import follow_up
from vitrail.agent.composer.plan import AppPlan
from vitrail.agent.composer.planned import Planned

FIRST = (
    "Monthly revenue by store, with a filter on customer type, orders by channel as a pie chart, "
    "and the top ten products"
)
CASES = yaml.safe_load(Path(__file__).with_name("composer_follow_ups.yml").read_text())


async def app() -> AppPlan:
    return (await planner_for("demo").plan(FIRST)).plan


async def after(*prompts: str) -> tuple[AppPlan, Planned]:
    planner, plan = planner_for("demo"), await app()
    for prompt in prompts:
        planned = await follow_up(planner, plan, prompt)
        plan = planned.plan
    return plan, planned


@pytest.mark.parametrize("case", CASES, ids=[case["prompt"] for case in CASES])
async def test_a_follow_up(case: dict[str, Any]) -> None:
    before = await app()
    plan, planned = await after(case["prompt"])
    old, new = [card(p) for p in before.pieces], [card(p) for p in plan.pieces]
    facts = facts_of(planned)
    assert [c for c in old if c not in new] == case.get("removed", [])
    assert sorted(c for c in new if c not in old) == sorted(case.get("added", []))
    assert facts.get("filters", []) == case.get("filters", ["customers_customer_type"])
    assert facts.get("period") == case.get("period")
    assert facts.get("where", []) == case.get("where", [])
    assert planned.not_understood == case.get("not understood", [])
    assert plan.title == case.get("title", before.title)
    for words in case.get("says", []):
        assert words in " ".join(planned.remarks)


async def test_follow_ups_build_on_each_other() -> None:
    plan, _ = await after(
        "add average order value by store as a bar chart", "make it a table", "remove the pie", "call it Stores"
    )
    assert plan.title == "Stores"
    assert "table orders_average_order_value by stores_store_name" in [card(p) for p in plan.pieces]
    assert not any(p.chart == "pie" for p in plan.pieces)


async def test_the_last_card_is_never_removed() -> None:
    plan, planned = await after("keep only the trend", "remove the trend")
    assert len(plan.pieces) == 1
    assert "empty app" in " ".join(planned.remarks)


async def test_a_tab_is_an_overview_of_what_it_is_named_for() -> None:
    plan, _ = await after("add a tab for customers")
    assert plan.tabs == ["Overview", "Customers"]
    assert {p.tab for p in plan.pieces} == {"Overview", "Customers"}
    assert any(p.tab == "Customers" and p.metrics == ["customers_number_of_customers"] for p in plan.pieces)
