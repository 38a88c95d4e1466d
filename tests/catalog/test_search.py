from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.projects import catalog_of
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.catalog.search import search
from vitrail.catalog.typescript import typescript
from vitrail.catalog.visible import narrow
from vitrail.query.viewer import Viewer

DEMO = Path(__file__).parents[2] / "demo" / "dbt"


@pytest.fixture(scope="module")
def demo() -> Catalog:
    return load_catalog(DEMO)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("average order value", "orders_average_order_value"),
        ("customer type", "customers_customer_type"),
        ("AOV", "orders_average_order_value"),
        ("top ten products", "products_product_name"),
        ("monthly revenue by store", "orders_total_revenue"),
        ("revenu", "orders_total_revenue"),
        ("sales by category", "products_category"),
        ("channel", "orders_channel"),
    ],
)
def test_a_question_finds_its_fields(demo: Catalog, words: str, field: str) -> None:
    hits = search(demo, words)
    assert field in [hit.id for hit in hits[:8]], hits


def test_nothing_is_found_that_may_not_be_seen(demo: Catalog) -> None:
    assert search(demo, "gross profit")
    assert not search(narrow(demo, Viewer()), "gross profit")


@pytest.mark.parametrize("words", ["", "   ", "the of", "%%%", "x" * 10_000, "zebra quantum"])
def test_words_that_mean_nothing_find_nothing(demo: Catalog, words: str) -> None:
    assert search(demo, words) == []


def test_a_field_stands_with_its_own_explore(demo: Catalog) -> None:
    hit = search(demo, "total revenue")[0]
    assert (hit.id, hit.explore, hit.kind, hit.score) == ("orders_total_revenue", "orders", "metric", 100.0)


def test_hints_and_tags_are_found_and_what_is_hidden_is_not(tmp_path: Path) -> None:
    schema = """
models:
  - name: open
    columns:
      - {name: a, meta: {dimension: {ai_hint: also called turnover}}}
      - {name: b, meta: {dimension: {tags: [churn]}}}
  - {name: closed, meta: {hidden: true}, columns: [{name: secret}]}
"""
    catalog = catalog_of(tmp_path, schema)
    assert [hit.id for hit in search(catalog, "turnover")] == ["open_a"]
    assert [hit.id for hit in search(catalog, "churn")] == ["open_b"]
    assert search(catalog, "secret") == []
    assert "closed" not in typescript(catalog) and "open_a" in typescript(catalog)
