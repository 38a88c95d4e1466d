"""The log of what happened. The database itself refuses to change or remove its entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vitrail.db.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# An entry is never changed. It may be removed only once its chain's head says, sealed, that the chain begins later. A
# head is never removed and never goes back.
REFUSALS = (
    ("audit_entries", "UPDATE", "true", "entries of the audit log are never changed"),
    (
        "audit_entries",
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.organization_id = OLD.organization_id "
        "AND h.chain = OLD.chain AND h.first > OLD.sequence)",
        "entries of the audit log are removed by retention only",
    ),
    ("audit_heads", "UPDATE", "NEW.sequence < OLD.sequence OR NEW.first < OLD.first", "an audit chain never goes back"),
    ("audit_heads", "DELETE", "true", "the head of an audit chain is never removed"),
)


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("chain", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("actor_id", sa.String(length=36), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.String(length=200), nullable=True),
        sa.Column("subject_name", sa.String(length=200), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "chain", "sequence", name="pk_audit_entries"),
    )
    for name, columns in {
        "at": ["organization_id", "at", "chain", "sequence"],
        "actor": ["organization_id", "actor_id", "at"],
        "action": ["organization_id", "action", "at"],
        "subject": ["organization_id", "subject_kind", "subject_id", "at"],
        "project": ["organization_id", "project_id", "at"],
    }.items():
        op.create_index(f"ix_audit_entries_{name}", "audit_entries", columns)
    op.create_table(
        "audit_heads",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("chain", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("first_previous", sa.String(length=64), nullable=False),
        sa.Column("pruned_at", UtcDateTime(), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "chain", name="pk_audit_heads"),
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, event, when, message in REFUSALS:
        (_refuse_on_postgres if postgres else _refuse_on_sqlite)(table, event, when, message)
    if postgres:
        for table in ("audit_entries", "audit_heads"):
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"EXECUTE FUNCTION {'audit_entries_no_update'}()"
            )


def _refuse_on_sqlite(table: str, event: str, when: str, message: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _refuse_on_postgres(table: str, event: str, when: str, message: str) -> None:
    name = f"{table}_no_{event.lower()}"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION '{message}'; END IF; "
        f"IF {when} THEN RAISE EXCEPTION '{message}'; END IF; "
        f"RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
