"""From whatever the loop raised to an error with a name, in one place. What a provider said is kept, cut and without
anything that looks like a credential."""

from __future__ import annotations

import json
import re

from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)
from pydantic_ai.workspaces import WorkspaceError, WorkspaceUnavailableError

from vitrail.agent.errors import (
    BuildLimitReached,
    ModelAnsweredNonsense,
    ModelContextTooLong,
    ModelError,
    ModelFailed,
    ModelKeyRefused,
    ModelNotEnabled,
    ModelNotPermitted,
    ModelOutOfCredit,
    ModelOverloaded,
    ModelRateLimited,
    ModelRefused,
    ModelRejected,
    ModelRequestTooLarge,
    ModelUnreachable,
    WorkspaceLost,
    redact,
)
from vitrail.errors import VitrailError
from vitrail.settings import ModelProvider

_OWNER = {
    ModelProvider.ANTHROPIC: "Anthropic",
    ModelProvider.BEDROCK: "Amazon Bedrock",
    ModelProvider.OPENAI: "The OpenAI-compatible endpoint",
    ModelProvider.OFFLINE: "The offline planner",
}
_KEY_CURE = {
    ModelProvider.ANTHROPIC: "Check ANTHROPIC_API_KEY (and ANTHROPIC_BASE_URL, if a gateway is used): create a new key "
    "in the Anthropic console, set it and restart.",
    ModelProvider.BEDROCK: "Check the credential: BEDROCK_API_KEY may be expired or mistyped; of an IAM pair, the "
    "access key id, the secret and (for temporary credentials) BEDROCK_SESSION_TOKEN must belong together.",
    ModelProvider.OPENAI: "Check OPENAI_API_KEY and OPENAI_BASE_URL.",
}
_CREDIT_CURE = {
    ModelProvider.ANTHROPIC: "Add credit or raise the spend limit in the Anthropic console (Plans & billing, Limits).",
    ModelProvider.BEDROCK: "Ask for a higher quota in AWS Service Quotas, or wait until the daily quota renews.",
    ModelProvider.OPENAI: "Add credit, or raise the usage limit of that account.",
}
_MODEL_VARIABLE = {
    ModelProvider.ANTHROPIC: "ANTHROPIC_MODEL_NAME",
    ModelProvider.BEDROCK: "BEDROCK_MODEL_NAME",
    ModelProvider.OPENAI: "OPENAI_MODEL_NAME",
}


def classify(error: Exception, provider: ModelProvider, model: str) -> VitrailError:
    """The one place where a failure of the loop gets its name. An error that has one already stays as it is."""
    if isinstance(error, VitrailError):
        return error
    if isinstance(error, UsageLimitExceeded):
        return _limit(error)
    if isinstance(error, WorkspaceUnavailableError):
        return WorkspaceLost(
            "The sandbox that holds the app's source is gone.",
            cure="Send the prompt again: the sandbox is made anew from the last stored version.",
        )
    if isinstance(error, WorkspaceError):
        return WorkspaceLost(
            f"The sandbox could not carry out a file operation: {_short(str(error))}",
            cure="Send the prompt again; if it happens again, see `vitrail doctor`.",
        )
    if isinstance(error, ContentFilterError):
        return ModelRefused(
            "The provider's content filter stopped the answer.",
            cure="Put the request in other words; leave out what could be read as harmful.",
        )
    if isinstance(error, ModelAPIError):
        return _api(error, provider, model)
    if isinstance(error, UnexpectedModelBehavior):
        return _nonsense(_short(error.message), model)
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) or type(error).__module__.startswith(
        ("anthropic", "openai", "botocore", "httpx")
    ):
        return _nonsense(f"{type(error).__name__}: {_short(str(error))}", model)
    raise error


def _limit(error: UsageLimitExceeded) -> BuildLimitReached:
    message = error.message
    if "cost_limit" in message:
        return BuildLimitReached(
            "The build cost more than VITRAIL_AGENT_MAX_COST allows and was stopped.",
            cure="Ask for less in one prompt, choose a cheaper model, or have the operator raise "
            "VITRAIL_AGENT_MAX_COST.",
        )
    if "request_limit" in message:
        return BuildLimitReached(
            "The model took more turns than VITRAIL_AGENT_MAX_TURNS allows and was stopped.",
            cure="Ask for less in one prompt, or have the operator raise VITRAIL_AGENT_MAX_TURNS.",
        )
    return BuildLimitReached(_short(message), cure="Ask for less in one prompt.")


def _nonsense(what: str, model: str) -> ModelAnsweredNonsense:
    return ModelAnsweredNonsense(
        f"{model} answered in a way that could not be used: {what}",
        cure="Send the prompt again. If it happens again, the address may not be that of a model (a gateway's or "
        "proxy's page), or the model may be too weak for tools: check the base URL and choose another model.",
    )


