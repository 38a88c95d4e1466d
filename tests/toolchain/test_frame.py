"""A running app in real Chromium: the real frame document under its real policy, the real bridge, a small server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Frame, Page, Request, async_playwright

from tests.toolchain.apps import REVENUE
from tests.toolchain.conftest import Workshop
from tests.toolchain.frame_server import Pages, serving
from tests.toolchain.hostile import NAVIGATIONS, PUT, WAYS_OUT, trying
from vitrail.apps.csp import FRAME_PATH
from vitrail.sandbox.node import run_node
from vitrail.sandbox.toolchain import BuildManifest, BuildResult, Toolchain

pytestmark = [
    pytest.mark.browser,
    pytest.mark.toolchain,
    pytest.mark.sandbox,
    pytest.mark.asyncio(loop_scope="module"),
]

BRIDGE = Path(__file__).parents[2] / "web" / "src" / "bridge" / "index.ts"
BUNDLE = """
import {{ createRequire }} from 'node:module';
const {{ rolldown }} = await import(createRequire('{root}/package.json').resolve('rolldown'));
const bundle = await rolldown({{ input: '{bridge}' }});
await bundle.write({{ file: '{out}', format: 'es' }});
"""


@pytest.fixture(scope="module")
def bridge(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The host's side, as a page imports it."""
    folder = tmp_path_factory.mktemp("bridge")
    script, out = folder / "bundle.mjs", folder / "bridge.js"
    script.write_text(BUNDLE.format(root=toolchain.root, bridge=BRIDGE, out=out))
    asyncio.run(run_node(script, [], cwd=folder))
    return out.read_text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def revenue(workshop: Workshop) -> BuildResult:
    await workshop.app(REVENUE)
    return await workshop.service.build("publish")


def answer(query: dict[str, Any]) -> dict[str, Any]:
    """Made-up rows with the columns that were asked."""
    fields = [*query["dimensions"], *query["metrics"]]
    columns = [
        {
            "id": name,
            "type": "date" if "_date_" in name else "string" if name in query["dimensions"] else "number",
            "label": name.replace("_", " "),
            "format": {"kind": "usd", "round": None, "compact": None} if "revenue" in name else None,
            "kind": "dimension" if name in query["dimensions"] else "metric",
            "interval": "MONTH" if name.endswith("_month") else None,
        }
        for name in fields
    ]

    def value(column: dict[str, Any], n: int) -> Any:
        if column["type"] == "date":
            return f"2026-0{n % 6 + 1}-01"
        return f"Value {n}" if column["type"] == "string" else 1000 * (n + 1)

    rows = [[value(column, n) for column in columns] for n in range(6)]
    return {"columns": columns, "rows": rows, "truncated": False, "limit": 500, "durationMs": 1}


def raw(code: str, vendor: tuple[str, ...] = ()) -> BuildResult:
    """A build that never saw a toolchain: what a hostile author would like to have."""
    entry = "app-0123456789abcdef.js"
    manifest = BuildManifest(entry=entry, styles=[], vendor=list(vendor), toolchain="t", bytes=len(code))
    return BuildResult(manifest, {entry: code.encode()}, [])


Open = Callable[[Page], Awaitable[Frame]]


@pytest.fixture
def pages(toolchain: Toolchain, bridge: str) -> Iterator[Callable[..., Any]]:
    @contextmanager
    def start(build: BuildResult, reply: Callable[[dict[str, Any]], dict[str, Any]] = answer) -> Iterator[Pages]:
        with serving(Pages(toolchain, bridge, build, reply)) as running:
            yield running

    return start  # type: ignore[return-value]


async def seen(page: Page, state: str, *, within: float = 15) -> dict[str, Any]:
    """The last status of that state, as soon as there is one."""
    for _ in range(int(within / 0.05)):
        statuses = await page.evaluate("window.seen?.statuses ?? []")
        found = [one for one in statuses if one["state"] == state]
        if found:
            return found[-1]
        await page.wait_for_timeout(50)
    raise AssertionError(f"never {state}: {statuses}")


def frame_of(page: Page) -> Frame:
    return next(frame for frame in page.frames if frame != page.main_frame)


async def test_an_app_runs_on_answers_and_its_frame_requests_nothing(
    browser: Browser, pages: Any, revenue: BuildResult
) -> None:
    with pages(revenue) as server:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        by_frame: list[str] = []

        def note(request: Request) -> None:
            if request.frame != page.main_frame:
                by_frame.append(request.url)  # modules made of handed-over text are named here too, and go nowhere

        console: list[str] = []
        page.on("request", note)
        page.on("console", lambda message: console.append(message.text))
        await page.goto(server.url)
        status = await seen(page, "rendered")
        frame = frame_of(page)
        assert status["text"] > 200 and status["elements"] > 100
        assert await frame.locator("h1").inner_text() == "Store revenue"
        assert await frame.locator("svg.recharts-surface").count() >= 4
        assert [url for url in by_frame if not url.startswith("blob:null/")] == [
            f"{server.url.rstrip('/')}{FRAME_PATH}"
        ]
        assert console == []
        state = await page.evaluate("window.seen")
        assert [one["state"] for one in state["statuses"]][:2] == ["loading", "running"]
        assert not [one for one in state["statuses"] if one["state"] == "error"]
        assert len(state["queries"]) == 7 and all(query["ok"] for query in state["queries"])
        assert {query["label"] for query in state["queries"]} >= {"Totals", "Top ten"}
        await page.close()


