"""The one shape of a failure: a status, a title, a cause and a cure.

Every error that a person can meet derives from `VitrailError`. The HTTP layer turns it into
`application/problem+json` (RFC 9457, with `cause` and `cure` as extension members), the command line into
`{"error": {"title", "cause", "cure"}}`, the log into one line. None of the three may hold a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class VitrailError(Exception):
    """A failure with a name.

    `cause` says what is wrong in this case, in one or two sentences; `cure` says what the reader can do about
    it. `details` is a list of small mappings for errors that come in numbers (one per unknown field, say).
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    code: ClassVar[str] = "internal"

    def __init__(self, cause: str, *, cure: str, details: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(f"{self.title}: {cause}")
        self.cause = cause
        self.cure = cure
        self.details = tuple(details)

    def problem(self) -> dict[str, Any]:
        """The body of an `application/problem+json` answer."""
        body: dict[str, Any] = {
            "type": f"urn:vitrail:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.cause,
            "cause": self.cause,
            "cure": self.cure,
            "code": self.code,
        }
        if self.details:
            body["details"] = [dict(item) for item in self.details]
        return body

    def line(self) -> dict[str, str]:
        """What the command line prints under `error`."""
        return {"title": self.title, "cause": self.cause, "cure": self.cure}


class InvalidInput(VitrailError):
    """What was sent can't be used as it is."""

    status = 422
    title = "The input can't be used"
    code = "invalid-input"


class NotSignedIn(VitrailError):
    """No valid session or token came with the request."""

    status = 401
    title = "Not signed in"
    code = "not-signed-in"


class Forbidden(VitrailError):
    """The person is known and may not do this; the cause carries the decision's reason."""

    status = 403
    title = "Not allowed"
    code = "forbidden"


class NotFound(VitrailError):
    """There is no such thing, or none that this person may know of."""

    status = 404
    title = "Not found"
    code = "not-found"


class Conflict(VitrailError):
    """The thing exists, but not in a state that allows this."""

    status = 409
    title = "Not possible right now"
    code = "conflict"


class TooLarge(VitrailError):
    """More was sent than is accepted."""

    status = 413
    title = "Too large"
    code = "too-large"


class TooManyRequests(VitrailError):
    """Slow down."""

    status = 429
    title = "Too many requests"
    code = "too-many-requests"


class FeatureOff(VitrailError):
    """A feature is switched off or not licensed; the cause says which of the two. Each feature has its own title."""

    status = 403
    title = "This is off"
    code = "feature-off"


class Unavailable(VitrailError):
    """Something that this needs (a browser, a sandbox, a model, a store, a warehouse) is not to be had now."""

    status = 503
    title = "Not available"
    code = "unavailable"
