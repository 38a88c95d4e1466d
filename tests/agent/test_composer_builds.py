"""Every composed app passes the real toolchain: types against the catalog, references that can be read, a build."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.agent.composing import card, catalog_of, planner_for
from tests.agent.test_composer_follow_ups import CASES as FOLLOW_UPS
from tests.agent.test_composer_follow_ups import FIRST
from vitrail.agent.composer.follow_up import follow_up
from vitrail.agent.composer.plan import AppPlan
from vitrail.agent.composer.planner import Planner
from vitrail.agent.composer.writer import TOP_SERIES, files_of
from vitrail.catalog.model import Catalog, Explore
from vitrail.sandbox.local import LocalProvider
from vitrail.sandbox.provider import SandboxSpec
from vitrail.sandbox.toolchain import Toolchain, ToolchainService, ensure_toolchain, prepare_workspace

pytestmark = [pytest.mark.toolchain, pytest.mark.sandbox]

CASES = yaml.safe_load(Path(__file__).with_name("composer_prompts.yml").read_text())
Bench = Callable[[Catalog], AbstractAsyncContextManager["Build"]]


class Build:
    """A workspace with one catalog's types and the warm service."""

    def __init__(self, service: ToolchainService, sandbox: object, catalog: Catalog) -> None:
        self.service = service
        self._sandbox = sandbox
        self._catalog = catalog

    async def problems(self, plan: AppPlan) -> list[str]:
        """What is wrong with the app of a plan, and each field that it asks and the plan does not."""
        app = files_of(plan, self._catalog)["src/App.tsx"]
        await self._sandbox.write_bytes("/workspace/src/App.tsx", app.encode())  # type: ignore[attr-defined]
        types, references = await asyncio.gather(self.service.check_types(), self.service.references())
        found = [str(item) for item in [*types, *references.unresolved]]
        missing = {(p.explore, f) for p in plan.pieces for f in (*p.metrics, *p.dimensions)} - {
            (name, f) for name, part in references.explores.items() for f in part.fields
        }
        return [*found, *(f"not found in the source: {name} {f}" for name, f in sorted(missing))]


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return asyncio.run(ensure_toolchain())


@pytest.fixture
async def bench(toolchain: Toolchain, tmp_path: Path) -> AsyncIterator[Bench]:
    provider = LocalProvider(tmp_path / "sandboxes")

    @asynccontextmanager
    async def open_bench(catalog: Catalog) -> AsyncIterator[Build]:
        sandbox = await provider.create(SandboxSpec(toolchain=toolchain.root))
        try:
            await prepare_workspace(sandbox, toolchain, catalog)
            service = await ToolchainService.start(sandbox, toolchain)
            yield Build(service, sandbox, catalog)
            await service.close()
        finally:
            await sandbox.kill()

    yield open_bench
    await provider.aclose()


@pytest.mark.parametrize("name", ["demo", "saas"])
async def test_every_first_prompt_builds(bench: Bench, name: str) -> None:
    wrong: dict[str, list[str]] = {}
    async with bench(catalog_of(name)) as build:
        for case in CASES[name]:
            plan = (await planner_for(name).plan(case["prompt"])).plan
            if problems := await build.problems(plan):
                wrong[case["prompt"]] = problems
        assert not (await build.service.build("publish")).diagnostics
    assert wrong == {}


async def test_every_follow_up_builds(bench: Bench) -> None:
    wrong: dict[str, list[str]] = {}
    async with bench(catalog_of("demo")) as build:
        planner = planner_for("demo")
        first = (await planner.plan(FIRST)).plan
        for case in FOLLOW_UPS:
            plan = (await follow_up(planner, first, case["prompt"])).plan
            if problems := await build.problems(plan):
                wrong[case["prompt"]] = problems
    assert wrong == {}


async def test_the_largest_series_and_yes_no_filters_build(bench: Bench) -> None:
    async with bench(catalog_of("demo")) as build:
        prompt = (
            "Monthly revenue by store, filter on vegetarian, first order and the period. Stores with over 10 orders"
        )
        plan = (await planner_for("demo").plan(prompt)).plan
        for piece in plan.pieces:
            piece.top_series = TOP_SERIES if piece.series else None
        assert any(p.top_series for p in plan.pieces) and any("greaterThan" in card(p) for p in plan.pieces)
        assert await build.problems(plan) == []


def hostile(catalog: Catalog) -> Catalog:
    """The same catalog with labels and descriptions that try to leave their place."""
    words = "'; alert(1); //\"}</script>{`${1}`}\\ \n\u2028 *​/"

    def spoilt(explore: Explore) -> Explore:
        tables = {
            name: replace(
                table,
                label=f"{table.label} {words}",
                dimensions={n: replace(d, label=f"{d.label} {words}") for n, d in table.dimensions.items()},
                metrics={
                    n: replace(m, label=f"{m.label} {words}", description=words) for n, m in table.metrics.items()
                },
            )
            for name, table in explore.tables.items()
        }
        return replace(explore, tables=tables, label=f"{explore.label} {words}", description=words)

    return Catalog({name: spoilt(explore) for name, explore in catalog.explores.items()}, "hostile")


async def test_hostile_labels_stay_text(bench: Bench) -> None:
    catalog = hostile(catalog_of("demo"))
    async with bench(catalog) as build:
        plain = planner_for("demo").sources
        planner = Planner(catalog, plain.now, plain.values)
        for prompt in ("sales dashboard", "revenue by month and store with a filter on customer type and channel"):
            plan = (await planner.plan(prompt)).plan
            assert "alert(1)" in plan.pieces[0].title
            assert await build.problems(plan) == []
