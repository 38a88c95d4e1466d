"""A good manifest with one thing in it made into something else: it always loads, and says what is wrong."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.projects import write_project
from vitrail.catalog.load import load_catalog

LIGHTDASH = Path(__file__).parents[1] / "query" / "lightdash"
ODD: list[Any] = [
    *(None, True, False, 0, -1, 3.5, 10**18, "", " ", "x", "'", '"', "`", "${", "${x}", "${TABLE}", "${a.b.c}"),
    *("${ld.parameters.x}", "${ld.attr.x}", "''${ld.parameters.word}''", "*", "-", "-*", "a*", "../../x", "\0"),
    *("\ud83d", "\u202e", "é" * 200, "x" * 30_000, "(" * 200, "a) or (b", "a; drop table t", "--", "/*", "$$"),
    *([], {}, [None], [[]], [{}], {"": None}, {"x": {}}, {"label": [1]}, ["x"] * 2000, [{"x": 1}] * 500),
    {"type": "sum", "sql": "${m}"}, {"join": "orders", "sql_on": "1=1"}, {"fields": ["-x*"]},
]  # fmt: skip
KEYS = (
    "meta",
    "metrics",
    "joins",
    "sets",
    "parameters",
    "default_filters",
    "explores",
    "type",
    "sql",
    "fields",
    "label",
)


def deep(depth: int) -> Any:
    value: Any = "x"
    for place in range(depth):
        value = [value] if place % 2 else {"x": value}
    return value


def paths(tree: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from paths(value, (*here, key))


def manifest() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = write_project(Path(name), (LIGHTDASH / "shop.yml").read_text())
        return json.loads((folder / "target" / "manifest.json").read_text())  # type: ignore[no-any-return]


GOOD = manifest()
PATHS = [path for path in paths(GOOD["nodes"]) if len(path) > 1]
CONFIG = yaml.safe_load((LIGHTDASH / "lightdash.config.yml").read_text())
CONFIG_PATHS = [path for path in paths(CONFIG) if path]


def changed(tree: Any, path: tuple[Any, ...], how: str, value: Any) -> Any:
    tree = copy.deepcopy(tree)
    holder = tree
    for key in path[:-1]:
        holder = holder[key]
    if how == "set":
        holder[path[-1]] = value
    elif how == "drop":
        holder.pop(path[-1])
    elif isinstance(holder[path[-1]], dict):
        holder[path[-1]][how] = value
    else:
        holder[path[-1]] = [holder[path[-1]], value]
    return tree


def load(nodes: Any, config: Any = CONFIG) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "target").mkdir()
        shutil.copy(LIGHTDASH / "shop.yml", folder / "schema.yml")
        data = json.dumps({"metadata": {"adapter_type": "duckdb"}, "nodes": nodes})
        try:
            orjson.loads(data)
        except ValueError:  # Half a character is no JSON; the loader says so, elsewhere tested.
            return
        (folder / "target" / "manifest.json").write_text(data)
        (folder / "lightdash.config.yml").write_text(yaml.safe_dump(config))
        catalog = load_catalog(folder)
    for problem in catalog.problems:
        assert problem.cause and problem.cure and len(problem.cause) < 3000
    # One bad model never takes others down: whatever was changed is in one of the four.
    assert len({explore.base_table for explore in catalog.explores.values()}) >= 3


VALUES = st.sampled_from(ODD) | st.integers(0, 400).map(deep)
HOW = st.sampled_from(("set", "set", "set", "drop", *KEYS))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(PATHS), how=HOW, value=VALUES)
def test_one_thing_changed_in_the_manifest(path: tuple[Any, ...], how: str, value: Any) -> None:
    load(changed(GOOD["nodes"], path, how, value))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(CONFIG_PATHS), how=HOW, value=VALUES.filter(lambda v: "\\u" not in repr(v)))
def test_one_thing_changed_in_the_settings(path: tuple[Any, ...], how: str, value: Any) -> None:
    load(GOOD["nodes"], changed(CONFIG, path, how, value))
