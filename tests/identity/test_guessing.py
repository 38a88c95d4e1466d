"""Guessing many passwords, over and over or at the same time: waits grow, are forgotten, and hold nobody else up."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select

from tests.kit.instance import ADA, Instance
from vitrail.db.engine import Database, open_database
from vitrail.identity import throttle
from vitrail.identity.passwords import AT_ONCE, NICENESS, Passwords
from vitrail.identity.service import HELD_OFF_S
from vitrail.identity.tables import SignInFailuresRow
from vitrail.identity.throttle import KNOWN_FOR, LIMITS, LONGEST, MEMORY, TooManySignIns

LOGIN = "/api/v1/auth/login"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BOTH, PERSON, ADDRESS = LIMITS
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Clerk:
    """Signs in at the times that it is told, with no password looked at."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.at = START

    async def wait(self, email: str = ADA.email, address: str = HERE) -> timedelta | None:
        """How long somebody is held off, as the answer says it; None: not at all."""
        try:
            async with self.db.session() as session:
                await throttle.check(session, email, address, self.at)
        except TooManySignIns as error:
            return timedelta(seconds=error.retry_after)
        return None

    async def fail(self, times: int = 1, email: str = ADA.email, address: str = HERE) -> None:
        for _ in range(times):
            async with self.db.session() as session:
                await throttle.failed(session, email, address, self.at)

    async def fail_from_many(self, times: int) -> None:
        """Somebody with a machine for each guess."""
        for number in range(times):
            await self.fail(address=f"198.51.100.{number}")

    async def succeed(self, email: str = ADA.email, address: str = HERE) -> None:
        async with self.db.session() as session:
            await throttle.succeeded(session, email, address, self.at)

    async def rows(self) -> int:
        async with self.db.session() as session:
            return await session.scalar(select(func.count()).select_from(SignInFailuresRow)) or 0


@pytest.fixture
def clerk(instance: Instance) -> Clerk:
    return Clerk(instance.services.db)


class TestWaits:
    async def test_each_round_of_failures_waits_twice_as_long_until_the_longest(self, clerk: Clerk) -> None:
        waits = []
        for _ in range(11):
            await clerk.fail(BOTH.failures - 1)
            assert await clerk.wait() is None
            await clerk.fail()
            wait = await clerk.wait()
            assert wait is not None
            waits.append(wait // MINUTE)
            clerk.at += wait - timedelta(seconds=1)
            assert await clerk.wait() == timedelta(seconds=1)
            clerk.at += timedelta(seconds=1)
            assert await clerk.wait() is None
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]

    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.kind)
    def test_no_number_of_rounds_waits_longer(self, limit: throttle.Limit) -> None:
        waits = [limit.wait(rounds) for rounds in (*range(1, 40), 10_000)]
        assert waits[:4] == [1 * MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
        assert waits == sorted(waits)
        assert waits[-1] == limit.longest <= 4 * HOUR

    async def test_a_day_after_the_first_failure_all_is_forgotten(self, clerk: Clerk) -> None:
        await clerk.fail(3 * BOTH.failures - 1)
        clerk.at += MEMORY - timedelta(seconds=1)
        await clerk.fail()
        assert await clerk.wait() == 4 * MINUTE
        clerk.at += timedelta(seconds=1)
        assert await clerk.wait() == 4 * MINUTE - timedelta(seconds=1), "a wait lasts to its end"
        clerk.at += 4 * MINUTE
        await clerk.fail(BOTH.failures - 1)
        assert await clerk.wait() is None
        await clerk.fail()
        assert await clerk.wait() == 1 * MINUTE

    async def test_failures_after_the_limit_that_were_under_way_end_no_wait(self, clerk: Clerk) -> None:
        await clerk.fail(BOTH.failures + 2)
        assert await clerk.wait() == 1 * MINUTE
        clerk.at += MINUTE
        await clerk.fail(BOTH.failures - 2)
        assert await clerk.wait() == 2 * MINUTE, "they count for the next round"

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (1, "1 minute"), (60, "1 minute"), (61, "2 minutes"), (3540, "59 minutes"), (3541, "1 hour"),
            (3661, "1 hour and 2 minutes"), (7260, "2 hours and 1 minute"), (14400, "4 hours"),
        ],
    )  # fmt: skip
    def test_the_answer_says_how_long(self, seconds: int, words: str) -> None:
        error = TooManySignIns(seconds)
        assert error.cure == f"Wait {words}, then try again."
        assert error.retry_after == seconds

    async def test_a_wait_is_never_told_shorter_than_it_is(self, clerk: Clerk) -> None:
        await clerk.fail(BOTH.failures)
        clerk.at += timedelta(seconds=10, milliseconds=1)
        told = await clerk.wait()
        assert told == timedelta(seconds=50)
        clerk.at += told
        assert await clerk.wait() is None


