"""Ids of others: every route with an id in it × everybody who may not see the thing. The answer is the one for an id
that does not exist, nothing changes, and no name is told.

The cases come from `routes.txt`, so that a new route is tried by itself (see `tests/http/things.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from tests.apps import platform
from tests.directory.kit import MALLORY, another_project, other_organization
from tests.http import things
from tests.http.test_routes import written
from tests.http.things import BODIES, OF_THE_PROJECT, dump, fill, ids_in, named, unknown
from tests.kit.instance import ADA, CREDENTIALS, Instance
from vitrail.access.roles import ROLE_SCOPES, Role
from vitrail.access.tables import ProjectGrantRow
from vitrail.identity.tables import SignInRow

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

WORD, OWN = "hidden", "own"
ROUTES = [route for route in written() if ids_in(route)]
IN_BODIES = [route for route in written() if route in BODIES and "<" in str(BODIES[route](named()))]
IN_QUESTIONS = [
    "GET /api/v1/access/why?kind=app&id={app_id}",
    "GET /api/v1/access/why?kind=chart&id={chart_id}&verb=manage",
    "GET /api/v1/access/why?kind=dashboard&id={dashboard_id}&personId={person_id}",
    "GET /api/v1/access/why?kind=space&id={space_id}",
    "GET /api/v1/access/people?kind=app&id={app_id}",
    "GET /api/v1/access/people?kind=space&id={space_id}",
]
"""Routes that take ids after the question mark."""
NEED_MORE = {
    "PUT /api/v1/projects/{project_id}/connection": 422,  # there is no such folder; tests/projects connects real ones
    "PUT /api/v1/projects/{project_id}/catalog": 422,  # no files; tests/projects uploads real ones
    "POST /api/v1/budgets": 409,  # there is one
    "DELETE /api/v1/spaces/{space_id}": 409,  # it holds what the requests before made
    "DELETE /api/v1/organization/roles/{role_id}": 409,  # it was given
}
"""What the owner's own request is answered, where it is no success."""
NOTHING_TO_TAKE = {
    "DELETE /api/v1/spaces/{space_id}/access/people/{person_id}",
    "DELETE /api/v1/spaces/{space_id}/access/groups/{group_id}",
}
"""In a space of one's own: to take away what was never given is no failure, whoever it is, and changes nothing."""
STARTS_A_BUILD = {
    "POST /api/v1/apps/{app_id}/versions",
    "POST /api/v1/apps/{app_id}/versions/{number}/restore",
    "POST /api/v1/projects/{project_id}/apps",
}
"""What the owner does not ask for here; tests/e2e does."""


@dataclass(frozen=True)
class World:
    """`hidden` was made by the home organisation's administrator in a space that lets nobody else in."""

    instance: Instance
    hidden: dict[str, str]
    ada: httpx.AsyncClient


@dataclass(frozen=True)
class Attacker:
    """Somebody who may not see what is hidden. `visible`: parameters that are no secret to them. `own`: theirs."""

    client: httpx.AsyncClient
    scopes: frozenset[str] = frozenset()
    visible: frozenset[str] = frozenset()
    own: dict[str, str] | None = None


@pytest.fixture
def variables() -> dict[str, str]:
    return {**platform.licensed(), "VITRAIL_BUILDS_AT_ONCE": "1"}


