"""What goes over the wire about cost. Amounts are in the instance's currency (`VITRAIL_CURRENCY`), worked out from US
dollars at the operator's rate."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, Strict, model_validator

from vitrail.wire import Flag, Wire

Kind = Literal["organization", "project", "person"]
Amount = Annotated[float, Strict(), Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]
MOST_LEVELS = 5


class Figures(Wire):
    calls: int = Field(description="Model calls.")
    unpriced_calls: int = Field(description="Calls of models whose price is not known; they are not in the cost.")
    input_tokens: int = Field(description="All that was sent, cached tokens included.")
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    sandbox_seconds: float
    cost: float


class UsageGroup(Figures):
    key: str = Field(description="The day, the model, or an id; empty for lines that belong to none.")
    label: str


class UsageReport(Wire):
    since: date
    until: date
    by: str
    currency: str
    groups: list[UsageGroup]
    total: Figures


class Ref(Wire):
    id: str
    name: str


class UsageEntry(Wire):
    id: str
    at: datetime
    kind: Literal["model", "sandbox", "correction"]
    person: Ref | None
    project: Ref | None
    app: Ref | None
    version: int | None
    stage: str
    provider: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    sandbox_seconds: float
    cost: float | None = Field(description="Null where the model's price is not known.")
    corrects: str | None = Field(description="The line that this correction belongs to.")
    note: str


class UsageEntries(Wire):
    currency: str
    entries: list[UsageEntry]
    next: str | None = Field(description="Send it as `before` for the next page.")


class NewCorrection(Wire):
    entry_id: Annotated[str, Field(min_length=1, max_length=36)]
    cost: Annotated[float, Strict(), Field(ge=-1_000_000_000, le=1_000_000_000, allow_inf_nan=False)] = Field(
        description="What to add to the cost (less than zero takes away), in the instance's currency."
    )
    note: Annotated[str, Field(min_length=1, max_length=2000)]


class NewBudget(Wire):
    kind: Kind
    subject_id: Annotated[str, Field(max_length=36)] | None = Field(
        default=None, description="The project or person; null: each of them that has no budget of its own."
    )
    limit: Amount = Field(description="In the instance's currency, for a calendar month (UTC).")
    warn_at: Annotated[list[Annotated[int, Field(ge=1, le=100)]], Field(max_length=MOST_LEVELS)] = Field(
        default=[80], description="Percentages at which a builder is told."
    )
    stops: Flag = True

    @model_validator(mode="after")
    def _organization_has_no_subject(self) -> NewBudget:
        if self.kind == "organization" and self.subject_id is not None:
            raise ValueError("a budget of the organisation has no subjectId")
        return self


class BudgetChange(Wire):
    limit: Amount | None = None
    warn_at: Annotated[list[Annotated[int, Field(ge=1, le=100)]], Field(max_length=MOST_LEVELS)] | None = None
    stops: Flag | None = None


class Budget(Wire):
    id: str
    kind: Kind
    subject: Ref | None
    limit: float
    warn_at: list[int]
    stops: bool
    currency: str
    spent: float | None = Field(description="This month; null for a budget that each project or person has.")
    percent: float | None
    level: Literal["ok", "warning", "reached"] | None


class MyBudget(Wire):
    kind: Kind
    limit: float | None = Field(description="Null for budgets of others, of which only the share is told.")
    spent: float | None
    percent: float
    level: Literal["ok", "warning", "reached"]
    stops: bool


class MyBudgets(Wire):
    currency: str
    budgets: list[MyBudget] = Field(description="What a build of mine in this project spends from, this month.")
