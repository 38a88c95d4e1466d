"""A build that spends, without a build."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.kit.instance import ADA, Instance
from vitrail.agent.metering import ModelCall
from vitrail.db.base import new_id, now
from vitrail.settings import ModelProvider, Settings
from vitrail.usage.budgets import Spender
from vitrail.usage.meter import BuildMeter, Spending
from vitrail.usage.tables import BudgetRow

MODEL = "house-model"
PRICES = {"VITRAIL_MODEL_PRICES": '{"house-model": {"input": 1, "output": 10}}'}


def call(sent: int, answered: int = 0, model: str = MODEL) -> ModelCall:
    """With `PRICES`, a million tokens sent cost a dollar."""
    return ModelCall(ModelProvider.OPENAI, model, sent, answered)


class Told:
    """What the builder was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def __call__(self, line: str) -> None:
        self.lines.append(line)


async def spending(instance: Instance, email: str = ADA.email, app: str = "Revenue") -> Spending:
    person = await instance.person(email)
    return Spending(
        Spender(person.organization_id, person.id, instance.project_id),
        person.name,
        "Jaffle shop",
        new_id(),
        app,
        new_id(),
        1,
    )


def meter(instance: Instance, what: Spending, told: Told | None = None, settings: Settings | None = None) -> BuildMeter:
    async def found() -> Spending:
        return what

    return BuildMeter(instance.services.db, settings or instance.services.settings, found, "generating", told or Told())


async def spend(instance: Instance, dollars: float, email: str = ADA.email, **more: Any) -> Spending:
    """One call of so many dollars."""
    what = await spending(instance, email, **more)
    build = meter(instance, what)
    await build.before(call(0))
    await build.after(call(round(dollars * 1_000_000)))
    return what


async def budget(
    instance: Instance,
    dollars: float,
    kind: str = "organization",
    subject_id: str | None = None,
    *,
    warn_at: Sequence[int] = (80,),
    stops: bool = True,
) -> str:
    person = await instance.person(ADA.email)
    row = BudgetRow(
        id=new_id(),
        organization_id=person.organization_id,
        kind=kind,
        subject_id=subject_id,
        limit_micros=round(dollars * 1_000_000),
        warn_at=list(warn_at),
        stops=stops,
        created_at=now(),
        updated_at=now(),
    )
    async with instance.services.db.session() as session:
        session.add(row)
    return row.id
