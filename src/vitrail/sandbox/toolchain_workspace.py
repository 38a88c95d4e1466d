"""Filling a workspace: the template's files and the catalog's types."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vitrail.catalog.model import Catalog
from vitrail.catalog.typescript import typescript
from vitrail.sandbox.provider import WORKSPACE, Sandbox

if TYPE_CHECKING:
    from vitrail.sandbox.toolchain import Toolchain

CATALOG = ".vitrail/catalog.ts"


async def prepare_workspace(sandbox: Sandbox, toolchain: Toolchain, catalog: Catalog) -> None:
    """Write the template's files and `.vitrail/catalog.ts` into `/workspace`, over what is there of the same name.

    `catalog` must already be narrowed to what the builder may see.
    """
    files = {**toolchain.template, CATALOG: await asyncio.to_thread(typescript, catalog)}
    await asyncio.gather(*(sandbox.write_bytes(f"{WORKSPACE}/{path}", text.encode()) for path, text in files.items()))
