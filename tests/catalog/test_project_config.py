"""`lightdash.config.yml` beside the dbt project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.projects import write_project
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, DimensionType, GroupDetail, Parameter, ParameterOption

SCHEMA = """
models:
  - name: t
    meta: {parameters: {size: {label: Size, type: number, options: [1, 2.5], multiple: true}}}
    columns:
      - {name: at, data_type: timestamp}
      - {name: "on", data_type: date, meta: {dimension: {time_intervals: [DAY, fiscal]}}}
      - {name: word, meta: {dimension: {sql: "${ld.parameters.word} || ${lightdash.parameters.size}"}}}
      - {name: other, meta: {dimension: {sql: "${ld.parameters.t.size}", case_sensitive: true}}}
"""
CONFIG = """
spotlight: {default_visibility: show}
parameters:
  word:
    label: A word
    description: Any
    options: [a, {label: Bee, value: b}]
    default: a
  day: {label: Day, type: date, default: 2024-03-31, allow_custom_values: true}
  from-elsewhere: {label: X, options_from_dimension: {model: t, dimension: word}, multiple: true, default: [x, y]}
custom_granularities:
  fiscal: {label: fiscal year, sql: "date_trunc('year', ${COLUMN} + interval 3 month)"}
  shift: {label: shift, sql: "case when hour(${COLUMN}) < 8 then 'night' else 'day' end", type: string}
defaults:
  case_sensitive: false
  additional_time_intervals: {timestamp: [hour, shift]}
  granularity_labels: {week: Week from Monday}
table_groups: {sales: {label: Sales, description: All}}
"""


def load(folder: Path, config: str | bytes | None = CONFIG) -> Catalog:
    write_project(folder, SCHEMA)
    if isinstance(config, str):
        config = config.encode()
    if config is not None:
        (folder / "lightdash.config.yml").write_bytes(config)
    return load_catalog(folder)


def test_what_is_read(tmp_path: Path) -> None:
    catalog = load(tmp_path)
    assert not catalog.problems
    assert catalog.parameters == {
        "word": Parameter(
            "word", "A word", "string", "Any", (ParameterOption("a", "a"), ParameterOption("b", "Bee")), None, ("a",)
        ),
        "day": Parameter("day", "Day", "date", default=("2024-03-31",), custom=True),
        "from-elsewhere": Parameter(
            "from-elsewhere", "X", options_from="t.word", default=("x", "y"), multiple=True
        ),
        "t.size": Parameter(
            "t.size", "Size", "number", options=(ParameterOption(1, "1"), ParameterOption(2.5, "2.5")), multiple=True
        ),
    }  # fmt: skip
    assert catalog.groups == {"sales": GroupDetail("Sales", "All")}
    table = catalog.explores["t"].base  # type: ignore[index]
    assert table.dimensions["on_fiscal"].sql == "date_trunc('year', ${on} + interval 3 month)"
    assert (table.dimensions["on_fiscal"].type, table.dimensions["on_fiscal"].label) == (
        DimensionType.DATE, "On fiscal year"
    )  # fmt: skip
    assert "at_hour" in table.dimensions and table.dimensions["at_shift"].type is DimensionType.STRING
    assert table.dimensions["at_week"].label == "At Week from Monday"
    assert not table.dimensions["word"].case_sensitive and table.dimensions["other"].case_sensitive


def test_a_model_s_own_parameter_by_its_short_name(tmp_path: Path) -> None:
    explore = load(tmp_path).explores["t"]  # type: ignore[index]
    assert explore.base.dimensions["word"].sql == "${ld.parameters.word} || ${lightdash.parameters.t.size}"
    assert list(explore.parameters) == ["word", "t.size"]


def test_the_version_takes_it_in(tmp_path: Path) -> None:
    one, two, three = load(tmp_path / "1"), load(tmp_path / "2", CONFIG + "#"), load(tmp_path / "3")
    assert one.version == three.version != two.version


@pytest.mark.parametrize(
    ("config", "word", "line"),
    [
        ("parameters: a: b", "mapping values are not allowed", 1),
        ("a: b\nc: d: e", "mapping values are not allowed", 2),
        (b"\xff\xfe\x00", "not UTF-8", 1),
        ("[1]", "must be a mapping", None),
        ("parametres: {}", "`parametres` is not read", 1),
        ("parameters: 3", "must be a mapping", 1),
        ("parameters:\n  'a b': {label: x}", "not a plain word", 2),
        ("parameters:\n  a: 3", "must be a mapping", 2),
        ("parameters:\n  a: {label: x, type: blob}", "`type: blob`", 2),
        ("parameters:\n  a: {label: x, optoins: [1]}", "did you mean `options`", 2),
        ("parameters:\n  a: {label: x, options: [{label: y}]}", "texts or numbers", 2),
        (
            "parameters:\n  a: {label: x, options_from_dimension: {model: t, dimension: z}}",
            "t.z, which does not exist",
            None,
        ),
        ("custom_granularities:\n  x: {label: X, sql: now()}", "${COLUMN}", 2),
        ("custom_granularities:\n  x: {label: X, sql: 'sum(${COLUMN})'}", "can't aggregate", 2),
        ("custom_granularities:\n  x: {label: X, sql: '${COLUMN}) or (1'}", "more than one", 2),
        ("custom_granularities:\n  x: {label: X, sql: '${COLUMN}', type: blob}", "date, timestamp or string", 2),
        ("custom_granularities:\n  X y: {label: X, sql: '${COLUMN}'}", "plain name", 2),
        ("defaults: {case_sensitive: maybe}", "true or false", 1),
        ("defaults: {additional_time_intervals: {date: [dya]}}", "unknown interval 'dya'", 1),
        ("table_groups: {a: 3}", "must be a mapping", 1),
        ("a: &a [*a]", "holds itself", 1),
        ("[" * 100_000, "nested more than", 1),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, config: str | bytes, word: str, line: int | None) -> None:
    plain = 'models: [{name: t, columns: [{name: a}]}]'  # fmt: skip
    write_project(tmp_path, plain)
    (tmp_path / "lightdash.config.yml").write_bytes(config.encode() if isinstance(config, str) else config)
    catalog = load_catalog(tmp_path)
    assert set(catalog.explores) == {"t"}
    assert len(catalog.problems) == 1, catalog.problems
    problem = catalog.problems[0]
    assert word in problem.cause and problem.cure
    assert problem.origin is not None and problem.origin.file == "lightdash.config.yml"
    assert problem.origin.line == line


def test_a_link_to_outside_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text(CONFIG)
    folder = write_project(tmp_path / "project", "models: [{name: t, columns: [{name: a}]}]")
    (folder / "lightdash.config.yml").symlink_to(tmp_path / "secret.yml")
    assert not load_catalog(folder).parameters


def test_without_it_a_parameter_is_unknown_and_only_its_field_is_left_out(tmp_path: Path) -> None:
    catalog = load(tmp_path, None)
    assert [p.title for p in catalog.problems] == ["Field left out", "Field left out"]
    assert "unknown interval 'fiscal'" in catalog.problems[0].cause
    assert "the parameter 'word', which there is none of" in catalog.problems[1].cause
    assert "other" in catalog.explores["t"].base.dimensions  # type: ignore[index]
