"""First prompts as analysts type them: the plan that each must lead to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.agent.composing import catalog_of, facts_of, planner_for
from vitrail.agent.composer.plan import AppPlan
from vitrail.agent.composer.writer import files_of

CASES = yaml.safe_load(Path(__file__).with_name("composer_prompts.yml").read_text())
ALL = [(name, case) for name in CASES for case in CASES[name]]


@pytest.mark.parametrize(("catalog", "case"), ALL, ids=[case["prompt"][:60] for _, case in ALL])
async def test_a_first_prompt(catalog: str, case: dict[str, Any]) -> None:
    planned = await planner_for(catalog).plan(case["prompt"])
    assert {"prompt": case["prompt"], **facts_of(planned)} == case


@pytest.mark.parametrize(("catalog", "case"), ALL, ids=[case["prompt"][:60] for _, case in ALL])
async def test_it_never_invents_a_field_and_the_plan_can_be_kept(catalog: str, case: dict[str, Any]) -> None:
    planned = await planner_for(catalog).plan(case["prompt"])
    plan, explores = planned.plan, catalog_of(catalog).explores
    for piece in plan.pieces:
        explore = explores[piece.explore]
        known = {f.id for f in [*explore.dimensions(), *explore.metrics()]}
        asked = {*piece.metrics, *piece.dimensions, *(c.field for c in [*piece.where, *piece.having])}
        assert asked <= known
        assert piece.title and (piece.metrics or piece.dimensions)
    files = files_of(plan, catalog_of(catalog))
    assert AppPlan.model_validate_json(files["src/app.plan.json"]) == plan
    assert files_of(plan.model_copy(deep=True), catalog_of(catalog)) == files  # the same plan, the same text
