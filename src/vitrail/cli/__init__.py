"""The command line. A command's file is imported when the command is used, so that `vitrail --help` is quick.

Each file of this folder has `register(app)`, which adds its commands. `COMMANDS` names them ahead, for the help; a
test compares it with what the files register.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command as click_command

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("server", "Run the server."),
    "setup": ("server", "Print a new link to make the first administrator with."),
    "demo": ("demo", "Run a demo instance with its own data, people and licence."),
    "doctor": ("doctor", "Try every part and say what fails and how to cure it."),
    "license": ("license", "Show, issue and check licences."),
    "audit": ("audit", "Verify and export the log of what happened."),
    "access": ("access", "Say why somebody can or can't open something."),
    "openapi": ("server", "Print the OpenAPI document of the server's API."),
    "projects": ("projects", "Connect dbt projects and their warehouses."),
    "catalog": ("catalog", "Check, compare, export and upload what can be asked."),
    "query": ("query", "Ask one question; no server needed."),
    "apps": ("apps", "Create, follow up and list data apps on a server."),
    "sandbox": ("sandbox", "Run commands in a fresh local sandbox."),
}


class LazyGroup(TyperGroup):
    """Finds a command by importing its file."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        return loaded(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # names alone, for "did you mean"
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        width = max(map(len, COMMANDS))
        typer.echo("Usage: vitrail COMMAND …\n\nGoverned data apps on a dbt semantic layer.\n\nCommands:")
        for name, (_, help_text) in COMMANDS.items():
            typer.echo(f"  {name:<{width}}  {help_text}")
        typer.echo("\n`vitrail COMMAND --help` tells more; `vitrail --version` prints the version.")


def loaded(name: str) -> Any:
    """The command of this name, from its file."""
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    import_module(f"vitrail.cli.{COMMANDS[name][0]}").register(one)

    @one.callback()
    def _group() -> None:
        """Keeps Typer from collapsing a file with one command into that command."""

    group = click_command(one)
    return group.commands[name]  # type: ignore[attr-defined]


app = typer.Typer(
    cls=LazyGroup, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


def _version(wanted: bool) -> None:
    if wanted:
        from vitrail import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(version: bool = typer.Option(False, "--version", callback=_version, is_eager=True)) -> None:
    """Governed data apps on a dbt semantic layer."""


def main() -> None:
    """The `vitrail` program."""
    app()
