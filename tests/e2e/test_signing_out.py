"""The sign-in page and the way out, in a browser: what it masks, and what is left of a person who signs out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import sign_in, window
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("story")]


def test_the_password_field_masks_and_lets_managers_in(browser: Browser, demo: Demo) -> None:
    page = window(browser, [])
    page.goto(demo.url)
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "current-password")
    expect(page.get_by_label("Email")).to_have_attribute("autocomplete", "username")
    page.evaluate("document.addEventListener('paste', (event) => { window.kept = event.defaultPrevented })")
    field.evaluate(
        "(element) => element.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }))"
    )
    assert page.evaluate("window.kept") is False
    page.context.close()


def test_whoever_signs_out_leaves_nothing_behind(browser: Browser, demo: Demo) -> None:
    page = sign_in(browser, demo, 0, [])
    page.get_by_role("link", name="Sales overview").click()
    expect(page.get_by_role("heading", name="Sales overview")).to_be_visible()
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "Sales overview" not in page.content()
    assert set(page.evaluate("Object.keys(localStorage)")) <= {"vitrail-color-scheme", "vitrail-project"}
    assert page.evaluate("sessionStorage.length") == 0
    assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0
    assert page.context.cookies() == []
    page.go_back()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "Sales overview" not in page.content()
    page.context.close()
