"""Shared fixtures. A test that takes `instance` runs once on SQLite and once on Postgres, where there is one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from tests.kit import instance as kit
from tests.kit import postgres
from vitrail.identity.passwords import Passwords
from vitrail.settings import Settings, load_settings

ENGINES = ["sqlite", "postgresql"] if postgres.binaries() else ["sqlite"]
SECRET = "a secret for tests, long enough to be one"


def pytest_report_header() -> str:
    if "postgresql" in ENGINES:
        return "databases: SQLite and Postgres"
    return "databases: SQLite only. No Postgres was found here (apt-get install postgresql), so nothing runs on it."


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the developer's shell reaches a test."""
    import os

    for name in list(os.environ):
        known = ("APPS_", "APP_RUNTIME_", "S3_", "ANTHROPIC_", "BEDROCK_", "E2B_", "LIGHTDASH_", "VITRAIL_", "SANDBOX_")
        if name.startswith(known) or name in (
            "PORT",
            "SITE_URL",
            "PGCONNECTIONURI",
            "AI_DEFAULT_PROVIDER",
            "TRUST_PROXY",
        ):
            monkeypatch.delenv(name)


def quick_passwords() -> Passwords:
    """Real argon2id with the least work: what is tested is the rules around it."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitrail.services.Passwords", quick_passwords)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    with postgres.running() as server:
        yield server


@dataclass(frozen=True)
class Engine:
    """One engine's seeded instance, made once, copied for each test."""

    name: str
    folder: Path
    database: str | None
    server: postgres.PostgresServer | None

    def settings(self, folder: Path, database: str | None, **more: Any) -> Settings:
        address = self.server.address(database) if self.server and database else None
        return load_settings(
            **{
                "VITRAIL_DATA_DIR": str(folder),
                "PGCONNECTIONURI": address,
                "LIGHTDASH_SECRET": SECRET,
                "SITE_URL": kit.SITE,
                **more,
            }
        )


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """SQLite or Postgres, with the demo's people, project and spaces in it."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    made = Engine(request.param, tmp_path_factory.mktemp("seeded"), server.database() if server else None, server)

    async def fill() -> None:
        async with kit.running(made.settings(made.folder, made.database)):
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vitrail.services.Passwords", quick_passwords)
        asyncio.run(fill())
    return made


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def variables() -> dict[str, Any]:
    """Variables beyond the usual ones, for the instance of a test (override this fixture to set some)."""
    return {}


@pytest.fixture
def settings(engine: Engine, data_dir: Path, variables: dict[str, Any]) -> Iterator[Settings]:
    """Settings of a fresh copy of the seeded instance."""
    shutil.copytree(engine.folder, data_dir)
    database = engine.server.database(engine.database) if engine.server and engine.database else None
    yield engine.settings(data_dir, database, **variables)
    if engine.server and database:
        engine.server.drop(database)


@pytest.fixture
def empty_settings(data_dir: Path, variables: dict[str, Any]) -> Settings:
    """Settings of an instance that was never started (SQLite)."""
    return load_settings(
        **{"VITRAIL_DATA_DIR": str(data_dir), "LIGHTDASH_SECRET": SECRET, "SITE_URL": kit.SITE, **variables}
    )


@pytest.fixture
async def instance(settings: Settings) -> AsyncIterator[kit.Instance]:
    """The running application, with Ada (administrator) and Vera (interactive viewer, West only)."""
    async with kit.running(settings) as running:
        yield running


@pytest.fixture
async def stranger(instance: kit.Instance) -> AsyncIterator[httpx.AsyncClient]:
    """Not signed in."""
    async with instance.client() as client:
        yield client


@pytest.fixture
async def ada(instance: kit.Instance) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator, signed in in the page."""
    async with instance.signed_in(kit.ADA) as client:
        yield client


@pytest.fixture
async def vera(instance: kit.Instance) -> AsyncIterator[httpx.AsyncClient]:
    """The interactive viewer, signed in in the page."""
    async with instance.signed_in(kit.VERA) as client:
        yield client
