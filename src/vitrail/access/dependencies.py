"""Who asks, and what a route asks of them, in its signature.

    async def list_spaces(project_id: str, person: Annotated[Person, require("view", "Space")]) -> …
    async def open_app(app_id: str, person: Annotated[Person, on_item("view", "DataApp")]) -> …

`require` decides here, at the level of the project in the path. `on_item` declares what the route's service decides
once it has loaded the item (the item's place is part of the question). `CurrentPerson` asks only for a sign-in;
`open_to_all` says aloud that a route asks for nothing. A test reads the whole table of routes from these marks.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from vitrail.access.decisions import decide, not_found
from vitrail.access.placement import Placement
from vitrail.identity.authentication import Authenticated, authenticate
from vitrail.identity.person import Person
from vitrail.licence.features import Feature, in_general, or_off
from vitrail.projects import repository as projects
from vitrail.services import CurrentServices


async def how_signed_in(request: Request, services: CurrentServices) -> Authenticated:
    """Whoever signed in, and by what. Raises `NotSignedIn`, or `CsrfFailed` for a change without its header."""
    return await authenticate(services, request)


HowSignedIn = Annotated[Authenticated, Depends(how_signed_in)]


async def current_person(how: HowSignedIn) -> Person:
    """Whoever signed in, by cookie or token."""
    return how.person


CurrentPerson = Annotated[Person, Depends(current_person)]


class Permission:
    """What a route asks for. `label` is what the table of routes shows."""

    def __init__(self, verb: str, subject: str, *, of: str) -> None:
        self.verb, self.subject, self.of = verb, subject, of

    @property
    def label(self) -> str:
        return f"{self.verb}:{self.subject} ({self.of})"

    async def __call__(self, request: Request, person: CurrentPerson, services: CurrentServices) -> Person:
        if self.of == "item":
            return person
        placement = None
        if self.of == "project":
            project_id = str(request.path_params["project_id"])
            async with services.db.session() as session:
                project = await projects.visible(session, person, project_id)
            if project is None:
                raise not_found("project")
            placement = Placement(project_id=project_id, preview=project.preview)
        decide(person, self.verb, self.subject, placement).or_forbidden()
        return person


def require(verb: str, subject: str, *, of: str = "project") -> Any:
    """A dependency: the person, if they hold the scope in the project of the path (`of="organization"`: there)."""
    return Depends(Permission(verb, subject, of=of))


def on_item(verb: str, subject: str) -> Any:
    """A dependency: the person; the service decides with the item's placement, by `decide`."""
    return Depends(Permission(verb, subject, of="item"))


async def open_to_all() -> None:
    """Nothing is asked: sign-in itself, health, public assets."""


OpenToAll = Depends(open_to_all)


def may_see_why(person: Person) -> bool:
    """Whether a person is told what the operator set and what the licence says."""
    return "manage:Organization" in person.scopes()


class FeatureOn:
    """Raises the feature's `FeatureOff`: to administrators it says whether switch or licence keeps it off and how to
    cure it, to others whom to ask, to strangers only that they are not signed in."""

    def __init__(self, feature: Feature) -> None:
        self.feature = feature

    async def __call__(self, request: Request, services: CurrentServices) -> None:
        state = services.feature(self.feature)
        if not state.enabled:
            person = (await authenticate(services, request)).person
            or_off(self.feature, state if may_see_why(person) else in_general(self.feature, state))


# In a route or router: `dependencies=[DataAppsOn]`. On what makes or changes things, never on what lists or takes away.
DataAppsOn = Depends(FeatureOn(Feature.DATA_APPS))
CustomRolesOn = Depends(FeatureOn(Feature.CUSTOM_ROLES))
GroupsOn = Depends(FeatureOn(Feature.GROUPS))
ServiceAccountsOn = Depends(FeatureOn(Feature.SERVICE_ACCOUNTS))
EmbeddingOn = Depends(FeatureOn(Feature.EMBEDDING))
McpOn = Depends(FeatureOn(Feature.MCP))
