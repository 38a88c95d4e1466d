"""Saved charts and dashboards, each with its versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vitrail.db.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for noun in ("chart", "dashboard"):
        _saved(noun)


def _saved(noun: str) -> None:
    things, versions = f"{noun}s", f"{noun}_versions"
    op.create_table(
        things,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("space_id", sa.String(length=36), nullable=False),
        sa.Column("creator_id", sa.String(length=36), nullable=True),
        sa.Column("updater_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("look", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["people.id"], name=f"fk_{things}_creator_id_people", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=f"fk_{things}_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=f"fk_{things}_space_id_spaces"),
        sa.ForeignKeyConstraint(
            ["updater_id"], ["people.id"], name=f"fk_{things}_updater_id_people", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{things}"),
    )
    op.create_index(f"ix_{things}_creator_id", things, ["creator_id"], unique=False)
    op.create_index(f"ix_{things}_updater_id", things, ["updater_id"], unique=False)
    op.create_index(f"ix_{things}_project_updated", things, ["project_id", "updated_at"], unique=False)
    op.create_index(f"ix_{things}_space_id", things, ["space_id"], unique=False)
    op.create_table(
        versions,
        sa.Column(f"{noun}_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("creator_id", sa.String(length=36), nullable=True),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            [f"{noun}_id"], [f"{things}.id"], name=f"fk_{versions}_{noun}_id_{things}", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["people.id"], name=f"fk_{versions}_creator_id_people", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("number", f"{noun}_id", name=f"pk_{versions}"),
    )
    op.create_index(f"ix_{versions}_creator_id", versions, ["creator_id"], unique=False)
