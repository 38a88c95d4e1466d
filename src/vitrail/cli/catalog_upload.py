"""Sending a folder's catalog to a server: which files there are, and one request with them."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from vitrail.catalog.manifest import manifest_path
from vitrail.catalog.sources import Kind, find_source
from vitrail.cli.apps import ServerRefused, problem_of
from vitrail.errors import InvalidInput, Unavailable

CONFIG = "lightdash.config.yml"
WAIT_S = 600.0


def send(place: Path, *, project: str, url: str | None, token_env: str) -> dict[str, Any]:
    """The server's answer. Raises `InvalidInput`, `ServerRefused`, `Unavailable`, or the loader's own error when there
    is nothing to send."""
    parts = parts_of(place)
    token = os.environ.get(token_env)
    if not token:
        raise InvalidInput(
            f"The environment variable {token_env[:60]} is not set, so the server can't know who uploads.",
            cure=f"Set {token_env[:60]} to a token of a service account that may refresh catalogs.",
        )
    address = (url or "http://127.0.0.1:8080").rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise InvalidInput("The server's address has no scheme.", cure="Write --url https://…")
    if not project or "/" in project or "?" in project or "#" in project:
        raise InvalidInput(f"{project[:60]!r} is no project's id.", cure="`vitrail projects list` shows the ids.")
    with ExitStack() as stack:
        files = {name: (path.name, stack.enter_context(path.open("rb"))) for name, path in parts.items()}
        try:
            answer = httpx.put(
                f"{address}/api/v1/projects/{project}/catalog",
                files=files,
                headers={"Authorization": f"Bearer {token}"},
                timeout=httpx.Timeout(30, read=WAIT_S, write=WAIT_S),
                trust_env=False,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"No server answers at {address} ({type(error).__name__}).",
                cure="Set --url or VITRAIL_URL to the server's address.",
            ) from None
    if answer.status_code >= 400:
        raise ServerRefused(_with_details(problem_of(answer)))
    found: dict[str, Any] = answer.json()
    return found


def parts_of(place: Path) -> dict[str, Path]:
    """The form's parts → files. Raises `InvalidInput` for what has to be made first."""
    source = find_source(place)
    if source.kind is Kind.OSSIE:
        if len(source.files) > 1:
            raise InvalidInput(
                f"{place} has {len(source.files)} Ossie files; one is uploaded.", cure="Name the file to upload."
            )
        return {"ossie": source.files[0]}
    if source.kind is Kind.CHECKOUT:
        raise InvalidInput(
            f"{place} has no target/manifest.json to upload.", cure="Run `dbt parse` first; it writes the manifest."
        )
    manifest = manifest_path(place)
    parts = {"manifest": manifest}
    for name in ("semantic_manifest", "catalog"):
        if (path := manifest.with_name(f"{name}.json")).is_file():
            parts[name] = path
    for name in (CONFIG, CONFIG.replace(".yml", ".yaml")):
        if (path := place / name).is_file():
            parts["config"] = path
            break
    return parts


def _with_details(problem: dict[str, Any]) -> dict[str, Any]:
    """The problem with what its details say in its cause, since the command line prints no more."""
    details = [each for each in problem.get("details") or () if isinstance(each, dict) and each.get("cause")]
    lines = [f"\n  {each.get('where') or ''} {each['cause']}" for each in details[:50]]
    return {**problem, "cause": f"{problem.get('cause', '')}{''.join(lines)}"}
