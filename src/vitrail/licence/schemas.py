"""What goes over the wire about the licence: where it stands and what that allows. Never the key."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from vitrail.licence.features import Feature
from vitrail.licence.state import LicenceStatus
from vitrail.wire import Wire


class LicensedFeature(Wire):
    """A feature, and what keeps it off where it is off."""

    feature: Feature
    title: str
    enabled: bool
    variable: str = Field(description="The environment variable that switches it.")
    switched_on: bool
    named: bool | None = Field(description="Whether the licence names it; null where any licence opens it.")
    reason: str | None
    cause: str | None
    cure: str | None


class LicenceServer(Wire):
    """How asking the licence server goes."""

    host: str
    answered_at: datetime | None
    tried_at: datetime | None
    next_at: datetime | None
    error: str | None
    grace_until: datetime | None = Field(description="Until when the last answer counts, when it can't be renewed.")


class LicenceOut(Wire):
    status: LicenceStatus
    cause: str
    cure: str
    source: str = Field(description="none, key, file, or online (a licence server).")
    fingerprint: str = Field(description="Tells licences apart; nothing of the key can be read from it.")
    id: str | None
    holder: str | None
    issued: datetime | None
    expiry: datetime | None
    renew_by: datetime | None = Field(description="The end of a licence file, after which another one must be fetched.")
    features: list[LicensedFeature]
    server: LicenceServer | None
