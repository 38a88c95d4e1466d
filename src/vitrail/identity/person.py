"""A person as a value: who asks, what they hold, what the semantic layer may know of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vitrail.query.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Person:
    """Someone signed in (or acting through a token), loaded anew for each request.

    `organization_scopes` come from the organisation role and hold in every project; `project_scopes` maps a
    project's id to what is granted there on top. Scopes only add up, never deny (FIELD §2).
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

    def scopes(self, project_id: str | None = None) -> frozenset[str]:
        """The union of what the person holds in a project, or in the organisation when no project is named."""
        if project_id is None:
            return self.organization_scopes
        return self.organization_scopes | self.project_scopes.get(project_id, frozenset())

    def role(self, project_id: str) -> str:
        """The name of the role to show for a project: the project's own, else the organisation's."""
        return self.project_roles.get(project_id) or self.organization_role or "member"

    def viewer(self) -> Viewer:
        """All that the query path knows of this person."""
        return Viewer(attributes=self.attributes, email=self.email if self.email_verified else None)
