"""Connecting projects: by administrators below one folder, by the operator anywhere, and only when it works."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from sqlalchemy import select

from tests.kit.instance import Instance
from tests.kit.small_shop import DBT, warehouse
from vitrail.access.roles import Role
from vitrail.audit.tables import EntryRow
from vitrail.projects import data, service
from vitrail.projects.service import Connection
from vitrail.projects.tables import ProjectRow
from vitrail.settings import Settings


@pytest.fixture
def root(settings: Settings) -> Path:
    """The folder that the page connects from, with a dbt project and a warehouse in it."""
    folder = settings.projects_folder
    shutil.copytree(DBT, folder / "jaffle" / "dbt")
    warehouse(folder / "jaffle" / "shop.duckdb")
    return folder


WANTED = {"name": "Second", "dbt": "jaffle/dbt", "warehouse": "jaffle/shop.duckdb"}


async def made(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/projects", json={**WANTED, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def stores_of(client: httpx.AsyncClient, project: str) -> Any:
    query = {"exploreName": "stores", "metrics": ["stores_store_count"], "dimensions": []}
    answer = await client.post(f"/api/v1/projects/{project}/query", json=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"][0][0]


async def test_strangers_and_others_connect_nothing(
    stranger: httpx.AsyncClient, vera: httpx.AsyncClient, instance: Instance, root: Path
) -> None:
    project = f"/api/v1/projects/{instance.project_id}"
    developer = instance.by_token(await instance.add_person("dev", project_role=Role.ADMIN))
    for client, status in ((stranger, 401), (vera, 403), (developer, 403)):
        assert (await client.post("/api/v1/projects", json=WANTED)).status_code == status
        assert (await client.get("/api/v1/organization/project-sources")).status_code == status
        assert (await client.get(f"{project}/connection")).status_code == status
        assert (await client.put(f"{project}/connection", json=WANTED)).status_code == status
    assert (await vera.patch(project, json={"name": "Mine"})).status_code == 403
    assert (await developer.patch(project, json={"name": "Ours"})).json()["name"] == "Ours"
    await developer.aclose()


async def test_what_could_be_connected_is_found(ada: httpx.AsyncClient, root: Path) -> None:
    (root / "outside.duckdb").symlink_to("/etc/passwd")
    (root / "linked").symlink_to("/")
    found = (await ada.get("/api/v1/organization/project-sources")).json()
    assert found["dbt"] == ["jaffle/dbt"]
    assert "jaffle/shop.duckdb" in found["warehouses"]
    assert not any(name.startswith("linked") for name in found["warehouses"])


async def test_a_project_is_made_asked_renamed_and_written_down(
    ada: httpx.AsyncClient, instance: Instance, root: Path
) -> None:
    project = await made(ada)
    assert project["name"] in [each["name"] for each in (await ada.get("/api/v1/projects")).json()]
    assert await stores_of(ada, project["id"]) == 1
    how = (await ada.get(f"/api/v1/projects/{project['id']}/connection")).json()
    assert (how["dbt"], how["warehouse"], how["works"]) == ("jaffle/dbt", "jaffle/shop.duckdb", True)
    assert how["explores"] >= 5
    assert how["fields"] > 50
    renamed = await ada.patch(f"/api/v1/projects/{project['id']}", json={"name": "Shop two"})
    assert renamed.json()["name"] == "Shop two"
    async with instance.services.db.session() as session:
        written = await session.scalars(
            select(EntryRow.action).where(EntryRow.project_id == project["id"]).order_by(EntryRow.sequence)
        )
    assert [each for each in written if each.startswith("project.")] == ["project.created", "project.changed"]


async def test_a_file_that_was_replaced_is_read_afresh_also_when_connected_again(
    ada: httpx.AsyncClient, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "LOOK_AGAIN_S", 0.0)
    project = (await made(ada))["id"]
    assert await stores_of(ada, project) == 1
    warehouse(root / "jaffle" / "shop.duckdb", stores=2)
    assert await stores_of(ada, project) == 2
    warehouse(root / "jaffle" / "shop.duckdb", stores=3)
    answer = await ada.put(f"/api/v1/projects/{project}/connection", json={k: WANTED[k] for k in ("dbt", "warehouse")})
    assert answer.status_code == 200, answer.text
    assert await stores_of(ada, project) == 3


async def test_what_the_operator_connected_from_elsewhere_can_be_connected_again(
    ada: httpx.AsyncClient, instance: Instance, root: Path, tmp_path: Path
) -> None:
    warehouse(tmp_path / "elsewhere.duckdb")
    async with instance.services.db.session() as session:
        project = await session.get_one(ProjectRow, instance.project_id)
        elsewhere = Connection(DBT, f"duckdb:///{tmp_path / 'elsewhere.duckdb'}")
        await service.reconnect(session, instance.services.secrets, None, project, elsewhere)
    path = f"/api/v1/projects/{instance.project_id}/connection"
    how = (await ada.get(path)).json()
    assert (how["dbt"], how["warehouse"]) == (str(DBT), str(tmp_path / "elsewhere.duckdb"))
    again = await ada.put(path, json={"dbt": how["dbt"], "warehouse": how["warehouse"]})
    assert again.status_code == 200, again.text
    assert again.json()["connectedAt"] > how["connectedAt"]


async def test_a_table_that_is_missing_is_named_and_the_others_work(ada: httpx.AsyncClient, root: Path) -> None:
    warehouse(root / "jaffle" / "shop.duckdb", without="supplies")
    project = (await made(ada))["id"]
    how = (await ada.get(f"/api/v1/projects/{project}/connection")).json()
    assert how["works"]
    [problem] = [each for each in how["problems"] if "can't be read" in each["title"]]
    assert "supplies" in problem["title"]
    assert problem["cure"]
    assert await stores_of(ada, project) == 1


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ({"dbt": "nowhere"}, "no folder"),
        ({"dbt": "jaffle"}, "manifest"),
        ({"warehouse": "jaffle/none.duckdb"}, "none.duckdb"),
        ({"warehouse": "jaffle/dbt/target/manifest.json"}, "manifest.json"),
        ({"warehouse": "jaffle/other.duckdb"}, "can't be read"),
        ({"dbt": "../../../../etc"}, "outside the folder"),
        ({"dbt": "/etc"}, "outside the folder"),
        ({"warehouse": "duckdb:////etc/passwd"}, "outside the folder"),
        ({"warehouse": "jaffle/link.duckdb"}, "outside the folder"),
        ({"warehouse": "postgresql://me:s3cret@127.0.0.1:1/x"}, "refused"),
        ({"warehouse": "postgresql://me:s3/cret@127.0.0.1/x"}, "can't be read"),
        ({"warehouse": "postgresql://me:s3cret@/x"}, "about the machine"),
        ({"warehouse": "postgresql://me:s3cret@h/x?host=/var/run/postgresql"}, "about the machine"),
        ({"warehouse": "postgresql://me:s3cret@h/x?sslkey=/etc/ssl/key.pem"}, "about the machine"),
        ({"warehouse": "bigquery://project/dataset"}, "about the machine"),
        ({"warehouse": "bigquery://project/dataset?credentials_file=/root/key.json"}, "about the machine"),
        ({"warehouse": "oracle://me:s3cret@db/x"}, "no warehouses of the kind"),
        ({"warehouse": "motherduck://me:s3cret@db/x"}, "MotherDuck"),
        ({"name": " "}, "name"),
        ({"organizationId": "x"}, "organizationId"),
    ],
)
async def test_what_does_not_work_is_refused_with_the_reason_and_nothing_is_made(
    ada: httpx.AsyncClient, root: Path, tmp_path: Path, wanted: dict[str, Any], word: str
) -> None:
    warehouse(tmp_path / "elsewhere.duckdb")
    (root / "jaffle" / "link.duckdb").symlink_to(tmp_path / "elsewhere.duckdb")
    duckdb.connect(str(root / "jaffle" / "other.duckdb")).close()
    answer = await ada.post("/api/v1/projects", json={**WANTED, **wanted})
    assert answer.status_code in (422, 503), answer.text
    problem = answer.json()
    assert word in json.dumps(problem, ensure_ascii=False)
    assert problem["cure"]
    assert "s3cret" not in answer.text
    assert len((await ada.get("/api/v1/projects")).json()) == 1
