"""Runs inside a sandbox, and outside as the control: tries one thing and prints how it ended, as JSON.

probe.py calls '[[number, [arguments]], …]'   each as a system call, in a child of its own → errno names
probe.py sockets '[[family, type, protocol], …]' → errno names
probe.py connect '[address, …]'               TCP; "\\u0000name" is an abstract Unix socket → errno names
probe.py send '[address, …]'                  a UDP datagram → errno names
probe.py sti                                  push a character into a terminal's input → errno name
"""

import ctypes
import errno
import fcntl
import json
import os
import socket
import sys
import termios

LIBC = ctypes.CDLL(None, use_errno=True)


def name(number):
    return "ok" if number == 0 else errno.errorcode.get(number, str(number))


def in_child(body):
    """What `body` returns, from a forked child: some calls change the caller for good. A signal is told as its name."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, body().encode())
        os._exit(0)
    os.close(writer)
    said = os.read(reader, 100).decode()
    os.close(reader)
    status = os.waitpid(pid, 0)[1]
    return said or f"signal {os.WTERMSIG(status)}"


def call(number, arguments):
    ctypes.set_errno(0)
    result = LIBC.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in arguments])
    return name(ctypes.get_errno()) if result == -1 else "ok"


def trying(body):
    try:
        body()
    except OSError as error:
        return name(error.errno)
    return "ok"


def connect(address):
    if isinstance(address, str):
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(address)
        return
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as one:
        one.settimeout(3)
        one.connect(tuple(address))


def send(address):
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", tuple(address))


def sti():
    _, second = os.openpty()
    os.setsid()
    fcntl.ioctl(second, termios.TIOCSCTTY, 0)
    fcntl.ioctl(second, termios.TIOCSTI, b"x")


def main(what, given="null"):
    items = json.loads(given)
    if what == "calls":
        return [in_child(lambda number=number, args=args: call(number, args)) for number, args in items]
    if what == "sockets":
        return [trying(lambda item=item: socket.socket(*item).close()) for item in items]
    if what == "sti":
        return in_child(lambda: trying(sti))
    return [trying(lambda item=item: {"connect": connect, "send": send}[what](item)) for item in items]


sys.stdout.write(json.dumps(main(*sys.argv[1:])))
