"""The newcomer's whole story in Chromium, on a demo server started as the README says, with the offline planner."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.e2e.browsing import sign_in
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.sandbox, pytest.mark.toolchain, pytest.mark.xdist_group("story")]

PROMPT = "Monthly revenue by store, with a filter on customer type, and the top ten products"
FOLLOW_UP = "make the trend a line chart and add average order value"
BUILD_MS = 90_000
# The demo's stores and their regions (demo/generate.sql); Vera's attribute is West.
WEST, ELSEWHERE = ("Mission Street", "Pearl District", "Capitol Hill"), ("Williamsburg", "Wicker Park")


@pytest.fixture(scope="module")
def faults() -> list[str]:
    """What any page of the story wrote to its console as an error."""
    return []


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def test_from_a_sentence_to_an_app_that_each_sees_as_they_may(browser: Browser, demo: Demo, faults: list[str]) -> None:
    ada = sign_in(browser, demo, 0, faults)

    # New → Data app → a sentence
    ada.get_by_role("button", name="New", exact=True).click()
    ada.get_by_role("menuitem", name="Data app").click()
    ada.get_by_label("Describe your app").fill(PROMPT)
    ada.get_by_role("button", name="Build").click()

    # The steps are live, and the app appears beside the chat
    expect(ada.get_by_role("log", name="Conversation")).to_contain_text(PROMPT)
    chat = ada.get_by_role("log", name="Conversation")
    expect(ada.get_by_role("article", name="Version 1")).to_contain_text("Ready", timeout=BUILD_MS)
    expect(chat).to_contain_text("offline planner")
    app = frame_of(ada)
    expect(app.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
    for store in (*WEST, *ELSEWHERE):
        expect(app.get_by_text(store, exact=True).first).to_be_visible(timeout=30_000)
    expect(app.get_by_text(re.compile(r"\$\d")).first).to_be_visible()
    expect(app.get_by_text(re.compile("top ten products", re.I)).first).to_be_visible()
    everything = app.get_by_text(re.compile(r"^\$[\d,.]+$")).first.inner_text()

    # The filter asks anew
    app.get_by_label("Customer type").click()
    app.get_by_role("option").or_(app.get_by_role("checkbox")).first.click()
    expect(app.get_by_text(re.compile(r"^\$[\d,.]+$")).first).not_to_have_text(everything, timeout=30_000)

    # A follow-up makes version 2
    ada.get_by_label("Ask for a change").fill(FOLLOW_UP)
    ada.get_by_role("button", name="Send").click()
    expect(ada.get_by_role("article", name="Version 2")).to_contain_text("Ready", timeout=BUILD_MS)
    expect(app.get_by_text("Average order value", exact=True).first).to_be_visible(timeout=30_000)

    # Filed in a space
    ada.get_by_role("button", name="Move to space").click()
    ada.get_by_role("radio", name="Sales").check()
    ada.get_by_role("button", name="Move", exact=True).click()
    expect(ada.get_by_role("dialog")).to_have_count(0)
    address = ada.url.removesuffix("/build")

    # The second person: the same app, her rows only
    vera = sign_in(browser, demo, 1, faults)
    vera.goto(f"{demo.url}/")
    expect(vera.get_by_role("button", name="New", exact=True)).to_have_count(0)
    vera.goto(address)
    hers = frame_of(vera)
    for store in WEST:
        expect(hers.get_by_text(store, exact=True).first).to_be_visible(timeout=30_000)
    for store in ELSEWHERE:
        expect(hers.get_by_text(store, exact=True)).to_have_count(0)
    assert hers.get_by_text(re.compile(r"^\$[\d,.]+$")).first.inner_text() != everything
    assert faults == []
    api_agrees_with_the_page(demo)


def api_agrees_with_the_page(demo: Demo) -> None:
    """The app that the story filed: two ready versions, drawn, and one list for each viewer."""
    with demo.client() as ada, demo.client(1) as vera:
        [app] = [each for each in ada.get(f"/projects/{demo.project}/apps").json() if each["spaceName"] == "Sales"]
        versions = ada.get(f"/apps/{app['id']}/versions").json()
        assert [(each["number"], each["status"], each["rendered"]["ok"]) for each in versions] == [
            (2, "ready", True),
            (1, "ready", True),
        ]
        assert ada.get(versions[0]["thumbnailUrl"].removeprefix("/api/v1")).content.startswith(b"\xff\xd8")
        assert [each["id"] for each in vera.get(f"/projects/{demo.project}/apps").json()] == [app["id"]]
        assert _regions(ada, app["id"]) > _regions(vera, app["id"]) == {"West"}


def _regions(client: httpx.Client, app: str) -> set[str]:
    """The stores' regions that come back through the app's own session: the app declares stores, not regions, so
    the explore is asked for what it declares and the answer's stores are looked up."""
    session = client.post(f"/apps/{app}/sessions", json={}).json()["session"]
    query = {"exploreName": "orders", "dimensions": ["stores_store_name"], "metrics": ["orders_total_revenue"]}
    answer = client.post(f"/app-sessions/{session}/query", json={"query": query})
    assert answer.status_code == 200, answer.text
    stores = {row[0] for row in answer.json()["rows"]}
    return {"West" if store in WEST else "elsewhere" for store in stores}
