"""`vitrail apps`: create, follow up, watch and list data apps on a running server.

The server is named by `VITRAIL_URL` and the person by `VITRAIL_TOKEN` (a personal access token). With `--wait` the
progress is printed as it comes; the last line is `{"app", "version", "status", "url", "error"}` with `--json`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import orjson
import typer

from vitrail.cli.output import print_json, run
from vitrail.errors import InvalidInput, Unavailable, VitrailError

ENDED = ("ready", "error", "cancelled")
REJOIN_ATTEMPTS = 60


class ServerRefused(VitrailError):
    """The server answered with a problem; its own title, cause and cure are passed on."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(
            str(problem.get("cause") or problem.get("detail") or "The server gave no reason."),
            cure=str(problem.get("cure") or "See the server's log."),
        )
        self._title = str(problem.get("title") or "The server refused")

    def line(self) -> dict[str, str]:
        return {**super().line(), "title": self._title}


class BuildFailed(ServerRefused):
    """The version ended as `error` or `cancelled`."""


class Server:
    """The HTTP API, as one person."""

    def __init__(self) -> None:
        self.url = os.environ.get("VITRAIL_URL", "http://127.0.0.1:8080").rstrip("/")
        token = os.environ.get("VITRAIL_TOKEN")
        if not token:
            raise InvalidInput(
                "VITRAIL_TOKEN is not set, so the server can't know who asks.",
                cure="Set VITRAIL_TOKEN to a personal access token (`vitrail demo` prints one for each person).",
            )
        self._client = httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(30, read=60),
            trust_env=False,
        )

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer's JSON. Raises `ServerRefused`, or `Unavailable` when no server answers."""
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from None
        if response.status_code >= 400:
            raise ServerRefused(problem_of(response))
        return response.json() if response.content else None

    def events(self, app: str, version: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """The version's events from the first to `done`, joined again after a cut or a restart of the server."""
        last = 0
        for attempt in range(REJOIN_ATTEMPTS):
            try:
                with self._client.stream(
                    "GET", f"/apps/{app}/versions/{version}/events", headers={"Last-Event-ID": str(last)}
                ) as response:
                    if response.status_code >= 400:
                        response.read()
                        raise ServerRefused(problem_of(response))
                    for number, kind, data in _parse(response.iter_lines()):
                        last = number
                        yield kind, data
                        if kind == "done":
                            return
                return
            except httpx.HTTPError as error:
                if attempt == REJOIN_ATTEMPTS - 1:
                    raise self._unreachable(error) from None
                import time

                time.sleep(1)

    def _unreachable(self, error: httpx.HTTPError) -> Unavailable:
        return Unavailable(
            f"No server answers at {self.url} ({type(error).__name__}).",
            cure="Start it (`vitrail serve` or `make demo`) or set VITRAIL_URL to its address.",
        )


def problem_of(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    return {
        "title": "Not Vitrail",
        "cause": f"{response.url.host}:{response.url.port} answered {response.status_code} without a reason.",
        "cure": "See that VITRAIL_URL is the address of a Vitrail server.",
    }


def _parse(lines: Iterator[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Server-sent events as (id, event, data)."""
    number, kind, data = 0, "", ""
    for line in lines:
        if not line:
            if kind and data:
                yield number, kind, orjson.loads(data)
            kind, data = "", ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            number = int(value)
        elif name == "event":
            kind = value
        elif name == "data":
            data += value


def _summary(server: Server, app: dict[str, Any], version: dict[str, Any]) -> dict[str, Any]:
    return {
        "app": app["id"],
        "version": version["number"],
        "status": version["status"],
        "url": f"{server.url}/apps/{app['id']}",
        "error": version.get("error"),
    }


def _finish(server: Server, started: dict[str, Any], *, wait: bool, as_json: bool) -> None:
    app, version = started["app"], started["version"]
    if wait:
        _watch(server, app["id"], version["number"], as_json=as_json)
        version = server.call("GET", f"/apps/{app['id']}/versions/{version['number']}")
    summary = _summary(server, app, version)
    if as_json:
        print_json(summary)
    else:
        print(f"version {summary['version']} is {summary['status']}: {summary['url']}")
        if version.get("reply"):
            print(f"\n{version['reply']}")
    if wait and version["status"] in ("error", "cancelled"):
        failure = version.get("error") or {
            "title": "The build was cancelled",
            "cause": "Someone cancelled it.",
            "cure": "Send the prompt again.",
        }
        if not as_json:
            raise BuildFailed(failure)
        raise typer.Exit(1)


def _watch(server: Server, app: str, version: int, *, as_json: bool) -> None:
    for kind, data in server.events(app, version):
        if as_json:
            print_json({"event": kind, **data})
        elif kind == "stage":
            took = f" ({data['durationMs'] / 1000:.1f} s)" if data.get("durationMs") is not None else ""
            print(f"[{data['status']}] {data['stage']}{took}", flush=True)
        elif kind == "step":
            detail = f": {data['detail'].splitlines()[0][:200]}" if data["kind"] == "note" and data["detail"] else ""
            print(f"    {data['title']}{detail}", flush=True)


def register(app: typer.Typer) -> None:
    """Adds `vitrail apps …`."""
    apps = typer.Typer(no_args_is_help=True, help="Data apps on a running server (VITRAIL_URL, VITRAIL_TOKEN).")
    app.add_typer(apps, name="apps")
    apps.command("create")(create)
    apps.command("iterate")(iterate)
    apps.command("status")(status)
    apps.command("list")(list_apps)


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one value a line.")]
Wait = Annotated[bool, typer.Option("--wait", help="Print progress and wait for the end.")]
Prompt = Annotated[str, typer.Option("--prompt", help="What the app should show; - reads it from standard input.")]


def _prompt(value: str) -> str:
    return sys.stdin.read() if value == "-" else value


def create(
    prompt: Prompt,
    project: Annotated[str, typer.Option("--project", help="The project's id.")],
    space: Annotated[str | None, typer.Option("--space", help="File it in this space at once.")] = None,
    wait: Wait = False,
    as_json: JsonOption = False,
) -> None:
    """Build a new data app from a prompt."""
    with run(as_json):
        server = Server()
        body = {"prompt": _prompt(prompt)} | ({"spaceId": space} if space else {})
        _finish(server, server.call("POST", f"/projects/{project}/apps", body), wait=wait, as_json=as_json)


def iterate(
    app: Annotated[str, typer.Argument(help="The app's id.")],
    prompt: Prompt,
    wait: Wait = False,
    as_json: JsonOption = False,
) -> None:
    """Make the next version of an app from a follow-up prompt."""
    with run(as_json):
        server = Server()
        started = server.call("POST", f"/apps/{app}/versions", {"prompt": _prompt(prompt)})
        _finish(server, started, wait=wait, as_json=as_json)


def status(
    app: Annotated[str, typer.Argument(help="The app's id.")],
    version: Annotated[
        int | None, typer.Option("--version", help="A version's number; the newest if left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Where a version of an app stands."""
    with run(as_json):
        server = Server()
        found = server.call("GET", f"/apps/{app}")
        one = server.call("GET", f"/apps/{app}/versions/{version or found['version']}")
        summary = _summary(server, found, one)
        if as_json:
            print_json(summary)
        else:
            print(f"{found['name']}: version {one['number']} is {one['status']}  {summary['url']}")
            if one.get("error"):
                print(f"{one['error']['title']}: {one['error']['cause']}\n{one['error']['cure']}")


def list_apps(
    project: Annotated[str, typer.Option("--project", help="The project's id.")],
    as_json: JsonOption = False,
) -> None:
    """The data apps of a project that this person may open."""
    with run(as_json):
        server = Server()
        found = server.call("GET", f"/projects/{project}/apps")
        if as_json:
            print_json({"apps": found})
            return
        for one in found:
            print(f"{one['id']}  {one['status']:<10}  {one['name']}")
