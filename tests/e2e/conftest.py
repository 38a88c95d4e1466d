"""One demo server for all tests of this folder that do not kill it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.demo import Demo, running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("demo") / "data") as demo:
        yield demo
