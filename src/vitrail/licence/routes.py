"""HTTP about the licence: one answer, for administrators."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter

from vitrail.access.dependencies import require
from vitrail.identity.person import Person
from vitrail.licence import schemas as wire
from vitrail.licence.features import ABOUT, NAMED, Feature, feature_state, switched_on
from vitrail.licence.state import LicenceState
from vitrail.services import CurrentServices, Services

router = APIRouter(prefix="/organization", tags=["organization"])


@router.get("/licence")
async def get_licence(
    _person: Annotated[Person, require("manage", "Organization", of="organization")], services: CurrentServices
) -> wire.LicenceOut:
    """Where the licence stands, what it allows, and why not more. The key is in no answer."""
    state = services.licence
    held = state.licence
    return wire.LicenceOut(
        status=state.status,
        cause=state.cause,
        cure=state.cure,
        source=state.source,
        fingerprint=services.licensing.holds.fingerprint,
        id=held.id if held else None,
        holder=held.holder or None if held else None,
        issued=held.issued if held else None,
        expiry=held.expiry if held else None,
        renew_by=held.renew_by if held else None,
        features=[_feature(services, state, feature) for feature in Feature],
        server=_server(services, state),
    )


def _feature(services: Services, state: LicenceState, feature: Feature) -> wire.LicensedFeature:
    found = feature_state(feature, services.settings, state)
    words = ABOUT[feature].words
    return wire.LicensedFeature(
        feature=feature,
        title=words[0].upper() + words[1:],
        enabled=found.enabled,
        variable=ABOUT[feature].variable,
        switched_on=switched_on(feature, services.settings),
        named=feature.value in state.licence.features if feature in NAMED and state.licence else None,
        reason=found.reason,
        cause=found.cause,
        cure=found.cure,
    )


def _server(services: Services, state: LicenceState) -> wire.LicenceServer | None:
    keeper = services.licensing
    if not keeper.online:
        return None
    return wire.LicenceServer(
        host=urlsplit(services.settings.license_endpoint or "").netloc,
        answered_at=keeper.heard.answered_at,
        tried_at=keeper.heard.tried_at,
        next_at=keeper.next_at,
        error=keeper.heard.error,
        grace_until=state.grace,
    )
