"""What can go wrong with a model: each failure with its cause and its cure. `classify.py` finds out which it is.

`permanent` ones are never tried again; the others carry, when the provider said so, how long to wait. No message holds
a key: anything that looks like a credential is struck out.
"""

from __future__ import annotations

import re
from typing import ClassVar

from vitrail.errors import Unavailable, VitrailError


class ModelError(Unavailable):
    """A failure of the model or of the way to it."""

    title = "The model could not be used"
    code = "model"
    permanent: ClassVar[bool] = True

    def __init__(self, cause: str, *, cure: str, retry_after: float | None = None) -> None:
        super().__init__(cause, cure=cure)
        self.retry_after = retry_after


class ModelNotConfigured(ModelError):
    title = "The model is not configured"
    code = "model-not-configured"


class ModelKeyRefused(ModelError):
    title = "The model provider refused the key"
    code = "model-key-refused"


class ModelNotPermitted(ModelError):
    title = "The key may not use this model"
    code = "model-not-permitted"


class ModelNotEnabled(ModelError):
    title = "The model is not available there"
    code = "model-not-enabled"


class ModelOutOfCredit(ModelError):
    title = "The model account's credit or usage limit is used up"
    code = "model-out-of-credit"


class ModelRateLimited(ModelError):
    title = "The model provider's rate limit was reached"
    code = "model-rate-limited"
    permanent = False


class ModelOverloaded(ModelError):
    title = "The model provider is overloaded"
    code = "model-overloaded"
    permanent = False


class ModelFailed(ModelError):
    title = "The model provider failed"
    code = "model-failed"
    permanent = False


class ModelUnreachable(ModelError):
    title = "The model provider can't be reached"
    code = "model-unreachable"
    permanent = False


class ModelContextTooLong(ModelError):
    title = "The conversation is too long for the model"
    code = "model-context-too-long"


class ModelRequestTooLarge(ModelError):
    title = "The request is too large for the model provider"
    code = "model-request-too-large"


class ModelRejected(ModelError):
    title = "The model provider rejected the request"
    code = "model-rejected"


class ModelRefused(ModelError):
    title = "The model declined the request"
    code = "model-refused"


class ModelAnsweredNonsense(ModelError):
    title = "The model's answer could not be used"
    code = "model-nonsense"


class BuildLimitReached(VitrailError):
    """A bound of the build (turns, cost) was crossed; the cause names it."""

    status = 429
    title = "The build reached its limit"
    code = "build-limit"


class NothingToAsk(VitrailError):
    status = 409
    title = "There is no data to build from"
    code = "nothing-to-ask"


class WorkspaceLost(Unavailable):
    title = "The sandbox was lost"
    code = "sandbox-lost"


_SECRETS = re.compile(
    r"(sk-[A-Za-z0-9_\-]{6,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|ABSK[A-Za-z0-9+/=]{8,}|bedrock-api-key-[A-Za-z0-9+/=_\-]+"
    r"|(?i:bearer)\s+[A-Za-z0-9._\-+/=]{8,}"
    r"|(?i:(?:api[-_ ]?key|secret|token|signature)[\"']?\s*[:=]\s*)[\"']?[^\s\"',}]{6,})"
)


def redact(text: str) -> str:
    """`text` without anything that looks like a credential."""
    return _SECRETS.sub("[redacted]", text)
