"""What a demo instance makes up for itself, once: passwords, tokens, an authority and its licence.

Kept in one file of the data folder that only its owner may read, so that every start prints the same sign-ins.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from vitrail.db.base import new_id, now
from vitrail.licence.features import NAMED
from vitrail.licence.keys import Licence, LicenceKeyInvalid, issue, keypair, read
from vitrail.secret import DataDirUnusable, token, write_private

FILE = "demo.json"
LASTS = timedelta(days=30)
RENEW_BEFORE = timedelta(days=15)
# Words that are told apart when read aloud; three of them and a number are asked for by nobody but this demo.
WORDS = (
    "amber",
    "basil",
    "cedar",
    "copper",
    "coral",
    "cotton",
    "crystal",
    "ember",
    "fern",
    "garnet",
    "ginger",
    "hazel",
    "indigo",
    "ivory",
    "jasmine",
    "juniper",
    "lantern",
    "laurel",
    "maple",
    "marble",
    "mint",
    "opal",
    "orchard",
    "pepper",
    "quartz",
    "saffron",
    "silver",
    "slate",
    "tulip",
    "velvet",
    "walnut",
    "willow",
)


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """How one of the two people signs in: in the page, and as a program."""

    email: str
    password: str
    token: str


@dataclass(frozen=True, slots=True)
class DemoCredentials:
    """All that the demo's file holds."""

    organization_id: str
    private_key: str
    public_key: str
    license_key: str
    people: tuple[DemoSignIn, ...]


def load_or_make(folder: Path, emails: tuple[str, ...]) -> DemoCredentials:
    """The data folder's credentials, made at the first start; the licence is renewed before it ends."""
    path = folder / FILE
    held = _load(path) if path.exists() else _make(emails)
    fresh = replace(held, license_key=_licence(held))
    if fresh != held or not path.exists():
        write_private(path, json.dumps(asdict(fresh), indent=2) + "\n")
    return fresh


def _load(path: Path) -> DemoCredentials:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        people = tuple(DemoSignIn(**person) for person in raw.pop("people"))
        return DemoCredentials(**raw, people=people)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataDirUnusable(
            f"{path} can't be read ({type(error).__name__}).",
            cure="Choose another --data-dir, or remove this one: the demo makes everything anew.",
        ) from None


def _make(emails: tuple[str, ...]) -> DemoCredentials:
    private, public = keypair()
    people = tuple(DemoSignIn(email=email, password=_password(), token="vt_" + token()) for email in emails)
    return DemoCredentials(new_id(), private, public, "", people)


def _password() -> str:
    """Four words and a number: 2^33 possibilities, for a demo that listens on this machine only."""
    words = [secrets.choice(WORDS) for _ in range(4)]
    return "-".join(words) + f"-{secrets.randbelow(9000) + 1000}"


def _licence(held: DemoCredentials) -> str:
    at = now()
    try:
        if held.license_key:
            current = read(held.license_key, held.public_key)
            if current.expiry is not None and current.expiry > at + RENEW_BEFORE:
                return held.license_key
    except LicenceKeyInvalid:
        pass
    return issue(Licence(new_id(), at, at + LASTS, frozenset(NAMED), "Vitrail demo"), held.private_key)
