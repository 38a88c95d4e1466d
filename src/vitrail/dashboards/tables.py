"""The rows of dashboards. `content` of a version is `{"tabs", "tiles", "filters"}`."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.content.tables import SavedColumns, SavedVersionColumns
from vitrail.db.base import Base


class DashboardRow(SavedColumns, Base):
    """A saved dashboard."""

    __tablename__ = "dashboards"
    __table_args__ = (Index("ix_dashboards_project_updated", "project_id", "updated_at"),)


class DashboardVersionRow(SavedVersionColumns, Base):
    """One save of a dashboard."""

    __tablename__ = "dashboard_versions"

    item_id: Mapped[str] = mapped_column(
        "dashboard_id", String(36), ForeignKey("dashboards.id", ondelete="CASCADE"), primary_key=True
    )
