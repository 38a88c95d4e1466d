"""Passwords: argon2id, off the event loop, a few at a time, behind everything else that the machine has to do."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

MIN_LENGTH = 10
MAX_LENGTH = 256  # beyond this, hashing is only a way to keep us busy
AT_ONCE = 2  # 64 MiB each: a flood of sign-ins waits in line and slows nobody else
HELD_OFF_AT_ONCE = 2
NICENESS = 15  # of the threads that hash: they take what processor time others leave


class Passwords:
    """Hashes and checks with argon2-cffi's defaults (RFC 9106, low-memory profile)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, "password", initializer=_step_back)
        self._nobody: str | None = None
        self.turn = asyncio.Semaphore(AT_ONCE)
        """Whose password is being looked at. Who signs in takes a turn for all of it, so that a flood neither fills
        the event loop nor gets past the limits by guessing at the same time."""
        self.held_off = asyncio.Semaphore(HELD_OFF_AT_ONCE)
        """Who is being told that they guessed too often."""

    async def hash(self, password: str) -> str:
        return await self._aside(self._hasher.hash, password)

    async def matches(self, hashed: str | None, password: str) -> bool:
        """Whether the password is the one. For nobody's hash (None) it takes as long and answers no."""
        if len(password) > MAX_LENGTH:
            password = password[:MAX_LENGTH]
            hashed = None
        if hashed is None:
            if self._nobody is None:
                self._nobody = await self.hash("nobody has this password")
            await self._check(self._nobody, password)
            return False
        return await self._check(hashed, password)

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with weaker settings than today's."""
        return self._hasher.check_needs_rehash(hashed)

    async def _check(self, hashed: str, password: str) -> bool:
        try:
            return await self._aside(self._hasher.verify, hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _aside(self, work: Callable[..., T], *given: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)


def _step_back() -> None:
    """Lowers the priority of this thread, and so of those that argon2 starts from it. Only Linux has one a thread."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
