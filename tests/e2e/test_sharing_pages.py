"""Sharing in Chromium: a restricted space is made, shared, taken back and deleted, and each step says why."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import sign_in
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]


def choose(within: Page | Locator, label: str, option: str) -> None:
    within.get_by_role("combobox", name=label).click()
    page = within if isinstance(within, Page) else within.page
    page.get_by_role("option", name=option, exact=True).click()


def more(page: Page, entry: str, dialog: str) -> Locator:
    """Chooses an entry of the page's More menu; the dialog that it opens."""
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=entry).click()
    return page.get_by_role("dialog", name=dialog)


def open_space(page: Page, name: str) -> None:
    page.get_by_role("link", name="Spaces", exact=True).first.click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_a_space_is_shared_taken_back_and_deleted_and_each_step_says_why(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    refusals: list[str] = []
    ada = sign_in(browser, demo, 0, faults)

    # Ada makes a restricted space within Sales
    ada.get_by_role("button", name="New", exact=True).click()
    ada.get_by_role("menuitem", name="Space").click()
    making = ada.get_by_role("dialog", name="Create space")
    making.get_by_label("Name").fill("Margins")
    making.get_by_label("Description").fill("What is left of revenue.")
    choose(making, "Inside", "Sales")
    making.get_by_role("radio", name="Only people and groups that it is shared with").check()
    expect(making.get_by_text("those named in “Sales” and the spaces above it")).to_be_visible()
    making.get_by_role("button", name="Create").click()
    expect(ada.get_by_role("heading", name="Margins")).to_be_visible()
    expect(ada.get_by_text("Restricted", exact=True)).to_be_visible()
    expect(ada.get_by_text("What is left of revenue.")).to_be_visible()
    expect(ada.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Sales")

    # … and a dashboard and another space in it
    ada.get_by_role("button", name="Create space inside").click()
    inside = ada.get_by_role("dialog", name="Create space")
    inside.get_by_label("Name").fill("By store")
    inside.get_by_role("button", name="Create").click()
    expect(ada.get_by_role("heading", name="By store")).to_be_visible()
    ada.get_by_role("button", name="New", exact=True).click()
    ada.get_by_role("menuitem", name="Dashboard").click()
    ada.get_by_label("Name").fill("Margins by month")
    choose(ada, "Space", "Margins")
    ada.get_by_role("button", name="Create dashboard").click()
    expect(ada.get_by_role("button", name="Add tile")).to_be_visible()

    # Vera does not see it until it is shared with her
    vera = sign_in(browser, demo, 1, refusals)
    vera.get_by_role("link", name="Spaces", exact=True).first.click()
    expect(vera.get_by_role("link", name="Sales", exact=True)).to_be_visible()
    expect(vera.get_by_role("link", name="Margins")).to_have_count(0)
    open_space(ada, "Margins")
    ada.get_by_role("button", name="Share").click()
    sharing = ada.get_by_role("dialog", name="Share “Margins”")
    expect(sharing.get_by_text("Restricted: only the people and groups below")).to_be_visible()
    sharing.get_by_role("combobox", name="People and groups").fill("vera")
    ada.get_by_role("option", name="Vera Klein").click()
    sharing.get_by_role("button", name="Share").click()
    row = sharing.get_by_role("listitem", name="Vera Klein")
    expect(row.get_by_role("combobox", name="What Vera Klein may do")).to_have_value("Can view")
    ada.keyboard.press("Escape")

    # She opens what is in it, and reads why she can't change it
    vera.reload()
    open_space(vera, "Margins")
    expect(vera.get_by_role("button", name="Share")).to_have_count(0)
    expect(vera.get_by_role("button", name="Create space inside")).to_have_count(0)
    vera.get_by_role("link", name="Margins by month").click()
    expect(vera.get_by_text("Nothing here yet")).to_be_visible()
    mine = more(vera, "Your access", "Your access")
    expect(mine.get_by_role("region", name="You can open this dashboard")).to_contain_text("“can view”, by name")
    refused = mine.get_by_role("region", name="You can’t edit, move or delete this dashboard")
    expect(refused).to_contain_text("you may not edit in “Margins”")
    expect(refused.get_by_role("listitem").first).to_contain_text("Not met: manage:Dashboard")
    expect(refused.get_by_role("link", name="Ada Martin")).to_be_visible()
    vera.keyboard.press("Escape")
    vera.get_by_role("button", name="More actions").click()
    expect(vera.get_by_role("menuitem", name="Your access")).to_be_visible()
    expect(vera.get_by_role("menuitem", name="Who can open this")).to_have_count(0)
    vera.keyboard.press("Escape")
    assert refusals == []

    # Ada takes it away: the next click is refused, and says so and whom to ask
    ada.get_by_role("button", name="Share").click()
    row.get_by_role("button", name="Take away from Vera Klein").click()
    expect(row).to_have_count(0)
    expect(sharing.get_by_role("listitem", name="Ada Martin")).to_have_count(1)
    ada.keyboard.press("Escape")
    vera.get_by_role("button", name="Refresh").click()
    expect(vera.get_by_role("alert")).to_contain_text("There is no such dashboard, or it is not shared with you.")
    expect(vera.get_by_role("heading", name="Margins by month")).to_have_count(0)
    expect(vera.get_by_role("link", name="Ada Martin")).to_be_visible()
    vera.get_by_role("link", name="Spaces", exact=True).first.click()
    expect(vera.get_by_role("link", name="Margins")).to_have_count(0)

    # Why can Vera open something else, and this no longer?
    people = more(ada, "Who can open this", "Who can open “Margins”")
    people.get_by_label("Search people").fill("vera")
    expect(people.get_by_role("listitem")).to_have_count(1)
    expect(people.get_by_role("listitem", name="Vera Klein").get_by_text("Can’t open", exact=True)).to_be_visible()
    ada.keyboard.press("Escape")
    ada.get_by_role("link", name="Dashboards").click()
    ada.get_by_role("link", name="Sales overview").click()
    others = more(ada, "Who can open this", "Who can open “Sales overview”")
    others.get_by_role("button", name="Why can Vera Klein open this?").click()
    expect(others.get_by_role("region", name="Vera Klein can open this dashboard")).to_contain_text(
        "In “Weekly review” Vera Klein has “can view”, by role in the project"
    )
    ada.keyboard.press("Escape")

    # The space goes only when it was said what becomes of its content
    open_space(ada, "Margins")
    deleting = more(ada, "Delete", "Delete space")
    expect(deleting.get_by_role("list", name="What lies in it").get_by_role("listitem")).to_have_text(
        ["1 space", "1 dashboard"]
    )
    expect(deleting.get_by_role("button", name="Delete space")).to_be_disabled()
    deleting.get_by_role("radio", name="Move it to “Sales”").check()
    deleting.get_by_role("button", name="Delete space").click()
    expect(ada.get_by_role("heading", name="Sales", level=1)).to_be_visible()
    expect(ada.get_by_role("link", name="Margins by month")).to_be_visible()
    expect(ada.get_by_role("link", name="By store")).to_be_visible()
    expect(ada.get_by_role("link", name=re.compile("^Margins$"))).to_have_count(0)

    # What was moved up is open to whom Sales lets in
    vera.get_by_role("link", name="Sales", exact=True).click()
    vera.get_by_role("link", name="Margins by month").click()
    expect(vera.get_by_text("Nothing here yet")).to_be_visible()

    with demo.client() as client:
        found = client.get(f"/projects/{demo.project}/content", params={"q": "Margins by month"}).json()
        assert [each["spaceName"] for each in found["items"]] == ["Sales"]
        client.delete(f"/dashboards/{found['items'][0]['id']}").raise_for_status()
        spaces = {each["name"]: each["id"] for each in client.get(f"/projects/{demo.project}/spaces").json()}
        assert "Margins" not in spaces
        client.delete(f"/spaces/{spaces['By store']}").raise_for_status()
    assert faults == []
    assert refusals != [] and all("404" in each for each in refusals)


def test_a_space_is_renamed_moved_and_restricted(browser: Browser, demo: Demo) -> None:
    with demo.client() as client:
        spaces = {each["name"]: each["id"] for each in client.get(f"/projects/{demo.project}/spaces").json()}
        made = client.post(f"/projects/{demo.project}/spaces", json={"name": "Drafts", "parentId": spaces["Sales"]})
        made.raise_for_status()
    faults: list[str] = []
    ada = sign_in(browser, demo, 0, faults)
    open_space(ada, "Drafts")

    rename = more(ada, "Rename", "Rename space")
    rename.get_by_label("Name").fill("Early drafts")
    rename.get_by_label("Description").fill("Not for others yet.")
    rename.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("heading", name="Early drafts")).to_be_visible()
    expect(ada.get_by_text("Not for others yet.")).to_be_visible()

    # Into itself it can't be moved; nor is a name that is taken taken twice
    move = more(ada, "Move", "Move space")
    move.get_by_role("combobox", name="Inside").click()
    expect(ada.get_by_role("option", name="Early drafts")).to_have_attribute("data-combobox-disabled", "true")
    ada.get_by_role("option", name="Stores", exact=True).click()
    move.get_by_role("button", name="Move").click()
    expect(move).to_have_count(0)
    expect(ada.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Stores")

    ada.get_by_role("button", name="Share").click()
    sharing = ada.get_by_role("dialog", name="Share “Early drafts”")
    expect(sharing.get_by_text("Open: everyone in the project is in here, as in “Stores”.")).to_be_visible()
    expect(sharing.get_by_role("listitem", name="Everyone in the project")).to_be_visible()
    ada.keyboard.press("Escape")

    restrict = more(ada, "Restrict", "Restrict space")
    expect(restrict).to_contain_text("nobody who was named loses access. You get full access.")
    restrict.get_by_role("button", name="Restrict").click()
    expect(ada.get_by_text("Restricted", exact=True)).to_be_visible()
    with demo.client(1) as client:
        assert client.get(f"/spaces/{made.json()['id']}").status_code == 404

    reopen = more(ada, "Open again", "Open space again")
    expect(reopen).to_contain_text("Everyone who is in “Stores” is in “Early drafts”, too")
    reopen.get_by_role("button", name="Open again").click()
    expect(ada.get_by_text("Restricted", exact=True)).to_have_count(0)
    with demo.client(1) as client:
        assert client.get(f"/spaces/{made.json()['id']}").status_code == 200

    # An empty space is deleted without a question about its content
    deleting = more(ada, "Delete", "Delete space")
    expect(deleting).to_contain_text("“Early drafts” is empty.")
    deleting.get_by_role("button", name="Delete space").click()
    expect(ada.get_by_role("heading", name="Stores", level=1)).to_be_visible()
    with demo.client() as client:
        assert client.get(f"/spaces/{made.json()['id']}").status_code == 404
    assert faults == []
