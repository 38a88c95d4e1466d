"""Fixtures of the tests about spaces."""

from __future__ import annotations

import httpx
import pytest

from tests.apps.platform import licensed
from tests.kit.instance import Instance
from tests.spaces.kit import Spaces


@pytest.fixture
def variables() -> dict[str, str]:
    """With a licence: sharing with groups is a part of it."""
    return licensed()


@pytest.fixture
async def spaces(instance: Instance, ada: httpx.AsyncClient) -> Spaces:
    """The demo's spaces, as its administrator arranges them."""
    found = Spaces(instance, ada, {})
    found.ids.update({name: space["id"] for name, space in (await found.names()).items()})
    return found
