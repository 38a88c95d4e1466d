"""Opening a version in a real browser, through the same pages, frame and bridge as a viewer, and saying what happened.

One browser stays warm for the life of the process; each rendering has a context of its own, so nothing carries over.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright, Route, ViewportSize, async_playwright
from playwright.async_api import Error as BrowserError

from vitrail.apps.chromium import BrowserProgram, NoBrowser, find_chromium, prepare_program

logger = logging.getLogger(__name__)

VIEWPORT: ViewportSize = {"width": 1280, "height": 800}
SETTLE_S = 15.0
"""How long an app has to draw itself and to get its queries answered."""
SERVER_S = 15.0
"""How long the server may take to listen when a build goes on after a restart."""
QUIET_S = 0.12
"""An app has settled when no query has been under way for this long."""
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


@dataclass(slots=True)
class _Seen:
    console: list[str] = field(default_factory=list)


class Renderer:
    """The warm browser. `render` may be called by several tasks at once; they share the process, not their state."""

    def __init__(self, chromium: str | None, *, concurrency: int = 2) -> None:
        self._configured = chromium
        self._lock = asyncio.Lock()
        self._slots = asyncio.Semaphore(concurrency)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._program: BrowserProgram | None = None

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
                    f"Chromium ({chromium}) did not start: {_first_line(str(error))}",
                    cure="Run it by hand to see why. Where unprivileged user namespaces are forbidden, allow them "
                    "(sysctl kernel.unprivileged_userns_clone=1), since the browser is not run without its sandbox.",
                ) from None
            return self._browser

    async def render(
        self, page_url: str, *, origins: tuple[str, ...], headers: dict[str, str], theme: str = "light"
    ) -> Rendering:
        """Open `page_url` (the server's own check page) and report.

        `headers` go with each request to `origins` and nowhere else; every other address is refused before it is
        asked. Raises `NoBrowser` when there is none; never for what the app does.
        """
        started = time.monotonic()
        async with self._slots:
            browser = await self.start()
            context = await browser.new_context(
                viewport=VIEWPORT,
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
                service_workers="block",
                accept_downloads=False,
            )
            try:
                return await self._render(context, page_url, origins, headers, started)
            finally:
                await _close_quietly(context)

    async def _render(
        self, context: BrowserContext, page_url: str, origins: tuple[str, ...], headers: dict[str, str], started: float
    ) -> Rendering:
        seen = _Seen()

        async def guard(route: Route) -> None:
            if route.request.url.startswith(tuple(f"{origin}/" for origin in origins)):
                await route.continue_(headers={**route.request.headers, **headers})
            else:
                seen.console.append(f"The app asked for {route.request.url[:200]}, which is not allowed.")
                await route.abort("blockedbyclient")

        await context.route("**/*", guard)
        page = await context.new_page()
        page.on("console", lambda message: seen.console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: seen.console.append(str(error)))
        page.set_default_timeout(SETTLE_S * 1000)
        findings: list[str] = []
        state: dict[str, Any] = {}
        try:
            await _open(page, page_url)
            state = await self._settle(page)
            findings = await _judge(page, state, seen)
            screenshot = await page.screenshot(type="jpeg", quality=80, animations="disabled", caret="hide")
        except BrowserError as error:
            findings.append(f"The browser could not finish: {_first_line(str(error))}")
            screenshot = b""
        answered = int(state.get("queries", {}).get("ok", 0))
        unique = tuple(dict.fromkeys(RANDOM_ID.sub("…", text)[:MAX_TEXT] for text in findings))[:MAX_FINDINGS]
        return Rendering(unique, answered, screenshot, time.monotonic() - started)

    async def _settle(self, page: Page) -> dict[str, Any]:
        """Wait until the app failed, or was drawn and has no query under way; give the check page's own account."""
        deadline = time.monotonic() + SETTLE_S
        quiet_since: float | None = None
        state: dict[str, Any] = {}
        while time.monotonic() < deadline:
            state = await page.evaluate("() => window.__vitrail ? JSON.parse(JSON.stringify(window.__vitrail)) : {}")
            if state.get("state") == "error":
                return state
            queries = state.get("queries", {})
            under_way = queries.get("started", 0) - queries.get("ok", 0) - queries.get("failed", 0)
            if state.get("rendered") and under_way == 0:
                quiet_since = quiet_since or time.monotonic()
                if time.monotonic() - quiet_since >= QUIET_S:
                    return state
            else:
                quiet_since = None
            await asyncio.sleep(0.03)
        state["timedOut"] = True
        return state

    async def aclose(self) -> None:
        """End the browser and remove its profile."""
        async with self._lock:
            await self._stop()

    async def _stop(self) -> None:
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        program, self._program = self._program, None
        if browser is not None:
            await _close_quietly(browser)
        if playwright is not None:
            await playwright.stop()
        if program is not None:
            await asyncio.to_thread(shutil.rmtree, program.folder, ignore_errors=True)


async def _judge(page: Page, state: dict[str, Any], seen: _Seen) -> list[str]:
    """Everything that keeps a version from being called ready, in words that an agent or a builder can act on."""
    findings: list[str] = []
    queries = state.get("queries", {})
    findings += [f"Error in the page: {_text(error)}" for error in [*state.get("errors", []), *seen.console]]
    findings += [f"A query failed: {_text(failure)}" for failure in queries.get("errors", [])]
    if state.get("timedOut"):
        under_way = queries.get("started", 0) - queries.get("ok", 0) - queries.get("failed", 0)
        findings.append(
            f"After {SETTLE_S:.0f} s "
            + (f"{under_way} queries were still unanswered." if under_way > 0 else "the app had not drawn itself.")
        )
    if state.get("state") != "error" and not queries.get("ok", 0):
        findings.append("No query was answered: the app must show data from the semantic layer.")
    if not findings and await _is_blank(page):
        findings.append("The page is blank: nothing readable was drawn.")
    return findings


async def _is_blank(page: Page) -> bool:
    """Whether the app's frame shows no text and no drawing. The frame is another origin: only the browser can look."""
    for frame in page.frames:
        if frame is page.main_frame:
            continue
        shown = await frame.evaluate(
            """() => {
                const text = (document.body?.innerText ?? '').trim().length
                const drawn = [...document.querySelectorAll('svg, canvas, img')].some((element) => {
                    const box = element.getBoundingClientRect()
                    return box.width > 40 && box.height > 40
                })
                return text >= 8 || drawn
            }"""
        )
        if shown:
            return False
    return True


async def _open(page: Page, url: str) -> None:
    """Load the check page; a server that is only about to listen (after a restart) is waited for."""
    deadline = time.monotonic() + SERVER_S
    while True:
        try:
            await page.goto(url, wait_until="commit")
            return
        except BrowserError as error:
            if "ERR_CONNECTION_REFUSED" not in str(error) or time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ": ".join(str(value[key]) for key in ("title", "cause", "message") if value.get(key)) or str(value)
    return str(value)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300] if text.strip() else "no reason was given"


async def _close_quietly(thing: Browser | BrowserContext) -> None:
    try:
        await thing.close()
    except BrowserError as error:
        logger.debug("closing after the browser had gone: %s", _first_line(str(error)))
