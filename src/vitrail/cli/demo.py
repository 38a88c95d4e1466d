"""`vitrail demo`: an instance with data, people, spaces and a licence of its own, ready to sign in to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitrail.cli.output import print_json, run


def register(app: typer.Typer) -> None:
    app.command("demo")(demo_command)


def demo_command(
    data_dir: Annotated[Path, typer.Option(help="Folder for everything the demo keeps.")] = Path(".data/demo"),
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 for any free one. Default: PORT.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line once the server answers.")] = False,
) -> None:
    """Run a demo instance. Each start with the same folder has the same people, apps and passwords."""
    with run(json):
        from vitrail.cli.server import settings_with_port
        from vitrail.demo.instance import demo_folder, prepare, settings_overrides
        from vitrail.serving import serve, set_up_logs
        from vitrail.settings import LogLevel

        folder = demo_folder()
        credentials, warehouse = prepare(data_dir, lambda line: typer.echo(line, err=True))
        settings = settings_with_port(**settings_overrides(data_dir, port, credentials))
        set_up_logs(LogLevel.WARNING if settings.log_level is LogLevel.INFO else settings.log_level)

        from vitrail.demo.app import create_demo_app

        app = create_demo_app(settings, credentials, dbt_dir=folder / "dbt", warehouse=warehouse)

        async def ready() -> None:
            if json:
                print_json(
                    {
                        "url": settings.origin,
                        "project": app.state.demo_project_id,
                        "people": [
                            {"email": each.email, "password": each.password, "token": each.token}
                            for each in credentials.people
                        ],
                    }
                )
                return
            admin, viewer = credentials.people
            typer.echo(
                f"\n  Vitrail demo: {settings.origin}\n\n"
                f"  Ada Martin, administrator, sees every region:\n    {admin.email}  {admin.password}\n"
                f"  Vera Klein, sees the West only:\n    {viewer.email}  {viewer.password}\n\n"
                f"  For programs: VITRAIL_URL={settings.origin} VITRAIL_TOKEN={admin.token}\n"
                f"  Press Ctrl-C to stop; everything is kept in {data_dir}."
            )

        serve(app, settings, ready=ready)
