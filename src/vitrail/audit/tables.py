"""The log's tables. `audit_entries` refuses changes by triggers (migration 0008); only what lies before its chain's
`first` may be removed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base, UtcDateTime


class EntryRow(Base):
    """One thing that happened. `hash` covers all of it and the hash before it; `seal` is keyed with the instance's
    secret. `details` is text, because the hash is of these very characters."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_at", "organization_id", "at", "chain", "sequence"),
        Index("ix_audit_entries_actor", "organization_id", "actor_id", "at"),
        Index("ix_audit_entries_action", "organization_id", "action", "at"),
        Index("ix_audit_entries_subject", "organization_id", "subject_kind", "subject_id", "at"),
        Index("ix_audit_entries_project", "organization_id", "project_id", "at"),
    )

    organization_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    chain: Mapped[str] = mapped_column(String(10), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[str | None] = mapped_column(String(36))
    actor_name: Mapped[str] = mapped_column(String(200))
    actor_kind: Mapped[str] = mapped_column(String(20))
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(200))
    subject_name: Mapped[str] = mapped_column(String(200))
    project_id: Mapped[str | None] = mapped_column(String(36))
    address: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class HeadRow(Base):
    """Where a chain ends and where what is kept of it begins, sealed. Its row is also the lock that writers take."""

    __tablename__ = "audit_heads"

    organization_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    chain: Mapped[str] = mapped_column(String(10), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    """Of the last entry; 0 before the first."""
    hash: Mapped[str] = mapped_column(String(64))
    first: Mapped[int] = mapped_column(BigInteger)
    """The sequence of the first entry that is kept; those before it were removed when their time had passed."""
    first_previous: Mapped[str] = mapped_column(String(64))
    """The hash of the entry before `first`, so that what is kept can still be checked from there."""
    pruned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seal: Mapped[str] = mapped_column(String(64))
