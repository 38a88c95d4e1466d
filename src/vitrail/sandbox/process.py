"""Commands in a running sandbox: their pipes, limits, ends. Everything here runs on the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from pydantic_ai.workspaces import CommandResult

from vitrail.sandbox.box import Running
from vitrail.sandbox.errors import CommandTimedOut, OutputTooLarge, SandboxLimit
from vitrail.sandbox.launch import LaunchFailed, Program
from vitrail.sandbox.mounts import ENVIRONMENT

DRAIN_S = 0.5  # how long to read on after a command ended, when a child still holds its pipes
REAP_S = 5.0
START_S = 10.0
PREVIEW = 64 * 1024  # of each stream, kept when the whole is too much
LINE = 64 * 1024 * 1024
SIGKILLED = 128 + signal.SIGKILL


def _start(running: Running, argv: Sequence[str], env: Mapping[str, str] | None, fds: dict[str, int]) -> Program:
    for text in (*argv, *(env or {}).keys(), *(env or {}).values()):
        if "\0" in text:
            raise ValueError("arguments and environment must not contain a NUL character")
    if not argv:
        raise ValueError("the command is empty")
    return running.enter(list(argv), {**ENVIRONMENT, **(env or {})}, fds)


def _not_started(running: Running, error: LaunchFailed) -> NoReturn:
    if not running.alive:
        running.raise_ended()
    spec = running.box.spec
    raise SandboxLimit(
        f"The command could not be started: {error}.",
        cure=f"The sandbox may be at its limit of {spec.max_processes} processes or {spec.memory_mb} MB; "
        "end what runs in it.",
    ) from error


async def _settled(running: Running) -> None:
    """Raise if the sandbox ended under a command that was killed. Process 1's own end shows a moment later."""
    for _ in range(10):
        if not running.alive:
            running.raise_ended()
        await asyncio.sleep(0.005)


class _Pipes:
    """The ends that we hold of a program's stdin, stdout and stderr."""

    def __init__(self) -> None:
        self.theirs: dict[str, int] = {}
        self.ours: dict[str, int] = {}
        for name in ("stdin", "stdout", "stderr"):
            reader, writer = os.pipe()
            self.theirs[name], self.ours[name] = (reader, writer) if name == "stdin" else (writer, reader)

    def close_theirs(self) -> None:
        for fd in self.theirs.values():
            os.close(fd)
        self.theirs.clear()

    def close(self) -> None:
        self.close_theirs()
        for fd in self.ours.values():
            os.close(fd)
        self.ours.clear()

    def take(self, name: str, mode: str) -> object:
        return os.fdopen(self.ours.pop(name), mode, 0)


class _Collector(asyncio.Protocol):
    """Takes what comes out of a pipe, and says when it is too much."""

    def __init__(self, too_much: Callable[[int], bool]) -> None:
        self.data = bytearray()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._too_much = too_much

    def data_received(self, data: bytes) -> None:
        if not self._too_much(len(data)):
            self.data += data

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)

    def text(self, most: int | None = None) -> str:
        return bytes(self.data[:most]).decode(errors="replace")


