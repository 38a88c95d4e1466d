"""The rows of spaces and of who is let into them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base, UtcDateTime


class SpaceRow(Base):
    """A space. `restricted`: its own list of people decides; else it takes its parent's (or the project's) access.

    `open_to_project` is worked out from the chain of parents when it changes: no restricted space is on the way up,
    so whoever may see the project's spaces sees this one.
    """

    __tablename__ = "spaces"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("spaces.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    restricted: Mapped[bool] = mapped_column(default=False)
    open_to_project: Mapped[bool] = mapped_column(default=True)
    creator_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SpaceSourceRow(Base):
    """Where a space's access comes from: itself, and each parent up to the nearest restricted one.

    Worked out whenever a space is made, moved or restricted, so that lists are filtered by a plain join and never
    climb the tree.
    """

    __tablename__ = "space_sources"

    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("spaces.id", ondelete="CASCADE"), primary_key=True, index=True)


class SpaceGrantRow(Base):
    """A person let into a space by name. `role` is a `SpaceRole`: 1 can view, 2 can edit, 3 full access."""

    __tablename__ = "space_grants"

    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[int] = mapped_column(Integer)


class SpaceGroupGrantRow(Base):
    """A group let into a space. A grant to a person by name comes before those of their groups."""

    __tablename__ = "space_group_grants"

    space_id: Mapped[str] = mapped_column(ForeignKey("spaces.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[int] = mapped_column(Integer)
