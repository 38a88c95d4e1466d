"""Why a question is refused. All that is wrong with it comes at once, in `details`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vitrail.errors import VitrailError


class InvalidQuery(VitrailError):
    """The question can't be answered as it is."""

    status = 422
    title = "The question can't be answered as it is"
    code = "invalid-query"


class UnknownExplore(InvalidQuery):
    """No such explore, or none that this viewer may know of."""

    status = 404
    title = "Unknown explore"
    code = "unknown-explore"


class UnknownField(InvalidQuery):
    """No such field in the explore, or none that this viewer may know of."""

    title = "Unknown field"
    code = "unknown-field"


class FieldNotAllowed(InvalidQuery):
    """The field exists, but the app's version did not declare it."""

    status = 403
    title = "The app may not ask for this field"
    code = "field-not-allowed"


class MissingAttribute(InvalidQuery):
    """A row filter needs a user attribute that the viewer does not have."""

    status = 403
    title = "A user attribute is missing"
    code = "missing-attribute"


class RowsMultiplied(InvalidQuery):
    """A join would multiply rows under a metric that can't be put right."""

    title = "The number would be wrong"
    code = "rows-multiplied"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a question."""

    kind: type[InvalidQuery]
    cause: str
    cure: str
    field: str | None = None
    suggestions: tuple[str, ...] = ()

    def detail(self) -> dict[str, Any]:
        return {
            "code": self.kind.code,
            "field": self.field,
            "cause": self.cause,
            "cure": self.cure,
            "suggestions": list(self.suggestions),
        }


def refuse(findings: Sequence[Finding]) -> InvalidQuery:
    """One error that says all of it; of the findings' own class when they are of one kind."""
    kinds = {finding.kind for finding in findings}
    error = next(iter(kinds)) if len(kinds) == 1 else InvalidQuery
    cures = dict.fromkeys(finding.cure for finding in findings)
    return error(
        " ".join(dict.fromkeys(finding.cause for finding in findings)),
        cure=" ".join(cures),
        details=[finding.detail() for finding in findings],
    )
