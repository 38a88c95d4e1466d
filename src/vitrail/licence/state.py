"""What the licence allows now: its state, and whether data apps are on, each with cause and cure."""

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

DATA_APPS = "data_apps"
FEATURES = (DATA_APPS, "custom_roles", "service_accounts", "embedding")
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


@dataclass(frozen=True, slots=True)
class FeatureState:
    """Whether a feature is on; if not, `reason` is a word for programs, `cause` and `cure` are for people."""

    enabled: bool
    reason: str | None = None
    cause: str | None = None
    cure: str | None = None


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


def data_apps_state(settings: Settings, licence: LicenceState) -> FeatureState:
    """Whether data apps are on, and if not, which of switch and licence keeps them off (both, where it is both)."""
    switch = (
        None
        if settings.apps_runtime_enabled
        else (
            "switched-off",
            "The main switch of data apps, APPS_RUNTIME_ENABLED, is off.",
            "Set APPS_RUNTIME_ENABLED=true and restart.",
        )
    )
    permit = _licence_gap(licence)
    gaps = [gap for gap in (permit, switch) if gap is not None]
    if not gaps:
        return FeatureState(enabled=True)
    return FeatureState(
        enabled=False,
        reason=gaps[0][0],
        cause=" ".join(cause for _, cause, _ in gaps),
        cure=" ".join(cure for _, _, cure in gaps),
    )


def _licence_gap(state: LicenceState) -> tuple[str, str, str] | None:
    if not state.usable:
        reason = {LicenceStatus.NONE: "no-licence", LicenceStatus.EXPIRED: "licence-expired"}
        return reason.get(state.status, "licence-invalid"), state.cause, state.cure
    if state.licence is None or DATA_APPS not in state.licence.features:
        return (
            "not-licensed",
            "The licence is valid but does not name data apps.",
            "Ask for a licence with the feature data_apps.",
        )
    return None
