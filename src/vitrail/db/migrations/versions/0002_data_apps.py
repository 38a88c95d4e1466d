"""Data apps: apps, versions, events, sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vitrail.db.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "apps",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("space_id", sa.String(length=36), nullable=True),
        sa.Column("creator_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("named_by_person", sa.Boolean(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("ready_version", sa.Integer(), nullable=True),
        sa.Column("sandbox", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name="fk_apps_creator_id_people"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_apps_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_apps_space_id_spaces", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_apps"),
    )
    op.create_index("ix_apps_creator_id", "apps", ["creator_id"], unique=False)
    op.create_index("ix_apps_project_updated", "apps", ["project_id", "updated_at"], unique=False)
    op.create_index("ix_apps_space_id", "apps", ["space_id"], unique=False)
    op.create_table(
        "app_versions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("app_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.String(length=36), nullable=False),
        sa.Column("wanted_model", sa.String(length=200), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("not_understood", sa.JSON(), nullable=False),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("usage", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("rendered", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=True),
        sa.Column("manifest", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("declared", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("thumbnail", sa.String(length=200), nullable=True),
        sa.Column("history", sa.String(length=200), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name="fk_app_versions_app_id_apps", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["creator_id"], ["people.id"], name="fk_app_versions_creator_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_app_versions"),
        sa.UniqueConstraint("app_id", "number", name="uq_app_versions_app_id_number"),
    )
    op.create_index("ix_app_versions_status", "app_versions", ["status"], unique=False)
    op.create_table(
        "app_events",
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["app_versions.id"], name="fk_app_events_version_id_app_versions", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "seq", name="pk_app_events"),
    )
    op.create_table(
        "app_sessions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("viewer_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["app_versions.id"], name="fk_app_sessions_version_id_app_versions", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["viewer_id"], ["people.id"], name="fk_app_sessions_viewer_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_app_sessions"),
    )
    op.create_index("ix_app_sessions_expires_at", "app_sessions", ["expires_at"], unique=False)
    op.create_index("ix_app_sessions_version_id", "app_sessions", ["version_id"], unique=False)