def _api(error: ModelAPIError, provider: ModelProvider, model: str) -> VitrailError:
    owner = _OWNER[provider]
    said = _said(error)
    status = error.status_code if isinstance(error, ModelHTTPError) else None
    code = (error.provider_error_code or "").lower()
    text = f"{said} {code}".lower()
    wait = error.retry_after

    if isinstance(error, ModelContextWindowExceededError):
        return ModelContextTooLong(
            f"The conversation no longer fits into {model}.",
            cure="Use “clear context” and say what you want next; the app's current source is kept.",
        )
    if status == 413:
        return ModelRequestTooLarge(
            f"{owner} does not take requests this large.",
            cure="Shorten the prompt, attach fewer or smaller files, or use “clear context”.",
        )
    if isinstance(error, ModelQuotaExceededError) or _usage_limit(text):
        return ModelOutOfCredit(f"{owner} answered: {said}", cure=_CREDIT_CURE.get(provider, "Check the account."))
    if _not_enabled(text, status, error):
        return _no_such_model(provider, model, owner, said)
    if isinstance(error, ModelAuthenticationError):
        return _denied(error, provider, model, owner, said, text, status)
    if isinstance(error, ModelRateLimitError):
        after = f" It asks to wait {wait:.0f} s." if wait else ""
        return ModelRateLimited(
            f"{owner} takes no more requests for the moment: {said}{after}",
            cure="Wait and send the prompt again, or have the account's rate limit raised.",
            retry_after=wait,
        )
    if isinstance(error, ModelUnavailableError):
        return ModelOverloaded(
            f"{owner} is overloaded: {said}", cure="Send the prompt again in a few minutes.", retry_after=wait
        )
    if isinstance(error, (ModelTimeoutError, ModelRequestTimeout)):
        return ModelUnreachable(
            f"{owner} did not answer in time.", cure="Send the prompt again; check the provider's status page."
        )
    if isinstance(error, ModelConnectionError):
        broke = error.phase == "read" or error.in_stream
        return ModelUnreachable(
            f"The connection to {owner} {'broke off before the answer was complete' if broke else 'failed'}: {said}",
            cure="Check the server's network, proxy and firewall, and the base URL if one is set; then send the prompt "
            "again.",
        )
    if isinstance(error, ModelServerError):
        return ModelFailed(f"{owner} failed: {said}", cure="Send the prompt again in a minute.", retry_after=wait)
    if isinstance(error, ModelRequestRejectedError):
        return ModelRejected(
            f"{owner} rejected the request: {said}",
            cure=f"Check {_MODEL_VARIABLE.get(provider, 'the model name')}: the model must take tools and images.",
        )
    if status is None or status < 400:
        return _nonsense(said, model)
    return ModelFailed(f"{owner} answered with status {status}: {said}", cure="Send the prompt again in a minute.")


def _usage_limit(text: str) -> bool:
    return any(
        part in text
        for part in ("credit balance", "usage limit", "spend limit", "billing", "insufficient_quota", "tokens per day")
    )


def _not_enabled(text: str, status: int | None, error: ModelAPIError) -> bool:
    return isinstance(error, ModelNotFoundError) or any(
        part in text
        for part in (
            "on-demand throughput",
            "model identifier is invalid",
            "access to the model with the specified model id",
            "have been denied access to this model",
            "use case details have not been submitted",
            "legacy",
            "is not supported in this region",
            "not available in your region",
        )
    )


def _no_such_model(provider: ModelProvider, model: str, owner: str, said: str) -> ModelNotEnabled:
    if provider is ModelProvider.BEDROCK:
        return ModelNotEnabled(
            f"{owner} does not offer {model} in this region to this account: {said}",
            cure="Enable access to the model in the Bedrock console of BEDROCK_REGION, or choose another region or "
            "BEDROCK_MODEL_NAME; BEDROCK_INFERENCE_PROFILE_PREFIX must match the region (us, eu, apac, …).",
        )
    return ModelNotEnabled(
        f"{owner} does not know {model}: {said}",
        cure=f"Check {_MODEL_VARIABLE.get(provider, 'the model name')}, and the base URL if a gateway is used.",
    )


def _denied(
    error: ModelAPIError,
    provider: ModelProvider,
    model: str,
    owner: str,
    said: str,
    text: str,
    status: int | None,
) -> ModelError:
    if provider is ModelProvider.BEDROCK and ("not authorized to perform" in text or "accessdenied" in text):
        return ModelNotPermitted(
            f"The IAM principal may not invoke {model}: {said}",
            cure="Allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on the model and its inference "
            "profile in the principal's policy.",
        )
    if status == 403 and provider is not ModelProvider.BEDROCK:
        return ModelNotPermitted(
            f"The key was accepted, but may not use {model}: {said}",
            cure="Give the key's workspace access to the model, or choose another model.",
        )
    return ModelKeyRefused(f"{owner} refused the key: {said}", cure=_KEY_CURE.get(provider, "Check the key."))


def _said(error: ModelAPIError) -> str:
    """The provider's own sentence, without the envelope around it."""
    body = error.body
    for _ in range(3):
        if not isinstance(body, dict):
            break
        for key in ("message", "Message"):
            if isinstance(body.get(key), str) and body[key]:
                return _short(body[key])
        body = body.get("error") or body.get("Error")
    text = body if isinstance(body, str) and body else error.message
    if re.search(r"<(?:!doctype|html|body)\b", text, re.IGNORECASE):
        title = re.search(r"<title>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return f"an HTML page instead of an answer{f' (“{_short(title.group(1))}”)' if title else ''}"
    return _short(text)


def _short(text: str, limit: int = 300) -> str:
    text = redact(" ".join(text.split()))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
