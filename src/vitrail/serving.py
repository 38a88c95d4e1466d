"""Runs the application: Granian inside this process, on uvloop. The services open first, so that what keeps them from
opening is an error with a cause and not a traceback; then the port; at the end everything closes in turn."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable

import uvloop
from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server

from vitrail.errors import Unavailable
from vitrail.settings import LogLevel, Settings

GRACE_S = 10.0  # requests that run when the server is told to stop (event streams run for long)
READY_S = 30.0


class PortUnusable(Unavailable):
    """The server can't listen where it should."""

    title = "The server can't listen"
    code = "port-unusable"


def free_port(host: str, port: int) -> int:
    """`port`, once it is known to be free; any free one for 0. Raises `PortUnusable`."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise _unusable(error, host, port) from None


def _unusable(error: OSError, host: str, port: int) -> PortUnusable:
    if error.errno == errno.EADDRINUSE:
        return PortUnusable(
            f"Port {port} on {host} is in use by another program.",
            cure=f"Stop that program (`ss -ltnp 'sport = :{port}'` names it), or choose another port (PORT, --port).",
        )
    if error.errno == errno.EACCES:
        return PortUnusable(
            f"The server's user may not listen on port {port}.", cure="Choose a port above 1023, behind a proxy."
        )
    return PortUnusable(
        f"{host} is not an address of this machine ({error.strerror or 'unknown name'}).",
        cure="Set VITRAIL_HOST to 127.0.0.1, to 0.0.0.0, or to an address of this machine.",
    )


def set_up_logs(level: LogLevel) -> None:
    """One line an event on stderr, its moment in UTC; stdout belongs to what commands print."""
    lines = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"
    )
    lines.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(lines)
    logging.basicConfig(level=level.value.upper(), handlers=[handler])
    for chatty in ("httpx", "httpcore", "alembic", "botocore", "dbos", "sqlalchemy", "aiosqlite", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def serve(app: FastAPI, settings: Settings, *, ready: Callable[[], Awaitable[None]]) -> None:
    """Serves until SIGINT or SIGTERM; awaits `ready` once the server answers. Raises what keeps it from starting."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, settings, ready))


async def _serve(app: FastAPI, settings: Settings, ready: Callable[[], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _told_to_stop, stop)
    # Without lifespan (ASGINL): it runs here, around the server.
    async with app.router.lifespan_context(app):
        server = Server(
            app, settings.host, settings.port, interface=Interfaces.ASGINL, log_enabled=False, websockets=False
        )
        running = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        try:
            if await _answers(settings, running, stopping):
                await ready()
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            if not running.done():
                server.stop()  # type: ignore[no-untyped-call]
                await asyncio.wait({running}, timeout=GRACE_S)
        if running.done() and not running.cancelled() and running.exception():
            raise PortUnusable(
                f"The server stopped listening ({type(running.exception()).__name__}).",
                cure="Start it again; the log above may tell more.",
            )


def _told_to_stop(stop: asyncio.Event) -> None:
    if stop.is_set():
        # Told twice: whoever presses Ctrl-C again does not want to wait.
        os._exit(130)
    stop.set()


async def _answers(settings: Settings, running: asyncio.Task[None], stopping: asyncio.Task[bool]) -> bool:
    """True once the port takes connections; False when the server ended before."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 — compared, not bound
    async with asyncio.timeout(READY_S):
        while not (running.done() or stopping.done()):
            try:
                _, writer = await asyncio.open_connection(host, settings.port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return True
    return False
