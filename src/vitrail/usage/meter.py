"""A build's meter: budgets before each model call, the ledger after it, a word to the builder at each warning level."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from vitrail.agent.metering import ModelCall
from vitrail.db.base import new_id, now
from vitrail.db.engine import Database
from vitrail.settings import ModelProvider, Settings
from vitrail.usage import budgets, repository
from vitrail.usage.budgets import BudgetReached, Spender, Standing
from vitrail.usage.prices import Priced, Tokens, price
from vitrail.usage.tables import UsageRow

Tell = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Spending:
    """What money is spent on: one version of one app, by whom and where, with the names of the day."""

    spender: Spender
    person_name: str
    project_name: str
    app_id: str
    app_name: str
    version_id: str
    version: int

    def row(self, kind: str, stage: str, at: datetime) -> UsageRow:
        """A line of the ledger, still without figures."""
        return UsageRow(
            id=new_id(),
            organization_id=self.spender.organization_id,
            at=at,
            day=at.date().isoformat(),
            kind=kind,
            person_id=self.spender.person_id,
            person_name=self.person_name,
            project_id=self.spender.project_id,
            project_name=self.project_name,
            app_id=self.app_id,
            app_name=self.app_name,
            version_id=self.version_id,
            version=self.version,
            stage=stage,
        )


class BuildMeter:
    """The `Meter` of one stage of one build. `tell` brings a line to the builder's page."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        find_spending: Callable[[], Awaitable[Spending]],
        stage: str,
        tell: Tell,
    ) -> None:
        self._database = database
        self._settings = settings
        self._find_spending = find_spending
        self._found: Spending | None = None
        self._stage = stage
        self._tell = tell
        self._reserved: list[str] = []
        self._told: set[tuple[str, int]] = set()
        self._asked = False
        self._planned: list[ModelCall] = []

    async def before(self, expected: ModelCall) -> None:
        """Raises `BudgetReached` when the build's own limit or a budget has no room for the call."""
        if expected.provider is ModelProvider.OFFLINE:
            return
        cost = self._price(expected).cost_micros or 0
        at, spending = now(), await self._spending()
        async with self._database.session() as session:
            so_far, _ = await repository.spent_on_version(session, spending.version_id)
            limit = round(self._settings.agent_max_cost * 1e6)
            if cost and so_far + cost > limit:
                raise BudgetReached(
                    f"One build may cost ${limit / 1e6:,.2f}; this one has cost ${so_far / 1e6:,.2f}, and the next "
                    f"call may take ${cost / 1e6:,.2f}.",
                    cure="Ask for less at once, or have the operator raise VITRAIL_AGENT_MAX_COST.",
                )
            if not self._asked:  # levels that were crossed before this build are no news
                self._told = _crossed(await budgets.standings(session, spending.spender, at))
                self._asked = True
            self._reserved.append(await budgets.set_aside(session, spending.spender, cost, at))

    async def after(self, call: ModelCall | None) -> None:
        """One line of the ledger, and what was set aside is free again."""
        if call is not None and call.provider is ModelProvider.OFFLINE:
            self._planned.append(call)
            return
        at, spending = now(), await self._spending()
        async with self._database.session() as session:
            await repository.release(session, self._reserved)
            if call is not None:
                session.add(self._line(spending, call, at))
                await session.flush()
            found = await budgets.standings(session, spending.spender, at)
        self._reserved.clear()
        await self._warn(found)

    async def close(self) -> float | None:
        """At the end of the stage: writes the offline planner's calls, which cost nothing, as one line. Gives what
        the version's calls have cost so far, all stages together, in US dollars; None where a price is not known."""
        spending = await self._spending()
        async with self._database.session() as session:
            if self._planned:
                line = self._line(spending, self._planned[0], now())
                line.calls = len(self._planned)
                session.add(line)
                self._planned.clear()
                return 0.0
            cost, known = await repository.spent_on_version(session, spending.version_id)
        return cost / 1e6 if known else None

    async def _warn(self, found: list[Standing]) -> None:
        crossed = _crossed(found)
        for standing in found:
            if any(mark[0] == standing.budget.id for mark in crossed - self._told):
                await self._tell(f"{standing.name()} is used to {standing.percent:.0f} %")
        self._told |= crossed

    async def _spending(self) -> Spending:
        if self._found is None:
            self._found = await self._find_spending()
        return self._found

    def _line(self, spending: Spending, call: ModelCall, at: datetime) -> UsageRow:
        row = spending.row("model", self._stage, at)
        priced = self._price(call)
        row.calls = 1
        row.provider, row.model = call.provider.value, call.model
        row.input_tokens, row.output_tokens = call.input_tokens, call.output_tokens
        row.cache_read_tokens, row.cache_write_tokens = call.cache_read_tokens, call.cache_write_tokens
        row.cost_micros = priced.cost_micros
        row.price = dict(priced.source) if priced.source else None
        return row

    def _price(self, call: ModelCall) -> Priced:
        tokens = Tokens(call.input_tokens, call.output_tokens, call.cache_read_tokens, call.cache_write_tokens)
        return price(self._settings.model_prices, call.provider, call.model, tokens)


async def write_sandbox(database: Database, settings: Settings, spending: Spending, seconds: float) -> None:
    """One line for the time that a build had a sandbox."""
    line = spending.row("sandbox", "sandbox", now())
    line.provider, line.seconds = settings.sandbox, seconds
    line.cost_micros = round(settings.sandbox_price_per_hour * 1_000_000 * Decimal(str(seconds)) / 3600)
    async with database.session() as session:
        session.add(line)


def _crossed(found: list[Standing]) -> set[tuple[str, int]]:
    return {
        (standing.budget.id, percent)
        for standing in found
        for percent in standing.budget.warn_at
        if standing.percent >= percent
    }