async def run(
    running: Running, argv: Sequence[str], *, env: Mapping[str, str] | None, timeout: float | None
) -> CommandResult:
    """A command from start to end. Stdin is at its end from the beginning."""
    loop = asyncio.get_running_loop()
    limit, total = running.box.spec.output_bytes, 0
    flooded = loop.create_future()

    def too_much(count: int) -> bool:
        nonlocal total
        total += count
        if total > limit and not flooded.done():
            flooded.set_result(None)
        return total > limit

    deadline = None if timeout is None else loop.time() + timeout
    pipes = _Pipes()
    transports: list[asyncio.BaseTransport] = []
    program: Program | None = None
    running.commands += 1
    try:
        os.close(pipes.ours.pop("stdin"))
        program = _start(running, argv, env, pipes.theirs)  # what it prints waits in the pipes
        pipes.close_theirs()
        collectors = {}
        for name in ("stdout", "stderr"):
            transport, collectors[name] = await loop.connect_read_pipe(
                lambda: _Collector(too_much), pipes.take(name, "rb")
            )
            transports.append(transport)
        out, err = collectors["stdout"], collectors["stderr"]
        exited = asyncio.ensure_future(asyncio.shield(asyncio.wrap_future(program.ended)))
        exited.add_done_callback(lambda future: future.cancelled() or future.exception())
        left = None if deadline is None else max(0.0, deadline - loop.time())
        await asyncio.wait((exited, flooded), timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if exited.done() and not flooded.done():
            both = asyncio.gather(out.closed, err.closed)
            await asyncio.wait((both, flooded), timeout=DRAIN_S, return_when=asyncio.FIRST_COMPLETED)
        if flooded.done():
            await _kill(running, program)
            raise OutputTooLarge(limit, stdout=out.text(PREVIEW), stderr=err.text(PREVIEW))
        if not exited.done():
            await _kill(running, program)
            if not running.alive:
                running.raise_ended()
            raise CommandTimedOut(timeout or 0, stdout=out.text(), stderr=err.text())
        try:
            code = exited.result()
        except LaunchFailed as error:
            _not_started(running, error)
        if running.ended is not None:
            running.raise_ended()
        if code == SIGKILLED:
            await _settled(running)
        return CommandResult(exit_code=code, stdout=out.text(), stderr=err.text())
    except BaseException:
        if program is not None:
            running.kit.launcher.signal(program)
        raise
    finally:
        running.commands -= 1
        for opened in transports:
            opened.close()
        pipes.close()


async def _kill(running: Running, program: Program) -> None:
    running.kit.launcher.signal(program)
    with contextlib.suppress(TimeoutError, LaunchFailed):
        await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(program.ended)), REAP_S)


class LocalProcess:
    """A long-lived process in a sandbox; see `provider.SandboxProcess`."""

    def __init__(
        self, running: Running, program: Program, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader
    ) -> None:
        self._running, self._program = running, program
        self._stdin, self._stdout = stdin, stdout
        self._stderr = bytearray()
        self._transports: list[asyncio.BaseTransport] = []

    @property
    def stdin(self) -> asyncio.StreamWriter:
        return self._stdin

    @property
    def stdout(self) -> asyncio.StreamReader:
        return self._stdout

    @property
    def stderr_tail(self) -> str:
        return bytes(self._stderr).decode(errors="replace")

    @property
    def returncode(self) -> int | None:
        future = self._program.ended
        return None if not future.done() else (SIGKILLED if future.exception() else future.result())

    async def wait(self) -> int:
        try:
            code = await asyncio.shield(asyncio.wrap_future(self._program.ended))
        except LaunchFailed:
            self._running.raise_ended()
        if code == SIGKILLED and self._running.ended is not None:
            self._running.raise_ended()
        return code

    async def kill(self) -> None:
        await _kill(self._running, self._program)
        self._stdin.close()
        for transport in self._transports:
            transport.close()


async def spawn(running: Running, argv: Sequence[str], *, env: Mapping[str, str] | None) -> LocalProcess:
    """Start a long-lived process with pipes."""
    loop = asyncio.get_running_loop()
    pipes = _Pipes()
    transports: list[asyncio.BaseTransport] = []
    try:
        reader = asyncio.StreamReader(limit=LINE)
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipes.take("stdout", "rb")
        )
        transports.append(transport)
        write, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, pipes.take("stdin", "wb"))
        transports.append(write)
        writer = asyncio.StreamWriter(write, flow, None, loop)
        process = LocalProcess(running, Program(0), writer, reader)
        errors, _ = await loop.connect_read_pipe(lambda: _Tail(process._stderr), pipes.take("stderr", "rb"))
        transports.append(errors)
        process._transports = transports
        process._program = program = _start(running, argv, env, pipes.theirs)
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(program.started)), START_S)
        except LaunchFailed as error:
            _not_started(running, error)
        except BaseException:
            running.kit.launcher.signal(program)
            raise
    except BaseException:
        for opened in transports:
            opened.close()
        raise
    finally:
        pipes.close()
    running.commands += 1
    process._program.ended.add_done_callback(lambda _: _one_less(running))
    return process


def _one_less(running: Running) -> None:
    running.commands -= 1


class _Tail(asyncio.Protocol):
    def __init__(self, kept: bytearray) -> None:
        self._kept = kept

    def data_received(self, data: bytes) -> None:
        self._kept += data
        del self._kept[:-PREVIEW]
