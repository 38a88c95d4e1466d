"""Where the licence stands at a moment, with cause and cure. What that turns on and off: `features.py`.

Two things are judged: what is *held* (a signed key or a licence file, checked without any network) and, where a licence
server is configured, what was last *heard* from it. Nothing here reads a clock, a file or the network.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from vitrail.db.base import now
from vitrail.licence.authority import AUTHORITY
from vitrail.licence.files import read_file
from vitrail.licence.keys import PREFIX, Licence, LicenceKeyInvalid, read
from vitrail.settings import Settings

__all__ = ["AUTHORITY", "Answer", "Heard", "Held", "LicenceState", "LicenceStatus", "held", "judge", "licence_state"]

EXPIRING = timedelta(days=14)
GRACE = timedelta(days=7)
AHEAD = timedelta(days=1)  # clocks differ a little; a licence from further in the future tells a wrong clock
BEHIND = timedelta(hours=1)


class LicenceStatus(StrEnum):
    NONE = "none"
    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class LicenceState:
    """Where the licence stands at one moment. `cause` and `cure` are for an administrator; no key is in them. `grace`
    is until when an answer of the licence server counts that could not be renewed."""

    status: LicenceStatus
    cause: str
    cure: str
    licence: Licence | None = None
    source: str = "none"
    grace: datetime | None = None

    @property
    def usable(self) -> bool:
        return self.status in (LicenceStatus.VALID, LicenceStatus.EXPIRING)


@dataclass(frozen=True, slots=True)
class Held:
    """What the settings hold, read once: a licence or why there is none. `fingerprint` tells licences apart and says
    nothing of the key. `source` is none, key or file; `unsigned` is a key that only a licence server can judge."""

    source: str
    fingerprint: str
    licence: Licence | None = None
    problem: LicenceKeyInvalid | None = None
    unsigned: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a licence server said: `valid` and `code` of its validation, and the licence."""

    valid: bool
    code: str
    licence_id: str = ""
    holder: str = ""
    issued: datetime | None = None
    expiry: datetime | None = None
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known from before: the last answer and when it came; since when there was none, and why; and the latest
    moment that this instance has seen, which a clock that is set back does not undo."""

    answer: Answer | None = None
    answered_at: datetime | None = None
    tried_at: datetime | None = None
    first_tried_at: datetime | None = None
    error: str | None = None
    cure: str | None = None
    seen_at: datetime | None = None


def held(settings: Settings) -> Held:
    """Reads `LIGHTDASH_LICENSE_CERTIFICATE`, else `LIGHTDASH_LICENSE_KEY`. Never raises."""
    key = settings.license_key.get_secret_value().strip() if settings.license_key else None
    file = settings.license_certificate.get_secret_value() if settings.license_certificate else None
    public_key = settings.license_public_key or AUTHORITY
    if key is None and file is None:
        return Held("none", "none")
    place = f"{settings.license_endpoint}\0{settings.license_account}\0{settings.license_product}"
    fingerprint = hashlib.sha256(f"{key or ''}\0{file or ''}\0{public_key}\0{place}".encode()).hexdigest()[:16]
    try:
        if file is not None:
            return Held("file", fingerprint, read_file(file, public_key, key))
        assert key is not None
        if settings.license_endpoint and not key.startswith(PREFIX):
            return Held("key", fingerprint, unsigned=True)
        return Held("key", fingerprint, read(key, public_key))
    except LicenceKeyInvalid as error:
        return Held("key" if file is None else "file", fingerprint, problem=error)


def licence_state(settings: Settings, at: datetime | None = None) -> LicenceState:
    """The state by the settings alone, as if no licence server had ever been asked. Never raises."""
    return judge(settings, held(settings), Heard(), at or now())


def judge(settings: Settings, holds: Held, heard: Heard, at: datetime) -> LicenceState:
    """Where the licence stands at `at`, or at the latest moment seen, where the clock was set back behind it."""
    moment = max(at, heard.seen_at) if heard.seen_at else at
    state = _judge(settings, holds, heard, moment)
    if at < moment - BEHIND and holds.source != "none":
        return replace(
            state,
            cause=f"{state.cause} This machine's clock is behind: it says {at:%Y-%m-%d %H:%M}, and was at "
            f"{moment:%Y-%m-%d %H:%M} before, which counts.",
            cure=f"{state.cure} Set the machine's clock right; if it ran ahead by mistake before, a newly issued "
            "licence starts afresh.".lstrip(),
        )
    return state


def _judge(settings: Settings, holds: Held, heard: Heard, at: datetime) -> LicenceState:
    if holds.source == "none":
        return LicenceState(
            LicenceStatus.NONE,
            "LIGHTDASH_LICENSE_KEY is not set.",
            "Set LIGHTDASH_LICENSE_KEY to your licence and restart. To issue one yourself: `vitrail license keypair`.",
        )
    if settings.license_endpoint and settings.license_key:
        return _online(holds, heard, at)
    return _offline(holds, at)


def _offline(holds: Held, at: datetime) -> LicenceState:
    if holds.problem is not None:
        return LicenceState(LicenceStatus.INVALID, holds.problem.cause, holds.problem.cure, holds.licence, holds.source)
    assert holds.licence is not None
    return _dated(holds.licence, holds.source, at)


def _dated(licence: Licence, source: str, at: datetime) -> LicenceState:
    """A genuine licence, judged by its dates."""
    name = "LIGHTDASH_LICENSE_CERTIFICATE" if source == "file" else "LIGHTDASH_LICENSE_KEY"
    renew = "Renew it" if source == "online" else f"Set {name} to a renewed licence and restart"

    def state(status: LicenceStatus, cause: str, cure: str = "") -> LicenceState:
        return LicenceState(status, cause, cure, licence, source)

    if licence.suspended:
        return state(LicenceStatus.SUSPENDED, "The licence is suspended. Nothing was deleted.", SUSPENDED_CURE)
    if licence.issued > at + AHEAD:
        return state(
            LicenceStatus.INVALID,
            f"The licence is from the future ({licence.issued:%Y-%m-%d}); this machine's clock may be wrong.",
            "Set the machine's clock right and restart.",
        )
    if licence.expiry is not None and licence.expiry <= at:
        return state(
            LicenceStatus.EXPIRED, f"The licence ended on {licence.expiry:%Y-%m-%d}. Nothing was deleted.", f"{renew}."
        )
    if licence.renew_by is not None and licence.renew_by <= at:
        return state(
            LicenceStatus.EXPIRED,
            f"The licence file counted until {licence.renew_by:%Y-%m-%d}. Nothing was deleted.",
            f"Check out a new licence file, set {name} to it and restart.",
        )
    ends = [moment for moment in (licence.expiry, licence.renew_by) if moment is not None]
    if not ends:
        return state(LicenceStatus.VALID, "The licence is valid and does not end.")
    end = min(ends)
    what = "licence file" if end == licence.renew_by and end != licence.expiry else "licence"
    if end <= at + EXPIRING:
        return state(LicenceStatus.EXPIRING, f"The {what} ends on {end:%Y-%m-%d}.", "Renew it before that day.")
    return state(LicenceStatus.VALID, f"The {what} is valid until {end:%Y-%m-%d}.")


def _online(holds: Held, heard: Heard, at: datetime) -> LicenceState:
    if heard.answer is None or heard.answered_at is None:
        return _never_answered(holds, heard, at)
    answer, deadline = heard.answer, heard.answered_at + GRACE
    licence = Licence(
        id=answer.licence_id,
        issued=answer.issued or heard.answered_at,
        expiry=answer.expiry,
        features=answer.features or (holds.licence.features if holds.licence else frozenset()),
        holder=answer.holder or (holds.licence.holder if holds.licence else ""),
    )
    if not answer.valid:
        return _refused(answer, licence)
    if deadline <= at:
        return LicenceState(
            LicenceStatus.INVALID,
            f"The licence server has not been reached since {heard.answered_at:%Y-%m-%d}, which is longer than "
            f"{GRACE.days} days. {heard.error or ''}".strip(),
            heard.cure or "Let this machine reach the licence server.",
            licence,
            "online",
        )
    # A policy may let a licence go on beyond its end; the server says so by calling it valid.
    dated = licence
    if answer.expiry is not None and answer.expiry <= heard.answered_at:
        dated = replace(licence, expiry=None)
    state = replace(_dated(dated, "online", at), licence=licence)
    if heard.error is None or not state.usable:
        return state
    return replace(
        state,
        cause=f"{state.cause} The licence server could not be asked again; its last answer counts until "
        f"{deadline:%Y-%m-%d %H:%M} UTC. {heard.error}",
        cure=heard.cure or state.cure,
        grace=deadline,
    )


def _never_answered(holds: Held, heard: Heard, at: datetime) -> LicenceState:
    """Nothing was heard yet. A licence that is signed itself counts meanwhile, for the days of grace."""
    offline = _offline(holds, at) if holds.licence is not None else None
    since = heard.first_tried_at or at
    if offline is not None and (not offline.usable or at < since + GRACE):
        if heard.error is None or not offline.usable:
            return offline
        return replace(
            offline,
            cause=f"{offline.cause} The licence server could not be asked yet; the signature counts until "
            f"{since + GRACE:%Y-%m-%d %H:%M} UTC. {heard.error}",
            cure=heard.cure or offline.cure,
            grace=since + GRACE,
        )
    if holds.problem is not None:
        return LicenceState(LicenceStatus.INVALID, holds.problem.cause, holds.problem.cure, None, holds.source)
    if heard.error is None:
        return LicenceState(
            LicenceStatus.INVALID,
            "The licence server has not been asked yet.",
            "It is asked when the server starts; `vitrail license show --check` asks now.",
            holds.licence,
            holds.source,
        )
    return LicenceState(
        LicenceStatus.INVALID,
        f"The licence server never answered. {heard.error}",
        heard.cure or "Let this machine reach the licence server.",
        holds.licence,
        holds.source,
    )


SUSPENDED_CURE = "Ask whoever issued the licence to reinstate it."
POLICY_CURE = "Ask for a licence whose policy needs no machine, user or version: Vitrail activates none."
REFUSALS: dict[str, tuple[LicenceStatus, str, str]] = {
    "EXPIRED": (LicenceStatus.EXPIRED, "The licence has ended. Nothing was deleted.", "Renew it."),
    "SUSPENDED": (LicenceStatus.SUSPENDED, "The licence is suspended. Nothing was deleted.", SUSPENDED_CURE),
    "BANNED": (
        LicenceStatus.SUSPENDED,
        "The licence's owner is banned by its issuer. Nothing was deleted.",
        SUSPENDED_CURE,
    ),
    "OVERDUE": (
        LicenceStatus.SUSPENDED,
        "The licence is overdue for its check-in. Nothing was deleted.",
        "Ask whoever issued it to check it in.",
    ),
    "NOT_FOUND": (
        LicenceStatus.INVALID,
        "The licence server knows no such licence.",
        "Copy LIGHTDASH_LICENSE_KEY again, and see that VITRAIL_LICENSE_ACCOUNT is the account that issued it.",
    ),
    "PRODUCT_SCOPE_REQUIRED": (
        LicenceStatus.INVALID,
        "The licence server wants to be told the product.",
        "Set VITRAIL_LICENSE_PRODUCT to the product's id.",
    ),
    "PRODUCT_SCOPE_MISMATCH": (
        LicenceStatus.INVALID,
        "The licence is for another product than VITRAIL_LICENSE_PRODUCT names.",
        "Correct VITRAIL_LICENSE_PRODUCT, or ask for a licence for this product.",
    ),
}


def _refused(answer: Answer, licence: Licence) -> LicenceState:
    status, cause, cure = REFUSALS.get(
        answer.code,
        (LicenceStatus.INVALID, f"The licence server refuses the licence ({answer.code}).", POLICY_CURE),
    )
    if status is LicenceStatus.EXPIRED and answer.expiry is not None:
        cause = f"The licence ended on {answer.expiry:%Y-%m-%d}. Nothing was deleted."
    return LicenceState(status, cause, cure, licence if answer.licence_id else None, "online")
