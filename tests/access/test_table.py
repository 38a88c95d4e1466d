"""Role × scope × subject × placement: `table.txt`, a page that people can read, over every way of holding a role."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vitrail.access.decisions import decide
from vitrail.access.placement import Placement, SpaceRole, space_standing
from vitrail.identity.person import Grant, Person

# FIELD §2 once more, by hand: what each role adds to the one before it.
ROLES = {
    "viewer": "view:Project view:Space view:SavedChart view:Dashboard manage:ExportCsv",
    "interactive_viewer": "view:DataApp view:DataApp@self manage:DataApp@self manage:DataApp@space "
    "view:ExternalConnection manage:Explore view:UnderlyingData manage:SavedChart@space manage:Dashboard@space "
    "manage:Space@assigned create:ScheduledDeliveries",
    "editor": "create:DataApp create:Space manage:Space@public manage:PinnedItems manage:Tags",
    "developer": "create:DataApp@preview manage:DataApp@preview manage:CustomSql manage:SqlRunner "
    "manage:CompileProject manage:ContentVerification promote:SavedChart promote:Dashboard promote:DataApp",
    "admin": "manage:DataApp manage:DataAppDependency manage:ExternalConnection manage:SavedChart manage:Dashboard "
    "manage:Space manage:Project manage:Organization manage:Group manage:CustomRole",
}
ORDER = ["nobody", *ROLES, "-"]
HELD = {
    role: frozenset(scope for each in list(ROLES)[: number + 1] for scope in ROLES[each].split())
    for number, role in enumerate(ROLES)
}
WAYS = ("project", "organisation", "group in project", "group in organisation", "custom role", "two halves")
SUBJECTS = {"Saved": ("SavedChart", "Dashboard")}
PROJECT = "p"


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    subject: str
    verb: str
    place: str
    named: str
    groups: str
    least: str
    least_in_preview: str


def lines() -> list[Line]:
    text = Path(__file__).with_name("table.txt").read_text()
    return [Line(*line.split()) for line in text.splitlines() if line and not line.startswith("#")]


def person(role: str, way: str) -> Person:
    """Someone who holds a role's scopes in one of the ways there are."""
    held = HELD.get(role, frozenset())
    if not held:
        grants: list[Grant] = []
    elif way == "two halves":  # everything is a union: half of it from here, half from there
        first = frozenset(sorted(held)[::2])
        grants = [Grant("half", first, PROJECT), Grant("other half", held - first, None, "Everyone")]
    else:
        in_project = way in ("project", "group in project", "custom role")
        grants = [Grant(role, held, PROJECT if in_project else None, "Everyone" if way.startswith("group") else None)]
    return Person(
        id="me",
        email="me@example.com",
        name="Me",
        organization_id="o",
        organization_scopes=frozenset().union(*(grant.scopes for grant in grants if grant.project_id is None)),
        project_scopes={PROJECT: frozenset().union(*(grant.scopes for grant in grants if grant.project_id))},
        grants=tuple(grants),
    )


def place(line: Line, who: Person, preview: bool) -> Placement:
    if line.place == "project":
        return Placement(PROJECT, preview=preview)
    if line.place in ("mine", "theirs"):
        return Placement(PROJECT, creator_id="me" if line.place == "mine" else "you", preview=preview)
    opened = line.place == "open"
    by_group = max((SpaceRole.from_wire(word) for word in line.groups.split(",") if word != "."), default=None)
    named = None if line.named == "." else SpaceRole.from_wire(line.named)
    standing = space_standing(who, PROJECT, open_to_project=opened, named=named, by_group=by_group)
    role, way = standing or (None, None)
    return Placement(
        PROJECT,
        creator_id="me",  # what one made oneself and filed is nothing special any more
        space_id="s",
        space_name="Sales",
        space_role=role,
        space_way=way,
        open_to_project=opened,
        preview=preview,
    )


def rows() -> Iterator[tuple[Line, str, str, str, bool]]:
    """Each line × subject × role × way of holding it × preview or not."""
    for line in lines():
        subjects = SUBJECTS.get(line.subject, (line.subject,))
        for subject, role, way, preview in itertools.product(subjects, ORDER[:-1], WAYS, (False, True)):
            yield line, subject, role, way, preview


def test_the_table_is_thousands_of_rows() -> None:
    assert len(list(rows())) > 5000
    assert len(set(lines())) == len(lines())


@pytest.mark.parametrize("line", lines(), ids=lambda line: " ".join(vars(line).values()))
def test_the_table_holds(line: Line) -> None:
    for each, subject, role, way, preview in rows():
        if each != line:
            continue
        who = person(role, way)
        least = line.least_in_preview if preview else line.least
        decision = decide(who, line.verb, subject, place(line, who, preview))
        assert decision.allowed is (ORDER.index(role) >= ORDER.index(least)), (role, way, preview, decision.reason)
        assert decision.reason
        if decision.allowed:
            assert "from the role" in decision.reason or "from the role" in decision.steps[0].text, decision.reason
        else:
            assert decision.cure
            assert not any(step.met for step in decision.steps)


@pytest.mark.parametrize("scope", sorted({scope for held in HELD.values() for scope in held}))
def test_one_scope_alone_allows_nothing_but_itself(scope: str) -> None:
    """A custom role gets only what is ticked: with one scope, every subject of another name stays shut."""
    who = person("nobody", "project")
    who = Person(**{
        **{name: getattr(who, name) for name in ("id", "email", "name", "organization_id")},
        "project_scopes": {PROJECT: frozenset({scope})},
    })  # fmt: skip
    verb, _, rest = scope.partition(":")
    subject = rest.partition("@")[0]
    for line in lines():
        for named in SUBJECTS.get(line.subject, (line.subject,)):
            for preview in (False, True):
                allowed = decide(who, line.verb, named, place(line, who, preview)).allowed
                covered = line.verb == verb or (line.verb == "view" and verb == "manage")
                if allowed:
                    assert named == subject and covered, (line, named)
