"""One of everything that has an id, made by whoever administers it: what attacks by ids are tried on.

A new route with an id in it is covered by itself where its ids are among these; where not, `fill` fails, and with it
the tests: add the thing to `make`, and to `BODIES` what the route has to be sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx
from sqlalchemy import select

from tests.apps import platform
from tests.content.kit import BARS, BY_REGION, REGION_FILTER, board, tile
from tests.kit.instance import Instance
from vitrail.db.base import Base, new_id
from vitrail.identity.tables import AttributeRow, AttributeValueRow

Ids = Mapping[str, str]
ORGANIZATION = "/api/v1/organization"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
FIXED = {"number": "1", "explore_name": "orders", "name": platform.ENTRY}
"""Parameters that are no ids."""
OF_THE_PROJECT = (
    "project_id", "space_id", "chart_id", "dashboard_id", "tile_id", "filter_id", "app_id", "session_id"
)  # fmt: skip

EVERY = (
    *OF_THE_PROJECT, "parent_id", "budget_id", "person_id", "holder_id", "group_id", "role_id", "project_role_id",
    "attribute_id", "account_id", "account_token_id", "token_id", "sign_in_id",
)  # fmt: skip

BODIES: dict[str, Callable[[Ids], Any]] = {
    "POST /api/v1/auth/tokens/{token_id}/rotate": lambda _: {"overlapMinutes": 5},
    "PATCH /api/v1/projects/{project_id}": lambda _: {"name": "Renamed"},
    "PUT /api/v1/projects/{project_id}/connection": lambda _: {"dbt": "no-such", "warehouse": "no-such.duckdb"},
    "POST /api/v1/projects/{project_id}/query": lambda _: BY_REGION,
    "POST /api/v1/projects/{project_id}/query/explain": lambda _: BY_REGION,
    "POST /api/v1/projects/{project_id}/spaces": lambda ids: {"name": "New", "parentId": ids["space_id"]},
    "PATCH /api/v1/spaces/{space_id}": lambda _: {"name": "Renamed"},
    "POST /api/v1/spaces/{space_id}/move": lambda ids: {"parentId": ids["parent_id"]},
    "PUT /api/v1/spaces/{space_id}/access/people/{person_id}": lambda _: {"role": "full"},
    "PUT /api/v1/spaces/{space_id}/access/groups/{group_id}": lambda _: {"role": "full"},
    "POST /api/v1/projects/{project_id}/charts": lambda ids: {
        "name": "New", "spaceId": ids["space_id"], "query": BY_REGION, "config": BARS,
    },
    "PATCH /api/v1/charts/{chart_id}": lambda _: {"basedOn": 1, "name": "Renamed"},
    "POST /api/v1/charts/{chart_id}/move": lambda ids: {"spaceId": ids["parent_id"]},
    "POST /api/v1/charts/{chart_id}/results": lambda _: {},
    "POST /api/v1/projects/{project_id}/dashboards": lambda ids: {
        "name": "New", "spaceId": ids["space_id"], "content": board(tile(ids["chart_id"])),
    },
    "PATCH /api/v1/dashboards/{dashboard_id}": lambda ids: {"basedOn": 1, "content": board(tile(ids["chart_id"]))},
    "POST /api/v1/dashboards/{dashboard_id}/move": lambda ids: {"spaceId": ids["parent_id"]},
    "POST /api/v1/dashboards/{dashboard_id}/tiles/{tile_id}/results": lambda _: {},
    "POST /api/v1/dashboards/{dashboard_id}/tiles/{tile_id}/export": lambda _: {},
    "POST /api/v1/dashboards/{dashboard_id}/filters/{filter_id}/values": lambda _: {},
    "POST /api/v1/projects/{project_id}/apps": lambda ids: {"prompt": "Revenue", "spaceId": ids["space_id"]},
    "PATCH /api/v1/apps/{app_id}": lambda _: {"name": "Renamed"},
    "POST /api/v1/apps/{app_id}/move": lambda ids: {"spaceId": ids["parent_id"]},
    "POST /api/v1/apps/{app_id}/versions": lambda _: {"prompt": "make it blue"},
    "POST /api/v1/apps/{app_id}/sessions": lambda _: {},
    "POST /api/v1/app-sessions/{session_id}/query": lambda _: platform.question(
        "orders_total_revenue", by=("stores_region",)
    ),
    "PATCH /api/v1/budgets/{budget_id}": lambda _: {"limit": 1},
    "POST /api/v1/budgets": lambda ids: {"kind": "person", "subjectId": ids["person_id"], "limit": 5},
    f"POST {ORGANIZATION}/invitations": lambda ids: {"email": "new@example.com", "groupIds": [ids["group_id"]]},
    f"PATCH {ORGANIZATION}/people/{{person_id}}": lambda _: {"name": "Renamed"},
    f"PUT {ORGANIZATION}/people/{{person_id}}/roles": lambda ids: {"role": "viewer", "customRoleIds": [ids["role_id"]]},
    f"PATCH {ORGANIZATION}/groups/{{group_id}}": lambda _: {"name": "Renamed"},
    f"POST {ORGANIZATION}/groups/{{group_id}}/members": lambda ids: {"add": [ids["person_id"]]},
    f"PUT {ORGANIZATION}/groups/{{group_id}}/roles": lambda ids: {"customRoleIds": [ids["role_id"]]},
    f"POST {ORGANIZATION}/roles/{{role_id}}/duplicate": lambda _: {"name": "Copy", "level": "organization"},
    f"PATCH {ORGANIZATION}/roles/{{role_id}}": lambda _: {"name": "Renamed"},
    f"PATCH {ORGANIZATION}/attributes/{{attribute_id}}": lambda _: {"description": "changed"},
    f"PUT {ORGANIZATION}/attributes/{{attribute_id}}/{{kind}}/{{holder_id}}": lambda _: {"values": ["East"]},
    f"PATCH {ORGANIZATION}/service-accounts/{{account_id}}": lambda _: {"name": "Renamed"},
    f"POST {ORGANIZATION}/service-accounts/{{account_id}}/tokens": lambda _: {"name": "t"},
    f"POST {ORGANIZATION}/service-accounts/{{account_id}}/tokens/{{token_id}}/rotate": lambda _: {"overlapMinutes": 5},
    "PUT /api/v1/projects/{project_id}/access/{kind}/{holder_id}": lambda ids: {
        "role": "viewer", "customRoleIds": [ids["project_role_id"]],
    },
}  # fmt: skip


UNTOUCHED = {"audit_entries", "audit_heads", "sign_in_failures", "personal_access_tokens", "sign_ins"}
"""Tables that an attempt may write to: the log, and when somebody was last seen."""


def parameters(route: str) -> list[str]:
    """The names of a route's parameters, in order."""
    return re.findall(r"{(\w+)(?::\w+)?}", route)


