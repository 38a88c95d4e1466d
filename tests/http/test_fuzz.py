"""Every operation of our own OpenAPI document, with inputs that schemathesis makes up: no 500, no status and no answer
that the document does not describe, and nothing accepted that it forbids."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.e2e.demo import Demo, running
from vitrail.app import create_app
from vitrail.settings import load_settings

EXAMPLES = 6
STREAMS = ("follow_version",)
"""Answers that end only with the build they follow; their inputs are those of every version route."""
TAKES_SECONDS = ("doctor",)


def document() -> dict[str, Any]:
    """Ours, with filters that hold no groups within groups: made-up ones would fill minutes. Nested filters have
    tests of their own (tests/query)."""
    made = copy.deepcopy(create_app(load_settings()).openapi())
    for name, way in (("AndGroup-Input", "and"), ("OrGroup-Input", "or")):
        items = made["components"]["schemas"][name]["properties"][way]["items"]
        items["anyOf"] = [each for each in items["anyOf"] if not each["$ref"].endswith("Group-Input")]
    return made


fuzzed = schemathesis.openapi.from_dict(document()).exclude(operation_id=[*STREAMS, *TAKES_SECONDS])

pytestmark = pytest.mark.xdist_group("fuzz")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A server of its own, which takes no builds."""
    with running(tmp_path_factory.mktemp("fuzz") / "data", VITRAIL_BUILDS_AT_ONCE="0") as demo:
        yield demo


@fuzzed.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,  # the same inputs at every run: what is found once is found again
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_is_answered_as_described(case: Case, demo: Demo) -> None:
    token = demo.said["people"][0]["token"]
    response = case.call(base_url=demo.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert response.status_code != 500, "nobody foresaw this"
    case.validate_response(
        response,
        checks=[
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
            negative_data_rejection,
            unsupported_method,
        ],
    )
