"""Opening a version in a real browser, through the same pages, frame and bridge as a viewer, and saying what happened.

One browser stays warm for the life of the process; each rendering has a context of its own, so nothing carries over.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page, Playwright, async_playwright
from playwright.async_api import Error as BrowserError

from vitrail.apps.chromium import BrowserProgram, NoBrowser, find_chromium, prepare_program
from vitrail.apps.tab import Tab, close_quietly, first_line, until_listening
from vitrail.apps.verdict import SETTLE_S, judge

logger = logging.getLogger(__name__)

# A tab that was not prepared may still be loading the check page's program.
DRAWN = """async () => {
    while (!window.__vitrailDrawn) await new Promise((resolve) => setTimeout(resolve, 20))
    return await window.__vitrailDrawn
}"""
SETTLED = "() => window.__vitrailSettled"
MAX_FINDINGS = 12
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What differs from one opening to the next is left out, so that equal findings are seen to be equal."""
MAX_TEXT = 600


@dataclass(frozen=True, slots=True)
class Rendering:
    """What the browser saw. `findings` is empty exactly when the version works."""

    findings: tuple[str, ...]
    queries_answered: int
    screenshot: bytes
    """A JPEG of 1280 x 800 pixels, whatever was there to see."""
    duration_s: float

    @property
    def works(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a prepared tab loads before it is known which version it will show: the frame's document, and the modules
    (specifier, address) that apps usually import."""

    frame_url: str = "/frame"
    vendor: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the check page takes it."""
        vendor = [{"specifier": specifier, "url": url} for specifier, url in self.vendor]
        return {"frameUrl": self.frame_url, "vendor": vendor}


class Renderer:
    """The warm browser. `render` may be called by several tasks at once; they share the process, not their state."""

    def __init__(self, chromium: str | None, *, concurrency: int = 2) -> None:
        self._configured = chromium
        self._lock = asyncio.Lock()
        self._slots = asyncio.Semaphore(concurrency)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._program: BrowserProgram | None = None
        self._spare: asyncio.Task[Tab | None] | None = None
        self._ahead: tuple[str, Ahead] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def program(self) -> str:
        """The Chromium that would be used. Raises `NoBrowser`."""
        return str(find_chromium(self._configured))

    async def start(self) -> Browser:
        """The running browser, started (or started anew after it died). Raises `NoBrowser`."""
        async with self._lock:
            if self._browser is not None and self._browser.is_connected():
                return self._browser
            await self._stop()
            chromium = find_chromium(self._configured)
            self._program = await asyncio.to_thread(prepare_program, chromium)
            self._playwright = await async_playwright().start()
            try:
                self._browser = await self._playwright.chromium.launch(
                    executable_path=str(self._program.executable),
                    chromium_sandbox=self._program.sandboxed,
                    args=list(self._program.flags),
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    timeout=20_000,
                )
            except BrowserError as error:
                await self._stop()
                raise NoBrowser(
                    f"Chromium ({chromium}) did not start: {first_line(str(error))}",
                    cure="Run it by hand to see why. Where unprivileged user namespaces are forbidden, allow them "
                    "(sysctl kernel.unprivileged_userns_clone=1), since the browser is not run without its sandbox.",
                ) from None
            return self._browser

    def ready_for(self, page_url: str, ahead: Ahead) -> None:
        """Which page versions are checked on (without what follows `#`), and what to load into it ahead."""
        self._ahead = (page_url.partition("#")[0], ahead)

    def prepare(self) -> None:
        """Begin to have a tab ready, with the frame and the usual libraries in it, so that the next rendering starts at
        once. Where there is no browser, nothing happens: the rendering itself says so."""
        if self._spare is None and self._ahead is not None:
            self._spare = asyncio.create_task(self._prepared(*self._ahead))

    async def _prepared(self, page_url: str, ahead: Ahead) -> Tab | None:
        try:
            await until_listening(page_url)  # at the server's own start; a browser would take its processor time
            tab = await Tab.open(await self.start(), page_url)
            await tab.goto(page_url, until="load")
            await tab.page.evaluate("(ahead) => window.__vitrailAhead(ahead)", ahead.as_json())
        except (NoBrowser, BrowserError, OSError) as error:
            logger.info("no tab was prepared: %s", first_line(str(error)))
            return None
        return tab

    async def _tab(self, page_url: str) -> Tab:
        """The prepared tab if it is one for this page, else a new one."""
        spare, self._spare = self._spare, None
        tab = await spare if spare is not None else None
        if tab is not None:
            if tab.usable(page_url):
                return tab
            await tab.close()
        return await Tab.open(await self.start(), page_url)

    async def render(self, page_url: str, *, cookies: Mapping[str, str]) -> Rendering:
        """Open `page_url` (the server's own check page) and report.

        `cookies` are set for the page's own origin, out of reach of its scripts; an address of any other origin is
        refused before it is asked. Raises `NoBrowser` when there is none; never for what the app does.
        """
        started = time.monotonic()
        async with self._slots:
            tab = await self._tab(page_url)
            try:
                return await self._render(tab, page_url, cookies, started)
            finally:
                self._end(tab)

    def _end(self, tab: Tab) -> None:
        """Close a tab behind the back of whoever waits for its rendering."""
        task = asyncio.create_task(tab.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _render(self, tab: Tab, page_url: str, cookies: Mapping[str, str], started: float) -> Rendering:
        findings: list[str] = []
        state: dict[str, Any] = {}
        try:
            await tab.let_in(cookies)
            await tab.goto(page_url)
            state, early = await self._settle(tab.page)
            findings = await judge(tab, state)
            screenshot = await _picture(tab.page) if early is None else early
        except BrowserError as error:
            findings.append(f"The browser could not finish: {first_line(str(error))}")
            screenshot = b""
        answered = int(state.get("queries", {}).get("ok", 0))
        unique = tuple(dict.fromkeys(RANDOM_ID.sub("…", text)[:MAX_TEXT] for text in findings))[:MAX_FINDINGS]
        return Rendering(unique, answered, screenshot, time.monotonic() - started)

    async def _settle(self, page: Page) -> tuple[dict[str, Any], bytes | None]:
        """Wait until the app failed, or was drawn and has no query under way; give the check page's own account, and a
        picture of what is to be seen. The picture is taken while it is watched whether the app stays as it is; there is
        none if it did not."""
        shown, screenshot, late = None, None, False
        try:
            async with asyncio.timeout(SETTLE_S) as clock:
                shown = await page.evaluate(DRAWN)
            with suppress(BrowserError):  # said when it is taken after all, beside what else was found
                screenshot = await _picture(page)
            async with asyncio.timeout_at(clock.when()):
                await page.evaluate(SETTLED)
        except TimeoutError:
            late = True
        state: dict[str, Any] = await page.evaluate("() => JSON.parse(JSON.stringify(window.__vitrail ?? {}))")
        if shown != state.get("drawings"):
            screenshot = None
        return (state | {"timedOut": True} if late else state), screenshot

    async def aclose(self) -> None:
        """End the browser and remove its profile."""
        async with self._lock:
            await self._stop()

    async def _stop(self) -> None:
        if self._spare is not None and self._spare is not asyncio.current_task():  # which starts the browser for itself
            self._spare.cancel()
            self._spare = None
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        program, self._program = self._program, None
        await asyncio.gather(*self._closing)
        if browser is not None:
            await close_quietly(browser)
        if playwright is not None:
            await playwright.stop()
        if program is not None:
            await asyncio.to_thread(shutil.rmtree, program.folder, ignore_errors=True)


async def _picture(page: Page) -> bytes:
    return await page.screenshot(type="jpeg", quality=80, animations="disabled", caret="hide")