def ids_in(route: str) -> list[str]:
    """Those of its parameters that are ids."""
    return [name for name in parameters(route) if name not in (*FIXED, "kind", "path", "tag", "file")]


def fill(route: str, ids: Ids, kind: str = "people") -> str:
    """The address of a route with these ids. Fails for an id that `make` makes nothing for."""
    path = route.split(" ", 1)[1]
    named = dict(FIXED, **ids, kind=kind)
    if "/service-accounts/" in path or "/organization/tokens/" in path:
        named["token_id"] = ids.get("account_token_id", "")
    if kind == "groups":
        named["holder_id"] = ids.get("group_id", "")
    missing = [name for name in parameters(path) if not named.get(name)]
    assert not missing, f"{route}: tests/http/things.py makes nothing for {missing}"
    return path.format(**named)


def unknown(*only: str) -> dict[str, str]:
    """Ids of which there are none."""
    every = dict.fromkeys(EVERY, UNKNOWN) | {"tile_id": "no-such-tile", "filter_id": "no-such-filter"}
    return {name: every[name] for name in only} if only else every


def named() -> dict[str, str]:
    """Instead of ids their names, to find which a body holds."""
    return {name: f"<{name}>" for name in EVERY}


async def make(instance: Instance, client: httpx.AsyncClient, project_id: str, *, word: str) -> dict[str, str]:
    """The ids of what `client` made in a project: all in a restricted space of theirs. `word` is in every name."""
    made: dict[str, str] = {"project_id": project_id}

    async def post(path: str, body: object) -> Any:
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, (path, answer.text)
        return answer.json()

    me = (await client.get("/api/v1/auth/me")).json()["user"]
    await _region(instance, me["email"])
    project = f"/api/v1/projects/{project_id}"
    parent = await post(f"{project}/spaces", {"name": f"{word} parent", "access": "restricted"})
    space = await post(f"{project}/spaces", {"name": f"{word} space", "parentId": parent["id"]})
    made |= {"parent_id": parent["id"], "space_id": space["id"], "tile_id": f"tile-{word}", "filter_id": f"f-{word}"}
    chart = {"name": f"{word} chart", "spaceId": space["id"], "query": BY_REGION, "config": BARS}
    made["chart_id"] = (await post(f"{project}/charts", chart))["id"]
    content = board(tile(made["chart_id"], made["tile_id"]), filters=[{**REGION_FILTER, "id": made["filter_id"]}])
    dashboard = {"name": f"{word} dashboard", "spaceId": space["id"], "content": content}
    made["dashboard_id"] = (await post(f"{project}/dashboards", dashboard))["id"]
    app = await platform.add_app(replace(instance, project_id=project_id), me["email"], space_id=space["id"])
    made["app_id"] = app.id
    made["session_id"] = (await post(f"{app.path}/sessions", {}))["session"]
    made["token_id"] = (await post("/api/v1/auth/tokens", {"name": f"{word} token"}))["id"]
    return made | ({"person_id": me["id"], "holder_id": me["id"]})


