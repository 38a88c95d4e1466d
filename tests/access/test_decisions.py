"""The decision function against FIELD §2, role by role and place by place."""

from __future__ import annotations

import itertools

import pytest

from vitrail.access.decisions import decide
from vitrail.access.placement import Placement, SpaceRole
from vitrail.access.roles import ADDS, ROLE_SCOPES, Role, organization_scopes, project_scopes
from vitrail.access.scopes import SCOPES
from vitrail.errors import Forbidden
from vitrail.identity.person import Person

PROJECT = "p"


def someone(role: Role | None, *extra: str, organization: Role | None = None) -> Person:
    held = (project_scopes(role.value) if role else frozenset()) | frozenset(extra)
    return Person(
        id="me",
        email="me@example.com",
        name="Me",
        organization_id="o",
        organization_scopes=organization_scopes(organization.value if organization else None),
        project_scopes={PROJECT: held} if held else {},
    )


MINE = Placement(PROJECT, creator_id="me")
THEIRS = Placement(PROJECT, creator_id="you")


def filed(role: SpaceRole | None, creator: str = "you", preview: bool = False) -> Placement:
    return Placement(PROJECT, creator_id=creator, space_id="s", space_role=role, space_name="Sales", preview=preview)


def test_every_scope_of_a_role_exists() -> None:
    assert {name for names in ADDS.values() for name in names} <= set(SCOPES)


def test_each_role_holds_what_the_one_before_holds() -> None:
    for lower, higher in itertools.pairwise(Role):
        assert ROLE_SCOPES[lower] < ROLE_SCOPES[higher]


# fmt: off
TABLE = [
    # role                    verb      place                       allowed
    (None,                    "view",   filed(SpaceRole.FULL),      False),
    (Role.VIEWER,             "view",   filed(SpaceRole.VIEW),      False),
    (Role.VIEWER,             "view",   MINE,                       False),
    (Role.INTERACTIVE_VIEWER, "view",   filed(SpaceRole.VIEW),      True),
    (Role.INTERACTIVE_VIEWER, "view",   filed(None),                False),
    (Role.INTERACTIVE_VIEWER, "view",   filed(None, "me"),          False),  # filed: the creator has no special right
    (Role.INTERACTIVE_VIEWER, "view",   MINE,                       True),
    (Role.INTERACTIVE_VIEWER, "view",   THEIRS,                     False),
    (Role.INTERACTIVE_VIEWER, "manage", MINE,                       True),
    (Role.INTERACTIVE_VIEWER, "manage", THEIRS,                     False),
    (Role.INTERACTIVE_VIEWER, "manage", filed(SpaceRole.VIEW),      False),
    (Role.INTERACTIVE_VIEWER, "manage", filed(SpaceRole.EDIT),      True),
    (Role.INTERACTIVE_VIEWER, "manage", filed(SpaceRole.VIEW, "me"), False),
    (Role.INTERACTIVE_VIEWER, "create", Placement(PROJECT),         False),
    (Role.EDITOR,             "create", Placement(PROJECT),         True),
    (Role.EDITOR,             "create", filed(SpaceRole.VIEW, "me"), False),
    (Role.EDITOR,             "create", filed(SpaceRole.EDIT, "me"), True),
    (Role.EDITOR,             "manage", THEIRS,                     False),
    (Role.DEVELOPER,          "manage", filed(None),                False),
    (Role.DEVELOPER,          "manage", filed(None, preview=True),  True),
    (Role.DEVELOPER,          "view",   filed(None, preview=True),  True),
    (Role.ADMIN,              "view",   THEIRS,                     True),
    (Role.ADMIN,              "manage", filed(SpaceRole.FULL),      True),
    (Role.ADMIN,              "create", Placement(PROJECT),         True),
]
# fmt: on


@pytest.mark.parametrize(("role", "verb", "place", "allowed"), TABLE)
def test_data_apps(role: Role | None, verb: str, place: Placement, allowed: bool) -> None:
    decision = decide(someone(role), verb, "DataApp", place)
    assert decision.allowed is allowed, decision.reason
    assert decision.reason.endswith(".")


@pytest.mark.parametrize(
    ("held", "verb", "place", "allowed"),
    [
        (("create:DataApp",), "create", Placement(PROJECT), True),
        (("create:DataApp",), "view", MINE, False),  # a custom role gets only what is ticked
        (("create:DataApp",), "manage", MINE, False),
        (("manage:DataApp",), "create", Placement(PROJECT), False),
        (("view:DataApp",), "view", MINE, False),
        (("manage:DataApp@self",), "view", MINE, True),
        (("create:DataApp@preview",), "create", Placement(PROJECT), False),
        (("create:DataApp@preview",), "create", Placement(PROJECT, preview=True), True),
    ],
)
def test_single_scopes_bundle_nothing(held: tuple[str, ...], verb: str, place: Placement, allowed: bool) -> None:
    assert decide(someone(None, *held), verb, "DataApp", place).allowed is allowed


def test_scopes_of_all_roles_add_up() -> None:
    person = someone(Role.INTERACTIVE_VIEWER, organization=Role.EDITOR)
    assert decide(person, "create", "DataApp", Placement(PROJECT))
    assert decide(person, "create", "DataApp", Placement("another project"))


def test_a_project_admin_says_nothing_in_the_organisation_nor_elsewhere() -> None:
    person = someone(Role.ADMIN)
    assert not decide(person, "manage", "Organization")
    assert not decide(person, "manage", "Organization", Placement(PROJECT))
    assert not decide(person, "manage", "DataApp", Placement("another project"))
    assert decide(someone(None, organization=Role.ADMIN), "manage", "Organization")


@pytest.mark.parametrize(
    ("role", "place", "words"),
    [
        (Role.VIEWER, MINE, "needs view:DataApp"),
        (Role.INTERACTIVE_VIEWER, THEIRS, "someone else's"),
        (Role.INTERACTIVE_VIEWER, filed(None), "“Sales” is not shared with you"),
    ],
)
def test_a_refusal_says_why(role: Role, place: Placement, words: str) -> None:
    decision = decide(someone(role), "view", "DataApp", place)
    assert words in decision.reason
    with pytest.raises(Forbidden) as refused:
        decision.or_forbidden()
    assert refused.value.cause == decision.reason


def test_spaces() -> None:
    open_space = Placement(PROJECT, space_id="s", space_role=SpaceRole.EDIT, open_to_project=True)
    restricted = Placement(PROJECT, space_id="s", space_role=SpaceRole.FULL, open_to_project=False)
    assert decide(someone(Role.EDITOR), "manage", "Space", open_space)
    assert decide(someone(Role.INTERACTIVE_VIEWER), "manage", "Space", restricted)
    assert not decide(someone(Role.INTERACTIVE_VIEWER), "manage", "Space", open_space)
    assert not decide(someone(Role.VIEWER), "view", "Space", Placement(PROJECT, space_id="s"))


def test_a_question_that_no_scope_answers_is_a_mistake_in_the_code() -> None:
    with pytest.raises(ValueError, match="fly:DataApp"):
        decide(someone(Role.ADMIN), "fly", "DataApp", MINE)
