"""The server's side of `launcher.py`: orders go out, exits come back, from any thread and any event loop."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vitrail.sandbox.errors import SandboxUnavailable

# The folder that holds this package is looked into last, for this package alone: the rest is the standard library.
_MAIN = "import sys; sys.path.append(sys.argv[1]); from vitrail.sandbox.launcher import main; main()"
_PACKAGES = Path(__file__).resolve().parents[2]


@dataclass(eq=False)
class Program:
    """One started program. `started` resolves to its pid on the host, `ended` to its exit code (128 + n for a
    signal n), or both to an error."""

    order: int
    started: Future[int] = field(default_factory=Future)
    ended: Future[int] = field(default_factory=Future)


class LaunchFailed(Exception):
    """The launcher could not start a program; the message is the system's."""


class Launcher:
    """Starts its process at the first order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._programs: dict[int, Program] = {}
        self._numbers = itertools.count(1)
        self._closed = False

    def order(
        self,
        operation: str,
        document: Mapping[str, Any],
        fds: Mapping[str, int],
        binds: Sequence[tuple[str, str, bool]] = (),
    ) -> Program:
        """Start a program (see `launcher.py` for the orders). The descriptors stay the caller's to close. `binds` are
        for the launcher's own namespace (`stage.py`)."""
        body = os.memfd_create("order")
        try:
            with os.fdopen(os.dup(body), "wb") as file:
                file.write(json.dumps(document).encode())
            with self._lock:
                channel = self._ready()
                program = Program(next(self._numbers))
                self._programs[program.order] = program
                head = {"id": program.order, "op": operation, "fds": list(fds), "binds": binds}
                try:
                    socket.send_fds(channel, [json.dumps(head).encode()], [body, *fds.values()])
                except OSError as error:
                    self._programs.pop(program.order, None)
                    raise LaunchFailed(f"the launcher does not answer: {error.strerror}") from error
            return program
        finally:
            os.close(body)

    def signal(self, program: Program, number: int = signal.SIGKILL) -> None:
        """Signal the program's process group. One that ended is left alone: its pid may be another's by now."""
        message = json.dumps({"op": "signal", "id": program.order, "signal": int(number)}).encode()
        with self._lock, contextlib.suppress(OSError):
            if self._socket is not None and program.order in self._programs:
                self._socket.send(message)

    def close(self) -> None:
        """End the launcher and, with it, everything that it started. Blocks until it is gone."""
        with self._lock:
            self._closed = True
            process, channel = self._process, self._socket
            self._process = self._socket = None
            if channel is not None:
                with contextlib.suppress(OSError):
                    channel.shutdown(socket.SHUT_RDWR)
        if process is not None:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _ready(self) -> socket.socket:
        if self._closed:
            raise LaunchFailed("the provider was closed")
        if self._socket is not None and self._process is not None and self._process.poll() is None:
            return self._socket
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            # -S -I: no site packages, no user's modules, nothing from the environment
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-X", "utf8", "-c", _MAIN, str(_PACKAGES)],
                stdin=theirs.fileno(),
                env={},
                cwd="/",
            )
        except OSError as error:
            ours.close()
            raise SandboxUnavailable(
                f"The process that starts sandboxes can't be started: {error.strerror}.",
                cure="Check the machine's memory and process limits.",
            ) from error
        finally:
            theirs.close()
        self._socket = ours
        self._programs = {}
        threading.Thread(target=self._listen, args=(ours, self._programs), name="sandbox-launcher", daemon=True).start()
        return ours

    def _listen(self, channel: socket.socket, programs: dict[int, Program]) -> None:
        while True:
            try:
                data = channel.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            self._tell(json.loads(data), programs)
        channel.close()
        with self._lock:
            if self._socket is channel:
                self._socket = None
            lost = list(programs.values())
            programs.clear()
        for program in lost:
            _fail(program, "the launcher ended")

    def _tell(self, message: dict[str, Any], programs: dict[int, Program]) -> None:
        with self._lock:
            program = programs.get(message["id"])
            if program is None:
                return
            if "pid" not in message:
                programs.pop(program.order)
        # a future whose waiter was cancelled is cancelled too, and then takes no result
        with contextlib.suppress(InvalidStateError):
            if "pid" in message:
                program.started.set_result(message["pid"])
            elif "exit" in message:
                program.ended.set_result(message["exit"])
            else:
                _fail(program, message["error"])


def _fail(program: Program, reason: str) -> None:
    for future in (program.started, program.ended):
        with contextlib.suppress(InvalidStateError):
            future.set_exception(LaunchFailed(reason))
