"""The page on security: every requirement of OWASP ASVS 5.0, levels 1 and 2, has one row; what a row names is there."""

from __future__ import annotations

import ast
import json
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.docs.test_docs import ROOT
from vitrail.identity.password_policy import OURS
from vitrail.identity.throttle import KNOWN_FOR, LIMITS, MEMORY, Limit
from vitrail.settings import Settings

PAGE = ROOT / "docs" / "security.md"
LEVELS = Path(__file__).with_name("asvs_5_levels.txt")
STANDARD = ROOT.parent / "shared" / "data" / "asvs-5.0.0.flat.json"
"""The standard itself, where it lies beside the checkout; its texts do not ship."""

STATES = ("held", "not applicable", "operator", "open")
TEST = re.compile(r"`((?:tests|web/src|sdk)/[\w/.-]+)::([^`]+)`")
PLACE = re.compile(r"`((?:src|tests|web|sdk|frame|template|docs|requirements|scripts|\.ci)/[\w/.-]+|Makefile)`")
VARIABLE = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|PORT|PGCONNECTIONURI)(?:=[^`]*)?`")
LINK = re.compile(r"\]\(([\w.-]*)#([\w-]+)\)")


def levels() -> dict[str, str]:
    lines = [line for line in LEVELS.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split() for line in lines)


def requirements() -> list[list[str]]:
    """Number, state, how, where: the cells of every row of the chapters."""
    found = re.findall(r"^\| (V\d.*) \|$", PAGE.read_text(), re.M)
    return [[cell.strip() for cell in row.split(" | ")] for row in found]


@cache
def names(path: Path) -> frozenset[str]:
    """The tests of a file of Python: functions, and methods as `Class::method`, inherited ones too."""
    module = ast.parse(path.read_text())
    held: dict[str, set[str]] = {}
    found: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            own = {each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
            for base in node.bases:
                own |= held.get(base.id, set()) if isinstance(base, ast.Name) else set()
            held[node.name] = own
            found |= {f"{node.name}::{name}" for name in own}
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


def test_the_list_of_numbers_is_that_of_the_standard() -> None:
    assert len(levels()) == 253
    assert set(levels().values()) == {"1", "2"}
    if not STANDARD.exists():
        pytest.skip("the standard does not lie beside this checkout")
    said = json.loads(STANDARD.read_text())
    said = said["requirements"] if isinstance(said, dict) else said
    assert levels() == {each["req_id"]: str(each["L"]) for each in said if str(each["L"]) in ("1", "2")}


def test_every_requirement_has_one_row_in_the_order_of_the_standard() -> None:
    assert [row[0] for row in requirements()] == list(levels())


def test_every_row_has_a_state_and_what_the_state_needs() -> None:
    pages = {page.name for page in (ROOT / "docs").glob("*.md")}
    for row in requirements():
        assert len(row) == 4, row
        number, state, how, where = row
        assert state in STATES, number
        assert len(how) >= 15, f"{number}: says too little"
        assert len(how) <= 400, f"{number}: says too much"
        if state == "held":
            assert TEST.search(where) or PLACE.search(where), f"{number}: held by nothing"
        if state == "operator":
            assert any((page or PAGE.name) in pages for page, _ in LINK.findall(where)), f"{number}: told nowhere"
        if state == "open":
            assert "Cure: " in how, f"{number}: open without a cure"


def test_every_test_that_is_named_is_there() -> None:
    named = TEST.findall(PAGE.read_text())
    assert len(named) > 100
    for file, name in named:
        path = ROOT / file
        assert path.is_file(), file
        if path.suffix == ".py":
            assert name in names(path), f"{file}::{name}"
        else:
            assert re.search(rf"\b(it|test)\('{re.escape(name)}'", path.read_text()), f"{file}::{name}"


def test_every_file_and_setting_that_is_named_is_there() -> None:
    text = PAGE.read_text()
    for place in PLACE.findall(text):
        assert (ROOT / place).exists(), place
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert set(VARIABLE.findall(text)) <= known


def test_links_to_headings_lead_to_headings() -> None:
    for page, heading in LINK.findall(PAGE.read_text()):
        lines = (ROOT / "docs" / (page or PAGE.name)).read_text().splitlines()
        titles = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
        anchors = {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}
        assert heading in anchors, f"{page}#{heading}"


def test_the_count_at_the_top_is_that_of_the_rows() -> None:
    states = [row[1] for row in requirements()]
    for state in STATES:
        assert f"{states.count(state)} {state}" in PAGE.read_text(), f"{states.count(state)} {state}"


def reached(limit: Limit, minutes: int) -> list[int]:
    """When who guesses as soon as they may reaches the limit, from the first failure on: minutes below the given."""
    at, times = 0, []
    while at < minutes:
        times.append(at)
        at += int(limit.wait(len(times)) / timedelta(minutes=1))
    return times


def most(limit: Limit, minutes: int) -> int:
    """The most guesses in so many minutes that begin with one failure already counted, so that it is forgotten in them
    once, at the time that suits best. The last guess of a round may be left out, to wait for nothing until then."""
    found = 0
    for forgotten in range(1, minutes):
        rounds = reached(limit, forgotten)
        free = rounds[-1] + int(limit.wait(len(rounds)) / timedelta(minutes=1))
        before = len(rounds) * limit.failures - 1
        for counted, at in ((before, max(free, forgotten)), (before - 1, forgotten)):
            found = max(found, counted + len(reached(limit, minutes - at)) * limit.failures)
    return found


def test_the_limits_of_guessing_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "sign-in.md").read_text()
    day, hour = timedelta(days=1), timedelta(hours=1)
    assert day == MEMORY
    assert "for a day from the first of them" in text
    waits = [int(LIMITS[0].wait(rounds) / timedelta(minutes=1)) for rounds in range(1, 5)]
    assert f"{waits[0]} minute, then {waits[1]}, {waits[2]}, {waits[3]} and so on" in " ".join(text.split())
    named = ("for one person from one address", "for one person, wherever they come from", "from one address, whoever")
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in text.splitlines()
        if row.startswith(("| for one", "| from one"))
    ]
    for limit, words, row in zip(LIMITS, named, rows, strict=True):
        longest = int(limit.longest / hour)
        said = [str(limit.failures), f"{longest} hour{'s' if longest > 1 else ''}"]
        minutes = int(day / timedelta(minutes=1))
        said += [str(len(reached(limit, minutes)) * limit.failures), str(most(limit, minutes))]
        assert row[0].startswith(words)
        assert row[1:] == said
    assert text.count(f"{KNOWN_FOR.days} days") == 2
    person = next(limit for limit in LIMITS if limit.kind == "person")
    assert person.longest == hour
    assert "holds them off for an hour at a time" in " ".join(text.split())
    counts = ", ".join(str(limit.failures) for limit in LIMITS[:-1]) + f" and {LIMITS[-1].failures}"
    longest_ones = " or ".join(str(hours) for hours in sorted({int(limit.longest / hour) for limit in LIMITS}))
    bound = f"{counts}, then waits that double from {waits[0]} minute to {longest_ones} hours"
    assert f"| failed sign-ins; links for forgotten passwords | {bound} |" in PAGE.read_text()
    for word in OURS:
        assert f"“{word}”" in text


def sources() -> dict[str, ast.Module]:
    folder = ROOT / "src" / "vitrail"
    return {str(path.relative_to(folder)): ast.parse(path.read_text()) for path in sorted(folder.rglob("*.py"))}


def called_with(keyword: str) -> set[tuple[str, object]]:
    """(file, value) of every call in the server's source that gives this keyword a constant."""
    return {
        (file, argument.value.value)
        for file, module in sources().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        for argument in node.keywords
        if argument.arg == keyword and isinstance(argument.value, ast.Constant)
    }


def test_no_weak_hash_and_no_other_randomness_is_used() -> None:
    random, hashes = set(), set()
    for file, module in sources().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "random":
                    random.add(file)
                if node.value.id in ("hashlib", "hashes"):
                    hashes.add(node.attr.lower())
    assert random <= {"apps/events.py"}, "to part two writers, which hides nothing"
    assert hashes == {"sha256"}


def test_no_client_leaves_certificates_unchecked() -> None:
    assert {value for _, value in called_with("verify")} <= {True}
    names = {node.attr for module in sources().values() for node in ast.walk(module) if isinstance(node, ast.Attribute)}
    assert not names & {"CERT_NONE", "CERT_OPTIONAL", "_create_unverified_context", "check_hostname", "verify_mode"}
    assert "create_default_context" in names, "the control: how mail is encrypted"


def test_no_client_follows_redirects() -> None:
    assert {value for _, value in called_with("follow_redirects")} <= {False}
    assert called_with("timeout_s") | called_with("mode"), "the control: other keywords are found"
