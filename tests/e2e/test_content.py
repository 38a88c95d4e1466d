"""Charts and dashboards in Chromium: the demo's dashboard as two people see it, and a chart made and put on one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import sign_in
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]

MONEY = re.compile(r"^\$[\d,]+$")
# The demo's stores by region (demo/generate.sql); Vera's attribute is West.
WEST, ELSEWHERE = ("Mission Street", "Pearl District", "Capitol Hill"), ("Williamsburg", "Wicker Park")
ANSWER_MS = 30_000


def tile(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


def latest(page: Page) -> Locator:
    """The dashboard's big number."""
    return tile(page, "Revenue of the latest month").get_by_text(MONEY)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_dashboard_shows_each_their_rows_and_its_filters_ask_anew(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    ada = sign_in(browser, demo, 0, faults)
    ada.get_by_role("link", name="Sales overview").click()
    expect(latest(ada)).to_be_visible(timeout=ANSWER_MS)
    everything = latest(ada).inner_text()
    month = tile(ada, "Revenue by month").get_by_role("list", name="Legend")
    expect(month).to_have_text(re.compile("Central.*East.*West"), timeout=ANSWER_MS)
    expect(tile(ada, "About these numbers")).to_contain_text("Each of us sees the orders of our own regions")
    address = ada.url

    # A filter asks every tile anew, and stays in the address
    region = ada.get_by_role("group", name="Region")
    region.get_by_label("Region").click()
    ada.get_by_role("option", name="West").click()
    expect(latest(ada)).not_to_have_text(everything, timeout=ANSWER_MS)
    expect(month).to_have_count(0, timeout=ANSWER_MS)
    west = latest(ada).inner_text()
    ada.reload()
    expect(latest(ada)).to_have_text(west, timeout=ANSWER_MS)
    ada.get_by_role("button", name="Reset").click()
    expect(latest(ada)).to_have_text(everything, timeout=ANSWER_MS)

    # The second person: the same dashboard, her rows only, and nothing to change it with
    vera = sign_in(browser, demo, 1, faults)
    vera.goto(address)
    expect(latest(vera)).to_have_text(west, timeout=ANSWER_MS)
    expect(vera.get_by_role("link", name="Edit")).to_have_count(0)
    vera.get_by_role("tab", name="Stores and products").click()
    stores = tile(vera, "Revenue by store")
    for store in WEST:
        expect(stores.get_by_text(store, exact=True).first).to_be_visible(timeout=ANSWER_MS)
    for store in ELSEWHERE:
        expect(stores.get_by_text(store, exact=True)).to_have_count(0)
    vera.get_by_role("button", name="More about Top products").click()
    with vera.expect_download() as download:
        vera.get_by_role("menuitem", name="Download CSV").click()
    assert download.value.suggested_filename == "Top products.csv"
    assert download.value.path().read_text().startswith("Product name,Product category,")
    assert faults == []


def test_a_chart_is_made_and_put_on_a_dashboard(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    ada = sign_in(browser, demo, 0, faults)

    # New → Chart → fields, filter, kind → saved in a space
    ada.get_by_role("button", name="New", exact=True).click()
    ada.get_by_role("menuitem", name="Chart").click()
    choose(ada, "Explore", "Orders")
    expect(ada.get_by_text("Choose what to ask")).to_be_visible()
    ada.get_by_label("Search fields").fill("revenue")
    ada.get_by_label("Total revenue").check()
    ada.get_by_label("Search fields").fill("store city")
    ada.get_by_label("Store city").check()
    preview = ada.get_by_role("region", name="Preview")
    expect(preview.get_by_text("Chicago")).to_be_visible(timeout=ANSWER_MS)
    choose(ada, "Add a filter on", "Store region")
    ada.get_by_role("group", name="Filter on Store region").get_by_placeholder("Any value").click()
    ada.get_by_role("option", name="West").click()
    expect(preview.get_by_text("Chicago")).to_have_count(0, timeout=ANSWER_MS)
    ada.get_by_role("radio", name="Horizontal bar").click()
    ada.get_by_role("button", name="Save").click()
    dialog = ada.get_by_role("dialog", name="Save chart")
    dialog.get_by_label("Name").fill("Revenue in the west")
    choose(ada, "Space", "Stores")
    dialog.get_by_role("button", name="Save chart").click()
    expect(ada.get_by_role("heading", name="Revenue in the west")).to_be_visible()
    expect(ada.get_by_text("Portland").first).to_be_visible(timeout=ANSWER_MS)
    ada.get_by_role("tab", name="Data").click()
    expect(ada.get_by_role("columnheader")).to_have_text(["Store city", "Total revenue"])

    # A dashboard of one's own, with the chart and some words on it, moved by keyboard
    ada.get_by_role("button", name="New", exact=True).click()
    ada.get_by_role("menuitem", name="Dashboard").click()
    ada.get_by_label("Name").fill("West")
    choose(ada, "Space", "Stores")
    ada.get_by_role("button", name="Create dashboard").click()
    ada.get_by_role("button", name="Add tile").click()
    ada.get_by_role("menuitem", name="Chart").click()
    ada.get_by_role("dialog").get_by_role("button", name="Revenue in the west").click()
    expect(tile(ada, "Revenue in the west").get_by_text("Portland").first).to_be_visible(timeout=ANSWER_MS)
    ada.get_by_role("button", name="Move Revenue in the west").press("ArrowRight")
    ada.get_by_role("button", name="Move Revenue in the west").press("Shift+ArrowDown")

    # Leaving now would lose it
    ada.get_by_role("link", name="Cancel").click()
    ada.get_by_role("dialog", name="Leave without saving?").get_by_role("button", name="Stay").click()
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("button", name="Refresh")).to_be_visible()
    expect(tile(ada, "Revenue in the west").get_by_text("Portland").first).to_be_visible(timeout=ANSWER_MS)

    with demo.client() as client:
        found = client.get(f"/dashboards/{ada.url.split('/')[-1].split('?')[0]}").json()
    [placed] = found["content"]["tiles"]
    assert (placed["x"], placed["w"], placed["h"], found["spaceName"]) == (1, 6, 7, "Stores")

    # Both can be taken back
    ada.get_by_role("button", name="More actions").click()
    ada.get_by_role("menuitem", name="History").click()
    ada.get_by_role("button", name="Restore version 1").click()
    expect(ada.get_by_text("Nothing here yet")).to_be_visible()
    ada.get_by_role("button", name="More actions").click()
    ada.get_by_role("menuitem", name="Delete").click()
    ada.get_by_role("button", name="Delete dashboard").click()
    expect(ada.get_by_role("link", name="Sales overview")).to_be_visible()
    expect(ada.get_by_role("link", name="West")).to_have_count(0)
    assert faults == []
