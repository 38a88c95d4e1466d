"""One unit of work a request, as a dependency."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.services import CurrentServices


async def unit_of_work(services: CurrentServices) -> AsyncIterator[AsyncSession]:
    """A session that commits before the answer is sent, and rolls back when the route raises."""
    async with services.db.session() as session:
        yield session


DbSession = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]
"""For routes that answer at once. What waits for a warehouse, a model or a build takes short sessions from
`services.db.session()` instead, or it would hold a connection all the while."""
