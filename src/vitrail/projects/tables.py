"""The rows of projects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base, UtcDateTime, now


class ProjectRow(Base):
    """A project: where its catalog is written (a folder, or what was uploaded) and the warehouse it is asked on."""

    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    preview: Mapped[bool] = mapped_column(default=False)
    dbt_dir: Mapped[str] = mapped_column(Text)
    """Empty where the catalog is only ever uploaded."""
    catalog_upload_id: Mapped[str | None] = mapped_column(String(36))
    """The upload in use; None: the folder is read."""
    warehouse_url: Mapped[str] = mapped_column(Text)
    """Encrypted: addresses of warehouses carry passwords."""
    connected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When it was last connected: processes that opened it before open it again."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CatalogUploadRow(Base):
    """A catalog that was uploaded. The files lie in the object store, each under its hash."""

    __tablename__ = "catalog_uploads"
    __table_args__ = (Index("ix_catalog_uploads_project_created", "project_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    creator_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[str] = mapped_column(String(40))
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Of each its name in the folder that is read, its hash and its size in bytes."""
    explores: Mapped[int] = mapped_column(Integer)
    fields: Mapped[int] = mapped_column(Integer)
    problems: Mapped[int] = mapped_column(Integer)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """What it changed, as `catalog.changes.Change` has it; the first so many."""
