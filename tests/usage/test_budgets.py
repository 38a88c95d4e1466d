"""Money is asked for before it is spent: budgets stop, warn, and are never given out twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.kit.instance import ADA, VERA, Instance
from tests.usage.spending import PRICES, Told, budget, call, meter, spend, spending
from vitrail.db.base import now
from vitrail.usage.budgets import BudgetReached, month_of
from vitrail.usage.tables import ReservationRow, UsageRow


async def test_a_call_that_fits_is_written_down_and_sets_nothing_aside_for_long(instance: Instance) -> None:
    await budget(instance, 10)
    what = await spending(instance)
    build = meter(instance, what)
    await build.before(call(2_000_000))
    async with instance.services.db.session() as session:
        assert (await session.scalars(select(ReservationRow.cost_micros))).all() == [2_000_000]
    await build.after(call(1_500_000, 100_000))
    async with instance.services.db.session() as session:
        assert (await session.scalars(select(ReservationRow))).all() == []
        row = (await session.scalars(select(UsageRow))).one()
    assert (row.cost_micros, row.input_tokens, row.output_tokens) == (2_500_000, 1_500_000, 100_000)
    assert (row.person_name, row.project_name, row.app_name, row.stage) == (
        "Ada Martin", "Jaffle shop", "Revenue", "generating",
    )  # fmt: skip
    assert await build.close() == 2.5


async def test_a_call_that_does_not_fit_is_not_made(instance: Instance) -> None:
    await budget(instance, 3)
    await spend(instance, 2.5)
    build = meter(instance, await spending(instance))
    with pytest.raises(BudgetReached) as caught:
        await build.before(call(600_000))
    assert caught.value.cause == (
        "The organisation's budget of this month is $3.00, of which $2.50 are spent; the next call may take more than "
        "the 0.50 that are left."
    )
    async with instance.services.db.session() as session:
        assert (await session.scalars(select(ReservationRow))).all() == [], "what was refused is not set aside"
    await build.before(call(400_000))


async def test_a_budget_that_only_warns_stops_nothing(instance: Instance) -> None:
    await budget(instance, 1, stops=False)
    await spend(instance, 5)
    await meter(instance, await spending(instance)).before(call(5_000_000 - 1_000_000))


async def test_the_builder_is_told_once_at_each_level(instance: Instance) -> None:
    await budget(instance, 4, warn_at=[50, 75], stops=False)
    told = Told()
    build = meter(instance, await spending(instance), told)
    for _ in range(4):
        await build.before(call(0))
        await build.after(call(1_000_000))
    assert told.lines == [
        "The organisation's budget of this month is used to 50 %",
        "The organisation's budget of this month is used to 75 %",
    ]
    again = Told()
    later = meter(instance, await spending(instance), again)
    await later.before(call(0))
    await later.after(call(1))
    assert again.lines == [], "levels that were crossed before this build are no news"


async def test_ones_own_budget_comes_before_that_of_everybody(instance: Instance) -> None:
    ada, vera = await instance.person(ADA.email), await instance.person(VERA.email)
    await budget(instance, 1, "person")
    await budget(instance, 100, "person", ada.id)
    await budget(instance, 100, "project", instance.project_id)
    await meter(instance, await spending(instance, ADA.email)).before(call(3_000_000))
    with pytest.raises(BudgetReached, match="Your budget of this month"):
        await meter(instance, await spending(instance, VERA.email)).before(call(3_000_000))
    assert vera.id != ada.id


async def test_others_do_not_spend_a_persons_budget(instance: Instance) -> None:
    await budget(instance, 2, "person")
    await spend(instance, 1.9, ADA.email)
    await meter(instance, await spending(instance, VERA.email)).before(call(1_000_000))


async def test_what_was_spent_last_month_does_not_count(instance: Instance) -> None:
    await budget(instance, 2)
    await spend(instance, 1.9)
    async with instance.services.db.session() as session:
        await session.execute(update(UsageRow).values(at=month_of(now()) - timedelta(seconds=1)))
    await meter(instance, await spending(instance)).before(call(1_000_000))


async def test_builds_at_the_same_time_are_not_given_the_same_money(instance: Instance) -> None:
    await budget(instance, 3)
    builds = [meter(instance, await spending(instance)) for _ in range(8)]
    answers = await asyncio.gather(*(build.before(call(1_000_000)) for build in builds), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, BudgetReached)]
    assert answers.count(None) == 3
    assert len(refused) == 5


async def test_money_that_a_dead_process_set_aside_is_free_again(instance: Instance) -> None:
    await budget(instance, 1)
    await meter(instance, await spending(instance)).before(call(900_000))
    with pytest.raises(BudgetReached):
        await meter(instance, await spending(instance)).before(call(900_000))
    async with instance.services.db.session() as session:
        await session.execute(update(ReservationRow).values(expires_at=now() - timedelta(seconds=1)))
    await meter(instance, await spending(instance)).before(call(900_000))


async def test_a_call_that_was_never_answered_costs_nothing(instance: Instance) -> None:
    await budget(instance, 1)
    build = meter(instance, await spending(instance))
    await build.before(call(900_000))
    await build.after(None)
    await build.before(call(900_000))
    async with instance.services.db.session() as session:
        assert (await session.scalars(select(UsageRow))).all() == []


async def test_one_build_has_a_limit_of_its_own(instance: Instance) -> None:
    what = await spending(instance)
    build = meter(instance, what)
    await build.before(call(4_000_000))
    await build.after(call(4_000_000))
    with pytest.raises(BudgetReached, match=r"One build may cost \$5\.00; this one has cost \$4\.00"):
        await meter(instance, what).before(call(2_000_000))


async def test_without_a_known_price_the_cost_is_unknown_and_no_budget_stops(instance: Instance) -> None:
    await budget(instance, 0.01)
    build = meter(instance, await spending(instance))
    await build.before(call(5_000_000, model="nobody-knows"))
    await build.after(call(5_000_000, model="nobody-knows"))
    assert await build.close() is None
    assert PRICES
