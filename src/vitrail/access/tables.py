"""The rows of who holds which role where."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base


class OrganizationGrantRow(Base):
    """The role a person holds in the organisation, and so in each of its projects. No row: a plain member."""

    __tablename__ = "organization_grants"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40))


class ProjectGrantRow(Base):
    """The role a person holds in one project."""

    __tablename__ = "project_grants"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(40))