class TestAPersonEverywhere:
    async def test_many_machines_on_one_person_wait_together_for_an_hour_at_most(self, clerk: Clerk) -> None:
        waits = []
        for _ in range(8):
            await clerk.fail_from_many(PERSON.failures)
            wait = await clerk.wait(address=ELSEWHERE)
            assert wait is not None
            waits.append(wait // MINUTE)
            clerk.at += wait
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60]

    async def test_nobody_else_waits_with_them(self, clerk: Clerk) -> None:
        await clerk.fail_from_many(PERSON.failures)
        assert await clerk.wait("vera@jaffle.example") is None

    async def test_where_they_signed_in_before_the_person_does_not_wait_with_them(self, clerk: Clerk) -> None:
        await clerk.succeed()
        await clerk.fail_from_many(PERSON.failures)
        assert await clerk.wait() is None
        assert await clerk.wait(address=ELSEWHERE) == 1 * MINUTE
        assert await clerk.wait(" ADA@jaffle.example ") is None, "however the address is written"

    async def test_a_known_address_has_a_limit_of_its_own(self, clerk: Clerk) -> None:
        await clerk.succeed()
        await clerk.fail(BOTH.failures)
        assert await clerk.wait() == 1 * MINUTE

    async def test_an_address_is_known_for_that_person_alone(self, clerk: Clerk) -> None:
        await clerk.succeed("vera@jaffle.example")
        await clerk.fail_from_many(PERSON.failures)
        assert await clerk.wait() == 1 * MINUTE

    async def test_an_address_is_known_for_a_month_after_the_last_time(self, clerk: Clerk) -> None:
        await clerk.succeed()
        clerk.at += KNOWN_FOR - HOUR
        await clerk.succeed()
        clerk.at += KNOWN_FOR - HOUR
        await clerk.fail_from_many(PERSON.failures)
        assert await clerk.wait() is None
        clerk.at += HOUR
        await clerk.fail_from_many(PERSON.failures)
        assert await clerk.wait() == 2 * MINUTE


class TestARightPassword:
    async def test_the_waits_begin_anew(self, clerk: Clerk) -> None:
        await clerk.fail(2 * BOTH.failures + 1)
        clerk.at += 2 * MINUTE
        await clerk.succeed()
        await clerk.fail(BOTH.failures - 1)
        assert await clerk.wait() is None
        await clerk.fail()
        assert await clerk.wait() == 1 * MINUTE

    async def test_elsewhere_the_persons_failures_count_on(self, clerk: Clerk) -> None:
        await clerk.fail(BOTH.failures, address=ELSEWHERE)
        await clerk.succeed()
        assert await clerk.wait(address=ELSEWHERE) == 1 * MINUTE

    async def test_a_persons_own_slips_do_not_count_against_them_elsewhere(self, clerk: Clerk) -> None:
        await clerk.fail(3)
        await clerk.succeed()
        await clerk.fail_from_many(PERSON.failures - 1)
        assert await clerk.wait(address=ELSEWHERE) is None
        await clerk.fail_from_many(1)
        assert await clerk.wait(address=ELSEWHERE) == 1 * MINUTE

    async def test_an_office_is_forgiven_the_slips_of_those_who_came_in(self, clerk: Clerk) -> None:
        for number in range(ADDRESS.failures):
            await clerk.fail(email=f"person{number}@jaffle.example")
            await clerk.succeed(email=f"person{number}@jaffle.example")
        assert await clerk.wait("somebody@jaffle.example") is None

    async def test_who_has_an_account_buys_no_guesses_at_others_with_it(self, clerk: Clerk) -> None:
        for number in range(ADDRESS.failures):
            await clerk.fail(email=f"person{number}@jaffle.example")
            if number < ADDRESS.failures - 1:
                await clerk.succeed("mallory@jaffle.example")
        assert await clerk.wait("somebody@jaffle.example") == 1 * MINUTE


