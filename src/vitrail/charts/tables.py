"""The rows of charts. `content` of a version is `{"query", "config"}`."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.content.tables import SavedColumns, SavedVersionColumns
from vitrail.db.base import Base


class ChartRow(SavedColumns, Base):
    """A saved chart."""

    __tablename__ = "charts"
    __table_args__ = (Index("ix_charts_project_updated", "project_id", "updated_at"),)


class ChartVersionRow(SavedVersionColumns, Base):
    """One save of a chart."""

    __tablename__ = "chart_versions"

    item_id: Mapped[str] = mapped_column(
        "chart_id", String(36), ForeignKey("charts.id", ondelete="CASCADE"), primary_key=True
    )
