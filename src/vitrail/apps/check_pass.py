"""The pass that lets the server's own browser open one version as its builder, and nothing else.

It is a signed value in a cookie that scripts can't read, not a sign-in: it names one version and one person, ends
after minutes, and is good only for opening that version and for its session's files and queries. It never reaches the
app: the host page's requests carry it, the frame has no network.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from vitrail.secret import SecretBox

COOKIE = "vitrail-check"
PURPOSE = "check-pass"
LIFETIME_S = 180


@dataclass(frozen=True, slots=True)
class CheckPass:
    """Whom the browser stands for, and the one version that it may open."""

    version_id: str
    person_id: str

    def issue(self, secrets: SecretBox) -> str:
        """The cookie's value, good for `LIFETIME_S` seconds."""
        value = f"{self.version_id}.{self.person_id}.{int(time.time()) + LIFETIME_S}"
        return f"{value}.{secrets.sign(PURPOSE, value)}"


def read_check_pass(sent: str, secrets: SecretBox) -> CheckPass | None:
    """The pass in a cookie's value; None when it is not ours, was altered, or has ended."""
    value, _, signature = sent.rpartition(".")
    if not value or not secrets.signed(PURPOSE, value, signature):
        return None
    version_id, person_id, ends = value.split(".")
    return CheckPass(version_id, person_id) if time.time() < int(ends) else None