async def test_vendor_modules_are_fetched_once_over_many_opens(
    browser: Browser, pages: Any, revenue: BuildResult
) -> None:
    with pages(revenue) as server:
        context = await browser.new_context()
        for _ in range(5):
            page = await context.new_page()
            await page.goto(server.url)
            await seen(page, "rendered")
            await page.close()
        vendor = [path for path in server.requests if path.startswith("/vendor/")]
        assert len(vendor) == len(set(vendor)) > 5
        assert server.requests.count(FRAME_PATH) == 5
        # only what the app imports, and what that imports
        assert not any("react-dialog" in path for path in vendor)
        await context.close()


async def test_the_frame_is_opaque_and_the_bootstrap_leaves_nothing(
    browser: Browser, pages: Any, revenue: BuildResult
) -> None:
    with pages(revenue) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        await seen(page, "rendered")
        frame = frame_of(page)
        assert await frame.evaluate("self.origin") == "null"
        assert await frame.evaluate("document.scripts.length") == 0
        for name in ("RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"):
            assert await frame.evaluate(f"typeof globalThis.{name}") == "undefined"
            assert not await frame.evaluate(f"delete globalThis.{name}")
        for forbidden in ("localStorage.length", "document.cookie", "indexedDB.open('x').result", "parent.document"):
            with pytest.raises(Exception, match=r"SecurityError|denied|Blocked|not finished|sandboxed"):
                await frame.evaluate(forbidden)
        await page.close()


async def test_no_way_out(browser: Browser, pages: Any) -> None:
    with pages(raw("")) as server:
        leak = f"http://127.0.0.1:{server.leak_port}/"
        server.build = raw(trying(WAYS_OUT, leak))
        page = await browser.new_page()
        outside: list[str] = []
        page.on("response", lambda response: outside.append(response.url))
        page.on("popup", lambda popup: outside.append(popup.url))
        await page.goto(server.url)
        await seen(page, "running")
        await page.wait_for_timeout(1500)
        assert server.leaks == []
        # Modules made of handed-over text are named too, and go nowhere.
        assert [url for url in outside if not url.startswith((server.url, "blob:null/"))] == []
        assert page.url == server.url
        await page.close()


async def test_no_module_comes_from_an_address(browser: Browser, pages: Any) -> None:
    with pages(raw("")) as server:
        server.build = raw(f"import 'http://127.0.0.1:{server.leak_port}/static';")
        page = await browser.new_page()
        await page.goto(server.url)
        assert (await seen(page, "error"))["fatal"]
        assert server.leaks == []
        await page.close()


@pytest.mark.parametrize("way", NAVIGATIONS)
async def test_the_frame_can_not_be_taken_elsewhere(browser: Browser, pages: Any, way: str) -> None:
    with pages(raw("")) as server:
        leak = f"http://127.0.0.1:{server.leak_port}/"
        server.build = raw(trying({way: NAVIGATIONS[way]}, leak))
        page = await browser.new_page()
        await page.goto(server.url)
        await page.wait_for_timeout(700)
        assert server.leaks == []
        assert page.url == server.url
        await page.close()


async def test_the_probes_work_where_nothing_stops_them(browser: Browser, pages: Any) -> None:
    """The same code in a page without a policy reaches the address, so the tests above can fail."""
    with pages(raw("")) as server:
        leak = f"http://127.0.0.1:{server.leak_port}/"
        page = await browser.new_page()
        await page.goto(leak + "start")
        server.leaks.clear()
        leaving = ("top", "parent", "form", "base", "service worker")
        ways = {name: way for name, way in WAYS_OUT.items() if name not in leaving}
        await page.evaluate(
            f"(() => {{ document.body.innerHTML = '<div id=root></div>'; {trying(ways, leak + 'probe/')} }})()"
        )
        await page.wait_for_timeout(1500)
        reached = set(re.findall(r"probe/([\w-]+)", " ".join(server.leaks)))
        assert len(reached) >= 15, sorted(reached)
        server.leaks.clear()
        await page.evaluate(f"(() => {{ const LEAK = {leak!r}; {PUT}{NAVIGATIONS['meta refresh']} }})()")
        await page.wait_for_timeout(500)
        assert server.leaks != []
        await page.close()


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("throw new Error('broken at start')", "broken at start"),
        ("import 'not-there'; ", "not-there"),
        ("this is no code", "Unexpected identifier"),
    ],
)
async def test_an_app_that_can_not_start_says_why(browser: Browser, pages: Any, code: str, cause: str) -> None:
    with pages(raw(code)) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        status = await seen(page, "error")
        assert status["fatal"] and cause in status["error"]["cause"]
        assert "could not start" in await frame_of(page).locator("[role=alert]").inner_text()
        await page.close()


