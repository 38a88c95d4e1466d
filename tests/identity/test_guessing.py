"""Guessing many passwords at the same time: it gets nobody past the limits, and holds nobody else up."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time

import httpx
import pytest

from tests.kit.instance import ADA, Instance
from vitrail.identity.passwords import AT_ONCE, NICENESS, Passwords
from vitrail.identity.service import HELD_OFF_S
from vitrail.identity.throttle import LIMITS

LOGIN = "/api/v1/auth/login"


async def test_guesses_at_the_same_time_are_counted_like_those_one_after_the_other(
    stranger: httpx.AsyncClient,
) -> None:
    guesses = (stranger.post(LOGIN, json={"email": ADA.email, "password": f"guess {n}"}) for n in range(24))
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    allowed = next(limit.failures for limit in LIMITS if limit.kind == "both")
    assert set(statuses) == {401, 429}
    assert allowed <= statuses.count(401) < allowed + AT_ONCE


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_who_guessed_too_often_waits_and_nobody_else_does(instance: Instance) -> None:
    async with instance.client() as mallory, instance.by_token(ADA.token) as ada:
        wrong = {"email": "nobody@jaffle.example", "password": "x"}
        for _ in range(5):
            assert (await mallory.post(LOGIN, json=wrong)).status_code == 401
        started = time.perf_counter()
        blocked = asyncio.create_task(mallory.post(LOGIN, json=wrong))
        assert (await ada.get("/api/v1/auth/me")).status_code == 200
        assert not blocked.done()
        assert (await blocked).status_code == 429
        assert time.perf_counter() - started >= HELD_OFF_S


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
async def test_hashing_takes_what_processor_time_others_leave() -> None:
    class Looking:
        def hash(self, password: str) -> str:
            return f"{os.getpriority(os.PRIO_PROCESS, threading.get_native_id())} {threading.current_thread().name}"

    said = await Passwords(Looking()).hash("x")  # type: ignore[arg-type]
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert said == f"{max(here, NICENESS)} password_0"
