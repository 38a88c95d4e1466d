"""Groups, custom roles, group grants and attribute values; service accounts; tokens limited to scopes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vitrail.db.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Parts = list[sa.schema.SchemaItem]


def _id(name: str, target: str | None = None, *, table: str = "", null: bool = False, on: str = "CASCADE") -> Parts:
    """A column that holds an id, with the constraint to the table that it names."""
    column: Parts = [sa.Column(name, sa.String(length=36), nullable=null)]
    if target:
        named = f"fk_{table}_{name}_{target}"
        column.append(sa.ForeignKeyConstraint([name], [f"{target}.id"], name=named, ondelete=on))
    return column


def upgrade() -> None:
    op.add_column("people", sa.Column("kind", sa.String(length=20), nullable=False, server_default="person"))
    op.add_column("spaces", sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.add_column("personal_access_tokens", sa.Column("scopes", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "groups",
        *_id("id"),
        *_id("organization_id", "organizations", table="groups"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("organization_id", "name", name="uq_groups_organization_id_name"),
    )
    op.create_table(
        "group_members",
        *_id("group_id", "groups", table="group_members"),
        *_id("person_id", "people", table="group_members"),
        sa.Column("by_sign_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "person_id", name="pk_group_members"),
    )
    op.create_index("ix_group_members_person_id", "group_members", ["person_id"])
    op.create_table(
        "user_attribute_group_values",
        *_id("attribute_id", "user_attributes", table="user_attribute_group_values"),
        *_id("group_id", "groups", table="user_attribute_group_values"),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("attribute_id", "group_id", name="pk_user_attribute_group_values"),
    )
    op.create_index("ix_user_attribute_group_values_group_id", "user_attribute_group_values", ["group_id"])
    op.create_table(
        "organization_group_grants",
        *_id("group_id", "groups", table="organization_group_grants"),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name="pk_organization_group_grants"),
    )
    op.create_table(
        "project_group_grants",
        *_id("project_id", "projects", table="project_group_grants"),
        *_id("group_id", "groups", table="project_group_grants"),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "group_id", name="pk_project_group_grants"),
    )
    op.create_index("ix_project_group_grants_group_id", "project_group_grants", ["group_id"])
    op.create_table(
        "custom_roles",
        *_id("id"),
        *_id("organization_id", "organizations", table="custom_roles"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custom_roles"),
        sa.UniqueConstraint("organization_id", "name", name="uq_custom_roles_organization_id_name"),
    )
    op.create_table(
        "custom_role_grants",
        *_id("id"),
        *_id("role_id", "custom_roles", table="custom_role_grants", on="RESTRICT"),
        *_id("project_id", "projects", table="custom_role_grants", null=True),
        *_id("person_id", "people", table="custom_role_grants", null=True),
        *_id("group_id", "groups", table="custom_role_grants", null=True),
        sa.CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="ck_custom_role_grants_person_or_group"),
        sa.PrimaryKeyConstraint("id", name="pk_custom_role_grants"),
    )
    for column in ("role_id", "project_id", "person_id", "group_id"):
        op.create_index(f"ix_custom_role_grants_{column}", "custom_role_grants", [column])
    op.create_table(
        "space_group_grants",
        *_id("space_id", "spaces", table="space_group_grants"),
        *_id("group_id", "groups", table="space_group_grants"),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "group_id", name="pk_space_group_grants"),
    )
    op.create_index("ix_space_group_grants_group_id", "space_group_grants", ["group_id"])
