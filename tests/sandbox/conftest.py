"""A local provider for each test, and the assurance that it leaves nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from vitrail.sandbox.local import LocalProvider, LocalSandbox
from vitrail.sandbox.provider import SandboxSpec

SMALL = SandboxSpec(memory_mb=512, max_processes=64, disk_mb=64, wall_time_s=30, output_bytes=1_000_000)


@pytest.fixture(scope="session")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One root folder for all tests: building it takes half a second."""
    return tmp_path_factory.mktemp("roots")


@pytest.fixture
def folder(tmp_path: Path, roots: Path) -> Iterator[Path]:
    state = tmp_path / "state"
    state.mkdir()
    (state / "roots").symlink_to(roots)
    yield state
    assert not (state / "boxes").exists() or not [p for p in (state / "boxes").iterdir() if p.name.startswith(".")]


@pytest_asyncio.fixture
async def provider(folder: Path) -> AsyncIterator[LocalProvider]:
    provider = LocalProvider(folder)
    yield provider
    await provider.aclose()


@pytest_asyncio.fixture
async def sandbox(provider: LocalProvider) -> AsyncIterator[LocalSandbox]:
    sandbox = await provider.create(SMALL)
    yield sandbox
    await sandbox.kill()
