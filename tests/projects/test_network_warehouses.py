"""A project whose warehouse is a server across the network: it works, and its password is never seen again."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from tests.kit import postgres
from tests.kit.instance import Instance
from tests.kit.small_shop import warehouse
from tests.projects.test_connecting import WANTED, root, stores_of
from tests.wire.certificate import certificate
from vitrail.audit.tables import EntryRow
from vitrail.cli import app
from vitrail.projects.tables import ProjectRow
from vitrail.settings import Settings

__all__ = ["root"]
pytestmark = pytest.mark.skipif(
    not postgres.binaries(), reason="No Postgres was found here (apt-get install postgresql)."
)
PASSWORD = "swordfish-7/%@"
ENCODED = "swordfish-7%2F%25%40"
STEM = "swordfish"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a Postgres with the small shop's tables in it, and an account that may read them."""
    folder = tmp_path_factory.mktemp("network")
    warehouse(folder / "shop.duckdb")
    with (
        duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as source,
        postgres.running(certificate(folder)) as server,
    ):
        name = server.database()
        statements = ["CREATE SCHEMA main", f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'"]
        tables = source.execute(
            "select table_name, list(column_name) from duckdb_columns() where not internal group by 1"
        )
        for table, columns in tables.fetchall():
            statements.append(f"CREATE TABLE main.{table} ({', '.join(f'{column} text' for column in columns)})")
        statements.append("INSERT INTO main.stores (store_id, region) VALUES ('1', 'West')")
        statements += ["GRANT USAGE ON SCHEMA main TO reader", "GRANT SELECT ON ALL TABLES IN SCHEMA main TO reader"]
        server.run("; ".join(statements), name)
        yield f"postgresql://reader:{ENCODED}@127.0.0.1:{server.port}/{name}?sslmode=require"


def unseen(text: str) -> bool:
    return STEM not in text and ENCODED not in text


async def connected(ada: httpx.AsyncClient, address: str) -> dict[str, Any]:
    answer = await ada.post("/api/v1/projects", json={**WANTED, "warehouse": address})
    assert answer.status_code == 201, answer.text
    assert unseen(answer.text)
    found: dict[str, Any] = answer.json()
    return found


async def test_it_is_connected_and_asked(ada: httpx.AsyncClient, root: Path, address: str) -> None:
    project = (await connected(ada, address))["id"]
    assert await stores_of(ada, project) == 1
    how = (await ada.get(f"/api/v1/projects/{project}/connection")).json()
    assert how["works"], how
    assert how["warehouse"] == address.replace(f":{ENCODED}@", "@")


async def test_the_password_is_nowhere_to_be_seen(
    ada: httpx.AsyncClient, instance: Instance, root: Path, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        project = (await connected(ada, address))["id"]
        for path in ("", "/connection", "/explores"):
            assert unseen((await ada.get(f"/api/v1/projects/{project}{path}")).text)
        for path in ("/api/v1/projects", "/api/v1/doctor", "/api/v1/audit"):
            assert unseen((await ada.get(path)).text)
    assert unseen(caplog.text)
    async with instance.services.db.session() as session:
        row = await session.get_one(ProjectRow, project)
        assert unseen(str({column.name: getattr(row, column.name) for column in ProjectRow.__table__.columns}))
        entries = (await session.scalars(select(EntryRow))).all()
    for entry in entries:
        assert unseen(str({column.name: getattr(entry, column.name) for column in EntryRow.__table__.columns}))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("reader:", "stranger:"), "authentication failed"),
        ((ENCODED, ENCODED + "x"), "authentication failed"),
        (("?sslmode=require", "?sslmode=verify-full"), "certificate"),
        (("sslmode=require", "sslmode=swordfish-7"), "sslmode"),
        (("?sslmode=require", "?password=swordfish-7"), "no option"),
        (("127.0.0.1", "swordfish-7@127.0.0.1"), "can't be"),
        (("test_", "nowhere_"), "does not exist"),
    ],
)
async def test_an_error_does_not_tell_it_either(
    ada: httpx.AsyncClient, root: Path, address: str, change: tuple[str, str], word: str
) -> None:
    answer = await ada.post("/api/v1/projects", json={**WANTED, "warehouse": address.replace(*change)})
    assert answer.status_code in (422, 503), answer.text
    assert word in answer.text
    assert answer.json()["cure"]
    assert PASSWORD not in answer.text and ENCODED not in answer.text


async def test_what_is_shown_can_be_sent_back_and_keeps_the_password(
    ada: httpx.AsyncClient, root: Path, address: str
) -> None:
    project = (await connected(ada, address))["id"]
    path = f"/api/v1/projects/{project}/connection"
    how = (await ada.get(path)).json()
    (root / "moved").symlink_to(root / "jaffle" / "dbt")
    for dbt in (how["dbt"], "moved"):
        again = await ada.put(path, json={"dbt": dbt, "warehouse": how["warehouse"]})
        assert again.status_code == 200, again.text
        assert again.json()["works"]
    other = await ada.put(path, json={"dbt": how["dbt"], "warehouse": how["warehouse"].replace("reader@", "writer@")})
    assert other.status_code == 503
    assert (await ada.get(path)).json()["works"]


async def test_a_server_that_went_away_is_told_and_comes_back(ada: httpx.AsyncClient, root: Path, address: str) -> None:
    project = (await connected(ada, address))["id"]
    assert await stores_of(ada, project) == 1
    gone = address.replace("reader:", "gone:")
    refused = await ada.put(f"/api/v1/projects/{project}/connection", json={"dbt": "jaffle/dbt", "warehouse": gone})
    assert refused.status_code == 503
    assert await stores_of(ada, project) == 1


def test_the_operator_may_give_it_on_standard_input(
    settings: Settings, root: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if settings.database_url:
        pytest.skip("Once is enough.")
    monkeypatch.setenv("VITRAIL_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LIGHTDASH_SECRET", settings.secret.get_secret_value())
    monkeypatch.setenv("SITE_URL", settings.site_url)
    arguments = ["projects", "create", "--name", "Net", "--dbt", str(root / "jaffle" / "dbt"), "--warehouse", "-"]
    made = CliRunner().invoke(app, [*arguments, "--json"], input=address + "\n")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["explores"] >= 5
    listed = CliRunner().invoke(app, ["projects", "list"])
    assert "postgresql://reader@127.0.0.1" in listed.output
    assert unseen(made.output + listed.output)
    wrong = CliRunner().invoke(app, arguments, input=address.replace("reader:", "stranger:") + "\n")
    assert wrong.exit_code != 0
    assert unseen(wrong.output)
