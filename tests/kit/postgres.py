"""A real Postgres server for the tests, in a temporary folder, as an unprivileged user, reached by a Unix socket."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

# Durability costs time and a test's database is thrown away.
OPTIONS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=", "max_connections=60")


def binaries() -> Path | None:
    """The folder with `postgres` and `initdb`, if this machine has one."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        candidates.insert(0, Path(found).resolve().parent)
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def _unprivileged() -> str | None:
    """Postgres refuses to run as root; whom to run it as then."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class PostgresServer:
    """A running server; `database()` makes a new, empty database in it (or a copy of one) and gives its address."""

    def __init__(self, socket_folder: Path) -> None:
        self._folder = socket_folder

    def address(self, name: str) -> str:
        return f"postgresql://vitrail@/{name}?host={self._folder}"

    def database(self, copy_of: str = "template1") -> str:
        name = f"test_{uuid4().hex[:12]}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"')
        return name

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(host=str(self._folder), user="vitrail", database="postgres")
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


@contextmanager
def running() -> Iterator[PostgresServer]:
    """Starts a server of its own and stops it."""
    programs, user = binaries(), _unprivileged()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="vitrail-pg-"))
    server = None
    try:
        if user:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "vitrail", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            user=user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            env={"LC_ALL": "C.utf8", "PATH": os.environ["PATH"]},
        )
        options = [argument for option in OPTIONS for argument in ("-c", option)]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *options],
            user=user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=(log := (folder / "log").open("wb")),
        )
        log.close()
        _wait(server, folder)
        yield PostgresServer(folder)
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    async def wait() -> None:
        async with asyncio.timeout(30):
            while True:
                try:
                    connection = await asyncpg.connect(host=str(folder), user="vitrail", database="postgres")
                except (OSError, asyncpg.PostgresError):
                    assert server.poll() is None, (folder / "log").read_text()
                    await asyncio.sleep(0.05)
                else:
                    await connection.close()
                    return

    asyncio.run(wait())
