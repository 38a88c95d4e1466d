"""What keeps a version from being called ready: the check page's own account and what the browser saw, in words."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from vitrail.apps.tab import Tab

SETTLE_S = 15.0
"""How long an app has to draw itself and to get its queries answered."""


async def judge(tab: Tab, state: dict[str, Any]) -> list[str]:
    """Everything that keeps a version from being called ready, in words that an agent or a builder can act on."""
    findings: list[str] = []
    queries = state.get("queries", {})
    findings += [f"Error in the page: {_text(error)}" for error in [*state.get("errors", []), *tab.console]]
    findings += [f"A query failed: {_text(failure)}" for failure in queries.get("errors", [])]
    if state.get("timedOut"):
        under_way = queries.get("started", 0) - queries.get("ok", 0) - queries.get("failed", 0)
        findings.append(
            f"After {SETTLE_S:.0f} s "
            + (f"{under_way} queries were still unanswered." if under_way > 0 else "the app had not drawn itself.")
        )
    if state.get("state") != "error" and not queries.get("ok", 0):
        findings.append("No query was answered: the app must show data from the semantic layer.")
    if not findings and await _is_blank(tab.page):
        findings.append("The page is blank: nothing readable was drawn.")
    return findings


async def _is_blank(page: Page) -> bool:
    """Whether the app's frame shows no text and no drawing. The frame is another origin: only the browser can look."""
    for frame in page.frames:
        if frame is page.main_frame:
            continue
        shown = await frame.evaluate(
            """() => {
                const text = (document.body?.innerText ?? '').trim().length
                const drawn = [...document.querySelectorAll('svg, canvas, img')].some((element) => {
                    const box = element.getBoundingClientRect()
                    return box.width > 40 && box.height > 40
                })
                return text >= 8 || drawn
            }"""
        )
        if shown:
            return False
    return True


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ": ".join(str(value[key]) for key in ("title", "cause", "message") if value.get(key)) or str(value)
    return str(value)
