"""A real Postgres server for the tests, in a temporary folder, as an unprivileged user, reached by a Unix socket."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import psycopg

# Durability costs time and a test's database is thrown away.
PORT = 5432
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
    """A running server; `database()` makes a new, empty database in it (or a copy of one) and gives its address.
    `port`: where it listens on 127.0.0.1, if it does."""

    def __init__(self, socket_folder: Path, port: int | None = None) -> None:
        self._folder = socket_folder
        self.port = port

    def address(self, name: str) -> str:
        return f"postgresql://vitrail@/{name}?host={self._folder}"

    def database(self, copy_of: str = "template1") -> str:
        name = f"test_{uuid4().hex[:12]}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"')
        return name

    def drop(self, name: str) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run(self, statements: str, database: str = "postgres") -> None:
        """Run statements in a database as the server's owner."""
        with self._connected(database) as connection:
            connection.execute(statements.encode())

    def ask(self, question: str, database: str = "postgres") -> Any:
        """The one value that a statement gives."""
        with self._connected(database) as connection:
            return connection.execute(question.encode()).fetchone()[0]  # type: ignore[index]

    def _connected(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self._folder), port=self.port or PORT, user="vitrail", dbname=database, autocommit=True
        )


@contextmanager
def running(certificate: Path | None = None) -> Iterator[PostgresServer]:
    """Starts a server of its own and stops it. With a certificate (its key in the same file) it listens on 127.0.0.1
    too, where it asks for a password."""
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
        port = None
        more: tuple[str, ...] = ()
        if certificate is not None:
            port = _free_port()
            held = data / "server.pem"
            held.write_bytes(certificate.read_bytes())
            held.chmod(0o600)
            if user:
                shutil.chown(held, user)
            hba = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
            (data / "pg_hba.conf").write_text(hba)
            more = (
                f"port={port}",
                "listen_addresses=127.0.0.1",
                "ssl=on",
                f"ssl_cert_file={held}",
                f"ssl_key_file={held}",
            )
        options = [argument for option in (*OPTIONS, *more) for argument in ("-c", option)]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *options],
            user=user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=(log := (folder / "log").open("wb")),
        )
        log.close()
        _wait(server, folder, port or PORT)
        yield PostgresServer(folder, port)
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    async def wait() -> None:
        async with asyncio.timeout(30):
            while True:
                try:
                    connection = await asyncpg.connect(host=str(folder), port=port, user="vitrail", database="postgres")
                except (OSError, asyncpg.PostgresError):
                    assert server.poll() is None, (folder / "log").read_text()
                    await asyncio.sleep(0.05)
                else:
                    await connection.close()
                    return

    asyncio.run(wait())