async def test_a_component_that_throws_is_shown_and_told(browser: Browser, pages: Any, workshop: Workshop) -> None:
    await workshop.app("export default function App(): never { throw new Error('drawing failed'); }\n")
    with pages(await workshop.service.build("publish")) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        status = await seen(page, "error")
        assert status["fatal"] and status["error"]["cause"] == "drawing failed" and "blob:" in status["stack"]
        assert "drawing failed" in await frame_of(page).locator("[role=alert]").inner_text()
        await page.close()


async def test_a_late_failure_is_told_and_the_app_goes_on(browser: Browser, pages: Any) -> None:
    code = "document.getElementById('root').innerHTML = '<p>Here</p>';"
    with pages(
        raw(code + "setTimeout(() => { throw new Error('late') }, 300); Promise.reject(new Error('lost'))")
    ) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        await seen(page, "rendered")
        await page.wait_for_timeout(600)
        errors = [one for one in await page.evaluate("window.seen.statuses") if one["state"] == "error"]
        assert {(one["error"]["cause"], one["fatal"]) for one in errors} == {("late", False), ("lost", False)}
        await page.close()


async def test_an_app_that_draws_nothing_is_an_error(browser: Browser, pages: Any) -> None:
    with pages(raw("export {}")) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        status = await seen(page, "error")
        assert status["error"]["title"] == "The app shows nothing"
        await page.close()


async def test_a_missing_file_is_an_error_with_a_cure(browser: Browser, pages: Any) -> None:
    build = raw("export {}")
    with pages(BuildResult(build.manifest, {}, [])) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        status = await seen(page, "error")
        assert status["error"]["title"] == "The app could not be loaded" and "404" in status["error"]["cause"]
        await page.close()


HERE = "document.getElementById('root').innerHTML = '<p>Here</p>';"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("__vitrail.query({}, null)", "names no explore"),
        ("__vitrail.query({ exploreName: 'x'.repeat(70000) }, null)", "too large"),
        ("__vitrail.query('orders', null)", "no object"),
        ("for (let n = 0; n < 600; n += 1) console.error(n)", "500 messages"),
        ("parent.postMessage({ t: 'vitrail-hello' }, '*')", "load its frame anew"),
        ("setTimeout(() => location.reload(), 200)", "load its frame anew"),
    ],
)
async def test_a_frame_that_breaks_the_protocol_is_stopped(browser: Browser, pages: Any, code: str, cause: str) -> None:
    with pages(raw(HERE + code)) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        status = await seen(page, "error")
        assert status["fatal"] and cause in status["error"]["cause"]
        assert status["error"]["title"] == "The app was stopped"
        await page.close()


async def test_a_runaway_app_is_answered_with_an_error(browser: Browser, pages: Any) -> None:
    code = HERE + "for (let n = 0; n < 300; n += 1) __vitrail.query({ exploreName: 'o', n }, null).catch(() => 0)"
    with pages(raw(code), lambda query: {"columns": [], "rows": []}) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        await page.wait_for_timeout(2500)
        assert server.requests.count("/query") <= 90
        queries = await page.evaluate("window.seen.queries")
        assert any(one["error"] and one["error"]["title"] == "Too many queries" for one in queries)
        await page.close()


async def test_a_refusal_reaches_the_reader_with_cause_and_cure(
    browser: Browser, pages: Any, revenue: BuildResult
) -> None:
    def refusing(query: dict[str, Any]) -> dict[str, Any]:
        if "orders_gross_margin" in query["metrics"]:
            raise LookupError("The app does not declare this field.")
        return answer(query)

    with pages(revenue, refusing) as server:
        page = await browser.new_page()
        await page.goto(server.url)
        await seen(page, "rendered")
        told = await frame_of(page).locator("[role=alert]").first.inner_text()
        assert "Not allowed" in told and "does not declare" in told and "Ask for something else." in told
        await page.close()


async def test_the_theme_turns_and_a_filter_asks_anew(browser: Browser, pages: Any, revenue: BuildResult) -> None:
    with pages(revenue) as server:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(server.url)
        await seen(page, "rendered")
        frame = frame_of(page)
        assert await frame.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
        await page.evaluate("window.app.setTheme('dark')")
        await page.wait_for_timeout(100)
        assert await frame.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"

        before = server.requests.count("/query")
        await frame.get_by_role("button", name="Customer type").click()
        await frame.get_by_label("Value 2").check()
        await page.wait_for_timeout(800)
        assert server.requests.count("/query") == before + 6  # all but the values of the filter itself
        assert "Value 2" in await frame.get_by_role("button", name="Customer type").inner_text()
        await page.close()


async def test_it_fits_a_phone(browser: Browser, pages: Any, revenue: BuildResult) -> None:
    with pages(revenue) as server:
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.goto(server.url)
        await seen(page, "rendered")
        frame = frame_of(page)
        assert await frame.evaluate("document.documentElement.scrollWidth") <= 390
        await page.close()
