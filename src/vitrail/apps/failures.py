"""What ends a build as `error`, and how any failure is put into words for its version."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from vitrail.errors import Conflict, InvalidInput, TooManyRequests, Unavailable, VitrailError

logger = logging.getLogger(__name__)


class CheckFailed(InvalidInput):
    """The app still had faults when the rounds were used up."""

    title = "The app did not pass its check"
    code = "check-failed"


class BuildTimedOut(Unavailable):
    """The build took longer than the operator allows."""

    title = "The build took too long"
    code = "build-timed-out"


class BuildUnderWay(Conflict):
    """An app has one build at a time."""

    title = "A build is already under way"
    code = "build-under-way"


class TooManyBuilds(TooManyRequests):
    """One person has as many builds waiting or running as one may have."""

    title = "Too many builds at once"
    code = "too-many-builds"


class BuildInterrupted(Unavailable):
    """The server stopped during the build and could not take it up again."""

    title = "The build was interrupted"
    code = "build-interrupted"


class BuildFaulty(VitrailError):
    """A fault of ours. The log has it in full under the version's id."""

    title = "The build failed inside Vitrail"
    code = "build-faulty"


def check_failed(findings: Sequence[str], rounds: int) -> CheckFailed:
    """The error of a version whose findings were still there after `rounds` rounds of mending."""
    first, rest = findings[0], len(findings) - 1
    more = f" (and {rest} more)" if rest else ""
    tried = f"After {rounds} rounds of mending: " if rounds else ""
    return CheckFailed(
        f"{tried}{first}{more}",
        cure="Say in a follow-up what should be different, or ask for less at once; the last working version stays "
        "the one that people see.",
        details=[{"finding": text} for text in findings],
    )


def in_words(error: BaseException, version_id: str) -> dict[str, str]:
    """`error` as title, cause and cure. What is not a `VitrailError` is a fault of ours: it is logged, not shown."""
    if isinstance(error, VitrailError):
        return error.line()
    logger.error("build of version %s failed", version_id, exc_info=error)
    return BuildFaulty(
        f"An unexpected {type(error).__name__} stopped it; nothing that was stored is lost.",
        cure=f"Try again. If it happens again, the operator finds the details in the server's log under {version_id}.",
    ).line()
