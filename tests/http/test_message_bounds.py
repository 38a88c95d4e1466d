"""Where one request ends and the next begins, asked of the real server over a socket: whoever stands before it must not
be able to see another request than the server does (request smuggling)."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.e2e.demo import Demo, running

pytestmark = pytest.mark.xdist_group("fuzz")

POST = "POST /api/v1/auth/login HTTP/1.1\r\nHost: vitrail.test\r\nContent-Type: application/json\r\n"
HIDDEN = "GET /api/v1/hidden HTTP/1.1\r\nHost: vitrail.test\r\n\r\n"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running(tmp_path_factory.mktemp("bounds") / "data", VITRAIL_BUILDS_AT_ONCE="0") as demo:
        yield demo


def statuses(demo: Demo, sent: str) -> list[int]:
    """The statuses of all answers to these bytes, until the server is silent for a moment or hangs up."""
    parts = urlsplit(demo.url)
    told = b""
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=3) as connection:
        connection.sendall(sent.encode())
        try:
            while more := connection.recv(65536):
                told += more
        except TimeoutError:
            pass
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", told)]


def test_chunks_count_and_a_length_beside_them_does_not(demo: Demo) -> None:
    body = "2\r\n{}\r\n0\r\n\r\n"
    assert statuses(demo, f"{POST}Transfer-Encoding: chunked\r\n\r\n{body}") == [422], "the control"
    for length in (1, len(body) + len(HIDDEN)):
        found = statuses(demo, f"{POST}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n{body}")
        assert found in ([422], [400]), length


@pytest.mark.parametrize(
    "bounds",
    [
        "Content-Length: 2\r\nContent-Length: 40\r\n",
        "Content-Length : 2\r\n",
        "Content-Length: +2\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
    ],
    ids=repr,
)
def test_bounds_that_can_be_read_two_ways_are_refused(demo: Demo, bounds: str) -> None:
    assert statuses(demo, f"{POST}{bounds}\r\n{{}}{HIDDEN}") == [400]
