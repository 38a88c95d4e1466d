"""The pages of cost: everybody sees their own, administrators all; budgets and corrections are theirs alone."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.kit.instance import ADA, VERA, Instance
from tests.usage.spending import budget, spend
from vitrail.access.roles import Role
from vitrail.db.base import now

READS = ("/usage", "/usage.csv", "/usage/entries", "/usage/entries.csv")
ADMIN_ONLY = (
    ("GET", "/budgets", None),
    ("POST", "/budgets", {"kind": "organization", "limit": 5}),
    ("PATCH", "/budgets/x", {"limit": 5}),
    ("DELETE", "/budgets/x", None),
    ("POST", "/usage/corrections", {"entryId": "x", "cost": 1, "note": "n"}),
)


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_stranger_learns_nothing(stranger: httpx.AsyncClient, instance: Instance) -> None:
    for path in (*READS, f"/projects/{instance.project_id}/budget"):
        assert (await stranger.get(f"/api/v1{path}")).status_code == 401, path
    for method, path, body in ADMIN_ONLY:
        assert (await stranger.request(method, f"/api/v1{path}", json=body)).status_code == 401, path


async def test_budgets_and_corrections_are_for_administrators(vera: httpx.AsyncClient) -> None:
    for method, path, body in ADMIN_ONLY:
        answer = await vera.request(method, f"/api/v1{path}", json=body)
        assert answer.status_code == 403, path
        assert "manage:Organization" in answer.json()["cause"]


async def test_everybody_sees_their_own_and_the_administrator_all(
    instance: Instance, ada: httpx.AsyncClient, vera: httpx.AsyncClient
) -> None:
    await spend(instance, 2, ADA.email, app="Ada's")
    await spend(instance, 1, VERA.email, app="Vera's")
    mine = await get(vera, "/usage", by="app")
    assert [(group["label"], group["cost"], group["calls"]) for group in mine["groups"]] == [("Vera's", 1.0, 1)]
    assert mine["total"]["cost"] == 1.0
    everything = await get(ada, "/usage", by="app")
    assert [group["label"] for group in everything["groups"]] == ["Ada's", "Vera's"]
    assert [entry["app"]["name"] for entry in (await get(vera, "/usage/entries"))["entries"]] == ["Vera's"]
    assert len((await get(ada, "/usage/entries"))["entries"]) == 2


async def test_an_administrator_of_a_project_sees_that_project(instance: Instance) -> None:
    await spend(instance, 2, ADA.email)
    token = await instance.add_person("paula", project_role=Role.ADMIN)
    async with instance.by_token(token) as paula:
        assert (await get(paula, "/usage"))["total"]["cost"] == 2.0
    token = await instance.add_person("dora", project_role=Role.DEVELOPER)
    async with instance.by_token(token) as dora:
        assert (await get(dora, "/usage"))["total"]["cost"] == 0


@pytest.mark.parametrize(
    ("by", "label"),
    [("day", None), ("person", "Ada Martin"), ("project", "Jaffle shop"), ("app", "Revenue"),
     ("model", "house-model"), ("stage", "generating"), ("version", "1")],
)  # fmt: skip
async def test_adds_up_by(instance: Instance, ada: httpx.AsyncClient, by: str, label: str | None) -> None:
    await spend(instance, 0.25)
    report = await get(ada, "/usage", by=by)
    (group,) = report["groups"]
    assert group["label"] == (label or now().date().isoformat())
    assert (group["cost"], group["inputTokens"], report["currency"]) == (0.25, 250_000, "USD")


async def test_days_outside_are_left_out(instance: Instance, ada: httpx.AsyncClient) -> None:
    await spend(instance, 1)
    yesterday = (now() - timedelta(days=1)).date().isoformat()
    assert (await get(ada, "/usage", until=yesterday))["total"]["cost"] == 0
    wrong = await ada.get("/api/v1/usage", params={"since": "2026-02-02", "until": "2026-02-01"})
    assert wrong.status_code == 422
    assert "since" in wrong.json()["cause"]


async def test_files_for_spreadsheets_run_no_formula(instance: Instance, ada: httpx.AsyncClient) -> None:
    await spend(instance, 1, app='=HYPERLINK("http://evil")')
    for path in ("/usage.csv?by=app", "/usage/entries.csv"):
        answer = await ada.get(f"/api/v1{path}")
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
        header, row = list(csv.reader(io.StringIO(answer.text)))
        assert len(header) == len(row)
        assert '\'=HYPERLINK("http://evil")' in row
        assert not any(cell.startswith("=") for cell in row)


async def test_lines_come_in_pages(instance: Instance, ada: httpx.AsyncClient) -> None:
    for _ in range(5):
        await spend(instance, 1)
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = await get(ada, "/usage/entries", **params)
        seen += [entry["id"] for entry in page["entries"]]
        if page["next"] is None:
            break
        params["before"] = page["next"]
    assert len(seen) == len(set(seen)) == 5


async def test_a_correction_is_a_line_of_its_own(instance: Instance, ada: httpx.AsyncClient) -> None:
    await spend(instance, 4)
    (entry,) = (await get(ada, "/usage/entries"))["entries"]
    body = {"entryId": entry["id"], "cost": -1.5, "note": "The provider gave credit."}
    answer = await ada.post("/api/v1/usage/corrections", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["corrects"] == entry["id"]
    assert (await get(ada, "/usage"))["total"]["cost"] == 2.5
    kept = {line["id"]: line for line in (await get(ada, "/usage/entries"))["entries"]}
    assert kept[entry["id"]] == entry, "what was written stays as it was"
    again = await ada.post("/api/v1/usage/corrections", json=body | {"entryId": answer.json()["id"]})
    assert again.status_code == 422
    unknown = await ada.post("/api/v1/usage/corrections", json=body | {"entryId": "nothing"})
    assert unknown.status_code == 404


async def test_a_budget_is_made_changed_shown_and_removed(instance: Instance, ada: httpx.AsyncClient) -> None:
    await spend(instance, 9)
    made = await ada.post("/api/v1/budgets", json={"kind": "organization", "limit": 10, "warnAt": [90, 50, 90]})
    assert made.status_code == 201, made.text
    assert made.json() | {"id": ""} == {
        "id": "", "kind": "organization", "subject": None, "limit": 10.0, "warnAt": [50, 90], "stops": True,
        "currency": "USD", "spent": 9.0, "percent": 90.0, "level": "warning",
    }  # fmt: skip
    twice = await ada.post("/api/v1/budgets", json={"kind": "organization", "limit": 1})
    assert twice.status_code == 409
    path = f"/api/v1/budgets/{made.json()['id']}"
    assert (await ada.patch(path, json={"limit": 9})).json()["level"] == "reached"
    assert (await ada.delete(path)).status_code == 204
    assert await get(ada, "/budgets") == []
    assert (await ada.patch(path, json={"limit": 1})).status_code == 404


async def test_a_budget_for_everybody_and_one_for_a_person(instance: Instance, ada: httpx.AsyncClient) -> None:
    vera = await instance.person(VERA.email)
    for body in ({"kind": "person", "limit": 5}, {"kind": "person", "subjectId": vera.id, "limit": 50}):
        assert (await ada.post("/api/v1/budgets", json=body)).status_code == 201
    shown = [(budget["subject"], budget["level"]) for budget in await get(ada, "/budgets")]
    assert shown == [(None, None), ({"id": vera.id, "name": "Vera Klein"}, "ok")]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "organization", "limit": -1},
        {"kind": "organization", "limit": 1, "subjectId": "x"},
        {"kind": "team", "limit": 1},
        {"kind": "organization", "limit": 1, "warnAt": [0]},
        {"kind": "organization", "limit": 1, "spent": 0},
    ],
)
async def test_a_budget_that_makes_no_sense_is_refused(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await ada.post("/api/v1/budgets", json=body)).status_code == 422
    assert await get(ada, "/budgets") == []


async def test_a_budget_of_nobody_is_refused(ada: httpx.AsyncClient) -> None:
    for kind in ("person", "project"):
        answer = await ada.post("/api/v1/budgets", json={"kind": kind, "subjectId": "nobody", "limit": 1})
        assert answer.status_code == 404


async def test_a_builder_sees_the_share_of_budgets_but_sums_only_of_their_own(
    instance: Instance, vera: httpx.AsyncClient
) -> None:
    await spend(instance, 5, ADA.email)
    await spend(instance, 1, VERA.email)
    await budget(instance, 10)
    await budget(instance, 2, "person")
    answer = await get(vera, f"/projects/{instance.project_id}/budget")
    assert answer["budgets"] == [
        {"kind": "organization", "limit": None, "spent": None, "percent": 60.0, "level": "ok", "stops": True},
        {"kind": "person", "limit": 2.0, "spent": 1.0, "percent": 50.0, "level": "ok", "stops": True},
    ]


class TestCurrency:
    @pytest.fixture
    def variables(self, variables: dict[str, Any]) -> dict[str, Any]:
        return variables | {"VITRAIL_CURRENCY": "EUR", "VITRAIL_CURRENCY_PER_USD": "0.5"}

    async def test_amounts_are_shown_and_taken_in_the_instances_currency(
        self, instance: Instance, ada: httpx.AsyncClient
    ) -> None:
        await spend(instance, 4)
        report = await get(ada, "/usage")
        assert (report["currency"], report["total"]["cost"]) == ("EUR", 2.0)
        made = await ada.post("/api/v1/budgets", json={"kind": "organization", "limit": 2})
        assert made.json()["percent"] == 100.0
