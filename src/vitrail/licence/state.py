"""Where the licence stands now, with cause and cure. What that turns on and off: `features.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vitrail.db.base import now
from vitrail.licence.keys import Licence, LicenceKeyInvalid, read
from vitrail.settings import Settings

# The public half of the authority whose licences every build of Vitrail accepts. Its private half is not in this
# repository. Operators who issue their own licences set VITRAIL_LICENSE_PUBLIC_KEY, which replaces it.
AUTHORITY = "e6f048ff3f032be134b106b42bc161aff721f06245a30dce1b4d1e1a80aab9f9"

EXPIRING = timedelta(days=14)


class LicenceStatus(StrEnum):
    NONE = "none"
    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class LicenceState:
    """Where the licence stands at one moment. `cause` and `cure` are for an administrator; no key is in them."""

    status: LicenceStatus
    cause: str
    cure: str
    licence: Licence | None = None

    @property
    def usable(self) -> bool:
        return self.status in (LicenceStatus.VALID, LicenceStatus.EXPIRING)


def licence_state(settings: Settings, at: datetime | None = None) -> LicenceState:
    """Reads and judges `LIGHTDASH_LICENSE_KEY`. Never raises: the instance runs without a licence."""
    at = at or now()
    if settings.license_key is None:
        return LicenceState(
            LicenceStatus.NONE,
            "LIGHTDASH_LICENSE_KEY is not set.",
            "Set LIGHTDASH_LICENSE_KEY to your licence and restart. To issue one yourself: `vitrail license keypair`.",
        )
    try:
        licence = read(settings.license_key.get_secret_value(), settings.license_public_key or AUTHORITY)
    except LicenceKeyInvalid as error:
        return LicenceState(LicenceStatus.INVALID, error.cause, error.cure)
    if licence.issued > at + timedelta(days=1):
        return LicenceState(
            LicenceStatus.INVALID,
            f"The licence is from the future ({licence.issued:%Y-%m-%d}); this machine's clock may be wrong.",
            "Set the machine's clock right and restart.",
            licence,
        )
    if licence.expiry is None:
        return LicenceState(LicenceStatus.VALID, "The licence is valid and does not end.", "", licence)
    if licence.expiry <= at:
        return LicenceState(
            LicenceStatus.EXPIRED,
            f"The licence ended on {licence.expiry:%Y-%m-%d}. Nothing was deleted.",
            "Set LIGHTDASH_LICENSE_KEY to a renewed licence and restart.",
            licence,
        )
    if licence.expiry <= at + EXPIRING:
        return LicenceState(
            LicenceStatus.EXPIRING,
            f"The licence ends on {licence.expiry:%Y-%m-%d}.",
            "Renew it before that day.",
            licence,
        )
    return LicenceState(LicenceStatus.VALID, f"The licence is valid until {licence.expiry:%Y-%m-%d}.", "", licence)
