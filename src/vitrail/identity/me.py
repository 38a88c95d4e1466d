"""What the page knows from the start: what is on, and which model writes apps."""

from __future__ import annotations

from vitrail.identity import schemas
from vitrail.identity.schemas import Model
from vitrail.licence.features import Feature, feature_state, in_general
from vitrail.services import Services
from vitrail.settings import ModelProvider, Settings


def model_in_use(settings: Settings) -> Model:
    """Provider and model by the settings alone; whether it answers is the doctor's question."""
    provider = settings.model_provider
    names = {
        ModelProvider.ANTHROPIC: settings.anthropic_model_name,
        ModelProvider.BEDROCK: settings.bedrock_model_name,
        ModelProvider.OFFLINE: "offline planner",
        ModelProvider.OPENAI: settings.openai_model_name or "",
    }
    return Model(provider=provider.value, name=names[provider], offline=provider is ModelProvider.OFFLINE)


def features_of(services: Services, *, why: bool) -> schemas.Features:
    """Every feature with its cause and cure where it is off, all judged at one moment; in general words unless the
    person may see `why`."""
    licence = services.licence

    def state(feature: Feature) -> schemas.Feature:
        found = feature_state(feature, services.settings, licence)
        return schemas.Feature.model_validate(found if why else in_general(feature, found))

    return schemas.Features(
        data_apps=state(Feature.DATA_APPS),
        custom_roles=state(Feature.CUSTOM_ROLES),
        groups=state(Feature.GROUPS),
        service_accounts=state(Feature.SERVICE_ACCOUNTS),
        embedding=state(Feature.EMBEDDING),
    )
