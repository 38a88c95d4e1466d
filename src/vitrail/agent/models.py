"""From the operator's settings to a model that can be run, for each provider.

Keys stay here: they go into the provider's client and nowhere else. Clients never retry by themselves
(`max_retries=0`); waiting for a rate limit is `patience.py`'s work, where the builder can see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from vitrail.agent.errors import ModelNotConfigured
from vitrail.errors import InvalidInput
from vitrail.settings import ModelProvider, Settings

if TYPE_CHECKING:
    from botocore.tokens import FrozenAuthToken

CONNECT_TIMEOUT_S = 10.0
SILENCE_TIMEOUT_S = 120.0
"""Longest wait for the next piece of an answer. Providers send keep-alives far more often."""

OFFLINE_NAME = "offline-planner"
OFFLINE_LABEL = "Built-in offline planner (no language model)"

_GEO_PREFIXES = ("us.", "us-gov.", "eu.", "apac.", "jp.", "au.", "ca.", "in.", "global.")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model ready to run. `name` is what the provider calls it, `label` what people read, `provider` decides which
    messages its errors get."""

    model: Model
    name: str
    label: str
    provider: ModelProvider
    settings: ModelSettings

    @property
    def offline(self) -> bool:
        return self.provider is ModelProvider.OFFLINE


def available_models(settings: Settings) -> list[str]:
    """The model names a builder may choose among, the default first."""
    default, more = {
        ModelProvider.OFFLINE: (OFFLINE_NAME, []),
        ModelProvider.ANTHROPIC: (settings.anthropic_model_name, settings.anthropic_available_models),
        ModelProvider.BEDROCK: (settings.bedrock_model_name, []),
        ModelProvider.OPENAI: (settings.openai_model_name or "", settings.openai_available_models),
    }[settings.model_provider]
    return list(dict.fromkeys([default, *more]))


def model_label(settings: Settings, name: str | None = None) -> str:
    """How the model is called in the page and on a version."""
    provider = settings.model_provider
    if provider is ModelProvider.OFFLINE:
        return OFFLINE_LABEL
    shown = {ModelProvider.BEDROCK: "Amazon Bedrock", ModelProvider.ANTHROPIC: "Anthropic"}.get(provider, "OpenAI API")
    return f"{name or available_models(settings)[0]} ({shown})"


def make_model(settings: Settings, name: str | None = None) -> ModelChoice:
    """The model that writes apps: the operator's default, or `name` if the operator allows it.

    Raises `ModelNotConfigured` when the provider's variables are incomplete and `InvalidInput` for a name that is not
    among `available_models`.
    """
    allowed = available_models(settings)
    chosen = name or allowed[0]
    if chosen not in allowed:
        raise InvalidInput(
            f"The model {chosen!r} is not among those that the operator allows.",
            cure=f"Choose one of: {', '.join(allowed)}.",
        )
    provider = settings.model_provider
    model, extra = {
        ModelProvider.OFFLINE: _offline,
        ModelProvider.ANTHROPIC: _anthropic,
        ModelProvider.BEDROCK: _bedrock,
        ModelProvider.OPENAI: _openai,
    }[provider](settings, chosen)
    run_settings = ModelSettings() if provider is ModelProvider.OFFLINE else ModelSettings(cache=True)
    run_settings.update(extra)
    return ModelChoice(model, chosen, model_label(settings, chosen), provider, run_settings)


def _offline(settings: Settings, name: str) -> tuple[Model, ModelSettings]:
    from vitrail.agent.composer.model import ComposerModel

    return ComposerModel(name), ModelSettings()


def _reveal(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _anthropic(settings: Settings, name: str) -> tuple[Model, ModelSettings]:
    key = _reveal(settings.anthropic_api_key)
    if key is None:
        raise ModelNotConfigured(
            "Anthropic is to write apps, but ANTHROPIC_API_KEY is not set.",
            cure="Set ANTHROPIC_API_KEY, or AI_DEFAULT_PROVIDER=offline to use the built-in offline planner.",
        )
    import httpx2
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    base_url = settings.anthropic_base_url
    if base_url is not None:
        # Some clients want the version in the base URL, this one adds it: accept both spellings.
        base_url = base_url.rstrip("/").removesuffix("/v1")
    client = AsyncAnthropic(
        api_key=key,
        base_url=base_url,
        max_retries=0,
        timeout=httpx2.Timeout(SILENCE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        default_headers=settings.anthropic_custom_headers or None,
        http_client=DefaultAsyncHttpxClient(follow_redirects=False),  # the key goes where the operator said, only
    )
    return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client)), ModelSettings(max_retries=0)


