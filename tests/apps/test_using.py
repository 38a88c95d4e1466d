"""Opening an app and asking through it: as the viewer, within what its version declares, and no longer than allowed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.apps.platform import DECLARED, ENTRY, STYLE, TOOLCHAIN, Shared, add_app, question, refile
from tests.kit.instance import ADA, Instance
from vitrail.apps.check_pass import COOKIE, CheckPass
from vitrail.apps.state import Status

HIGHEST_NAME = {"table": "customers", "name": "x", "type": "max", "baseDimensionName": "customer_name"}


async def opened(client: httpx.AsyncClient, app: Shared, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"{app.path}/sessions", json=body)
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


async def asked(client: httpx.AsyncClient, session: str, body: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/api/v1/app-sessions/{session}/query", json=body)


async def shared(place: Instance, spaces: dict[str, str], declared: list[str] | None = None) -> Shared:
    return await add_app(place, ADA.email, space_id=spaces["Sales"], declared=declared)


async def test_a_session_says_all_that_the_page_needs(
    vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    session = await opened(vera, await shared(place, spaces))
    assert session["frameUrl"] == "/frame"
    assert session["version"] == 1
    assert session["user"] == {"name": "Vera Klein", "email": "vera@jaffle.example"}
    assert session["vendor"] == [
        {"specifier": "react", "url": f"/vendor/{TOOLCHAIN}/react-1.js"},
        {"specifier": "~/chunk-1.js", "url": f"/vendor/{TOOLCHAIN}/chunk-1.js"},
    ]
    assert session["files"] == {"entry": ENTRY, "styles": [STYLE]}
    files = f"/api/v1/app-sessions/{session['session']}/files"
    assert (await vera.get(f"{files}/{ENTRY}")).text == "export default 1"
    style = await vera.get(f"{files}/{STYLE}")
    assert style.headers["content-type"].startswith("text/css")
    assert style.headers["cache-control"] == "private, max-age=31536000, immutable"


async def test_each_viewer_gets_their_own_rows(
    ada: httpx.AsyncClient, vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await shared(place, spaces)
    body = question("orders_total_revenue", by=("stores_region",))
    everything = (await asked(ada, (await opened(ada, app))["session"], body)).json()["rows"]
    hers = (await asked(vera, (await opened(vera, app))["session"], body)).json()["rows"]
    assert {row[0] for row in everything} == {"West", "Central", "East"}
    assert hers == [row for row in everything if row[0] == "West"]


async def test_an_answer_names_its_columns_and_says_when_it_was_cut(
    ada: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    session = (await opened(ada, await shared(place, spaces)))["session"]
    body = question("orders_total_revenue", by=("orders_order_date_month",), limit=3)
    answer = (await asked(ada, session, body)).json()
    assert [column["id"] for column in answer["columns"]] == ["orders_order_date_month", "orders_total_revenue"]
    assert answer["columns"][0]["interval"] == "MONTH"
    assert answer["columns"][1]["format"]["kind"] == "usd"
    assert (len(answer["rows"]), answer["truncated"], answer["limit"]) == (3, True, 3)
    assert "sql" not in answer


@pytest.mark.parametrize(
    "body",
    [
        question("orders_total_discount"),
        question("orders_total_revenue", by=("customers_customer_name",)),
        question("orders_total_revenue", sorts=[{"fieldId": "orders_total_discount"}]),
        question(
            "orders_total_revenue",
            filters={
                "dimensions": {
                    "and": [
                        {
                            "target": {"fieldId": "customers_customer_name"},
                            "operator": "startsWith",
                            "values": ["A"],
                        }
                    ]
                }
            },
        ),
        question(
            "orders_total_revenue",
            additionalMetrics=[
                {"table": "customers", "name": "x", "type": "max", "baseDimensionName": "customer_name"}
            ],
        ),
        question("orders_total_revenue", tableCalculations=[{"name": "x", "sql": "${orders.total_discount}"}]),
        {"query": {"exploreName": "customers", "dimensions": ["customers_customer_name"]}},
    ],
    ids=["metric", "dimension", "sort", "filter", "additional metric", "calculation", "explore"],
)
async def test_what_the_version_does_not_declare_is_refused_in_every_place(
    ada: httpx.AsyncClient, place: Instance, spaces: dict[str, str], body: dict[str, Any]
) -> None:
    """Even to an administrator, who may ask all of it elsewhere: the app is held to its list (rule 3)."""
    session = (await opened(ada, await shared(place, spaces)))["session"]
    answer = await asked(ada, session, body)
    assert answer.status_code in (403, 422), answer.text
    assert answer.json()["cause"]
    assert answer.json()["cure"]
    assert "rows" not in answer.json()


async def test_a_kept_answer_keeps_its_age_until_the_viewer_asks_anew(
    ada: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    session = (await opened(ada, await shared(place, spaces)))["session"]
    body = question("orders_total_revenue")
    ages = [
        (await asked(ada, session, {**body, **more})).json()["asOf"]
        for more in ({}, {"refresh": False}, {"refresh": True}, {})
    ]
    assert ages[0] == ages[1] < ages[2] == ages[3]
    for flag in ("yes", 1, None):
        assert (await asked(ada, session, {**body, "refresh": flag})).status_code == 422


async def test_a_field_that_the_viewer_may_not_see_stays_refused_inside_an_app(
    ada: httpx.AsyncClient, vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await shared(place, spaces, declared=[*DECLARED, "orders_total_cost"])
    body = question("orders_total_cost")
    assert (await asked(ada, (await opened(ada, app))["session"], body)).status_code == 200
    refused = await asked(vera, (await opened(vera, app))["session"], body)
    assert refused.status_code in (403, 422)
    assert "rows" not in refused.json()


async def test_a_session_is_worthless_in_other_hands(
    ada: httpx.AsyncClient,
    vera: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    place: Instance,
    spaces: dict[str, str],
) -> None:
    session = (await opened(ada, await shared(place, spaces)))["session"]
    body = question("orders_total_revenue")
    assert (await asked(vera, session, body)).status_code == 404
    assert (await vera.get(f"/api/v1/app-sessions/{session}/files/{ENTRY}")).status_code == 404
    assert (await asked(stranger, session, body)).status_code == 401


async def test_a_right_taken_away_ends_with_the_next_request(
    vera: httpx.AsyncClient, place: Instance, spaces: dict[str, str]
) -> None:
    app = await shared(place, spaces)
    session = (await opened(vera, app))["session"]
    assert (await asked(vera, session, question("orders_total_revenue"))).status_code == 200
    await refile(place, app, spaces["Finance"])
    assert (await asked(vera, session, question("orders_total_revenue"))).status_code == 404
    assert (await vera.get(f"/api/v1/app-sessions/{session}/files/{ENTRY}")).status_code == 404
    assert (await vera.post(f"{app.path}/sessions", json={})).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("manifest.json", 404),
        ("source.json.zst", 404),
        ("..%2Fsource.json.zst", 404),
        ("app-2.js", 404),
        (".", 404),
        ("%00", 422),  # no text, says the door
    ],
)
async def test_only_files_of_the_build_are_given(
    ada: httpx.AsyncClient, place: Instance, spaces: dict[str, str], name: str, status: int
) -> None:
    session = (await opened(ada, await shared(place, spaces)))["session"]
    answer = await ada.get(f"/api/v1/app-sessions/{session}/files/{name}")
    assert answer.status_code == status, answer.text
    assert STYLE not in answer.text


async def test_a_version_that_is_not_ready_opens_for_nobody(ada: httpx.AsyncClient, place: Instance) -> None:
    app = await add_app(place, ADA.email, status=Status.ERROR)
    for body in ({}, {"version": 1}):
        answer = await ada.post(f"{app.path}/sessions", json=body)
        assert answer.status_code == 409
        assert answer.json()["cure"]
    assert (await ada.post(f"{app.path}/sessions", json={"version": 7})).status_code == 404


async def test_the_servers_own_browser_opens_the_one_version_of_its_pass(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, place: Instance
) -> None:
    app, other = await add_app(place, ADA.email, status=Status.CHECKING), await add_app(place, ADA.email)
    person = await place.person(ADA.email)
    check = CheckPass(app.version_id, person.id).issue(place.services.secrets)
    stranger.cookies.set(COOKIE, check)
    session = (await opened(stranger, app, version=1))["session"]
    assert (await asked(stranger, session, question("orders_total_revenue"))).status_code == 200
    assert (await stranger.post(f"{other.path}/sessions", json={"version": 1})).status_code == 404
    theirs = (await opened(ada, other))["session"]
    assert (await asked(stranger, theirs, question("orders_total_revenue"))).status_code == 404
    for path in (f"/api/v1/projects/{place.project_id}/apps", app.path, "/api/v1/auth/me"):
        assert (await stranger.get(path)).status_code == 401
    stranger.cookies.set(COOKIE, check[:-1] + ("A" if check[-1] != "A" else "B"))
    assert (await stranger.post(f"{app.path}/sessions", json={"version": 1})).status_code == 404


async def test_vendor_modules_are_public_and_for_ever(stranger: httpx.AsyncClient, place: Instance) -> None:
    await add_app(place, ADA.email)
    path = f"/vendor/{TOOLCHAIN}/react-1.js"
    answer = await stranger.get(path, headers={"Accept-Encoding": "identity"})
    assert answer.text == "react-1.js"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    for wrong in (f"/vendor/{TOOLCHAIN}/vendor.json", f"/vendor/{TOOLCHAIN}/react-1.js.br", "/vendor/nope/react-1.js"):
        assert (await stranger.get(wrong)).status_code == 404
    assert (await stranger.get("/vendor/..%2F..%2Fapps/react-1.js")).status_code == 404


async def test_a_cdn_and_a_preview_origin_are_used_when_set(place: Instance, spaces: dict[str, str]) -> None:
    """Set on the frozen settings behind the instance's back: the addresses are all that changes."""
    app = await shared(place, spaces)
    object.__setattr__(place.services.settings, "preview_origin", "https://apps.example.com")
    object.__setattr__(place.services.settings, "cdn_origin", "https://cdn.example.com/")
    async with place.by_token(ADA.token) as ada:
        session = await opened(ada, app)
    assert session["frameUrl"] == "https://apps.example.com/frame"
    assert session["vendor"][0]["url"] == f"https://cdn.example.com/vendor/{TOOLCHAIN}/react-1.js"
