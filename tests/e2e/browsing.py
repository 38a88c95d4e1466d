"""A person in a browser: signed in, with whatever their pages complain about written down."""

from __future__ import annotations

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.e2e.demo import Demo


def sign_in(browser: Browser, demo: Demo, person: int, faults: list[str]) -> Page:
    """Ada (0) or Vera (1) on the home page of a window of their own."""
    page = window(browser, faults)
    page.goto(demo.url)
    who = demo.said["people"][person]
    page.get_by_label("Email").fill(who["email"])
    page.get_by_label("Password", exact=True).fill(who["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(
        page.get_by_role("button", name="New", exact=True).or_(page.get_by_role("link", name="Spaces"))
    ).not_to_have_count(0)
    return page


def window(browser: Browser, faults: list[str]) -> Page:
    """A window of somebody's own, not signed in."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return page


def _is_fault(message: ConsoleMessage) -> bool:
    """An error, but for Chromium's own line about the 401 with which the page learns that nobody has signed in."""
    return message.type == "error" and not (message.location or {}).get("url", "").endswith("/auth/me")
