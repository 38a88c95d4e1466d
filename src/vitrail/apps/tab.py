"""One tab of the checking browser, with a context of its own, so that nothing carries over from one app to the next."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route, ViewportSize
from playwright.async_api import Error as BrowserError

logger = logging.getLogger(__name__)

VIEWPORT: ViewportSize = {"width": 1280, "height": 800}
ACTION_S = 15.0
SERVER_S = 15.0
"""How long the server may take to listen when a build goes on after a restart."""


@dataclass  # without slots: Playwright keeps a mark on the owner of a bound handler
class Tab:
    """A page that may ask `origin` and nothing else; `console` collects what went wrong in it."""

    context: BrowserContext
    page: Page
    origin: str
    console: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, page_url: str) -> Tab:
        """A blank tab for the origin of `page_url`."""
        context = await browser.new_context(
            viewport=VIEWPORT,
            color_scheme="light",
            reduced_motion="reduce",
            service_workers="block",
            accept_downloads=False,
        )
        origin = origin_of(page_url)
        tab = cls(context, await context.new_page(), origin)
        # A pattern, not a function: what does not match is let through without a question to this process.
        await context.route(re.compile(rf"^(?!{re.escape(origin)}/|data:|blob:)"), tab._refuse)
        tab.page.on("console", lambda message: tab.console.append(message.text) if message.type == "error" else None)
        tab.page.on("pageerror", lambda error: tab.console.append(str(error)))
        tab.page.on("crash", lambda _: tab.console.append("The page's process ended (out of memory, most likely)."))
        tab.page.set_default_timeout(ACTION_S * 1000)
        return tab

    async def _refuse(self, route: Route) -> None:
        self.console.append(f"The app asked for {route.request.url[:200]}, which is not allowed.")
        await route.abort("blockedbyclient")

    def usable(self, page_url: str) -> bool:
        """Whether it still lives, has met nothing wrong, and is one for this page's origin."""
        return not self.page.is_closed() and not self.console and self.origin == origin_of(page_url)

    async def let_in(self, cookies: Mapping[str, str]) -> None:
        """Cookies for the origin that scripts can't read."""
        await self.context.add_cookies(
            [
                {"name": name, "value": value, "url": self.origin, "httpOnly": True, "sameSite": "Strict"}
                for name, value in cookies.items()
            ]
        )

    async def goto(self, url: str, *, until: Literal["commit", "load"] = "commit") -> None:
        """Load a page; a server that is only about to listen (after a restart) is waited for."""
        deadline = time.monotonic() + SERVER_S
        while True:
            try:
                await self.page.goto(url, wait_until=until)
                return
            except BrowserError as error:
                if "ERR_CONNECTION_REFUSED" not in str(error) or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Close it with all that it held; a browser that has gone is no error."""
        await close_quietly(self.context)


async def until_listening(url: str) -> None:
    """Waits until the server at `url` takes connections. Raises `OSError` when it never does."""
    parts = urlsplit(url)
    deadline = time.monotonic() + SERVER_S
    while True:
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


def origin_of(url: str) -> str:
    """`http://127.0.0.1:8080` of an address there."""
    return "/".join(url.split("/", 3)[:3])


def first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300] if text.strip() else "no reason was given"


async def close_quietly(thing: Browser | BrowserContext) -> None:
    try:
        await thing.close()
    except BrowserError as error:
        logger.debug("closing after the browser had gone: %s", first_line(str(error)))
