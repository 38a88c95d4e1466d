"""A number in Chromium: how old it is, asked anew, why it is what it is, and the total beneath it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.e2e.browsing import sign_in
from tests.e2e.demo import ENDED, Demo, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]

ANSWER_MS = 30_000
REVENUE = "order_items_product_revenue"
QUESTION: dict[str, Any] = {
    "exploreName": "order_items",
    "dimensions": ["products_category"],
    "metrics": [REVENUE],
    "sorts": [{"fieldId": REVENUE, "descending": True}],
    "limit": 2,
}


def made(demo: Demo, what: str, body: dict[str, Any]) -> str:
    """A chart or dashboard of Ada's in the space Stores; its id."""
    with demo.client() as client:
        spaces = client.get(f"/projects/{demo.project}/spaces").json()
        [space] = [space["id"] for space in spaces if space["name"] == "Stores"]
        answer = client.post(f"/projects/{demo.project}/{what}", json={"spaceId": space, **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def whole(demo: Demo, person: int) -> str:
    """All that the person's products have earned, as a table shows it."""
    with demo.client(person) as client:
        answer = client.post(
            f"/projects/{demo.project}/query", json={"exploreName": "order_items", "metrics": [REVENUE]}
        )
    return f"${round(float(answer.json()['rows'][0][0])):,}"


def age(within: Page | Locator) -> Locator:
    return within.get_by_role("time")


def asked_anew(request: Request) -> bool:
    return request.method == "POST" and (request.post_data_json or {}).get("refresh") is True


def refreshed(page: Page, where: Page | Locator, act: Locator) -> None:
    """Refreshes and waits until what is shown is of a later time."""
    before = age(where).get_attribute("datetime")
    assert before
    with page.expect_request(asked_anew):
        act.click()
    expect(age(where)).not_to_have_attribute("datetime", before, timeout=ANSWER_MS)


def test_a_number_tells_its_age_its_reasons_and_its_total(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    chart = made(demo, "charts", {"name": "Menu", "query": QUESTION, "config": {"type": "table"}})
    ada = sign_in(browser, demo, 0, faults)
    ada.goto(f"{demo.url}/charts/{chart}")

    # How old it is, in words and on request exactly; asked anew by keyboard, which stays where it was
    expect(age(ada)).to_have_text(re.compile("^as of (just now|1 minute ago)$"), timeout=ANSWER_MS)
    age(ada).focus()
    expect(ada.get_by_role("tooltip")).to_have_text(
        re.compile(r"^From the warehouse on \d+ \w+ \d{4} at \d\d:\d\d:\d\d ")
    )
    refresh = ada.get_by_role("button", name="Refresh")
    refreshed(ada, ada, refresh)
    expect(refresh).to_be_focused()
    expect(ada.get_by_text("The numbers are new.")).to_be_attached()

    # Why it is what it is: definitions down to the file, the plan in words, the statement when it is wanted
    ada.get_by_role("button", name="Why this number").press("Enter")
    why = ada.get_by_role("dialog", name="Why this number")
    definitions = why.get_by_role("region", name="Definitions")
    expect(definitions).to_contain_text("Product revenue")
    expect(definitions).to_contain_text("orders.status equals completed")
    expect(definitions.get_by_text("models/order_items.yml")).to_be_visible()
    expect(definitions.get_by_text("models/products.yml")).to_be_visible()
    expect(why.get_by_role("region", name="Plan")).to_contain_text(
        "Only rows of Order items that you may see are read."
    )
    expect(why.get_by_text("SELECT")).to_have_count(0)
    why.get_by_role("button", name="Show SQL").press("Enter")
    expect(why.get_by_role("region", name="SQL")).to_contain_text("'West', 'Central', 'East'")
    ada.keyboard.press("Escape")
    expect(why).to_have_count(0)
    expect(ada.get_by_role("button", name="Why this number")).to_be_focused()

    # Totals: of all rows, though two are shown
    ada.get_by_role("link", name="Edit").click()
    expect(ada.get_by_role("row")).to_have_count(3, timeout=ANSWER_MS)
    ada.get_by_label("Show totals").check()
    total = ada.get_by_role("row", name="Total")
    expect(total.get_by_role("cell")).to_have_text([whole(demo, 0)], timeout=ANSWER_MS)
    expect(ada.get_by_role("button", name="Why this number")).to_be_visible()
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("heading", name="Menu")).to_be_visible()
    expect(total.get_by_role("cell")).to_have_text([whole(demo, 0)], timeout=ANSWER_MS)
    total.get_by_text("Total").hover()
    expect(ada.get_by_role("tooltip", name="Over all rows, not only those shown.")).to_be_visible()

    # On a phone everything is there, and nothing is beside the screen
    ada.set_viewport_size({"width": 390, "height": 844})
    expect(age(ada)).to_be_visible()
    assert ada.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults == []


def test_a_dashboard_tells_the_age_of_each_tile_and_asks_all_anew(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    charts = [
        made(demo, "charts", {"name": name, "query": QUESTION, "config": {"type": "table", "totals": True}})
        for name in ("First", "Second")
    ]
    tiles = [
        {"id": f"t{at}", "kind": "chart", "tab": "main", "x": at * 6, "y": 0, "w": 6, "h": 6, "chartId": chart}
        for at, chart in enumerate(charts)
    ]
    content = {"tabs": [{"id": "main", "name": "Overview"}], "tiles": tiles}
    dashboard = made(demo, "dashboards", {"name": "Menu", "content": content})
    vera = sign_in(browser, demo, 1, faults)
    vera.goto(f"{demo.url}/dashboards/{dashboard}")
    first, second = (vera.get_by_role("article", name=name) for name in ("First", "Second"))
    for tile in (first, second):
        expect(tile.get_by_role("row", name="Total").get_by_role("cell")).to_have_text(
            [whole(demo, 1)], timeout=ANSWER_MS
        )

    # One tile alone
    stays = age(second).get_attribute("datetime")
    assert stays
    first.get_by_role("button", name="More about First").click()
    refreshed(vera, first, vera.get_by_role("menuitem", name="Refresh"))
    expect(age(second)).to_have_attribute("datetime", stays)

    # All of them
    before = age(first).get_attribute("datetime")
    assert before
    refreshed(vera, second, vera.get_by_role("button", name="Refresh"))
    expect(age(first)).not_to_have_attribute("datetime", before, timeout=ANSWER_MS)
    assert faults == []


@pytest.mark.sandbox
@pytest.mark.toolchain
def test_an_app_tells_the_age_of_its_numbers_and_asks_them_anew_without_starting_again(
    browser: Browser, demo: Demo
) -> None:
    faults: list[str] = []
    with demo.client() as client:
        answer = client.post(f"/projects/{demo.project}/apps", json={"prompt": "Revenue by month, filter on region"})
        assert answer.status_code == 201, answer.text
        app = answer.json()["app"]["id"]
        assert until(client, f"/apps/{app}/versions/1", *ENDED)["status"] == "ready"
    ada = sign_in(browser, demo, 0, faults)
    ada.goto(f"{demo.url}/apps/{app}")
    frame = ada.frame_locator("iframe")
    expect(frame.get_by_text(re.compile(r"\$\d")).first).to_be_visible(timeout=ANSWER_MS)
    expect(age(ada)).to_have_text(re.compile("^as of (just now|[1-9] minutes? ago)$"), timeout=ANSWER_MS)
    ada.frames[1].evaluate("window.stayed = true")
    refreshed(ada, ada, ada.get_by_role("button", name="Refresh"))
    assert ada.frames[1].evaluate("window.stayed") is True
    expect(frame.get_by_text(re.compile(r"\$\d")).first).to_be_visible()

    # The same above the preview of whoever builds
    ada.get_by_role("link", name="Open builder").click()
    preview = ada.get_by_role("region", name="Preview")
    expect(age(preview)).to_be_visible(timeout=ANSWER_MS)
    refreshed(ada, preview, preview.get_by_role("button", name="Refresh"))
    assert faults == []
