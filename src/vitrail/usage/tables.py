"""The rows of what was spent, of budgets, and of money that is set aside while a model answers.

Money is a whole number of millionths of a US dollar: exact on both databases, and what providers' price lists say.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base, UtcDateTime


class UsageRow(Base):
    """One line of the ledger. Lines are only added: what was wrong is put right by a line of kind `correction`.

    Person, project and app are ids without a foreign key, with their names of that day beside them: what was spent
    stays readable when they are gone.
    """

    __tablename__ = "usage_ledger"
    __table_args__ = (
        Index("ix_usage_ledger_organization_at", "organization_id", "at"),
        Index("ix_usage_ledger_version_id", "version_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[str] = mapped_column(String(10))
    """The day of `at` in UTC, `2026-11-23`: grouped by on both databases alike."""
    kind: Mapped[str] = mapped_column(String(20))
    """`model`, `sandbox` or `correction`."""
    person_id: Mapped[str | None] = mapped_column(String(36))
    person_name: Mapped[str] = mapped_column(String(200), default="")
    project_id: Mapped[str | None] = mapped_column(String(36))
    project_name: Mapped[str] = mapped_column(String(200), default="")
    app_id: Mapped[str | None] = mapped_column(String(36))
    app_name: Mapped[str] = mapped_column(String(200), default="")
    version_id: Mapped[str | None] = mapped_column(String(36))
    version: Mapped[int | None] = mapped_column(Integer)
    stage: Mapped[str] = mapped_column(String(20), default="")
    provider: Mapped[str] = mapped_column(String(40), default="")
    model: Mapped[str] = mapped_column(String(200), default="")
    calls: Mapped[int] = mapped_column(Integer, default=0)
    """Model calls in this line: one, except for the offline planner, whose calls of a stage are one line."""
    input_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    """All that was sent, cached tokens included."""
    output_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    cache_read_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    cache_write_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    cost_micros: Mapped[int | None] = mapped_column(BigInteger)
    """Null where the model's price is not known."""
    price: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the cost was worked out with: where the price came from."""
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("usage_ledger.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    written_by: Mapped[str | None] = mapped_column(String(36))
    """Who wrote a correction."""


class BudgetRow(Base):
    """What may be spent in a calendar month (UTC). `kind`: organization, project or person; without a subject, a
    project's or person's budget is the one that each of them has who has none of their own."""

    __tablename__ = "budgets"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str | None] = mapped_column(String(36))
    limit_micros: Mapped[int] = mapped_column(BigInteger)
    warn_at: Mapped[list[int]] = mapped_column(JSON)
    """Percentages of the limit at which a builder is told."""
    stops: Mapped[bool] = mapped_column(default=True)
    """Whether a build ends at the limit; else it is only told."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReservationRow(Base):
    """Money set aside for a model call that is under way, so that builds at the same time can't spend it twice. It
    lapses by itself when the process that made it dies."""

    __tablename__ = "usage_reservations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(String(36))
    project_id: Mapped[str] = mapped_column(String(36))
    cost_micros: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
