"""The directory in Chromium: a custom role, given through a group to somebody invited, who sees what it allows."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import sign_in
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]

ROLE, GROUP, EMAIL, NAME = "App openers", "Visitors", "carla@jaffle.example", "Carla Diaz"
PASSWORD = "umbrella tractor violet nine"


def settings(page: Page, section: str) -> None:
    page.get_by_role("navigation", name="Settings").get_by_role("link", name=section, exact=True).click()
    expect(page.get_by_role("heading", name=section, level=1)).to_be_visible()


def find(within: Page | Locator, page: Page, label: str, words: str, option: str) -> None:
    """Choose what the server finds for some words."""
    field = within.get_by_role("combobox", name=label, exact=True)
    field.click()
    field.press_sequentially(words)
    page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).click()


def make_role(page: Page) -> None:
    settings(page, "Roles")
    page.get_by_role("button", name="New role").click()
    form = page.get_by_role("dialog", name="New role")
    form.get_by_label("Name").fill(ROLE)
    form.get_by_label("Search scopes").fill("data app")
    form.get_by_label("view:DataApp", exact=True).check()
    expect(form.get_by_text("Of no use without view:Project, and view:Space or manage:Space")).to_be_visible()
    form.get_by_role("button", name="Add what is missing").click()
    expect(form.get_by_text(re.compile("^Of no use without"))).to_have_count(0)
    expect(form.get_by_role("status")).to_have_text("3 chosen")
    form.get_by_role("button", name="Make role").click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("listitem", name=ROLE)).to_contain_text("3 scopes")


def make_group(page: Page) -> None:
    settings(page, "Groups")
    page.get_by_role("button", name="New group").click()
    form = page.get_by_role("dialog", name="New group")
    form.get_by_label("Name").fill(GROUP)
    form.get_by_role("button", name="Make group").click()
    expect(page.get_by_role("heading", name=GROUP, level=1)).to_be_visible()


def invite(page: Page) -> str:
    """The link to hand over."""
    settings(page, "People")
    page.get_by_role("button", name="Invite people").click()
    form = page.get_by_role("dialog", name="Invite people")
    form.get_by_label("E-mail addresses").fill(EMAIL)
    find(form, page, "Group", GROUP[:4], GROUP)
    form.get_by_role("button", name="Invite", exact=True).click()
    link = form.get_by_role("region", name=EMAIL).get_by_label("Link to hand over").input_value()
    form.get_by_role("button", name="Done").click()
    expect(page.get_by_role("listitem", name="carla")).to_contain_text(f"Member · in {GROUP}")
    return link


def set_region(page: Page) -> None:
    page.get_by_label("Search people").fill(EMAIL)
    expect(page).to_have_url(re.compile("q=carla"))
    expect(page.get_by_role("listitem", name="Vera Klein")).to_have_count(0)
    page.get_by_role("link", name="carla", exact=True).click()
    attributes = page.get_by_role("region", name="Attributes")
    region = attributes.get_by_label("region", exact=True)
    region.fill("East")
    region.press("Enter")
    attributes.get_by_role("button", name="Save region").click()
    expect(attributes.get_by_text("Counts: East")).to_be_visible()


def give_in_project(page: Page) -> None:
    settings(page, "Project access")
    add = page.get_by_role("region", name=re.compile("^Add to "))
    find(add, page, "Person or group", GROUP[:4], GROUP)
    add.get_by_role("combobox", name="System role").click()
    page.get_by_role("option", name="None", exact=True).click()
    add.get_by_role("combobox", name="Custom roles").click()
    page.get_by_role("option", name=ROLE).click()
    page.keyboard.press("Escape")
    add.get_by_role("button", name="Give roles").click()
    holders = page.get_by_role("list", name="Groups")
    expect(holders.get_by_role("listitem", name=GROUP)).to_contain_text(f"{ROLE} · 1 person")
    carla = page.get_by_role("list", name="People").get_by_role("listitem", name="carla")
    expect(carla).to_contain_text("Nothing given here")
    expect(carla).to_contain_text(GROUP)


def test_somebody_is_invited_and_holds_a_role_of_ones_own_through_a_group(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    ada = sign_in(browser, demo, 0, faults)
    ada.get_by_role("link", name="Sales overview").click()
    expect(ada.get_by_role("article").first).to_be_visible(timeout=30_000)
    dashboard = ada.url
    ada.goto(f"{demo.url}/settings/people")
    make_role(ada)
    make_group(ada)
    link = invite(ada)
    set_region(ada)
    give_in_project(ada)

    # Whoever was invited chooses a password by the link, and sees what the role allows: no dashboard, no settings
    carla = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    carla.goto(link)
    carla.get_by_label("Your name").fill(NAME)
    carla.get_by_label("Password", exact=True).fill(PASSWORD)
    carla.locator("button[type=submit]").click()
    expect(carla.get_by_role("link", name="Spaces")).not_to_have_count(0)
    project = demo.said["project"]
    may = {
        path: carla.request.get(f"{demo.url}/api/v1/{path}").status
        for path in (
            f"projects/{project}/apps",
            f"projects/{project}/spaces",
            f"dashboards/{dashboard.rpartition('/')[2].partition('?')[0]}",
            f"projects/{project}/access/people",
            "organization/people",
        )
    }
    assert list(may.values()) == [200, 200, 404, 403, 403], may
    me = carla.request.get(f"{demo.url}/api/v1/auth/me").json()
    assert me["scopes"] == []
    assert [sorted(each["scopes"]) for each in me["projects"]] == [["view:DataApp", "view:Project", "view:Space"]]
    carla.goto(f"{demo.url}/settings/account")
    sections = carla.get_by_role("navigation", name="Settings")
    expect(sections.get_by_role("link", name="My account")).to_be_visible()
    expect(sections.get_by_role("link", name=re.compile("People|Groups|Roles|Project access|Tokens"))).to_have_count(0)
    carla.goto(dashboard)
    expect(carla.get_by_role("heading", level=1)).to_have_text(re.compile("Not found|can’t open"))

    # Where it comes from stands on her page
    settings(ada, "People")
    ada.get_by_role("link", name=NAME).click()
    holds = ada.get_by_role("region", name="What they hold")
    expect(holds).to_contain_text(f"{ROLE} in Jaffle shop")
    expect(holds).to_contain_text(GROUP)

    # In use, the role stays, and it is said who holds it
    settings(ada, "Roles")
    ada.get_by_role("button", name=f"Delete {ROLE}").click()
    question = ada.get_by_role("dialog", name=f"Delete {ROLE}")
    # The browser writes the refusal down itself; everything else was quiet until here.
    assert faults == []
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(question.get_by_role("alert")).to_contain_text(re.compile(f"“{ROLE}” is held by .*{GROUP}"))
    question.get_by_role("button", name="Cancel").click()

    # Taken from the group, it can go, and she is out of the project
    settings(ada, "Project access")
    ada.get_by_role("button", name=f"Take {GROUP} out").click()
    ada.get_by_role("dialog", name=f"Take {GROUP} out").get_by_role("button", name="Take out").click()
    expect(ada.get_by_text("No group holds a role in this project.")).to_be_visible()
    assert carla.request.get(f"{demo.url}/api/v1/projects/{project}/spaces").status == 404
    settings(ada, "Roles")
    ada.get_by_role("button", name=f"Delete {ROLE}").click()
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(ada.get_by_role("listitem", name=ROLE)).to_have_count(0)


def test_a_service_account_gets_a_token_that_is_rotated_and_revoked(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    ada = sign_in(browser, demo, 0, faults)
    ada.goto(f"{demo.url}/settings/service-accounts")
    ada.get_by_role("button", name="New service account").click()
    form = ada.get_by_role("dialog", name="New service account")
    form.get_by_label("Name").fill("Nightly report")
    form.get_by_role("combobox", name="Role in the organisation").click()
    ada.get_by_role("option", name="Viewer", exact=True).click()
    form.get_by_role("button", name="Make account").click()

    # A token, limited to one scope, shown this once
    account = ada.get_by_role("dialog", name="Nightly report", exact=True)
    account.get_by_role("button", name="New token").click()
    form = ada.get_by_role("dialog", name="New token")
    form.get_by_label("Name").fill("cron")
    form.get_by_label("Limit it to some scopes").check()
    form.get_by_label("Search scopes").fill("project")
    form.get_by_label("view:Project", exact=True).check()
    form.get_by_role("button", name="Make the token").click()
    shown = ada.get_by_label("The token")
    first = shown.input_value()
    assert scopes_with(demo, first) == (200, ["view:Project"])

    # Rotated without overlap, the old one ends and the new one works
    ada.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    account.get_by_role("button", name="Replace cron").click()
    replacing = ada.get_by_role("dialog", name="Replace cron")
    replacing.get_by_role("combobox", name="The old one works on").click()
    ada.get_by_role("option", name="Not at all").click()
    replacing.get_by_role("button", name="Replace", exact=True).click()
    expect(shown).not_to_have_value(first)
    second = shown.input_value()
    assert scopes_with(demo, first) == (401, None)
    assert scopes_with(demo, second) == (200, ["view:Project"])
    ada.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(account).to_be_visible()
    ada.keyboard.press("Escape")
    expect(account).to_have_count(0)

    # It stands among all tokens, and is revoked there
    settings(ada, "Tokens")
    ada.get_by_label("Search tokens").fill("cron")
    expect(ada).to_have_url(re.compile("q=cron"))
    token = ada.get_by_role("listitem", name="cron").filter(has_text=second[:6])
    expect(token).to_contain_text("Nightly report (service account)")
    token.get_by_role("button", name="Revoke cron").click()
    ada.get_by_role("dialog", name="Revoke cron").get_by_role("button", name="Revoke").click()
    expect(token).to_have_count(0)
    assert scopes_with(demo, second) == (401, None)
    assert faults == []


def test_an_attribute_is_made_with_a_default_and_given_to_somebody(browser: Browser, demo: Demo) -> None:
    faults: list[str] = []
    ada = sign_in(browser, demo, 0, faults)
    ada.goto(f"{demo.url}/settings/attributes")
    ada.get_by_role("button", name="New attribute").click()
    form = ada.get_by_role("dialog", name="New attribute")
    form.get_by_label("Name").fill("floor")
    form.get_by_label("Default").fill("ground")
    form.get_by_label("Default").press("Enter")
    form.get_by_role("button", name="Make attribute").click()
    floor = ada.get_by_role("listitem", name="floor")
    expect(floor).to_contain_text("0 people and 0 groups with values · default: ground")

    floor.get_by_role("button", name="Values of floor").click()
    values = ada.get_by_role("dialog", name="Values of floor")
    find(values, ada, "Person", "vera", "Vera Klein")
    values.get_by_label("Values", exact=True).fill("first")
    values.get_by_label("Values", exact=True).press("Enter")
    values.get_by_role("button", name="Set", exact=True).click()
    expect(values.get_by_role("listitem", name="Vera Klein")).to_contain_text("first")
    ada.keyboard.press("Escape")
    expect(floor).to_contain_text("1 person and 0 groups with values")

    floor.get_by_role("button", name="Delete floor").click()
    question = ada.get_by_role("dialog", name="Delete floor")
    expect(question).to_contain_text("The values of 1 person and 0 groups go with it")
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(floor).to_have_count(0)
    assert faults == []


def scopes_with(demo: Demo, token: str) -> tuple[int, list[str] | None]:
    """How the server answers a token, and what it may do."""
    answer = httpx.get(f"{demo.url}/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    return answer.status_code, answer.json().get("scopes")
