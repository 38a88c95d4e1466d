"""Ten thousand random questions to random explores, compared with counting by hand: how many answers differ.

The rules and the generator are those of `tests/query/test_random_worlds.py`; the seeds are others.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import duckdb
from tests.catalog.projects import catalog_of
from tests.query.random_worlds import NOW, as_query, as_yaml, ask, differences, statements, world

from vitrail.query.errors import InvalidQuery
from vitrail.query.metric_query import MetricQuery
from vitrail.query.run import Limits, compile_query
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import DUCKDB
from vitrail.warehouse.duckdb import SETTINGS

WORLDS, QUESTIONS = 400, 25
FIRST_SEED = 1_000_000


def run() -> list[dict[str, Any]]:
    """Figures: answers that differ, and questions that were refused."""
    different: list[str] = []
    refused = 0
    with duckdb.connect(config={"threads": 1}) as engine:
        for setting in SETTINGS:
            engine.execute(setting)
        for seed in range(FIRST_SEED, FIRST_SEED + WORLDS):
            rng = Random(seed)
            made = world(rng)
            for line in statements(made):
                engine.execute(line)
            with tempfile.TemporaryDirectory() as folder:
                catalog = catalog_of(Path(folder), as_yaml(made))
            for number in range(QUESTIONS):
                question = ask(rng, made)
                query = MetricQuery.model_validate(as_query(made, question))
                try:
                    compiled = compile_query(query, catalog, Viewer(), DUCKDB, limits=Limits(), now=NOW)
                except InvalidQuery:
                    refused += 1
                    continue
                if differences(made, question, compiled, lambda sql: engine.execute(sql).fetchall()):
                    different.append(f"seed {seed}, question {number}")
    for which in different[:10]:
        print(f"  differs: {which}", file=sys.stderr)
    asked = WORLDS * QUESTIONS
    return [
        {"name": f"random_questions_of_{asked}_differ", "value": len(different), "unit": "answers", "goal": 0,
         "meets": not different, "reference": "counting by hand"},
        {"name": f"random_questions_of_{asked}_refused", "value": refused, "unit": "questions", "goal": None,
         "meets": None, "reference": ""},
    ]  # fmt: skip


if __name__ == "__main__":
    json.dump(run(), sys.stdout, indent=1)