@pytest.fixture
async def world(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    warehouse: Path = platform.demo_warehouse(tmp_path_factory.getbasetemp())
    await platform.connect(instance, warehouse)
    async with instance.signed_in(ADA) as ada, instance.signed_in(ADA):
        hidden = await things.make(instance, ada, instance.project_id, word=WORD)
        hidden |= await things.make_of_organization(instance, ada, word=WORD)
        async with instance.services.db.session() as session:
            found = select(SignInRow.id).where(SignInRow.person_id == (await instance.person(ADA.email)).id)
            hidden["sign_in_id"] = (await session.scalars(found.order_by(SignInRow.created_at.desc()))).first() or ""
        assert set(hidden) == set(things.EVERY)
        yield World(instance, hidden, ada)


ATTACKERS = ["nobody", "member", *(role.value for role in Role if role is not Role.ADMIN), "other project", "elsewhere"]


@pytest.fixture(params=ATTACKERS)
async def attacker(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Attacker]:
    async with AsyncExitStack() as stack:
        yield await _attacker(request.param, world, stack)


async def _attacker(who: str, world: World, stack: AsyncExitStack) -> Attacker:
    instance = world.instance
    if who == "nobody":
        return Attacker(await stack.enter_async_context(instance.client()))
    if who == "elsewhere":
        project = await other_organization(instance)
        client = await stack.enter_async_context(instance.by_token(MALLORY))
        own = await things.make(instance, client, project, word=OWN)
        return Attacker(client, own=own | await things.make_of_organization(instance, client, word=OWN))
    role = Role(who) if who in set(Role) else None
    token = await instance.add_person("eve", project_role=role)
    client = await stack.enter_async_context(instance.by_token(token))
    if who == "other project":
        async with instance.services.db.session() as session:
            project = await another_project(instance, session, CREDENTIALS.organization_id, "Other")
            person = (await instance.person("eve@jaffle.example")).id
            session.add(ProjectGrantRow(project_id=project, person_id=person, role=Role.ADMIN.value))
        own = await things.make(instance, client, project, word=OWN)
        return Attacker(client, own={name: id_ for name, id_ in own.items() if name not in ("person_id", "holder_id")})
    return Attacker(client, ROLE_SCOPES[role] if role else frozenset(), frozenset({"project_id"} if role else ()))


async def ask(client: httpx.AsyncClient, route: str, ids: dict[str, str], in_body: dict[str, str]) -> tuple[int, Any]:
    """Status and body of an answer, without what tells requests apart and without the ids that were sent."""
    method = route.split(" ", 1)[0]
    body = BODIES[route](in_body) if route in BODIES else None
    answer = await client.request(method, fill(route, ids), json=body)
    text = answer.text
    for id_ in sorted({*ids.values(), *in_body.values()}, key=len, reverse=True):
        text = text.replace(id_, "…")
    return answer.status_code, text


def allowed(route: str, attacker: Attacker) -> bool:
    """Whether a right in the project, of those that the attacker holds there, is all that the route asks for."""
    label = written().get(route, "")
    return label.endswith("(project)") and "+" not in label and bool(
        {label.removesuffix(" (project)"), label.removesuffix(" (project)").replace("view:", "manage:")}
        & attacker.scopes
    )  # fmt: skip


async def test_whoever_made_it_is_answered(world: World) -> None:
    """The control: with the right person every request works, so what refuses others is who they are."""
    wrong = []
    every = dict.fromkeys([*ROUTES, *IN_BODIES, *IN_QUESTIONS])
    for route in sorted(every, key=_late):
        if route in STARTS_A_BUILD:
            continue
        status, text = await ask(world.ada, route, world.hidden, world.hidden)
        if status != NEED_MORE.get(route, status) or (status >= 300 and route not in NEED_MORE):
            wrong.append((route, status, text))
    assert not wrong, "\n".join(map(str, wrong))
    assert len(ROUTES) > 70


def _late(route: str) -> tuple[bool, bool, bool, int]:
    """What ends things comes last, and what holds others after these; a restored version is another one."""
    holds = route.endswith(("/{space_id}", "/{account_id}", "/{person_id}"))
    return route.startswith("DELETE"), route.endswith("/restore"), holds, -len(route)


async def test_what_is_hidden_is_as_if_it_were_not(world: World, attacker: Attacker) -> None:
    before, wrong = await dump(world.instance), list[Any]()
    for route in [*ROUTES, *IN_BODIES, *IN_QUESTIONS]:
        hidden = [name for name in ids_in(route) if name not in attacker.visible]
        real = await ask(attacker.client, route, world.hidden, world.hidden)
        if allowed(route, attacker) and not hidden and (route not in IN_BODIES or real[0] >= 300):
            if real[0] == 500 or WORD in real[1]:
                wrong.append((route, "tells", real))
            if route not in IN_BODIES:
                continue
        nothing = unknown() | {name: world.hidden[name] for name in attacker.visible}
        made_up = await ask(attacker.client, route, nothing, nothing)
        if not 400 <= real[0] < 500 or real != made_up or WORD in real[1]:
            wrong.append((route, real, made_up))
    assert not wrong, "\n".join(map(str, wrong))
    assert await dump(world.instance) == before


@pytest.mark.parametrize("attacker", ["other project", "elsewhere"], indirect=True)
async def test_one_hidden_id_among_ones_own(world: World, attacker: Attacker) -> None:
    """In the address or in the body, beside things that one may change: a tile of another's dashboard, a space of
    another's project, a person of another organisation."""
    own = attacker.own
    assert own is not None
    elsewhere = "attribute_id" in own
    everything = {**world.hidden, **own}
    before, wrong, tried = await dump(world.instance), [], 0
    for route in [*ROUTES, *IN_BODIES, *IN_QUESTIONS]:
        in_address = set(ids_in(route))
        body = str(BODIES[route](named())) if route in BODIES else ""
        in_body = {name for name in things.EVERY if f"<{name}>" in body}
        for name in in_address | in_body:
            if not elsewhere and name not in (*OF_THE_PROJECT, "parent_id"):
                continue  # people, groups and roles are the organisation's, and no secret to who administers a project
            if in_address | in_body == {name} and name in in_address:
                continue  # tried above
            swapped = {name: world.hidden[name]}
            if name == "token_id":
                swapped["account_token_id"] = world.hidden["account_token_id"]
            nothing = {each: unknown()[each] for each in swapped}
            where = (swapped, {}) if name in in_address else ({}, swapped)
            absent = (nothing, {}) if name in in_address else ({}, nothing)
            real = await ask(attacker.client, route, everything | where[0], everything | where[1])
            made_up = await ask(attacker.client, route, everything | absent[0], everything | absent[1])
            tried += 1
            refused = 400 <= real[0] < 500 or (route in NOTHING_TO_TAKE and name != "space_id" and real[0] == 204)
            if not refused or real != made_up or WORD in real[1]:
                wrong.append((route, name, real, made_up))
    assert not wrong, "\n".join(map(str, wrong))
    assert await dump(world.instance) == before
    assert tried > 10
