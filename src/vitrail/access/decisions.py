"""The one decision: may this person do this to a thing that lies there, and why.

Every route, every repository read and every page goes through `decide` (one thing) or `access.filters` (a list, the
same rules as SQL). A test holds the two against each other over every combination.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from vitrail.access.placement import Placement, SpaceRole
from vitrail.access.roles import ORGANIZATION_ONLY, ROLE_SCOPES, Role
from vitrail.access.scopes import SCOPES, Modifier, Scope
from vitrail.access.voice import YOU, Voice
from vitrail.errors import Forbidden, NotFound
from vitrail.identity.person import Person

# Who may manage a thing may also open it. Creating is never included: a role that may change what it made may still
# not be one that makes (interactive viewers).
COVERED_BY: dict[str, tuple[str, ...]] = {"view": ("view", "manage"), "create": ("create",), "manage": ("manage",)}

# What lies in spaces or is personal; for everything else a scope without modifier is the whole answer.
CONTENT = frozenset({"DataApp", "SavedChart", "Dashboard"})


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a decision's chain: a scope and whether it carries the person there."""

    met: bool
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and its reason, a sentence for the person who asks (`Why can't I?`); `cure` says who can change it.
    `steps` are what was looked at: of an allowance the one scope that gives it, of a refusal all that could have."""

    allowed: bool
    reason: str
    cure: str = ""
    steps: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed

    def or_forbidden(self) -> None:
        """Raises `Forbidden` with the reason, unless allowed."""
        if not self.allowed:
            raise Forbidden(self.reason, cure=self.cure)

    def or_not_found(self, what: str) -> None:
        """Raises `NotFound` unless allowed: for those who may not even know that the thing exists."""
        if not self.allowed:
            raise not_found(what)


def not_found(what: str) -> NotFound:
    """The one answer for what is not there and for what this person may not know of."""
    return NotFound(
        f"There is no such {what}, or it is not shared with you.",
        cure="Check the address; if someone sent it to you, ask them to share it with you.",
    )


def decide(
    person: Person, verb: str, subject: str, placement: Placement | None = None, *, voice: Voice = YOU
) -> Decision:
    """May `person` do `verb` (view, create, manage, promote) to a `subject` that lies at `placement`?

    Without a placement the question is about the organisation. Pure: no database, no clock. `voice` is whom the
    sentences speak of.
    """
    at = placement or Placement(project_id="")
    project_id = placement.project_id if placement else None
    held = person.scopes(project_id)
    asked = _that_cover(verb, subject)
    refused: list[Step] = []
    misses: list[_Miss] = []
    for scope in asked:
        if scope.name not in held:
            refused.append(Step(False, f"{scope.name}: {scope.meaning}. {_nowhere(person, voice)} holds it"))
            continue
        origin = _origin(person, scope, project_id)
        miss = _miss(person, scope, at, voice)
        if miss is None and verb == "create" and at.space_id is not None and subject in CONTENT:
            miss = _creates_into(at, voice)
        if miss is None:
            return _allowed(scope, origin, at, voice)
        misses.append(miss)
        refused.append(Step(False, f"{scope.name}{origin} does not reach this: {miss.because}"))
    if misses:
        reason = " ".join(step.text + "." for step in refused if " does not reach " in step.text)
        cure = next((miss.cure for miss in misses if miss.cure), "") or _who_gives(asked, project_id, voice)
    else:
        names = _either([scope.name for scope in asked])
        reason = f"It needs {names}, which {_nowhere(person, voice).lower()} holds."
        cure = _who_gives(asked, project_id, voice)
    return Decision(False, reason, cure, tuple(refused))


@dataclass(frozen=True, slots=True)
class _Miss:
    """Why a scope does not reach, and who could change that (empty: nobody but whoever gives scopes)."""

    because: str
    cure: str = ""


@cache
def _that_cover(verb: str, subject: str) -> tuple[Scope, ...]:
    asked = tuple(
        SCOPES[name]
        for covering in COVERED_BY.get(verb, (verb,))
        for name in (f"{covering}:{subject}", *(f"{covering}:{subject}@{modifier}" for modifier in Modifier))
        if name in SCOPES
    )
    if not asked:
        raise ValueError(f"no scope covers {verb}:{subject}")
    return asked


def _allowed(scope: Scope, origin: str, at: Placement, voice: Voice) -> Decision:
    meaning = scope.meaning[0].lower() + scope.meaning[1:]
    steps = [Step(True, f"{scope.name}{origin}: {scope.meaning}")]
    place = ""
    if at.space_role is not None and at.space_name is not None and _asks_for_the_space(scope):
        come = f", {at.came_by}" if at.came_by else ""
        place = f" In “{at.space_name}” {voice.they} {voice.have} “{at.space_role.label}”{come}."
        steps.append(Step(True, place.strip().removesuffix(".")))
    return Decision(True, f"{scope.name}{origin} allows it: {meaning}.{place}", steps=tuple(steps))


def _asks_for_the_space(scope: Scope) -> bool:
    """Whether the scope reaches only as far as the person's role in the space does."""
    if scope.modifier in (Modifier.SPACE, Modifier.ASSIGNED):
        return True
    return scope.modifier is None and scope.verb == "view" and scope.subject in CONTENT | {"Space"}


