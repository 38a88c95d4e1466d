"""`vitrail doctor`: every part tried for real, on this machine, with this environment's settings."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from vitrail.cli.output import print_json, run

if TYPE_CHECKING:
    from vitrail.doctor import Check


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor_command)


def doctor_command(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Try every part and say what fails and how to cure it. Exits with 1 when something fails."""
    with run(json):
        checks = asyncio.run(_examine())
        if json:
            print_json({"ok": all(check.ok for check in checks), "checks": [dataclasses.asdict(c) for c in checks]})
        else:
            for check in checks:
                typer.echo(f"{'✓' if check.ok else '✗'} {check.title}: {check.detail if check.ok else check.cause}")
                if check.cure:
                    typer.echo(f"    → {check.cure}")
        if not all(check.ok for check in checks):
            raise typer.Exit(1)


async def _examine() -> list[Check]:
    from vitrail.doctor import examine
    from vitrail.services import open_services
    from vitrail.settings import load_settings

    async with open_services(load_settings()) as services:
        return await examine(services)
