"""Passwords: argon2id, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 256  # beyond this, hashing is only a way to keep us busy
AT_ONCE = 2  # 64 MiB each: a flood of sign-ins waits in line and slows nobody else


class Passwords:
    """Hashes and checks with argon2-cffi's defaults (RFC 9106, low-memory profile)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

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
        async with self._turn:
            try:
                return await asyncio.to_thread(self._hasher.verify, hashed, password)
            except (VerificationError, InvalidHashError):
                return False
