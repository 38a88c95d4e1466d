"""When a project was last connected, so that every process notices that it was connected anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vitrail.db.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("projects", sa.Column("connected_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE projects SET connected_at = created_at")
    with op.batch_alter_table("projects") as table:
        table.alter_column("connected_at", existing_type=UtcDateTime(), nullable=False)
