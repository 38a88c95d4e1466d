"""Work that nobody waits for any more is stopped: a page that was closed leaves no statement running."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from vitrail.errors import VitrailError

T = TypeVar("T")


class ClientLeft(VitrailError):
    """Whoever asked has gone; the answer reaches nobody but the log."""

    status = 499
    title = "Nobody waits for the answer any more"
    code = "client-left"


async def while_there(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled when the client closes its connection. The body of the request must
    have been read. Raises `ClientLeft`, and what `work` raises."""
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientLeft("The connection was closed before the answer was there.", cure="Ask again.")
    finally:
        gone.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
