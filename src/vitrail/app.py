"""Composes the ASGI application; nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from vitrail import __version__
from vitrail.apps.readiness import Readiness
from vitrail.apps.routes import router as apps
from vitrail.apps.runtime import open_apps
from vitrail.apps.session_routes import public as frame
from vitrail.apps.session_routes import router as app_sessions
from vitrail.apps.status_routes import router as data_apps
from vitrail.audit.keeper import keeping as keeping_the_log
from vitrail.audit.routes import router as audit
from vitrail.audit.settings_watch import note_settings
from vitrail.charts.routes import router as charts
from vitrail.content.routes import router as content
from vitrail.content.why_routes import router as access
from vitrail.dashboards.routes import router as dashboards
from vitrail.directory.routes import router as directory
from vitrail.http import openapi, problems
from vitrail.http.door import Door
from vitrail.http.pages import pages
from vitrail.http.system import router as system
from vitrail.identity.account_routes import router as account
from vitrail.identity.arrival.routes import router as arrival
from vitrail.identity.routes import router as identity
from vitrail.identity.sign_on.routes import router as sign_on
from vitrail.licence.keeper import keeping
from vitrail.licence.routes import router as licence
from vitrail.projects.catalog_routes import router as catalogs
from vitrail.projects.connection_routes import router as connections
from vitrail.projects.data import open_data
from vitrail.projects.data_routes import router as data
from vitrail.projects.routes import router as projects
from vitrail.services import open_services
from vitrail.settings import Settings
from vitrail.spaces.routes import router as spaces
from vitrail.spaces.sharing_routes import router as sharing
from vitrail.usage.routes import router as usage

API = "/api/v1"


def create_app(settings: Settings) -> FastAPI:
    """The application. It opens its services (database, store, …) in its lifespan: `app.state.services`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_services(settings) as services,
            keeping(services.licensing),
            keeping_the_log(services.audit),
        ):
            app.state.services, app.state.readiness = services, Readiness(services)
            await note_settings(services)
            async with open_data(services) as project_data, open_apps(services, project_data) as runtime:
                app.state.data, app.state.apps = project_data, runtime
                yield

    app = FastAPI(
        title="Vitrail",
        version=__version__,
        lifespan=lifespan,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
    )
    problems.install(app)
    routers = (
        system,
        identity,
        account,
        arrival,
        sign_on,
        directory,
        projects,
        connections,
        data,
        catalogs,
        spaces,
        sharing,
        content,
        access,
        charts,
        dashboards,
        apps,
        app_sessions,
        data_apps,
        licence,
        usage,
        audit,
    )
    for router in routers:
        app.include_router(router, prefix=API)
    app.include_router(frame)
    app.include_router(pages(settings))
    app.add_middleware(Door, settings=settings)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    return app


def _operation_id(route: APIRoute) -> str:
    """Operations of the OpenAPI document are named as their functions; a test sees that names are unique."""
    return route.name
