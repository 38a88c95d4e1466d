"""How commands end: a VitrailError becomes one JSON line or a readable text, never a traceback."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from vitrail.errors import VitrailError


@contextmanager
def run(json_output: bool = False) -> Iterator[None]:
    """The body of every command: `with run(json):`. On failure prints `{"error": {"title", "cause", "cure"}}` on
    stdout (with `json_output`), else a text on stderr, and exits with 1."""
    try:
        yield
    except VitrailError as error:
        print_error(error, json_output)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except BrokenPipeError:
        # The reader (head, a pager) has seen enough.
        sys.stderr.close()
        raise typer.Exit(1) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001
        # The door: nobody foresaw this. Those who look for the reason ask for the traceback.
        print_error(
            VitrailError(
                f"The program met something it did not foresee ({type(error).__name__}).",
                cure="Run it again with VITRAIL_LOG_LEVEL=debug, which shows where, and report it.",
            ),
            json_output,
        )
        if os.environ.get("VITRAIL_LOG_LEVEL") == "debug":
            traceback.print_exception(error)
        raise typer.Exit(1) from None


def print_error(error: VitrailError, json_output: bool) -> None:
    """One failure, to a program or to a person."""
    if json_output:
        print_json({"error": error.line()})
        return
    text = f"✗ {error.title}\n  {error.cause}\n  → {error.cure}"
    print(text, file=sys.stderr)


def print_json(value: Any) -> None:
    """One value on one line, sent at once: whoever reads may be waiting for it."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)
