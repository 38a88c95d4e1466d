"""Who may see, rename, move and delete a data app. Every question starts with the stranger."""

from __future__ import annotations

import httpx
import pytest

from tests.apps.platform import add_app, licensed
from tests.kit.instance import ADA, VERA, Instance
from vitrail.access.roles import Role
from vitrail.apps.runtime import AppsRuntime
from vitrail.apps.state import Status

NOBODY = "00000000-0000-4000-8000-000000000000"


async def test_a_stranger_is_asked_to_sign_in_everywhere(stranger: httpx.AsyncClient, place: Instance) -> None:
    app = await add_app(place, ADA.email)
    for method, path in (
        ("GET", f"/api/v1/projects/{place.project_id}/apps"),
        ("POST", f"/api/v1/projects/{place.project_id}/apps"),
        ("GET", app.path),
        ("PATCH", app.path),
        ("DELETE", app.path),
        ("POST", f"{app.path}/move"),
        ("GET", f"{app.path}/versions"),
        ("POST", f"{app.path}/versions"),
        ("GET", f"{app.path}/versions/1"),
        ("POST", f"{app.path}/versions/1/cancel"),
        ("POST", f"{app.path}/versions/1/restore"),
        ("GET", f"{app.path}/versions/1/source"),
        ("GET", f"{app.path}/versions/1/thumbnail"),
        ("GET", f"{app.path}/versions/1/events"),
        ("POST", f"{app.path}/sessions"),
        ("GET", f"/api/v1/app-sessions/{NOBODY}/files/app.js"),
        ("POST", f"/api/v1/app-sessions/{NOBODY}/query"),
    ):
        answer = await stranger.request(method, path, json={} if method in ("POST", "PATCH") else None)
        assert answer.status_code == 401, (method, path)


@pytest.mark.parametrize("path", ["", "/versions", "/versions/1", "/versions/1/source", "/versions/1/thumbnail"])
async def test_a_personal_app_is_unknown_to_others(vera: httpx.AsyncClient, place: Instance, path: str) -> None:
    app = await add_app(place, ADA.email)
    assert (await vera.get(app.path + path)).status_code == 404
    assert (await vera.get(f"/api/v1/projects/{place.project_id}/apps")).json() == []


@pytest.mark.parametrize("variables", [{**licensed(), "VITRAIL_BUILDS_PER_PERSON": "2"}])
async def test_one_persons_builds_do_not_fill_the_queue(
    ada: httpx.AsyncClient, place: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppsRuntime, "ready_to_build", lambda *_: None)
    monkeypatch.setattr(AppsRuntime, "enqueue", _taken)
    busy = [await add_app(place, ADA.email, status=status) for status in (Status.PENDING, Status.GENERATING)]
    idle = await add_app(place, ADA.email)
    await add_app(place, VERA.email, status=Status.PENDING)
    apps = f"/api/v1/projects/{place.project_id}/apps"
    for path in (apps, f"{idle.path}/versions"):
        refused = await ada.post(path, json={"prompt": "Revenue by region"})
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-builds"), refused.text
    assert (await ada.post(f"{busy[0].path}/versions/1/cancel")).status_code == 200
    assert (await ada.post(apps, json={"prompt": "Revenue by region"})).status_code == 201


async def _taken(*_: object) -> None:
    """The queue has it."""


