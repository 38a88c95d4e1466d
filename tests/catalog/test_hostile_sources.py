"""Sources with anything in any place: nothing but a reason comes of it, and what loads can be exported."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from demo.manifest import manifest

from tests.catalog.ossie_models import document, metric, relationship
from tests.catalog.test_dbt_checkout import FILES, PROFILE
from tests.catalog.test_ossie import CITIES, CUSTOMERS, ITEMS, LINKS, ORDERS, VISITS
from tests.catalog.test_ossie_export import SEMANTIC
from vitrail.catalog.load import load_catalog
from vitrail.catalog.ossie_document import valid
from vitrail.catalog.ossie_export import as_yaml, export_ossie
from vitrail.errors import VitrailError

JUNK: list[Any] = [
    None, True, 7, -1.5, "", "x", "${a.b}", "SUM(", "a b", "{{ x }}", [], {}, [[]], [None], {"name": None},
    {"name": "t"}, [{"name": "t"}], "\x00", "é" * 300, {"dialects": [{"dialect": "ANSI_SQL", "expression": "1"}]},
    10**30,
]  # fmt: skip
KEYS = ("name", "fields", "meta", "config", "columns", "sql_filter", "extra", "custom_extensions")
ROUNDS = 40


def ossie() -> dict[str, Any]:
    links = [*LINKS, relationship("customer_of_visit", "visits", "customers", customer_id="id")]
    metrics = [
        metric("a", "SUM(orders.amount) / COUNT(visits.id)"),
        metric("b", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY orders.amount)"),
        metric("c", "SUM(items.n) FILTER (WHERE items.n > 1)"),
    ]
    made = copy.deepcopy(document(ITEMS, ORDERS, VISITS, CUSTOMERS, CITIES, relationships=links, metrics=metrics))
    said = json.dumps({"sql_filter": "${TABLE}.n > 1", "label": "L"})
    made["semantic_model"][0]["datasets"][0]["custom_extensions"] = [{"vendor_name": "VITRAIL", "data": said}]
    return made


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def spoiled(given: Any, chance: random.Random) -> Any:
    """The document with up to three places replaced, removed or added to."""
    made = copy.deepcopy(given)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice([path for path in places(made) if path] or [(None,)])
        if last is None:
            return made
        holder = made
        for step in way:
            holder = holder[step]
        kind = chance.random()
        if kind < 0.7:
            holder[last] = copy.deepcopy(chance.choice(JUNK))
        elif kind < 0.85:
            del holder[last]
        elif isinstance(holder, dict):
            holder[chance.choice(KEYS)] = copy.deepcopy(chance.choice(JUNK))
    return made


def write(folder: Path, kind: str, chance: random.Random) -> None:
    if kind == "ossie yaml":
        (folder / "a.ossie.yaml").write_text(yaml.safe_dump(spoiled(ossie(), chance)))
    elif kind == "ossie json":
        (folder / "a.ossie.json").write_text(json.dumps(spoiled(ossie(), chance)))
    elif kind == "manifest":
        (folder / "manifest.json").write_text(json.dumps(spoiled(manifest(), chance)))
    else:
        files = FILES | {"profiles.yml": PROFILE}
        if kind == "semantic":
            files |= {"models/schema.yml": SEMANTIC, "models/people.sql": "select 1"}
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith((".yml", ".yaml")) and chance.random() < 0.6:
                text = yaml.safe_dump(spoiled(yaml.safe_load(text), chance))
            path.write_text(text)


@pytest.mark.parametrize("kind", ["ossie yaml", "ossie json", "checkout", "semantic", "manifest"])
def test_nothing_but_a_reason_comes_of_it(tmp_path: Path, kind: str) -> None:
    chance = random.Random(kind)
    loaded = 0
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder, kind, chance)
        try:
            catalog = load_catalog(folder)
            exported = export_ossie(catalog, "shop", "duckdb")
        except VitrailError as refused:
            assert refused.cause and refused.cure
            continue
        assert all(problem.title and problem.cause and problem.cure for problem in catalog.problems)
        assert valid(yaml.safe_load(as_yaml(exported.document)))
        loaded += 1
    assert loaded > ROUNDS / 4
