"""Catalogs that were uploaded, and which of them a project uses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vitrail.db.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_uploads",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("creator_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("explores", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["people.id"], name="fk_catalog_uploads_creator_id_people", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_catalog_uploads_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_uploads"),
    )
    op.create_index("ix_catalog_uploads_creator_id", "catalog_uploads", ["creator_id"], unique=False)
    op.create_index("ix_catalog_uploads_project_created", "catalog_uploads", ["project_id", "created_at"], unique=False)
    op.add_column("projects", sa.Column("catalog_upload_id", sa.String(length=36), nullable=True))
