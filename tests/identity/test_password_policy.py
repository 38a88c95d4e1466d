"""Which passwords are taken."""

from __future__ import annotations

import time

import pytest

from vitrail.identity.password_policy import WeakPassword, check

ABOUT = ("Ada Martin", "ada.martin@jaffle.example", "Jaffle Shop")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "qwertyuiop",
        "iloveyou2020",
        "aaaaaaaaaaaaaaaa",
        "ada.martin@jaffle.example",
        "AdaMartin1985",
        "vitrailvitrail",
        "abcdefghijkl",
        "x" * 300,
    ],
)
async def test_what_would_be_guessed(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        await check(password, ABOUT)
    assert password not in str(refused.value.problem())
    assert refused.value.cure


@pytest.mark.parametrize(
    "password",
    ["lantern orbit mustard ferry", "k7#Qz!mPw2", "сорок тысяч обезьян", "é" * 3 + "🎻 piano Wald 7", "x7 " * 60],
)
async def test_what_would_not(password: str) -> None:
    await check(password, ABOUT)


async def test_a_long_one_is_not_dear_to_judge() -> None:
    started = time.process_time()
    await check("ab1!" * 60, ABOUT)
    assert time.process_time() - started < 5
