"""Which model writes apps, in the words of the page."""

from __future__ import annotations

from vitrail.identity.schemas import Model
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