class TestKeeping:
    @pytest.fixture
    async def other(self, instance: Instance) -> AsyncIterator[Clerk]:
        """Another process on the same database."""
        database = await open_database(instance.services.settings)
        yield Clerk(database)
        await database.close()

    async def test_processes_lose_no_failure_to_each_other(self, clerk: Clerk, other: Clerk) -> None:
        each = 2 * PERSON.failures
        await asyncio.gather(
            *(who.fail(address=f"10.0.{n}.1") for n in range(each) for who in (clerk, other)),
        )
        key = throttle._keys(ADA.email, HERE)["person"]
        async with clerk.db.session() as session:
            counted = await session.scalar(select(SignInFailuresRow.failures).where(SignInFailuresRow.key == key))
        assert counted == 2 * each
        assert await clerk.wait() == await other.wait() == 8 * MINUTE, "the limit was reached four times"

    async def test_processes_that_count_clear_and_sweep_at_once_never_wait_for_each_other(
        self, clerk: Clerk, other: Clerk
    ) -> None:
        await clerk.fail_from_many(PERSON.failures)
        clerk.at = other.at = START + MEMORY + LONGEST
        people = ("ada@jaffle.example", "vera@jaffle.example", "nobody@jaffle.example")
        await asyncio.gather(
            *(do(email=email, address=address) for email in people for address in (HERE, ELSEWHERE, "198.51.100.3")
              for who in (clerk, other) for do in (who.fail, who.succeed, who.fail)),
        )  # fmt: skip
        await clerk.fail()
        async with clerk.db.session() as session:
            oldest = await session.scalar(select(func.min(SignInFailuresRow.forgotten_at)))
        assert oldest == clerk.at + MEMORY

    async def test_a_restart_forgets_nothing(self, clerk: Clerk, instance: Instance) -> None:
        await clerk.fail(2 * BOTH.failures)
        database = await open_database(instance.services.settings)
        assert await Clerk(database).wait() == 2 * MINUTE
        await database.close()

    async def test_what_is_forgotten_is_removed(self, clerk: Clerk) -> None:
        await clerk.fail_from_many(7)
        assert await clerk.rows() == 7 + 7 + 1
        clerk.at += MEMORY + LONGEST - timedelta(seconds=1)
        await clerk.fail(email="vera@jaffle.example")
        assert await clerk.rows() == 7 + 7 + 1 + 3
        clerk.at += timedelta(seconds=1)
        await clerk.fail(email="vera@jaffle.example")
        assert await clerk.rows() == 3

    async def test_one_failure_removes_so_many_and_no_more(self, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("vitrail.identity.throttle.SWEPT_AT_ONCE", 4)
        await clerk.fail_from_many(5)
        clerk.at += MEMORY + LONGEST
        await clerk.fail(email="vera@jaffle.example")
        assert await clerk.rows() == 11 + 3 - 4

    async def test_neither_names_nor_addresses_are_kept(self, clerk: Clerk) -> None:
        await clerk.fail()
        await clerk.succeed()
        async with clerk.db.session() as session:
            keys = list(await session.scalars(select(SignInFailuresRow.key)))
        assert len(keys) == 3
        assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


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
