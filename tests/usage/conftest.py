from __future__ import annotations

from typing import Any

import pytest

from tests.usage.spending import PRICES


@pytest.fixture
def variables() -> dict[str, Any]:
    return dict(PRICES)
