"""The page of the semantic layer names every property that is read, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vitrail.catalog.model import MetricType, Relationship, TimeInterval
from vitrail.catalog.project_config import SECTIONS
from vitrail.catalog.yaml_keys import KNOWN

PAGE = (Path(__file__).parents[2] / "docs" / "semantic-layer.md").read_text()
HEADINGS = {
    "model": "A model", "dimension": "Dimensions", "metric": "Metrics", "join": "Joins", "explore": "Explores",
    "parameter": "Parameters",
}  # fmt: skip


def tables(heading: str) -> list[set[str]]:
    """The words of the first column of each table under a heading."""
    section = re.split(r"\n#{2,4} ", PAGE.partition(f"\n### {heading}\n")[2])[0]
    found: list[set[str]] = []
    for line in section.splitlines():
        if line.startswith("|---"):
            found.append(set())
        elif line.startswith("| `"):
            found[-1] |= set(re.findall(r"`([^`]+)`", line.split(" | ")[0]))
    return found


@pytest.mark.parametrize("place", [place for place in KNOWN if place != "column"])
def test_every_property_has_a_row(place: str) -> None:
    assert tables(HEADINGS[place])[0] == set(KNOWN[place])


def test_every_type_of_metric_interval_and_relationship_is_named() -> None:
    assert tables("Metrics")[1] == set(MetricType)
    assert all(f"`{interval.value}`" in PAGE for interval in TimeInterval)
    assert all(relationship.value in PAGE for relationship in Relationship)


def test_every_section_of_the_settings_has_a_row() -> None:
    assert tables("`lightdash.config.yml`")[0] == set(SECTIONS) - {"version"}
