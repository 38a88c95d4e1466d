"""The demo's application: the ordinary one, seeded when it starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from vitrail.app import create_app
from vitrail.demo import content
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
            services = app.state.services
            project_id = await seed(services, credentials, dbt_dir=dbt_dir, warehouse=warehouse)
            await content.fill(services, app.state.data, project_id, author=credentials.people[0].email)
            app.state.demo_project_id = project_id
            yield

    app.router.lifespan_context = lifespan
    return app
