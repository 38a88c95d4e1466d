"""The real toolchain, built once and kept beside the sources, and real sandboxes on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.sandbox.local import LocalProvider
from vitrail.sandbox.provider import Sandbox, SandboxSpec
from vitrail.sandbox.toolchain import Toolchain, ToolchainService, ensure_toolchain, prepare_workspace

DBT = Path(__file__).parents[2] / "demo" / "dbt"


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return asyncio.run(ensure_toolchain())


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog(DBT)


@dataclass
class Workshop:
    """A sandbox with the template, the demo's catalog and the warm service."""

    sandbox: Sandbox
    service: ToolchainService
    toolchain: Toolchain

    async def write(self, path: str, text: str) -> None:
        await self.sandbox.write_bytes(f"/workspace/{path}", text.encode())

    async def app(self, text: str) -> None:
        await self.write("src/App.tsx", text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workshop(
    toolchain: Toolchain, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Workshop]:
    provider = LocalProvider(tmp_path_factory.mktemp("sandboxes"))
    sandbox = await provider.create(SandboxSpec(toolchain=toolchain.root))
    try:
        starting = asyncio.create_task(ToolchainService.start(sandbox, toolchain))
        await prepare_workspace(sandbox, toolchain, catalog)
        service = await starting
        yield Workshop(sandbox, service, toolchain)
        await service.close()
    finally:
        await sandbox.kill()
        await provider.aclose()
