"""The one decision: may this person do this to a thing that lies there, and why.

Every route, every repository read and every page goes through `decide` (one thing) or `access.filters` (a list, the
same rules as SQL). A test holds the two against each other over every combination.
"""

from __future__ import annotations

from dataclasses import dataclass

from vitrail.access.placement import Placement, SpaceRole
from vitrail.access.scopes import SCOPES, Modifier
from vitrail.errors import Forbidden, NotFound
from vitrail.identity.person import Person

# Who may manage a thing may also open it. Creating is never included: a role that may change what it made may still
# not be one that makes (interactive viewers).
COVERED_BY: dict[str, tuple[str, ...]] = {"view": ("view", "manage"), "create": ("create",), "manage": ("manage",)}

# What lies in spaces or is personal; for everything else a scope without modifier is the whole answer.
CONTENT = frozenset({"DataApp", "SavedChart", "Dashboard"})


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and its reason, a sentence for the person who asks (`Why can't I?`)."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed

    def or_forbidden(self) -> None:
        """Raises `Forbidden` with the reason, unless allowed."""
        if not self.allowed:
            raise Forbidden(self.reason, cure=CURE)

    def or_not_found(self, what: str) -> None:
        """Raises `NotFound` unless allowed: for those who may not even know that the thing exists."""
        if not self.allowed:
            raise not_found(what)


CURE = "Ask an administrator of the project for this right."


def not_found(what: str) -> NotFound:
    """The one answer for what is not there and for what this person may not know of."""
    return NotFound(
        f"There is no such {what}, or it is not shared with you.",
        cure="Check the address; if someone sent it to you, ask them to share it with you.",
    )


def decide(person: Person, verb: str, subject: str, placement: Placement | None = None) -> Decision:
    """May `person` do `verb` (view, create, manage, promote) to a `subject` that lies at `placement`?

    Without a placement the question is about the organisation. Pure: no database, no clock.
    """
    held = person.scopes(placement.project_id if placement else None)
    asked = [
        SCOPES[name]
        for covering in COVERED_BY.get(verb, (verb,))
        for name in (f"{covering}:{subject}", *(f"{covering}:{subject}@{modifier}" for modifier in Modifier))
        if name in SCOPES
    ]
    if not asked:
        raise ValueError(f"no scope covers {verb}:{subject}")
    if placement is None:
        placement = Placement(project_id="")
    misses: list[str] = []
    for scope in asked:
        if scope.name not in held:
            continue
        miss = _miss(person, scope.verb, scope.subject, scope.modifier, placement)
        if miss is None and verb == "create" and placement.space_id is not None and subject in CONTENT:
            miss = _creates_into(placement)
        if miss is None:
            return Decision(True, f"{scope.name} allows it: {scope.meaning[0].lower()}{scope.meaning[1:]}.")
        misses.append(f"{scope.name} does not reach this: {miss}")
    if misses:
        return Decision(False, ". ".join(misses) + ".")
    return Decision(False, f"It needs {_either([scope.name for scope in asked])}, which none of your roles holds.")


def _miss(person: Person, verb: str, subject: str, modifier: Modifier | None, at: Placement) -> str | None:
    """Why a scope that the person holds does not reach the thing; None when it does."""
    space = f"“{at.space_name}”" if at.space_name else "its space"
    if modifier is Modifier.SELF:
        if at.space_id is not None:
            return f"it is filed in {space}, whose rules decide"
        return None if at.creator_id == person.id else "it is someone else's"
    if modifier is Modifier.SPACE:
        if at.space_id is None:
            return "it is personal, in no space"
        return None if (at.space_role or 0) >= SpaceRole.EDIT else f"you may not edit in {space}"
    if modifier is Modifier.PREVIEW:
        return None if at.preview else "the project is not a preview"
    if modifier is Modifier.PUBLIC:
        return None if at.open_to_project else f"{space} is restricted"
    if modifier is Modifier.ASSIGNED:
        return None if at.space_role == SpaceRole.FULL else f"you have no full access to {space}"
    if verb == "view" and subject in CONTENT:
        if at.space_id is None:
            return "it is personal, in no space" if at.creator_id is not None else None
        return None if at.space_role is not None else f"{space} is not shared with you"
    if verb == "view" and subject == "Space" and at.space_id is not None:
        return None if at.space_role is not None else f"{space} is not shared with you"
    return None


def _creates_into(at: Placement) -> str | None:
    if (at.space_role or 0) >= SpaceRole.EDIT:
        return None
    return f"you may not edit in “{at.space_name}”" if at.space_name else "you may not edit in that space"


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
