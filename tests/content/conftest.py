"""What tests of charts and dashboards share."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.apps import platform
from tests.content.kit import Content
from tests.kit.instance import Instance


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's three years of orders."""
    return platform.demo_warehouse(tmp_path_factory.getbasetemp())


@pytest.fixture
async def place(instance: Instance, warehouse: Path) -> Instance:
    """The running instance with the demo's data behind its project."""
    await platform.connect(instance, warehouse)
    return instance


@pytest.fixture
async def content(ada: httpx.AsyncClient, place: Instance) -> Content:
    """What makes charts and dashboards, as Ada."""
    found = (await ada.get(f"/api/v1/projects/{place.project_id}/spaces")).json()
    return Content(ada, place, {space["name"]: space["id"] for space in found})
