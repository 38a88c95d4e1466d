"""Which passwords are taken. By NIST SP 800-63B and OWASP ASVS 5.0 (V6.2): length counts, mixtures of characters are
not demanded, and what attackers try first is refused: common and leaked passwords, and what is known of the person.

The common passwords are those that `zxcvbn` carries (30,000, from published leaks); nothing is asked over the network.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from zxcvbn import zxcvbn

from vitrail.errors import InvalidInput
from vitrail.identity.passwords import MAX_LENGTH, MIN_LENGTH

GUESSES = 1e8
"""What a password must withstand: some hundred million tries by somebody who knows how people choose them."""
JUDGED = 72
"""Characters that are judged; what is longer is strong by its length, and judging it would only cost time."""
SHORTEST = 3
"""Letters of a word that counts as one."""
OURS = ("vitrail", "lightdash")


class WeakPassword(InvalidInput):
    """The password would be found by guessing."""

    title = "This password can't be used"
    code = "weak-password"


async def check(password: str, about: Sequence[str]) -> None:
    """Raises `WeakPassword` with the reason. `about`: the person's name, address, organisation."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(
            f"It has fewer than {MIN_LENGTH} characters.", cure="Take several words that do not belong together."
        )
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"It has more than {MAX_LENGTH} characters.", cure="Take a shorter one.")
    known = [part.casefold() for text in (*about, *OURS) for part in (text, *text.replace("@", " ").split()) if part]
    if _little_beside(password, known):
        raise WeakPassword(
            "It is little more than your name, your address or the name of this place.",
            cure="Take several words that do not belong together.",
        )
    found = await asyncio.to_thread(zxcvbn, password[:JUDGED], known)
    if len(password) > JUDGED or float(found["guesses"]) >= GUESSES:
        return
    warning = str(found["feedback"]["warning"]).strip().rstrip(".")
    raise WeakPassword(
        f"It is easily guessed{f': {warning[0].lower()}{warning[1:]}' if warning else ''}.",
        cure="Take several words that do not belong together, or let a password manager make one.",
    )


def _little_beside(password: str, known: Sequence[str]) -> bool:
    """Whether a password is a known word with something around it."""
    rest = password.casefold()
    for word in sorted(known, key=len, reverse=True):
        if len(word) >= SHORTEST:
            rest = rest.replace(word, "")
    return len(rest) < len(password) and len(rest) < MIN_LENGTH
