"""An instance whose licence names custom roles and service accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apps.platform import licensed


@pytest.fixture
def variables() -> dict[str, Any]:
    return licensed()
