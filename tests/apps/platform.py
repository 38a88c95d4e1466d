"""A running instance with data apps on, the demo's real project and warehouse behind it, and one ready app whose build
was put there by hand: what tests of opening and arranging apps need, without a toolchain."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import update

from tests.kit import instance as kit
from vitrail.apps import artefacts
from vitrail.apps.state import Status
from vitrail.apps.tables import AppRow, VersionRow
from vitrail.db.base import new_id, now
from vitrail.demo.instance import demo_folder
from vitrail.licence.features import NAMED
from vitrail.licence.keys import Licence, issue, keypair
from vitrail.projects import service as projects
from vitrail.projects.tables import ProjectRow

DBT = demo_folder() / "dbt"
TOOLCHAIN = "test-1"
ENTRY, STYLE = "app-1.js", "style-1.css"
DECLARED = ["orders_total_revenue", "orders_order_count", "stores_region", "orders_order_date_month"]
MODULES = {
    "react": {"file": "react-1.js", "bytes": 5, "imports": ["~/chunk-1.js"]},
    "~/chunk-1.js": {"file": "chunk-1.js", "bytes": 5, "imports": []},
    "recharts": {"file": "recharts-1.js", "bytes": 5, "imports": ["react"]},
}


def licensed() -> dict[str, str]:
    """Variables that switch data apps on, with a licence of an authority made for the test."""
    private, public = keypair()
    licence = Licence(new_id(), now(), now() + timedelta(days=30), frozenset(NAMED), holder="Tests")
    return {
        "APPS_RUNTIME_ENABLED": "true",
        "VITRAIL_BUILDS_AT_ONCE": "0",
        "VITRAIL_LICENSE_PUBLIC_KEY": public,
        "LIGHTDASH_LICENSE_KEY": issue(licence, private),
    }


@dataclass(frozen=True, slots=True)
class Shared:
    """A ready app."""

    id: str
    version_id: str

    @property
    def path(self) -> str:
        return f"/api/v1/apps/{self.id}"


async def add_app(
    instance: kit.Instance,
    creator: str,
    *,
    space_id: str | None = None,
    status: Status = Status.READY,
    declared: list[str] | None = None,
) -> Shared:
    """An app with one version, its files in the store."""
    person = await instance.person(creator)
    app_id, version_id, moment = new_id(), new_id(), now()
    files = {ENTRY: b"export default 1", STYLE: b"body{}"}
    source, sha256 = artefacts.pack_source({"src/App.tsx": b"export default () => null"})
    store = instance.services.store
    await store.put(artefacts.source_key(app_id, 1), source)
    for name, data in files.items():
        await store.put(artefacts.build_key(app_id, 1, name), data)
    await store.put(artefacts.thumbnail_key(app_id, 1), b"\xff\xd8picture")
    for module in MODULES.values():
        for ending in ("", ".br", ".gz"):
            await store.put(f"vendor/{TOOLCHAIN}/{module['file']}{ending}", f"{module['file']}{ending}".encode())
    await store.put(f"vendor/{TOOLCHAIN}/vendor.json", orjson.dumps({"modules": MODULES}))
    async with instance.services.db.session() as session:
        session.add(
            AppRow(
                id=app_id,
                project_id=instance.project_id,
                space_id=space_id,
                creator_id=person.id,
                name="Revenue by region",
                ready_version=1 if status is Status.READY else None,
                created_at=moment,
                updated_at=moment,
            )
        )
        await session.flush()
        session.add(
            VersionRow(
                id=version_id,
                app_id=app_id,
                number=1,
                status=status.value,
                prompt="Revenue by region",
                creator_id=person.id,
                not_understood=[],
                stages=[],
                source_sha256=sha256,
                manifest={
                    "entry": ENTRY,
                    "styles": [STYLE],
                    "vendor": ["react"],
                    "toolchain": TOOLCHAIN,
                    "files": {name: len(data) for name, data in files.items()},
                },
                references={"explores": {"orders": {"fields": declared or DECLARED}}, "unresolved": []},
                thumbnail=artefacts.thumbnail_key(app_id, 1),
                created_at=moment,
            )
        )
    return Shared(app_id, version_id)


async def refile(instance: kit.Instance, app: Shared, space_id: str | None) -> None:
    """Move an app behind everybody's back."""
    async with instance.services.db.session() as session:
        await session.execute(update(AppRow).where(AppRow.id == app.id).values(space_id=space_id))


def question(*metrics: str, by: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A query of an app, as its bridge sends it."""
    return {"query": {"exploreName": "orders", "metrics": list(metrics), "dimensions": list(by), **more}}


async def connect(instance: kit.Instance, warehouse: Path) -> None:
    """Point the instance's project at the demo's dbt folder and at real data."""
    async with instance.services.db.session() as session:
        project = await session.get_one(ProjectRow, instance.project_id)
        connected = projects.Connection(DBT, f"duckdb:///{warehouse}")
        await projects.reconnect(session, instance.services.secrets, None, project, connected)


def demo_warehouse(folder: Path) -> Path:
    """The demo's data, made once."""
    import demo.generate

    path = folder / f"{hashlib.sha256(Path(demo.generate.__file__).read_bytes()).hexdigest()[:12]}.duckdb"
    if not path.exists():
        demo.generate.generate(path)
    return path
