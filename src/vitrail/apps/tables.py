"""The rows of data apps. SQL over them is in `repository.py` only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base, UtcDateTime


class AppRow(Base):
    """A data app. `space_id` is null while it is personal; `ready_version` is the version that viewers see."""

    __tablename__ = "apps"
    __table_args__ = (Index("ix_apps_project_updated", "project_id", "updated_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    space_id: Mapped[str | None] = mapped_column(ForeignKey("spaces.id", ondelete="SET NULL"), index=True)
    creator_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    named_by_person: Mapped[bool] = mapped_column(default=False)
    """A name that a person gave is never replaced by one that the agent suggests."""
    template: Mapped[str] = mapped_column(String(40), default="dashboard")
    ready_version: Mapped[int | None] = mapped_column(Integer)
    sandbox: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The paused sandbox that a follow-up resumes: `{"provider", "id", "toolchain"}`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VersionRow(Base):
    """One version of an app: what was asked, what was made of it, and where it is kept. Never deleted singly."""

    __tablename__ = "app_versions"
    __table_args__ = (UniqueConstraint("app_id", "number"), Index("ix_app_versions_status", "status"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    app_id: Mapped[str] = mapped_column(ForeignKey("apps.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    prompt: Mapped[str] = mapped_column(Text)
    creator_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    wanted_model: Mapped[str | None] = mapped_column(String(200))
    """The model that the builder chose, by the provider's name; null for the operator's default."""
    model: Mapped[str | None] = mapped_column(String(200))
    """What wrote it, as people read it."""
    restored_from: Mapped[int | None] = mapped_column(Integer)

    reply: Mapped[str | None] = mapped_column(Text)
    not_understood: Mapped[list[str]] = mapped_column(JSON, default=list)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    usage: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    rendered: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """`{"ok": bool, "reason": str | null}`; null until it was tried."""
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    source_sha256: Mapped[str | None] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    references: Mapped[dict[str, Any] | None] = mapped_column("declared", JSON(none_as_null=True))
    """The fields that this version may ask for, by explore (rule 3)."""
    thumbnail: Mapped[str | None] = mapped_column(String(200))
    history: Mapped[str | None] = mapped_column(String(200))
    """Store keys of the screenshot and of the conversation with the model."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EventRow(Base):
    """One line of a version's progress, as the event stream sends it. `seq` counts from 1 within a version."""

    __tablename__ = "app_events"

    version_id: Mapped[str] = mapped_column(ForeignKey("app_versions.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """One opening of one version by one viewer. It gives nothing by itself: the viewer is checked at each use."""

    __tablename__ = "app_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("app_versions.id", ondelete="CASCADE"), index=True)
    viewer_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
