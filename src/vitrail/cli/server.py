"""`vitrail serve`, `vitrail setup` and `vitrail openapi`."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vitrail.cli.output import print_json, run
from vitrail.settings import Settings, load_settings

if TYPE_CHECKING:
    from vitrail.identity.arrival.links import Link


def register(app: typer.Typer) -> None:
    app.command("serve")(serve_command)
    app.command("setup")(setup_command)
    app.command("openapi")(openapi_command)


def settings_with_port(**overrides: Any) -> Settings:
    """The settings, with a port that is known to be free (port 0: any)."""
    from vitrail.serving import free_port

    settings = load_settings(**overrides)
    port = free_port(settings.host, settings.port)
    return settings if port == settings.port else load_settings(**{**overrides, "PORT": port})


def serve_command(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any. Default: PORT.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: VITRAIL_HOST.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line once the server answers.")] = False,
) -> None:
    """Run the server, with the environment's settings."""
    with run(json):
        from vitrail.serving import serve, set_up_logs

        if port is not None:
            os.environ["PORT"] = str(port)
        if host is not None:
            os.environ["VITRAIL_HOST"] = host
        settings = settings_with_port()
        set_up_logs(settings.log_level)
        from vitrail.app import create_app
        from vitrail.identity.arrival.service import begin_setup

        app = create_app(settings)

        async def ready() -> None:
            link = await begin_setup(app.state.services)
            if json:
                print_json({"url": settings.origin} | ({"setup": link.address} if link else {}))
                return
            typer.echo(f"Vitrail answers at {settings.origin}")
            if link:
                typer.echo(f"Nobody has set it up yet. Open this once, within a day:\n\n  {link.address}\n")

        serve(app, settings, ready=ready)


def setup_command(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print a new link to make the first administrator with; the one before is void."""
    with run(json):
        from vitrail.identity.arrival.service import AlreadySetUp

        link = asyncio.run(_new_setup_link())
        if link is None:
            raise AlreadySetUp("There is an organisation already.", cure="Sign in; administrators invite others.")
        if json:
            print_json({"setup": link.address, "expiresAt": link.expires_at.isoformat()})
        else:
            typer.echo(link.address)


async def _new_setup_link() -> Link | None:
    from vitrail.identity.arrival.service import begin_setup
    from vitrail.services import open_services

    async with open_services(load_settings()) as services:
        return await begin_setup(services)


def openapi_command() -> None:
    """Print the OpenAPI document of the server's API; web/openapi.json is made from it."""
    with run(True):
        import json

        from vitrail.app import create_app

        typer.echo(json.dumps(create_app(load_settings()).openapi(), indent=2, ensure_ascii=False))
