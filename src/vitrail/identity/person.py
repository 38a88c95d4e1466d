"""A person as a value: who asks, what they hold, what the semantic layer may know of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from vitrail.query.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Grant:
    """One way by which a person holds scopes: a role, given to them or to a group of theirs, in one project or (None)
    in the organisation."""

    role: str
    scopes: frozenset[str]
    project_id: str | None = None
    group: str | None = None

    @property
    def origin(self) -> str:
        """In words, for the reason of a decision: `the role editor, through the group “Finance”`."""
        through = f", through the group “{self.group}”" if self.group else ""
        return f"the role {self.role}{through}" + ("" if self.project_id else " in the organisation")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone signed in (or acting through a token), loaded anew for each request.

    `organization_scopes` come from roles in the organisation and hold in every project; `project_scopes` maps a
    project's id to what is granted there on top. Both are the union of `grants`, cut down to what the token that the
    request came with is limited to. Scopes only add up, never deny (FIELD §2).
    """

    id: str
    email: str
    name: str
    organization_id: str
    email_verified: bool = True
    organization_role: str | None = None
    project_roles: Mapping[str, str] = field(default_factory=dict)
    organization_scopes: frozenset[str] = frozenset()
    project_scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group_ids: frozenset[str] = frozenset()
    grants: tuple[Grant, ...] = ()
    kind: str = "person"
    limited: bool = False
    """Acts through a token that is limited to less than the person holds."""

    def scopes(self, project_id: str | None = None) -> frozenset[str]:
        """The union of what the person holds in a project, or in the organisation when no project is named."""
        if project_id is None:
            return self.organization_scopes
        return self.organization_scopes | self.project_scopes.get(project_id, frozenset())

    def role(self, project_id: str) -> str:
        """The name of the role to show for a project: the project's own, else the organisation's."""
        return self.project_roles.get(project_id) or self.organization_role or "member"

    def origins(self, scope: str, project_id: str | None = None) -> list[str]:
        """By which roles the person holds a scope, in words."""
        return [
            grant.origin for grant in self.grants if scope in grant.scopes and grant.project_id in (None, project_id)
        ]

    def limited_to(self, scopes: Collection[str] | None) -> Person:
        """The person as a token lets them act; None is no limit."""
        if scopes is None:
            return self
        kept = frozenset(scopes)
        return replace(
            self,
            organization_scopes=self.organization_scopes & kept,
            project_scopes={project: held & kept for project, held in self.project_scopes.items()},
            grants=tuple(replace(grant, scopes=grant.scopes & kept) for grant in self.grants),
            limited=True,
        )

    def viewer(self) -> Viewer:
        """All that the query path knows of this person."""
        return Viewer(attributes=self.attributes, email=self.email if self.email_verified else None)
