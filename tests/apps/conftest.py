"""What tests of data apps share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.apps import platform
from tests.apps.shop import Shop, open_shop
from tests.kit.instance import Instance


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """One project, one builder, one app without versions, on SQLite."""
    async with open_shop(tmp_path) as shop:
        yield shop


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's three years of orders."""
    return platform.demo_warehouse(tmp_path_factory.getbasetemp())


@pytest.fixture
def variables() -> dict[str, str]:
    """Data apps are on and licensed."""
    return platform.licensed()


@pytest.fixture
async def place(instance: Instance, warehouse: Path) -> Instance:
    """The running instance with the demo's data behind its project."""
    await platform.connect(instance, warehouse)
    return instance


@pytest.fixture
async def spaces(ada: httpx.AsyncClient, place: Instance) -> dict[str, str]:
    """The project's spaces, by name."""
    found = (await ada.get(f"/api/v1/projects/{place.project_id}/spaces")).json()
    return {space["name"]: space["id"] for space in found}