def _origin(person: Person, scope: Scope, project_id: str | None) -> str:
    origins = person.origins(scope.name, project_id)
    return f" (from {' and '.join(origins)})" if origins else ""


def _miss(person: Person, scope: Scope, at: Placement, voice: Voice) -> _Miss | None:
    """Why a scope that the person holds does not reach the thing; None when it does."""
    modifier = scope.modifier
    space = f"“{at.space_name}”" if at.space_name else "its space"
    if modifier is Modifier.SELF:
        if at.space_id is not None:
            return _Miss(f"it is filed in {space}, whose rules decide")
        return None if at.creator_id == person.id else _Miss("it is someone else's", _ASK_CREATOR)
    if modifier is Modifier.SPACE:
        if at.space_id is None:
            return _Miss("it is personal, in no space")
        return None if (at.space_role or 0) >= SpaceRole.EDIT else _not_editing(space, at, voice)
    if modifier is Modifier.PREVIEW:
        return None if at.preview else _Miss("the project is not a preview")
    if modifier is Modifier.PUBLIC:
        return None if at.open_to_project else _Miss(f"{space} is restricted", _ask(space, "give full access"))
    if modifier is Modifier.ASSIGNED:
        if at.space_role == SpaceRole.FULL:
            return None
        return _Miss(
            f"{voice.they} {voice.have} no full access to {space}{_but(at, voice)}", _ask(space, "give full access")
        )
    if scope.verb == "view" and scope.subject in CONTENT:
        if at.space_id is None:
            return _Miss("it is personal, in no space", _ASK_CREATOR) if at.creator_id is not None else None
        return None if at.space_role is not None else _not_shared(space, voice)
    if scope.verb == "view" and scope.subject == "Space" and at.space_id is not None:
        return None if at.space_role is not None else _not_shared(space, voice)
    return None


_ASK_CREATOR = "Its creator can move it into a space that is shared; an administrator of the project can, too."


def _ask(space: str, to: str) -> str:
    return f"Someone with full access to {space}, or an administrator of the project, can {to}."


def _not_shared(space: str, voice: Voice) -> _Miss:
    whom = "you" if voice is YOU else voice.they
    return _Miss(f"{space} is not shared with {whom}", _ask(space, f"share it with {whom}"))


def _not_editing(space: str, at: Placement, voice: Voice) -> _Miss:
    whom = "you" if voice is YOU else voice.they
    return _Miss(f"{voice.they} may not edit in {space}{_but(at, voice)}", _ask(space, f"let {whom} edit there"))


def _but(at: Placement, voice: Voice) -> str:
    """What they do hold there, and how."""
    if at.space_role is None:
        return ""
    come = f", {at.came_by}" if at.came_by else ""
    return f" ({voice.they} {voice.have} “{at.space_role.label}”{come})"


def _creates_into(at: Placement, voice: Voice) -> _Miss | None:
    if (at.space_role or 0) >= SpaceRole.EDIT:
        return None
    return _not_editing(f"“{at.space_name}”" if at.space_name else "that space", at, voice)


def _who_gives(asked: tuple[Scope, ...], project_id: str | None, voice: Voice) -> str:
    """Who can give a missing scope, and with which role."""
    whose = "project" if project_id and not {scope.name for scope in asked} <= ORGANIZATION_ONLY else "organisation"
    whom = "you" if voice is YOU else voice.they
    names = {scope.name for scope in asked}
    least = next((role for role in Role if names & ROLE_SCOPES[role]), None)
    first = f": {least.value} is the least of the system roles that do" if least else ""
    return f"An administrator of the {whose} can give {whom} a role that holds one of them{first}."


def _nowhere(person: Person, voice: Voice) -> str:
    limits = ", as far as the token that was sent is let," if person.limited else ""
    return f"None of {voice.their} roles{limits}"


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
