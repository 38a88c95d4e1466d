"""The rows of projects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base, UtcDateTime, now


class ProjectRow(Base):
    """A project: a folder with a dbt project (or its manifest) and the warehouse it is asked on."""

    __tablename__ = "projects"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    preview: Mapped[bool] = mapped_column(default=False)
    dbt_dir: Mapped[str] = mapped_column(Text)
    warehouse_url: Mapped[str] = mapped_column(Text)
    """Encrypted: addresses of warehouses carry passwords."""
    connected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When it was last connected: processes that opened it before open it again."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
