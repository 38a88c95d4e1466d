"""What an application holds while it runs: one frozen value, built in the lifespan, closed with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from vitrail.audit.chain import Sealer
from vitrail.audit.keeper import AuditKeeper
from vitrail.audit.pending import SEALER
from vitrail.background import Background
from vitrail.db.engine import Database, open_database
from vitrail.identity.passwords import Passwords
from vitrail.identity.sign_on.provider import Provider
from vitrail.licence.features import Feature, FeatureState, feature_state
from vitrail.licence.keeper import Keeper
from vitrail.licence.state import LicenceState
from vitrail.secret import SecretBox, make_data_dir, open_secret
from vitrail.settings import Settings
from vitrail.storage.store import ObjectStore, open_store


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a request may need and that lives as long as the process."""

    settings: Settings
    db: Database
    store: ObjectStore
    secrets: SecretBox
    passwords: Passwords
    licensing: Keeper
    audit: AuditKeeper
    sign_on: Provider | None
    background: Background

    @property
    def licence(self) -> LicenceState:
        """The licence as it stands now; judged anew, because it may end while the server runs."""
        return self.licensing.state()

    @property
    def data_apps(self) -> FeatureState:
        """Whether data apps are on now, and if not, why."""
        return self.feature(Feature.DATA_APPS)

    def feature(self, feature: Feature) -> FeatureState:
        """Whether a feature is on now, and if not, why."""
        return feature_state(feature, self.settings, self.licence)

    @property
    def sign_in_idle(self) -> timedelta:
        return timedelta(minutes=self.settings.session_idle_minutes)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Opens all parts in order and closes them again. Raises the `VitrailError` of the part that can't be opened."""
    make_data_dir(settings.data_dir)
    secrets = open_secret(settings)
    store = open_store(settings)
    db = await open_database(settings)
    db.info[SEALER] = sealer = Sealer(secrets)
    audit = AuditKeeper(settings, db, store, sealer)
    background = Background()
    try:
        licensing = Keeper(settings, db)
        await licensing.open()
        yield Services(
            settings=settings,
            db=db,
            store=store,
            secrets=secrets,
            passwords=Passwords(),
            licensing=licensing,
            audit=audit,
            sign_on=Provider(settings) if settings.oidc_metadata_url else None,
            background=background,
        )
        await background.settled()
        await audit.close()
    finally:
        await db.close()


def services_of(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


CurrentServices = Annotated[Services, Depends(services_of)]