def _openai(settings: Settings, name: str) -> tuple[Model, ModelSettings]:
    key = _reveal(settings.openai_api_key)
    if not name or (key is None and settings.openai_base_url is None):
        raise ModelNotConfigured(
            "An OpenAI-compatible endpoint is to write apps, but "
            + ("OPENAI_MODEL_NAME is not set." if not name else "neither OPENAI_API_KEY nor OPENAI_BASE_URL is set."),
            cure="Set OPENAI_MODEL_NAME, and OPENAI_API_KEY (for OpenAI) or OPENAI_BASE_URL (for Ollama, vLLM or a "
            "gateway, e.g. http://localhost:11434/v1).",
        )
    import httpx2
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    client = AsyncOpenAI(
        api_key=key or "unused",  # local servers ask for none, the client insists on one
        base_url=settings.openai_base_url,
        max_retries=0,
        timeout=httpx2.Timeout(SILENCE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        default_headers=settings.openai_custom_headers or None,
        http_client=DefaultAsyncHttpxClient(follow_redirects=False),
    )
    return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client)), ModelSettings(max_retries=0)


def _bedrock(settings: Settings, name: str) -> tuple[Model, ModelSettings]:
    if settings.bedrock_region is None:
        raise ModelNotConfigured(
            "Amazon Bedrock is to write apps, but BEDROCK_REGION is not set.",
            cure="Set BEDROCK_REGION to the region in which access to the model is enabled, e.g. us-east-1.",
        )
    bearer = _reveal(settings.bedrock_api_key)
    key_id, secret = _reveal(settings.bedrock_access_key_id), _reveal(settings.bedrock_secret_access_key)
    if bearer is None and (key_id is None or secret is None):
        missing = (
            "neither BEDROCK_API_KEY nor the pair BEDROCK_ACCESS_KEY_ID and BEDROCK_SECRET_ACCESS_KEY is set"
            if key_id is None and secret is None
            else f"of the IAM pair only {'BEDROCK_ACCESS_KEY_ID' if key_id else 'BEDROCK_SECRET_ACCESS_KEY'} is set"
        )
        raise ModelNotConfigured(
            f"Amazon Bedrock is to write apps, but {missing}.",
            cure="Set BEDROCK_API_KEY, or both BEDROCK_ACCESS_KEY_ID and BEDROCK_SECRET_ACCESS_KEY.",
        )
    if bearer is not None and (settings.bedrock_base_url or "").startswith("http://"):
        raise ModelNotConfigured(
            "BEDROCK_BASE_URL is a plain http address, over which AWS's client sends no bearer key.",
            cure="Give the endpoint's https address, or use the BEDROCK_ACCESS_KEY_ID pair, whose requests are signed.",
        )
    import boto3
    from botocore.config import Config
    from botocore.session import Session
    from pydantic_ai.models.bedrock import BedrockConverseModel
    from pydantic_ai.providers.bedrock import BedrockProvider

    class BearerSession(Session):  # type: ignore[misc]  # botocore has no types
        """Signs with the bearer key given here, whatever the process's own AWS variables say."""

        def get_auth_token(self, **_: Any) -> FrozenAuthToken:
            from botocore.tokens import FrozenAuthToken

            return FrozenAuthToken(bearer)

        def get_credentials(self) -> None:
            return None

    if bearer is not None:
        session = boto3.Session(botocore_session=BearerSession(), region_name=settings.bedrock_region)
    else:
        session = boto3.Session(
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            aws_session_token=_reveal(settings.bedrock_session_token),
            region_name=settings.bedrock_region,
        )
    client = session.client(
        "bedrock-runtime",
        endpoint_url=settings.bedrock_base_url,
        config=Config(
            signature_version="bearer" if bearer is not None else "v4",
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=SILENCE_TIMEOUT_S,
            retries={"total_max_attempts": 1},
        ),
    )
    model_id = bedrock_model_id(name, settings.bedrock_region, settings.bedrock_inference_profile_prefix)
    model = BedrockConverseModel(model_id, provider=BedrockProvider(bedrock_client=client))
    return model, ModelSettings(extra_headers=settings.bedrock_custom_headers)


def bedrock_model_id(name: str, region: str, prefix: str | None = None) -> str:
    """The id to invoke: the model behind a cross-region inference profile, `us.anthropic.claude-…`.

    `prefix` wins (`none` switches it off); else it follows from the region. A name that has a prefix already, or is
    an ARN, stays as it is. Claude 4.5 and later have `jp` and `au` profiles where earlier models have `apac`, and
    `global` in regions that have no geography of their own.
    """
    if name.startswith(("arn:", *_GEO_PREFIXES)):
        return name
    geo = (prefix or _geography(name, region)).strip().rstrip(".").lower()
    return name if geo in ("", "none") else f"{geo}.{name}"


def _geography(name: str, region: str) -> str:
    region = region.lower()
    early = any(part in name for part in ("claude-3", "claude-v2", "claude-sonnet-4-2025", "claude-opus-4-2025"))
    later = "claude" in name and not early
    if region.startswith("us-gov-"):
        return "us-gov"
    if region.startswith(("us-", "ca-")):
        return "us"
    if region.startswith("eu-"):
        return "eu"
    if later and region in ("ap-northeast-1", "ap-northeast-3"):
        return "jp"
    if later and region in ("ap-southeast-2", "ap-southeast-4"):
        return "au"
    if later:
        return "global"
    return "apac" if region.startswith("ap-") else ""
