"""A new instance in Chromium: set up by the printed link, a project connected, somebody invited; one's own account."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import window
from tests.e2e.demo import VITRAIL
from tests.kit.small_shop import DBT, warehouse

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]

GOOD, BETTER = "umbrella tractor violet nine", "harbour lantern crooked maple"


@dataclass(frozen=True)
class Server:
    """A new instance: where it answers, and the link that it printed."""

    url: str
    setup: str


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    """One that nobody has set up."""
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One that Ada has set up, through the API."""
    with running(tmp_path) as server:
        body = {
            "token": server.setup.partition("#")[2],
            "organization": "Jaffle",
            "name": "Ada Martin",
            "email": "ada@example.com",
            "password": GOOD,
        }
        headers = {"Origin": server.url}
        made = httpx.post(f"{server.url}/api/v1/auth/setup", json=body, headers=headers, trust_env=False)
        assert made.status_code == 201, made.text
        yield server


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    shop = folder / "data" / "projects" / "shop"
    shutil.copytree(DBT, shop / "dbt")
    warehouse(shop / "shop.duckdb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "VITRAIL_DATA_DIR": str(folder / "data"), "VITRAIL_RENDER_ENABLED": "false"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(VITRAIL), "serve", "--port", str(port), "--json"],
            stdout=subprocess.PIPE, stderr=log, text=True, env=environment,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "log").read_text()[-3000:]
        said = json.loads(line)
        yield Server(said["url"], said["setup"])
        secret = said["setup"].partition("#")[2]
        assert secret not in (folder / "log").read_text()
    finally:
        process.terminate()
        process.wait(30)


