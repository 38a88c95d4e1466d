"""Uploading a catalog, as a dbt project's CI does; what a reload says; and what is refused."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from demo.manifest import manifest
from sqlalchemy import select

from tests.apps import platform
from tests.catalog.ossie_models import dataset, document, field, metric
from tests.kit.instance import Instance
from tests.kit.small_shop import DBT, warehouse
from vitrail.access.roles import Role
from vitrail.app import create_app
from vitrail.audit.tables import EntryRow
from vitrail.projects import catalog_uploads, catalogs, data, service
from vitrail.projects.service import Connection
from vitrail.projects.tables import CatalogUploadRow, ProjectRow
from vitrail.settings import Settings


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr(catalogs, "LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr(catalogs, "TRY_AGAIN_S", 0.0)


@pytest.fixture
async def shop(instance: Instance, tmp_path: Path) -> Path:
    """The folder that the instance's project is connected to: a dbt project with a target and its warehouse."""
    folder = tmp_path / "shop"
    shutil.copytree(DBT, folder / "dbt")
    warehouse(folder / "shop.duckdb")
    async with instance.services.db.session() as session:
        project = await session.get_one(ProjectRow, instance.project_id)
        connected = Connection(folder / "dbt", f"duckdb:///{folder / 'shop.duckdb'}")
        await service.reconnect(session, instance.services.secrets, None, project, connected)
    return folder


@pytest.fixture
async def developer(instance: Instance, shop: Path) -> AsyncIterator[httpx.AsyncClient]:
    """By a token, as CI comes."""
    async with instance.by_token(await instance.add_person("dev", project_role=Role.DEVELOPER)) as client:
        yield client


