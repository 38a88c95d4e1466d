"""The process that starts bubblewrap, and enters its sandboxes to run commands. `launch.py` runs it: `python -I -S`.

One per provider, one thread, standard library only, so that it forks in a millisecond whatever the server weighs and
so that `--die-with-parent` (which follows the *thread* that forked) means "dies with the server". It reads orders
from the socket on stdin, a JSON document in a memfd and the file descriptors to hand on, and answers on the same
socket. When the server goes away, the socket ends, this process ends, and with it every sandbox.

Orders: `{"id", "op": "box", ...}` starts bubblewrap; `{"id", "op": "enter", ...}` runs a program in a running sandbox
(both in `entry.py`); `{"op": "signal", "id", "signal"}` signals a process group by order.
Answers: `{"id", "pid"}`, `{"id", "error"}`, `{"id", "exit"}`.

Each order is carried out by a process of its own. The next one is forked ahead, while the last one works, and waits
without any privilege taken or sandbox chosen: a fork of Python costs as much as entering a sandbox does.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys

from vitrail.sandbox import entry
from vitrail.sandbox.stage import Stage

TYPE_CHECKING = False  # `typing` would double what each fork has to copy
if TYPE_CHECKING:
    from typing import Any, NoReturn

MOST_FDS = 16  # that come with an order
HEAD_BYTES = 65536


class _Start:
    """An order whose program does not run yet: who carries it out, and what it said so far."""

    __slots__ = ("helper", "identity", "said")

    def __init__(self, identity: int, helper: int) -> None:
        self.identity, self.helper, self.said = identity, helper, b""


class Launcher:
    """The loop: orders in, exits out."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.orders: dict[int, int] = {}  # order id → pid of its program
        self.pids: dict[int, int] = {}  # pid → order id
        self.starting: dict[int, _Start] = {}  # by status pipe
        self.helpers: set[int] = set()  # processes that got an order and were not reaped yet
        self.ended: dict[int, int] = {}  # pids that ended before their status pipe did → exit code
        self.doomed: set[int] = set()  # orders to be ended before they have a pid
        self.stage = Stage()
        self.spare: tuple[int, socket.socket] | None = None  # a process that waits for an order

    def answer(self, **message: Any) -> None:
        self.control.send(json.dumps(message).encode())

    def receive(self) -> bool:
        data, received, _, _ = socket.recv_fds(self.control, HEAD_BYTES, MOST_FDS, socket.MSG_CMSG_CLOEXEC)
        if not data:
            return False
        order = json.loads(data)
        if order["op"] == "signal":
            pid = self.orders.get(order["id"])
            if pid is not None:
                self.signal(pid, order["signal"])
            elif any(start.identity == order["id"] for start in self.starting.values()):
                self.doomed.add(order["id"])
            return True
        try:
            self.stage.put(order.get("binds", ()))
            self.start(order["id"], data, received)
        except (OSError, ValueError) as error:  # no process or descriptor to be had: this order fails alone
            self.answer(id=order["id"], error=str(error))
        for fd in received:
            os.close(fd)
        return True

    def signal(self, pid: int, number: int) -> None:
        for send in (os.killpg, os.kill):  # it may not lead its group yet
            with contextlib.suppress(ProcessLookupError, PermissionError):
                send(pid, number)

    def start(self, identity: int, data: bytes, fds: list[int]) -> None:
        """Hand an order to the process that waits."""
        if self.spare is None:
            self.fork()
        assert self.spare is not None
        reader, writer = os.pipe()
        (pid, channel), self.spare = self.spare, None
        try:
            socket.send_fds(channel, [data], [writer, *fds])
        except OSError:
            os.close(reader)
            raise
        finally:
            os.close(writer)
            channel.close()
        self.starting[reader] = _Start(identity, pid)
        self.helpers.add(pid)

    def fork(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            _wait(theirs)
        theirs.close()
        self.spare = pid, ours

    def progress(self, reader: int) -> None:
        start = self.starting[reader]
        data = os.read(reader, 4096)
        start.said += data
        for line in data.decode(errors="replace").splitlines():
            word, _, rest = line.partition(" ")
            if word == "pid":
                self.orders[start.identity], self.pids[int(rest)] = int(rest), start.identity
                if start.identity in self.doomed:
                    self.signal(int(rest), signal.SIGKILL)
        if data:
            return
        os.close(reader)
        del self.starting[reader]
        self.doomed.discard(start.identity)
        errors = [line for line in start.said.decode(errors="replace").splitlines() if line.startswith("error ")]
        pid = self.orders.get(start.identity)
        if start.helper != pid:
            self.ended.pop(start.helper, None)
        if errors or pid is None:
            self.answer(id=start.identity, error=errors[0][6:] if errors else "the process ended before it started")
            if pid is not None:
                self.forget(pid)
            return
        self.answer(id=start.identity, pid=pid)
        if pid in self.ended:
            self.answer(id=start.identity, exit=self.ended[pid])
            self.forget(pid)

    def forget(self, pid: int) -> None:
        self.ended.pop(pid, None)
        self.orders.pop(self.pids.pop(pid, -1), None)

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            code = 128 - code if code < 0 else code
            if self.spare is not None and pid == self.spare[0]:  # ended by somebody else
                self.spare[1].close()
                self.spare = None
                continue
            if pid in self.helpers:
                self.helpers.remove(pid)
                if pid not in self.pids and not any(start.helper == pid for start in self.starting.values()):
                    continue  # it only entered and left
            identity = self.pids.get(pid)
            if identity is not None and not any(start.identity == identity for start in self.starting.values()):
                self.answer(id=identity, exit=code)
                self.forget(pid)
            elif self.starting:
                self.ended[pid] = code

    def run(self) -> None:
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the server's terminal is the server's to handle
        entry.prctl(entry.PR_SET_CHILD_SUBREAPER, 1)
        while True:
            watched: list[Any] = [self.control, wake_read, *self.starting]
            ready, _, _ = select.select(watched, [], [])
            ordered = False
            for item in ready:
                if item is self.control:
                    if not self.receive():
                        return
                    ordered = True
                elif item == wake_read:
                    with contextlib.suppress(BlockingIOError):
                        os.read(wake_read, 4096)
                elif item in self.starting:
                    self.progress(item)
            self.reap()
            if ordered and self.spare is None:
                with contextlib.suppress(OSError):  # then the next order forks, and says why it can't
                    self.fork()


def _wait(channel: socket.socket) -> NoReturn:
    """The life of a process that was forked ahead: one order, or the launcher's end. It never returns to the loop."""
    status = 2
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        gc.disable()
        _read(_sample())  # so that the memory which this needs is its own by the time it counts
        os.dup2(channel.fileno(), 3)  # and nothing else of the launcher's, of other sandboxes' least of all
        os.closerange(4, entry.LAST_FD)
        data, (status, document, *received), _, _ = socket.recv_fds(
            socket.socket(fileno=3), HEAD_BYTES, MOST_FDS + 1, socket.MSG_CMSG_CLOEXEC
        )
        order = json.loads(data)
        order |= _read(document)
        fds = dict(zip(order["fds"], received, strict=True))
        (entry.box if order["op"] == "box" else entry.enter)(order, fds, status)
    except BaseException as error:  # noqa: BLE001 - the door of a forked process: all it can do is tell
        if status != 2:
            os.write(status, f"error {error}\n".encode(errors="replace"))
    finally:
        os._exit(126)


def _read(document: int) -> Any:
    with open(document, "rb") as file:
        file.seek(0)
        return json.loads(file.read())


def _sample() -> int:
    """A document that no order came with, but of such a shape."""
    fd = os.memfd_create("sample")
    os.write(fd, json.dumps({"argv": ["/"], "env": {"PATH": "/"}, "uid": None, "limits": {"RLIMIT_CORE": 0}}).encode())
    return fd


def main() -> None:
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    gc.collect()
    gc.freeze()  # so that no collection touches, and thereby copies, what a fork shares with its parent
    Launcher(control).run()
    sys.exit(0)