async def _region(instance: Instance, email: str) -> None:
    """The value that the demo's row filter asks for, where the person has none."""
    person = await instance.person(email)
    async with instance.services.db.session() as session:
        mine = (AttributeRow.organization_id == person.organization_id) & (AttributeRow.name == "region")
        row = await session.scalar(select(AttributeRow).where(mine))
        if row is None:
            row = AttributeRow(id=new_id(), organization_id=person.organization_id, name="region", default_values=None)
            session.add(row)
            await session.flush()
        if "region" not in person.attributes:
            session.add(AttributeValueRow(attribute_id=row.id, person_id=person.id, values=["West"]))


async def make_of_organization(instance: Instance, client: httpx.AsyncClient, *, word: str) -> dict[str, str]:
    """The ids of what an administrator made in the organisation."""
    made: dict[str, str] = {}

    async def post(path: str, body: object) -> str:
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, (path, answer.text)
        return str(answer.json().get("id") or answer.json()["personId"])

    person = await post(f"{ORGANIZATION}/invitations", {"email": f"{word}@example.com", "name": f"{word} person"})
    made |= {"person_id": person, "holder_id": person}
    made["group_id"] = await post(f"{ORGANIZATION}/groups", {"name": f"{word} group"})
    for name, level in (("role_id", "organization"), ("project_role_id", "project")):
        body = {"name": f"{word} {level} role", "level": level, "scopes": ["view:Project"]}
        made[name] = await post(f"{ORGANIZATION}/roles", body)
    made["attribute_id"] = await post(f"{ORGANIZATION}/attributes", {"name": f"a_{word}"})
    made["account_id"] = await post(f"{ORGANIZATION}/service-accounts", {"name": f"{word} account"})
    path = f"{ORGANIZATION}/service-accounts/{made['account_id']}/tokens"
    made["account_token_id"] = await post(path, {"name": f"{word} job"})
    made["budget_id"] = await post("/api/v1/budgets", {"kind": "person", "subjectId": person, "limit": 50})
    return made


async def dump(instance: Instance) -> dict[str, list[str]]:
    """Everything that is kept."""
    async with instance.services.db.session() as session:
        return {
            table.name: sorted(map(str, (await session.execute(select(table))).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in UNTOUCHED
        }
