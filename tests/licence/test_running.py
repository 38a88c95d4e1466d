"""A running instance whose licence ends: nothing is built or opened any more; what was made stays, and can be taken
away. With a new answer of the licence server it goes on."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from tests.apps.platform import add_app, licensed, question
from tests.kit.instance import ADA, Instance
from vitrail.db.base import now
from vitrail.licence.keeper import Keeper

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def variables() -> dict[str, str]:
    return licensed()  # ends in 30 days


def at(instance: Instance, moment: datetime) -> Keeper:
    instance.services.licensing.clock = lambda: moment
    return instance.services.licensing


async def test_a_licence_that_ends_while_the_instance_runs(instance: Instance, ada: httpx.AsyncClient) -> None:
    app = await add_app(instance, ADA.email)
    opened = await ada.post(f"{app.path}/sessions", json={})
    assert opened.status_code == 201
    asking = f"/api/v1/app-sessions/{opened.json()['session']}/query"

    at(instance, now() + timedelta(days=31))
    me = (await ada.get("/api/v1/auth/me")).json()
    assert me["features"]["dataApps"]["reason"] == "licence-expired"
    new = {"prompt": "Revenue by region"}
    refused = [
        await ada.post(f"/api/v1/projects/{instance.project_id}/apps", json=new),
        await ada.post(f"{app.path}/versions", json=new),
        await ada.post(f"{app.path}/versions/1/restore"),
        await ada.post(f"{app.path}/sessions", json={}),
        await ada.post(asking, json=question("orders_total_revenue")),
    ]
    for answer in refused:
        assert answer.status_code == 403, answer.text
        problem = answer.json()
        assert (problem["code"], problem["title"]) == ("feature-off", "Data apps are off")
        assert "ended on" in problem["cause"]
        assert "renewed licence" in problem["cure"]

    [listed] = (await ada.get(f"/api/v1/projects/{instance.project_id}/apps")).json()
    assert listed["id"] == app.id
    for path in ("", "/versions", "/versions/1", "/versions/1/source", "/versions/1/thumbnail"):
        assert (await ada.get(app.path + path)).status_code == 200, path
    assert (await ada.patch(app.path, json={"name": "Kept"})).status_code == 200
    assert (await ada.post(f"{app.path}/move", json={"spaceId": None})).status_code == 200

    at(instance, now())
    assert (await ada.post(f"{app.path}/sessions", json={})).status_code == 201
    at(instance, now() + timedelta(days=31))
    assert (await ada.delete(app.path)).status_code == 204


async def test_people_who_do_not_run_the_instance_are_told_whom_to_ask(
    instance: Instance, vera: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    at(instance, now() + timedelta(days=31))
    path = f"/api/v1/projects/{instance.project_id}/apps"
    assert (await stranger.post(path, json={"prompt": "x"})).status_code == 401
    problem = (await vera.post(path, json={"prompt": "x"})).json()
    assert problem["code"] == "feature-off"
    assert "administrator" in problem["cure"]
    assert "ended on" not in str(problem)
    feature = (await vera.get("/api/v1/auth/me")).json()["features"]["dataApps"]
    assert (feature["enabled"], feature["reason"]) == (False, "licence-expired")
    assert "ended on" not in str(feature)


async def test_the_rest_of_the_instance_runs_on(instance: Instance, ada: httpx.AsyncClient) -> None:
    at(instance, now() + timedelta(days=31))
    assert (await ada.get("/api/v1/health")).status_code == 200
    assert (await ada.get(f"/api/v1/projects/{instance.project_id}/spaces")).status_code == 200
    assert (await ada.get("/frame")).status_code == 200


async def test_the_turn_is_written_into_the_audit_log_once(instance: Instance) -> None:
    from sqlalchemy import text

    keeper = at(instance, now() + timedelta(days=31))
    await keeper.tick()
    await keeper.tick()
    async with instance.services.db.session() as session:
        statement = text("SELECT details FROM audit_entries WHERE action = 'licence.changed' ORDER BY sequence")
        written = [str(row[0]) for row in await session.execute(statement)]
    assert len(written) == 2, written
    assert "expired" in written[-1]
