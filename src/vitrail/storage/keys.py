"""What a key may look like: the same rule for every store, so that a local folder and S3 hold the same names."""

from __future__ import annotations

import re

from vitrail.errors import InvalidInput

KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
MAX_KEY = 900


class InvalidKey(InvalidInput):
    """A name that can't be a key: empty, too long, with `..`, a hidden part, or other letters than names have."""

    title = "Not a name for a stored file"
    code = "invalid-key"


def checked(key: str) -> str:
    """The key, if it is one. No part begins with a dot, so no key climbs out of its folder or hides in it."""
    if len(key) > MAX_KEY or KEY.fullmatch(key) is None:
        raise InvalidKey(
            f"{key[:80]!r} can't be the name of a stored file.",
            cure="Use letters, digits, dots, dashes and underscores, in parts separated by slashes.",
        )
    return key
