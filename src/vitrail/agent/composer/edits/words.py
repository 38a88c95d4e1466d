"""What the app and its cards are called, and their order."""

from __future__ import annotations

import re

from vitrail.agent.composer.edits.editing import Editing, titles
from vitrail.agent.composer.planner import named_in

_RENAME = re.compile(
    r"^(?:please\s+)?(?:(?:re)?name|call|title|change the (?:title|name)(?: of)?)\b\s*(?P<what>.*?)\s*"
    r"(?:\bto\b|\bas\b|:|(?<=\bit\b)|(?<=\bapp\b)|(?<=\bdashboard\b))\s*(?P<name>[\"“'‘]?.+?[\"”'’]?)$",
    re.IGNORECASE,
)
_MOVE = re.compile(
    r"^(?:please\s+)?(?:move|put)\s+(?P<what>.+?)\s+(?:(?:to|at|on)\s+)?(?:the\s+)?"
    r"(?P<end>top|bottom|first|last|end|start|beginning)(?:\s+of\b.*)?$",
    re.IGNORECASE,
)


def rename(e: Editing, command: str, verb: str) -> bool:
    title, _ = named_in(command)
    match = _RENAME.match(command)
    if match is None and title is None:
        return False
    name = (title or (match.group("name") if match else "")).strip(" \"“”'‘’.")
    what = match.group("what") if match else ""
    if verb not in ("rename", "call", "title", "name", "change"):
        return False
    found = e.targets(what) if what else []
    if not name:
        return False
    if found and not re.search(r"\b(app|it|dashboard|page|report)\b", what, re.IGNORECASE):
        before = found[0].title
        found[0].title = name
        return e.done(f"Renamed the card “{before}” to “{name}”.")
    e.plan.title = name
    return e.done(f"The app is now called “{name}”.")


def move(e: Editing, command: str) -> bool:
    match = _MOVE.match(command)
    found = e.targets(match.group("what")) if match else []
    if match is None or not found:
        return False
    rest = [p for p in e.plan.pieces if p not in found]
    top = match.group("end").lower() in ("top", "first", "start", "beginning")
    e.plan.pieces[:] = [*found, *rest] if top else [*rest, *found]
    return e.done(f"Moved {titles(found)} to the {'top' if top else 'bottom'}.")