@asynccontextmanager
async def another_process(settings: Settings) -> AsyncIterator[Instance]:
    """A second application over the same database and store."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield Instance(app, "")


def of(project: str, more: str = "") -> str:
    return f"/api/v1/projects/{project}/catalog{more}"


def parts(**documents: Any) -> dict[str, tuple[str, bytes]]:
    return {name: (f"{name}.json", json.dumps(each).encode()) for name, each in documents.items()}


def changed_manifest(**changes: Any) -> dict[str, Any]:
    """The demo's, with the stores' columns and metrics changed."""
    made = manifest()
    node = made["nodes"]["model.jaffle_vitrail.stores"]
    node["columns"] |= changes
    return made


async def explores(client: httpx.AsyncClient, project: str) -> set[str]:
    answer = await client.get(of(project))
    assert answer.status_code == 200, answer.text
    return {each["name"] for each in answer.json()}


TEES = document(dataset("stores", field("store_id", datatype="Integer")), metrics=[metric("n", "COUNT(*)")])


async def test_strangers_and_viewers_neither_upload_nor_see_how_it_stands(
    instance: Instance, stranger: httpx.AsyncClient, vera: httpx.AsyncClient, shop: Path
) -> None:
    editor = instance.by_token(await instance.add_person("ed", project_role=Role.EDITOR))
    before = await explores(vera, instance.project_id)
    for client, status in ((stranger, 401), (vera, 403), (editor, 403)):
        for path in ("/state", "/uploads"):
            assert (await client.get(of(instance.project_id, path))).status_code == status
        assert (await client.put(of(instance.project_id), files=parts(ossie=TEES))).status_code == status
    elsewhere = await editor.put(of("22222222-2222-4222-8222-222222222222"), files=parts(ossie=TEES))
    assert elsewhere.status_code == 404
    await editor.aclose()
    assert await explores(vera, instance.project_id) == before


async def test_an_upload_is_put_in_use_and_says_what_it_changed(
    instance: Instance, developer: httpx.AsyncClient
) -> None:
    metrics = {"metrics": {"seat_sum": {"type": "sum"}}}
    made = changed_manifest(seats={"name": "seats", "data_type": "varchar", "meta": metrics})
    answer = await developer.put(of(instance.project_id), files=parts(manifest=made))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["explores"] >= 5 and body["fields"] > 50 and body["problems"] == []
    told = {(each["kind"], each["name"], each["after"]) for each in body["changes"] if each["explore"] == "stores"}
    assert ("renamed", "stores_total_seats", "stores_seat_sum") in told
    assert ("retyped", "stores_seats", "string") in told
    assert body["counts"]["renamed"] == sum(each["kind"] == "renamed" for each in body["changes"])
    query = {"exploreName": "stores", "metrics": ["stores_store_count"], "dimensions": []}
    asked = await developer.post(f"/api/v1/projects/{instance.project_id}/query", json=query)
    assert asked.status_code in (200, 403)  # the rows need the attribute `region`
    state = (await developer.get(of(instance.project_id, "/state"))).json()
    assert (state["source"], state["version"], state["uploadedBy"]) == ("upload", body["version"], "Dev")
    assert state["changes"] == body["changes"]
    async with instance.services.db.session() as session:
        entries = await session.scalars(select(EntryRow).where(EntryRow.action == "catalog.uploaded"))
        [entry] = list(entries)
    details = json.loads(entry.details)
    assert (details["version"], details["explores"]) == (body["version"], body["explores"])


class TestServiceAccounts:
    @pytest.fixture
    def variables(self) -> dict[str, str]:
        return platform.licensed()

    async def test_their_tokens_upload(self, instance: Instance, ada: httpx.AsyncClient, shop: Path) -> None:
        organization = "/api/v1/organization/service-accounts"
        made = await ada.post(organization, json={"name": "CI"})
        assert made.status_code == 201, made.text
        account = made.json()["id"]
        role = f"/api/v1/projects/{instance.project_id}/access/people/{account}"
        assert (await ada.put(role, json={"role": "developer"})).status_code in (200, 204)
        token = (await ada.post(f"{organization}/{account}/tokens", json={"name": "ci"})).json()["token"]
        async with instance.by_token(token) as client:
            answer = await client.put(of(instance.project_id), files=parts(manifest=manifest()))
            assert answer.status_code == 200, answer.text
            state = (await client.get(of(instance.project_id, "/state"))).json()
        assert state["uploadedBy"] == "CI"


async def test_an_ossie_model_is_uploaded_as_one_file(instance: Instance, developer: httpx.AsyncClient) -> None:
    answer = await developer.put(of(instance.project_id), files={"ossie": ("shop.yaml", json.dumps(TEES).encode())})
    assert answer.status_code == 200, answer.text
    assert await explores(developer, instance.project_id) == {"stores"}
    query = {"exploreName": "stores", "metrics": ["stores_n"], "dimensions": []}
    asked = await developer.post(f"/api/v1/projects/{instance.project_id}/query", json=query)
    assert asked.json()["rows"] == [[1]]


async def test_every_process_and_a_restart_see_it_and_connecting_a_folder_ends_it(
    settings: Settings, instance: Instance, ada: httpx.AsyncClient, developer: httpx.AsyncClient, shop: Path
) -> None:
    async with another_process(settings) as other, other.by_token("vt_dev") as there:
        before = await explores(there, instance.project_id)
        await developer.put(of(instance.project_id), files=parts(ossie=TEES))
        assert await explores(there, instance.project_id) == {"stores"}
    shutil.rmtree(shop / "dbt")  # what was uploaded needs no folder
    async with another_process(settings) as other, other.by_token("vt_dev") as there:
        assert await explores(there, instance.project_id) == {"stores"}
    shutil.copytree(DBT, shop / "dbt")
    path = f"/api/v1/projects/{instance.project_id}/connection"
    how = (await ada.get(path)).json()
    assert (how["explores"], how["works"]) == (1, True)
    again = await ada.put(path, json={"dbt": how["dbt"], "warehouse": how["warehouse"]})
    assert again.status_code == 200, again.text
    assert await explores(developer, instance.project_id) == before
    assert [each["inUse"] for each in (await developer.get(of(instance.project_id, "/uploads"))).json()] == [False]


async def test_the_last_uploads_are_remembered_with_who_and_when(
    instance: Instance, developer: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog_uploads, "KEPT", 2)
    for number in range(4):
        made = document(dataset("stores", "store_id"), metrics=[metric(f"n{number}", "COUNT(*)")])
        assert (await developer.put(of(instance.project_id), files=parts(ossie=made))).status_code == 200
    found = (await developer.get(of(instance.project_id, "/uploads"))).json()
    assert [(each["by"], each["inUse"]) for each in found] == [("Dev", True), ("Dev", False)]
    assert [each["name"] for each in found[0]["changes"]] == ["stores_n2"]
    assert found[0]["createdAt"] >= found[1]["createdAt"]
    kept = [key async for key in instance.services.store.list(f"catalogs/{instance.project_id}")]
    assert len(kept) == 2


async def test_one_bad_model_does_not_hold_up_the_others_and_is_told(
    instance: Instance, developer: httpx.AsyncClient
) -> None:
    made = manifest()
    made["nodes"]["model.jaffle_vitrail.stores"]["config"]["meta"] = {"sql_filter": "1; drop table x"}
    answer = await developer.put(of(instance.project_id), files=parts(manifest=made))
    assert answer.status_code == 200, answer.text
    assert "stores" not in await explores(developer, instance.project_id)
    first = answer.json()["problems"][0]
    assert first["fatal"] and "stores" in first["cause"] and first["cure"]


HOSTILE: list[tuple[str, Any, int, str]] = [
    ("no part", {"other": ("x", b"{}")}, 422, "not known"),
    ("a path for a name", {"../../manifest": ("x", b"{}")}, 422, "not known"),
    ("nothing to ask", parts(manifest={"nodes": {}}), 422, "Nothing in it can be asked"),
    ("no JSON", {"manifest": ("manifest.json", b"{")}, 422, "not JSON"),
    ("not a manifest", parts(manifest=[1]), 422, "not a dbt manifest"),
    ("deep JSON", {"manifest": ("manifest.json", b"[" * 500_000)}, 422, "not JSON"),
    ("a bomb", {"ossie": ("a.yaml", b"a: &a [x,x]\nb: &b [" + b"*a," * 9 + b"]\nc: [" + b"*b," * 60_000 + b"]")}, 422,
     "values"),
    ("a tag", {"ossie": ("a.yaml", b"a: !!python/object/apply:os.system [id]")}, 422, "the tag"),
    ("an empty file", {"ossie": ("a.yaml", b"")}, 422, "not a mapping"),
    ("two catalogs", parts(manifest=manifest(), ossie=TEES), 422, "Both"),
    ("a catalog of types alone", parts(catalog={}), 422, "Neither"),
    ("dbt beside Ossie", parts(ossie=TEES, catalog={}), 422, "came with"),
    ("twice", [("ossie", ("a", b"{}")), ("ossie", ("b", b"{}"))], 422, "twice"),
    ("many", [(f"p{n}", ("a", b"{}")) for n in range(40)], 422, "can't be read"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "status", "word"), [each[1:] for each in HOSTILE], ids=[each[0] for each in HOSTILE])
async def test_what_cant_be_used_is_refused_and_changes_nothing(
    instance: Instance, developer: httpx.AsyncClient, files: Any, status: int, word: str
) -> None:
    before = await explores(developer, instance.project_id)
    answer = await developer.put(of(instance.project_id), files=files)
    assert (answer.status_code, word in answer.json()["cause"]) == (status, True), answer.text
    assert answer.json()["cure"]
    assert await explores(developer, instance.project_id) == before
    assert (await developer.get(of(instance.project_id, "/uploads"))).json() == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
        ("application/x-www-form-urlencoded", b"manifest=" + b"x" * 1000),
        ("", b""),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    instance: Instance, developer: httpx.AsyncClient, kind: str, body: bytes
) -> None:
    answer = await developer.put(of(instance.project_id), content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422, answer.text
    assert answer.json()["cause"] and answer.json()["cure"]


async def test_a_field_of_the_form_is_no_file(instance: Instance, developer: httpx.AsyncClient) -> None:
    answer = await developer.put(of(instance.project_id), files={"manifest": (None, b"{}")})
    assert answer.status_code == 422 and "-F name=@file" in answer.json()["cure"]


class TestSize:
    @pytest.fixture
    def variables(self) -> dict[str, str]:
        return {"VITRAIL_MAX_CATALOG_BYTES": "2000000", "VITRAIL_MAX_REQUEST_BYTES": "10000"}

    async def test_a_catalog_may_be_larger_than_other_requests_but_not_endless(
        self, instance: Instance, developer: httpx.AsyncClient
    ) -> None:
        made = manifest() | {"docs": "x" * 100_000}
        assert (await developer.put(of(instance.project_id), files=parts(manifest=made))).status_code == 200
        made["docs"] = "x" * 2_000_001
        answer = await developer.put(of(instance.project_id), files=parts(manifest=made))
        assert (answer.status_code, "VITRAIL_MAX_CATALOG_BYTES" in answer.json()["cure"]) == (413, True)

        async def without_a_length() -> AsyncIterator[bytes]:
            yield b"--x\r\nContent-Disposition: form-data; name=manifest; filename=m\r\n\r\n"
            for _ in range(30):
                yield b"x" * 100_000

        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await developer.put(of(instance.project_id), content=without_a_length(), headers=headers)
        assert answer.status_code == 413

    async def test_nobody_who_may_not_upload_has_it_read(self, instance: Instance, stranger: httpx.AsyncClient) -> None:
        read = 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal read
            yield b"--x\r\nContent-Disposition: form-data; name=manifest; filename=m\r\n\r\n"
            for _ in range(15):
                read += 1
                yield b"x" * 100_000

        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await stranger.put(of(instance.project_id), content=body(), headers=headers)
        assert answer.status_code == 401


async def test_a_changed_manifest_that_cant_be_read_keeps_the_last_good_catalog_and_says_so(
    instance: Instance, developer: httpx.AsyncClient, shop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = await explores(developer, instance.project_id)
    path = shop / "dbt" / "target" / "manifest.json"
    good = path.read_text()
    path.write_text(good[: len(good) // 2])
    with caplog.at_level(logging.WARNING, "vitrail.projects.catalogs"):
        assert await explores(developer, instance.project_id) == before
    assert "last good one" in caplog.text
    state = (await developer.get(of(instance.project_id, "/state"))).json()
    assert state["failed"]["fatal"] and "not JSON" in state["failed"]["cause"]
    path.write_text(json.dumps(changed_manifest(extra={"name": "extra", "data_type": "int"})))
    with caplog.at_level(logging.INFO, "vitrail.projects.catalogs"):
        state = (await developer.get(of(instance.project_id, "/state"))).json()
    assert state["failed"] is None
    assert {"kind": "added", "what": "dimension", "explore": "stores", "name": "stores_extra", "before": None,
            "after": None} in state["changes"]  # fmt: skip
    assert caplog.text.count("dimension stores_extra in stores added") == 1


async def test_a_folder_that_went_keeps_the_last_good_catalog(
    instance: Instance, developer: httpx.AsyncClient, shop: Path
) -> None:
    before = await explores(developer, instance.project_id)
    shutil.rmtree(shop / "dbt")
    assert await explores(developer, instance.project_id) == before
    assert (await developer.get(of(instance.project_id, "/state"))).json()["failed"]


async def test_files_that_are_not_what_was_stored_are_not_used(
    settings: Settings, instance: Instance, developer: httpx.AsyncClient
) -> None:
    await developer.put(of(instance.project_id), files=parts(ossie=TEES))
    async with instance.services.db.session() as session:
        row = (await session.scalars(select(CatalogUploadRow))).one()
    key = f"catalogs/{instance.project_id}/{row.files[0]['sha256']}"
    await instance.services.store.put(key, json.dumps(document(dataset("stores", "secret"))).encode())
    async with another_process(settings) as other, other.by_token("vt_dev") as there:
        answer = await there.get(of(instance.project_id))
    assert answer.status_code == 422 and "not what was uploaded" in answer.json()["cause"]


async def test_a_project_may_have_no_folder_at_all(
    instance: Instance, ada: httpx.AsyncClient, settings: Settings
) -> None:
    settings.projects_folder.mkdir(parents=True)
    warehouse(settings.projects_folder / "only.duckdb")
    made = await ada.post("/api/v1/projects", json={"name": "Uploaded", "warehouse": "only.duckdb"})
    assert made.status_code == 201, made.text
    project = made.json()["id"]
    nothing = await ada.get(of(project))
    assert (nothing.status_code, "upload" in nothing.json()["cure"]) == (409, True)
    how = (await ada.get(f"/api/v1/projects/{project}/connection")).json()
    assert (how["dbt"], how["works"], how["problems"][0]["title"]) == ("", True, "There is no catalog yet")
    assert (await ada.put(of(project), files=parts(ossie=TEES))).status_code == 200
    assert await explores(ada, project) == {"stores"}
    again = await ada.put(f"/api/v1/projects/{project}/connection", json={"warehouse": "only.duckdb"})
    assert again.status_code == 200, again.text
    assert await explores(ada, project) == {"stores"}


async def test_uploads_at_the_same_time_leave_one_in_use(instance: Instance, developer: httpx.AsyncClient) -> None:
    made = [document(dataset("stores", "store_id"), metrics=[metric(f"n{i}", "COUNT(*)")]) for i in range(4)]
    answers = await asyncio.gather(*(developer.put(of(instance.project_id), files=parts(ossie=each)) for each in made))
    assert [answer.status_code for answer in answers] == [200] * 4
    found = (await developer.get(of(instance.project_id, "/uploads"))).json()
    assert sum(each["inUse"] for each in found) == 1
    state = (await developer.get(of(instance.project_id, "/state"))).json()
    assert state["version"] == next(each["version"] for each in found if each["inUse"])
