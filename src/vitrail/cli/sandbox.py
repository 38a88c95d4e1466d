"""`vitrail sandbox exec -- CMD …`: one command in a fresh local sandbox, which is gone afterwards."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitrail.cli import output
from vitrail.errors import InvalidInput

if TYPE_CHECKING:
    from pydantic_ai.workspaces import CommandResult

    from vitrail.settings import Settings


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Run commands in a fresh local sandbox.", no_args_is_help=True)
    group.callback()(lambda: None)  # keeps `exec` a command of its own
    # what follows is the command's, options included
    group.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})(execute)
    app.add_typer(group, name="sandbox")


def execute(
    command: Annotated[list[str], typer.Argument(help="The program and its arguments, after --.")],
    json: Annotated[bool, typer.Option("--json", help="Print {exit_code, stdout, stderr, duration_ms}.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds that it may run.")] = None,
) -> None:
    """Run a command in a fresh sandbox: no network, nothing of this machine but a shell, the core utilities and, where
    it was built, the app toolchain (Node). Exits with the command's own exit code."""
    with output.run(json):
        if timeout is not None and not 0 < timeout < 1e9:
            raise InvalidInput("--timeout is not a positive number of seconds.", cure="Give it as seconds, e.g. 30.")
        result, seconds = asyncio.run(_run(command, timeout))
        if json:
            output.print_json(
                {
                    "exit_code": result.exit_code,
                    "stdout": result.stdout,
                    "stderr": result.stderr,
                    "duration_ms": round(seconds * 1000, 1),
                }
            )
        else:
            sys.stdout.write(result.stdout)
            sys.stdout.flush()
            sys.stderr.write(result.stderr)
        raise typer.Exit(result.exit_code)


async def _run(command: list[str], timeout: float | None) -> tuple[CommandResult, float]:
    """Its result, and the seconds that the command took."""
    from vitrail.sandbox.local import LocalProvider
    from vitrail.sandbox.providers import spec_for
    from vitrail.settings import load_settings

    settings = load_settings()
    with _state_folder(settings.data_dir.absolute()) as folder:
        provider = LocalProvider(folder)
        try:
            sandbox = await provider.create(spec_for(settings, toolchain=await _toolchain(settings)))
            try:
                began = time.perf_counter()
                result = await sandbox.run(command, timeout=timeout)
                return result, time.perf_counter() - began
            finally:
                await sandbox.kill()
        finally:
            await provider.aclose()


@contextmanager
def _state_folder(data: Path) -> Iterator[Path]:
    """The instance's own, whose root folder is there already; where there is no instance, a temporary one."""
    if data.is_dir():
        yield data / "sandboxes"
        return
    with tempfile.TemporaryDirectory(prefix="vitrail-sandbox-") as folder:
        yield Path(folder)


async def _toolchain(settings: Settings) -> Path | None:
    """The toolchain of these sources, if it was built; it is not built here."""
    from vitrail.errors import VitrailError
    from vitrail.sandbox.toolchain import open_toolchain
    from vitrail.sandbox.toolchain_build import sources, tag_of

    try:
        found = open_toolchain(settings, await asyncio.to_thread(lambda: tag_of(sources())))
    except VitrailError:
        return None
    return found.root if found else None
