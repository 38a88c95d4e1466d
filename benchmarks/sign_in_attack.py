"""What a flood of guessed passwords costs everybody else: a real server, 16 clients that guess as fast as they are
answered, and one person who works on.

Goal: p95 of an ordinary request during the attack is at most 1.5 × p95 without, in the same run. Two attacks: from many
addresses, each guess hashed (what a botnet does), and from one, held off by the limits of `identity/throttle.py`.
Quiet and attacked rounds alternate, so that what else the machine does falls on both.

Everything stays on loopback and ends by itself: so many requests are measured, and the guessing process lives for
`LONGEST_S` at most. Its own work, which attackers would do on machines of theirs, falls on this one and counts, too.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from benchmarks.demo_server import DemoServer, demo_server

CLIENTS, ROUNDS, REQUESTS = 16, 8, 100
PAUSE_S = 0.005  # between the requests of somebody who works
SETTLE_S = 1.0
LONGEST_S = 60.0
ATTACKS = ("many", "one")
GOAL = 1.5


def run() -> list[dict[str, Any]]:
    figures = []
    for attack in ATTACKS:
        # With TRUST_PROXY the guesses say themselves which address they come from.
        with patch.dict(os.environ, {"TRUST_PROXY": "true"}), demo_server() as server:
            figures += _measure(server, attack)
    return figures


def _measure(server: DemoServer, attack: str) -> list[dict[str, Any]]:
    quiet: list[float] = []
    attacked: list[float] = []
    guesses: Counter[str] = Counter()
    _work(server, REQUESTS)  # warm
    for _ in range(ROUNDS):
        quiet += _work(server, REQUESTS)
        with _guessing(server, attack) as said:
            time.sleep(SETTLE_S)
            attacked += _work(server, REQUESTS)
        guesses.update(said)
    expected = "401" if attack == "many" else "429"
    if guesses[expected] < CLIENTS:
        raise RuntimeError(f"the attack was none: {dict(guesses)}")
    before, during = _p95(quiet), _p95(attacked)
    reference = f"without {before:.1f} ms; guesses by status: {dict(guesses)}"
    name = f"sign_in_attack.{attack}"
    return [
        _figure(f"{name}_ratio", round(during / before, 2), "×", GOAL, reference),
        _figure(f"{name}_p95", round(during, 1), "ms", None, reference),
    ]


def _work(server: DemoServer, count: int) -> list[float]:
    """Milliseconds of `GET /auth/me` by token, one after the other over one connection."""
    where = urlsplit(server.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    times = []
    for _ in range(count):
        started = time.perf_counter()
        connection.request("GET", "/api/v1/auth/me", headers={"Authorization": f"Bearer {server.token}"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status != http.client.OK:
            raise RuntimeError(f"/auth/me answered {answer.status}")
        time.sleep(PAUSE_S)
    connection.close()
    return times


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _figure(name: str, value: float, unit: str, goal: float | None, reference: str) -> dict[str, Any]:
    meets = None if goal is None else value <= goal
    said = None if goal is None else f"≤ {goal}"
    return {"name": name, "value": value, "unit": unit, "goal": said, "meets": meets, "reference": reference}


@contextmanager
def _guessing(server: DemoServer, attack: str) -> Iterator[dict[str, int]]:
    """While the block runs, a process of its own guesses. Afterwards: how many guesses got which status."""
    said: dict[str, int] = {}
    command = [sys.executable, "-m", "benchmarks.sign_in_attack", server.url, attack]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield said
        finally:
            answer, _ = process.communicate("stop\n", timeout=LONGEST_S)
        said.update(json.loads(answer))


# -- The other process


async def _attack(url: str, attack: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    clients = [asyncio.create_task(_client(url, attack, number, counted)) for number in range(CLIENTS)]
    stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    await asyncio.wait([stopped, *clients], timeout=LONGEST_S / 2, return_when=asyncio.FIRST_COMPLETED)
    failed = [client.exception() for client in clients if client.done()]
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)
    if failed:
        raise RuntimeError(f"a client gave up: {failed[0]}")
    return dict(counted)


async def _client(url: str, attack: str, number: int, counted: Counter[str]) -> None:
    """Guesses over one connection, the next as soon as the last was answered."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    guess, attack_number = 0, os.getpid()  # each attack guesses for others, from elsewhere
    while True:
        guess += 1
        body = json.dumps(
            {"email": f"p{number}.{guess}.{attack_number}@jaffle.example", "password": f"guess number {guess}"}
        )
        address = f"10.{attack_number % 250}.{number}.{guess % 250}" if attack == "many" else "10.0.0.1"
        writer.write(
            f"POST /api/v1/auth/login HTTP/1.1\r\nHost: {where.netloc}\r\nX-Forwarded-For: {address}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        await reader.readexactly(length)
        counted[head.split(" ", 2)[1]] += 1


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_attack(sys.argv[1], sys.argv[2]))))
