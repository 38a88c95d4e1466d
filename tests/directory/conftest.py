"""An instance whose licence names custom roles and service accounts."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.apps.platform import licensed
from tests.directory.kit import Directory
from tests.kit.instance import Instance


@pytest.fixture
def variables() -> dict[str, Any]:
    return licensed()


@pytest.fixture
def directory(instance: Instance, ada: httpx.AsyncClient) -> Directory:
    """The directory, as its administrator keeps it."""
    return Directory(instance, ada)
