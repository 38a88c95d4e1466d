"""The demo's application: the ordinary one, seeded when it starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from vitrail.app import create_app
from vitrail.demo.credentials import DemoCredentials
from vitrail.demo.seed import seed
from vitrail.settings import Settings


def create_demo_app(settings: Settings, credentials: DemoCredentials, *, dbt_dir: Path, warehouse: Path) -> FastAPI:
    """`create_app`, whose lifespan also seeds; the project's id is `app.state.demo_project_id`."""
    app = create_app(settings)
    ordinary = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with ordinary(app):
            app.state.demo_project_id = await seed(
                app.state.services, credentials, dbt_dir=dbt_dir, warehouse=warehouse
            )
            yield

    app.router.lifespan_context = lifespan
    return app
