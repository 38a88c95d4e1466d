"""One person's questions wait for each other; nobody else waits for them."""

from __future__ import annotations

import asyncio

import pytest

from vitrail.projects.turns import MOST_WAITING, TooManyQuestions, Turns


class Asking:
    """Questions that take until `done`."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.running = 0
        self.done = asyncio.Event()

    async def ask(self, person: str) -> None:
        async with self.turns.one(person):
            self.running += 1
            try:
                await self.done.wait()
            finally:
                self.running -= 1


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_so_many_of_one_person_at_once_and_the_rest_in_turn() -> None:
    asking = Asking(Turns(2))
    tasks = [asyncio.create_task(asking.ask("ada")) for _ in range(5)]
    await settle()
    assert asking.running == 2
    asking.done.set()
    await asyncio.gather(*tasks)
    assert asking.turns._lines == {}


async def test_another_person_does_not_wait() -> None:
    asking = Asking(Turns(1))
    tasks = [asyncio.create_task(asking.ask(person)) for person in ("ada", "ada", "vera")]
    await settle()
    assert asking.running == 2
    asking.done.set()
    await asyncio.gather(*tasks)


async def test_more_than_can_wait_are_refused_and_leave_nothing() -> None:
    asking = Asking(Turns(1))
    tasks = [asyncio.create_task(asking.ask("ada")) for _ in range(1 + MOST_WAITING)]
    await settle()
    with pytest.raises(TooManyQuestions):
        await asking.ask("ada")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert asking.turns._lines == {}
    asking.done.set()
    await asking.ask("ada")
