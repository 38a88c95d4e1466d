"""Every scope there is, as data. `docs/permissions.md` is compared with this file by a test.

A scope is `verb:Subject` with an optional `@modifier` (FIELD §2). Issue by issue, routes begin to ask for more of
them; a scope that no route asks for yet is here because roles and custom roles already name it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Modifier(StrEnum):
    """Where a scope holds, when it does not hold everywhere in the project."""

    SELF = "self"
    SPACE = "space"
    PREVIEW = "preview"
    PUBLIC = "public"
    ASSIGNED = "assigned"


MODIFIERS: dict[Modifier, str] = {
    Modifier.SELF: "what the person created and nobody filed in a space yet",
    Modifier.SPACE: "things in spaces where the person may edit",
    Modifier.PREVIEW: "preview projects only",
    Modifier.PUBLIC: "spaces that are open to the whole project",
    Modifier.ASSIGNED: "spaces where the person has full access",
}


@dataclass(frozen=True, slots=True)
class Scope:
    verb: str
    subject: str
    modifier: Modifier | None
    meaning: str

    @property
    def name(self) -> str:
        return f"{self.verb}:{self.subject}" + (f"@{self.modifier}" if self.modifier else "")


def _scope(name: str, meaning: str) -> Scope:
    verb, _, rest = name.partition(":")
    subject, _, modifier = rest.partition("@")
    return Scope(verb, subject, Modifier(modifier) if modifier else None, meaning)


SCOPES: dict[str, Scope] = {
    scope.name: scope
    for scope in (
        # Data apps
        _scope("view:DataApp", "Open data apps filed in spaces that the person may see"),
        _scope("view:DataApp@self", "Open one's own personal data apps"),
        _scope("create:DataApp", "Create data apps"),
        _scope("create:DataApp@preview", "Create data apps in preview projects"),
        _scope("manage:DataApp", "Open, edit, move and delete every data app of the project"),
        _scope("manage:DataApp@self", "Edit, move and delete one's own personal data apps"),
        _scope("manage:DataApp@space", "Edit, move and delete data apps in spaces where one may edit"),
        _scope("manage:DataApp@preview", "Edit, move and delete data apps in preview projects"),
        _scope("manage:DataAppDependency", "Manage the libraries that data apps may import"),
        _scope("view:ExternalConnection", "Use the external connections of the project"),
        _scope("manage:ExternalConnection", "Manage the external connections of the project"),
        # Content
        _scope("view:Project", "Open the project"),
        _scope("view:Space", "See the project's spaces"),
        _scope("create:Space", "Create spaces"),
        _scope("manage:Space", "Manage every space of the project"),
        _scope("manage:Space@public", "Manage spaces that are open to the whole project"),
        _scope("manage:Space@assigned", "Manage spaces where one has full access"),
        _scope("view:SavedChart", "Open charts in spaces that the person may see"),
        _scope("manage:SavedChart", "Manage every chart of the project"),
        _scope("manage:SavedChart@space", "Manage charts in spaces where one may edit"),
        _scope("view:Dashboard", "Open dashboards in spaces that the person may see"),
        _scope("manage:Dashboard", "Manage every dashboard of the project"),
        _scope("manage:Dashboard@space", "Manage dashboards in spaces where one may edit"),
        _scope("manage:PinnedItems", "Pin content to the project's home"),
        _scope("manage:Tags", "Manage tags"),
        _scope("manage:ContentVerification", "Mark content as verified"),
        # Asking
        _scope("manage:Explore", "Explore: ask any question the catalog allows"),
        _scope("view:UnderlyingData", "See the rows under a number"),
        _scope("manage:ExportCsv", "Export results"),
        _scope("create:ScheduledDeliveries", "Schedule deliveries"),
        _scope("manage:CustomSql", "Write SQL inside explores"),
        _scope("manage:SqlRunner", "Run SQL"),
        # Running a project and the organisation
        _scope("manage:CompileProject", "Refresh the project's catalog"),
        _scope("promote:SavedChart", "Promote charts to the upstream project"),
        _scope("promote:Dashboard", "Promote dashboards to the upstream project"),
        _scope("promote:DataApp", "Promote data apps to the upstream project"),
        _scope("manage:Project", "Manage the project, its connection and its members"),
        _scope("manage:Organization", "Manage the organisation and its members"),
        _scope("manage:Group", "Manage groups"),
        _scope("manage:CustomRole", "Manage custom roles"),
    )
}