async def test_filing_it_in_a_space_shares_it(
    ada: httpx.AsyncClient, vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await add_app(place, ADA.email)
    moved = await ada.post(f"{app.path}/move", json={"spaceId": spaces["Sales"]})
    assert moved.status_code == 200
    assert moved.json()["spaceName"] == "Sales"
    [listed] = (await vera.get(f"/api/v1/projects/{place.project_id}/apps")).json()
    assert (listed["id"], listed["canManage"], listed["thumbnailUrl"]) == (app.id, False, None)


async def test_a_restricted_space_keeps_it_from_others(
    vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    for name in ("Finance", "Board papers"):
        app = await add_app(place, ADA.email, space_id=spaces[name])
        assert (await vera.get(app.path)).status_code == 404
        assert (await vera.post(f"{app.path}/sessions", json={})).status_code == 404


async def test_a_viewer_may_not_change_what_is_shared(
    vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await add_app(place, ADA.email, space_id=spaces["Sales"])
    for method, path, body in (
        ("PATCH", "", {"name": "Mine now"}),
        ("DELETE", "", None),
        ("POST", "/move", {"spaceId": None}),
        ("POST", "/versions", {"prompt": "add profit"}),
        ("POST", "/versions/1/cancel", None),
        ("POST", "/versions/1/restore", None),
        ("GET", "/versions/1/source", None),
        ("GET", "/versions/1/thumbnail", None),
        ("GET", "/versions/1/events", None),
    ):
        answer = await vera.request(method, app.path + path, json=body)
        assert answer.status_code in (403, 503), (method, path, answer.text)
        if answer.status_code == 503:
            assert answer.json()["code"] == "unavailable"  # this server builds nothing, and says so first
    assert (await vera.get(app.path)).json()["name"] == "Revenue by region"


async def test_the_reason_of_a_refusal_is_told(
    vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await add_app(place, ADA.email, space_id=spaces["Sales"])
    answer = (await vera.patch(app.path, json={"name": "Mine"})).json()
    assert "may not edit in “Sales”" in answer["cause"]
    assert answer["cure"]


async def test_without_the_right_to_create_nothing_is_built(vera: httpx.AsyncClient, place: Instance) -> None:
    answer = await vera.post(f"/api/v1/projects/{place.project_id}/apps", json={"prompt": "Revenue by month"})
    assert answer.status_code == 403
    assert "create:DataApp" in answer.json()["cause"]


async def test_its_creator_has_no_special_right_once_it_is_filed(place: Instance, spaces: dict[str, str]) -> None:
    token = await place.add_person("eve", project_role=Role.EDITOR)
    app = await add_app(place, "eve@jaffle.example", space_id=spaces["Finance"])
    async with place.by_token(token) as eve:
        assert (await eve.get(app.path)).status_code == 404


async def test_moving_into_a_space_that_one_may_not_edit_is_refused(place: Instance, spaces: dict[str, str]) -> None:
    token = await place.add_person("eve", project_role=Role.INTERACTIVE_VIEWER)
    app = await add_app(place, "eve@jaffle.example")
    async with place.by_token(token) as eve:
        assert (await eve.get(app.path)).json()["canManage"] is True
        assert (await eve.post(f"{app.path}/move", json={"spaceId": spaces["Sales"]})).status_code == 403
        assert (await eve.post(f"{app.path}/move", json={"spaceId": spaces["Finance"]})).status_code == 404
        assert (await eve.post(f"{app.path}/move", json={"spaceId": NOBODY})).status_code == 404
        assert (await eve.get(app.path)).json()["spaceId"] is None


async def test_an_administrator_moves_to_no_space_that_is_not_there(ada: httpx.AsyncClient, place: Instance) -> None:
    app = await add_app(place, ADA.email)
    assert (await ada.post(f"{app.path}/move", json={"spaceId": NOBODY})).status_code == 404


async def test_names_and_descriptions_change_and_stay(ada: httpx.AsyncClient, place: Instance) -> None:
    app = await add_app(place, ADA.email)
    answer = await ada.patch(app.path, json={"name": "  Sales '; DROP TABLE apps; -- ", "description": "<b>x</b>"})
    assert answer.json()["name"] == "Sales '; DROP TABLE apps; --"
    assert (await ada.get(app.path)).json()["description"] == "<b>x</b>"
    for wrong in ({"name": ""}, {"name": "x" * 201}, {"creatorId": NOBODY}, {"readyVersion": 9}):
        refused = await ada.patch(app.path, json=wrong)
        assert refused.status_code == 422
        assert refused.json()["cure"]


async def test_a_deleted_app_leaves_nothing(ada: httpx.AsyncClient, place: Instance) -> None:
    app = await add_app(place, ADA.email)
    session = (await ada.post(f"{app.path}/sessions", json={})).json()["session"]
    assert (await ada.delete(app.path)).status_code == 204
    assert (await ada.get(app.path)).status_code == 404
    assert (await ada.get(f"/api/v1/app-sessions/{session}/files/app-1.js")).status_code == 404
    assert [key async for key in place.services.store.list(f"apps/{app.id}")] == []


async def test_one_that_never_became_ready_is_shown_to_those_who_work_on_it(
    ada: httpx.AsyncClient, vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await add_app(place, ADA.email, space_id=spaces["Sales"], status=Status.ERROR)
    path = f"/api/v1/projects/{place.project_id}/apps"
    assert [each["id"] for each in (await ada.get(path)).json()] == [app.id]
    assert (await vera.get(path)).json() == []


async def test_source_is_for_those_who_may_manage(ada: httpx.AsyncClient, place: Instance) -> None:
    app = await add_app(place, ADA.email)
    files = (await ada.get(f"{app.path}/versions/1/source")).json()["files"]
    assert files == [{"path": "src/App.tsx", "text": "export default () => null"}]


@pytest.mark.parametrize("prompt", ["", "  \n ", "x" * 100_000])
async def test_a_prompt_that_is_empty_or_huge_is_refused(ada: httpx.AsyncClient, place: Instance, prompt: str) -> None:
    answer = await ada.post(f"/api/v1/projects/{place.project_id}/apps", json={"prompt": prompt})
    assert answer.status_code == 422
    assert "prompt" in answer.json()["cause"]
    assert prompt[:50].strip() == "" or prompt not in answer.text


async def test_vera_is_who_she_is(vera: httpx.AsyncClient) -> None:
    """The tests above would pass for the wrong reason if Vera were not signed in at all."""
    assert (await vera.get("/api/v1/auth/me")).json()["user"]["email"] == VERA.email


async def test_a_server_that_takes_no_builds_says_so_and_makes_no_version(
    ada: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await add_app(place, ADA.email, space_id=spaces["Sales"])
    for path, body in (("/versions/1/restore", None), ("/versions", {"prompt": "add average order value"})):
        answer = await ada.post(f"{app.path}{path}", json=body)
        assert answer.status_code == 503, answer.text
        assert "VITRAIL_BUILDS_AT_ONCE" in answer.json()["cure"]
    assert len((await ada.get(f"{app.path}/versions")).json()) == 1
