"""What tests of data apps share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.apps.shop import Shop, open_shop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """One project, one builder, one app without versions, on SQLite."""
    async with open_shop(tmp_path) as shop:
        yield shop