def sign_in(page: Page, server: Server, email: str, password: str) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_from_the_printed_link_to_a_second_person(browser: Browser, new_server: Server) -> None:
    server = new_server
    faults: list[str] = []
    ada = window(browser, faults)
    ada.goto(server.url)
    expect(ada.get_by_text("Nobody has set this up yet")).to_be_visible()

    # The link: the secret leaves the address at once; a weak password is refused with the reason, and nothing is lost
    ada.goto(server.setup)
    expect(ada.get_by_role("heading", name="Set up Vitrail")).to_be_visible()
    expect(ada).to_have_url(f"{server.url}/setup")
    for label, text in (
        ("Organisation", "Jaffle"), ("Your name", "Ada Martin"), ("Your email", "ada@example.com"),
        ("Password", "short"),
    ):  # fmt: skip
        ada.get_by_label(label, exact=True).fill(text)
    faults.clear()
    ada.get_by_role("button", name="Create the organisation").click()
    expect(ada.get_by_role("alert")).to_contain_text("fewer than")
    expect(ada.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    assert all("422" in fault for fault in faults)
    faults.clear()
    ada.get_by_label("Password", exact=True).fill(GOOD)
    ada.get_by_role("button", name="Create the organisation").click()

    # Signed in, and led to the first project
    expect(ada.get_by_role("heading", name="Projects", level=1)).to_be_visible()
    ada.get_by_role("button", name="New project").click()
    dialog = ada.get_by_role("dialog", name="New project")
    dialog.get_by_label("Name").fill("Shop")
    for label, choice in (("dbt folder", "shop/dbt"), ("Warehouse", "shop/shop.duckdb")):
        dialog.get_by_label(label).click()
        ada.get_by_role("option", name=choice).click()
    dialog.get_by_role("button", name="Try and create").click()
    expect(ada.get_by_role("listitem", name="Shop")).to_contain_text(re.compile(r"\d explores with \d+ fields"))

    # The link has done its work
    other = window(browser, [])
    other.goto(server.setup)
    other.get_by_label("Organisation").fill("Mine")
    other.get_by_label("Your name").fill("Eve")
    other.get_by_label("Your email").fill("eve@example.com")
    other.get_by_label("Password", exact=True).fill(GOOD)
    other.get_by_role("button", name="Create the organisation").click()
    expect(other.get_by_role("alert")).to_be_visible()

    # An invitation is handed over and taken
    csrf = ada.evaluate("async () => (await (await fetch('/api/v1/auth/me')).json()).csrfToken")
    made = ada.context.request.post(
        f"{server.url}/api/v1/organization/invitations",
        data={"email": "vera@example.com", "name": "Vera"},
        headers={"X-CSRF-Token": csrf, "Origin": server.url},
    )
    assert made.status == 201, made.text()
    # (in a window that still shows another link, of which only what stands behind # differs)
    other.goto(f"{server.url}/invite#not-a-token-that-anybody-made")
    expect(other.get_by_role("alert")).to_contain_text("does not work any more")
    other.goto(made.json()["link"])
    expect(other.get_by_text("You are invited to Jaffle as vera@example.com")).to_be_visible()
    expect(other).to_have_url(f"{server.url}/invite")
    vera = window(browser, faults)
    vera.goto(made.json()["link"])
    expect(vera.get_by_text("You are invited to Jaffle as vera@example.com")).to_be_visible()
    assert "#" not in vera.url
    vera.get_by_label("Your name").fill("Vera Klein")
    vera.get_by_label("Password", exact=True).fill(GOOD)
    vera.get_by_role("button", name="Join").click()
    expect(vera.get_by_role("heading", name="Hello, Vera")).to_be_visible()
    expect(vera.get_by_text("You are in no project yet")).to_be_visible()
    assert faults == []
    other.goto("about:blank")
    other.goto(made.json()["link"])
    expect(other.get_by_role("alert")).to_contain_text("ask", ignore_case=True)
    for page in (ada, vera, other):
        page.context.close()


def test_my_account(browser: Browser, server: Server) -> None:
    faults: list[str] = []
    here, elsewhere = window(browser, faults), window(browser, [])
    for page in (here, elsewhere):
        sign_in(page, server, "ada@example.com", GOOD)
        expect(page.get_by_role("heading", name="Hello, Ada")).to_be_visible()
    here.get_by_role("button", name="Account of Ada Martin").click()
    here.get_by_role("menuitem", name="Settings").click()
    here.get_by_role("navigation", name="Settings").get_by_role("link", name="My account").click()

    # A new password ends the other sign-in
    expect(here.get_by_role("list", name="Sign-ins").get_by_role("listitem")).not_to_have_count(1)
    here.get_by_label("Current password").fill("not what it is")
    here.get_by_label("New password").fill(BETTER)
    here.get_by_role("button", name="Change password").click()
    expect(here.get_by_label("Current password")).to_have_attribute("aria-invalid", "true")
    faults.clear()
    here.get_by_label("Current password").fill(GOOD)
    here.get_by_label("New password").fill(BETTER)
    here.get_by_role("button", name="Change password").click()
    expect(here.get_by_text("Your password was changed.")).to_be_visible()
    expect(here.get_by_role("list", name="Sign-ins").get_by_role("listitem")).to_have_count(1)
    elsewhere.goto(f"{server.url}/settings/account")
    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()

    # … and any other can be ended, this one or all of them
    for end in ("End the sign-in of Chrome on Linux", "End all others"):
        sign_in(elsewhere, server, "ada@example.com", BETTER)
        expect(elsewhere.get_by_role("heading", name="Hello, Ada")).to_be_visible()
        here.reload()
        expect(here.get_by_role("list", name="Sign-ins").get_by_role("listitem")).to_have_count(2)
        here.get_by_role("button", name=end).click()
        expect(here.get_by_role("list", name="Sign-ins").get_by_role("listitem")).to_have_count(1)
        elsewhere.reload()
        expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()

    # A token, limited, shown once; replaced at once; revoked
    here.get_by_role("button", name="New token").click()
    dialog = here.get_by_role("dialog", name="New token")
    dialog.get_by_label("Name").fill("Nightly")
    dialog.get_by_label("Limit it to some scopes").check()
    dialog.get_by_label("Search scopes").fill("view:Project")
    dialog.get_by_label("view:Project", exact=True).check()
    dialog.get_by_role("button", name="Make the token").click()
    token = here.get_by_label("The token").input_value()
    answer = asked(server, token)
    assert (answer.status_code, answer.json()["scopes"]) == (200, ["view:Project"])
    here.keyboard.press("Escape")
    line = here.get_by_role("listitem", name="Nightly")
    expect(line).to_contain_text("1 scope")
    line.get_by_role("button", name="Replace Nightly").click()
    replaced = here.get_by_role("dialog", name="Replace Nightly")
    replaced.get_by_role("combobox", name="The old one works on").click()
    here.get_by_role("option", name="Not at all").click()
    replaced.get_by_role("button", name="Replace").click()
    new = here.get_by_label("The token").input_value()
    assert (asked(server, token).status_code, asked(server, new).status_code) == (401, 200)
    here.keyboard.press("Escape")
    here.get_by_role("button", name="Revoke Nightly").click()
    here.get_by_role("dialog", name="Revoke Nightly").get_by_role("button", name="Revoke").click()
    expect(line).to_have_count(0)
    assert asked(server, new).status_code == 401
    assert faults == []

    # Without a mail server, a forgotten password is an administrator's work
    elsewhere.context.clear_cookies()
    elsewhere.goto(f"{server.url}/login")
    elsewhere.get_by_role("link", name="Forgotten your password?").click()
    expect(elsewhere.get_by_text("This server sends no mail")).to_be_visible()


def asked(server: Server, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{server.url}/api/v1/auth/me", headers=headers, trust_env=False)


def test_a_link_that_is_not_whole_says_so(browser: Browser, server: Server) -> None:
    page = window(browser, [])
    for path in ("/invite", "/reset", "/invite#not-a-token-that-anybody-made", "/setup"):
        page.goto(f"{server.url}{path}")
        expect(page.get_by_role("alert").or_(page.get_by_text("This was done already"))).to_be_visible()
        page.get_by_role("link", name="To the sign-in page").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
