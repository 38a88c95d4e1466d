"""Who holds anything in a project, as SQL over people: the ones whom a space or an app may reach at all."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, or_, select

from vitrail.access.roles import Role
from vitrail.access.tables import (
    CustomRoleGrantRow,
    OrganizationGrantRow,
    OrganizationGroupGrantRow,
    ProjectGrantRow,
    ProjectGroupGrantRow,
)
from vitrail.identity.tables import GroupMemberRow, PersonRow


def holds_a_role(project_id: str) -> ColumnElement[bool]:
    """Over `PersonRow`: those with a role in the project, or in the whole organisation; by name or through a group."""
    custom_here = or_(CustomRoleGrantRow.project_id == project_id, CustomRoleGrantRow.project_id.is_(None))
    return or_(
        PersonRow.id.in_(select(OrganizationGrantRow.person_id)),
        PersonRow.id.in_(select(ProjectGrantRow.person_id).where(ProjectGrantRow.project_id == project_id)),
        exists().where(CustomRoleGrantRow.person_id == PersonRow.id, custom_here),
        PersonRow.id.in_(_members(select(OrganizationGroupGrantRow.group_id))),
        PersonRow.id.in_(
            _members(select(ProjectGroupGrantRow.group_id).where(ProjectGroupGrantRow.project_id == project_id))
        ),
        PersonRow.id.in_(
            _members(select(CustomRoleGrantRow.group_id).where(CustomRoleGrantRow.group_id.is_not(None), custom_here))
        ),
    )


def administers(project_id: str | None = None) -> ColumnElement[bool]:
    """Over `PersonRow`: those with the role admin in the organisation, or in this project; by name or by group."""
    admin = Role.ADMIN.value
    ways = [
        PersonRow.id.in_(select(OrganizationGrantRow.person_id).where(OrganizationGrantRow.role == admin)),
        PersonRow.id.in_(
            _members(select(OrganizationGroupGrantRow.group_id).where(OrganizationGroupGrantRow.role == admin))
        ),
    ]
    if project_id is not None:
        named = select(ProjectGrantRow.person_id).where(
            ProjectGrantRow.project_id == project_id, ProjectGrantRow.role == admin
        )
        groups = select(ProjectGroupGrantRow.group_id).where(
            ProjectGroupGrantRow.project_id == project_id, ProjectGroupGrantRow.role == admin
        )
        ways += [PersonRow.id.in_(named), PersonRow.id.in_(_members(groups))]
    return or_(*ways)


def _members(groups: Select[str] | Select[str | None]) -> Select[str]:
    return select(GroupMemberRow.person_id).where(GroupMemberRow.group_id.in_(groups))
