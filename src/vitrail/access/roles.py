"""The five system roles, as data. Each holds what the one before it holds, and adds."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from vitrail.access.scopes import SCOPES


class Role(StrEnum):
    VIEWER = "viewer"
    INTERACTIVE_VIEWER = "interactive_viewer"
    EDITOR = "editor"
    DEVELOPER = "developer"
    ADMIN = "admin"


ADDS: dict[Role, tuple[str, ...]] = {
    Role.VIEWER: (
        "view:Project",
        "view:Space",
        "view:SavedChart",
        "view:Dashboard",
        "manage:ExportCsv",
    ),
    Role.INTERACTIVE_VIEWER: (
        "view:DataApp",
        "view:DataApp@self",
        "manage:DataApp@self",
        "manage:DataApp@space",
        "view:ExternalConnection",
        "manage:Explore",
        "view:UnderlyingData",
        "manage:SavedChart@space",
        "manage:Dashboard@space",
        "manage:Space@assigned",
        "create:ScheduledDeliveries",
    ),
    Role.EDITOR: (
        "create:DataApp",
        "create:Space",
        "manage:Space@public",
        "manage:PinnedItems",
        "manage:Tags",
    ),
    Role.DEVELOPER: (
        "create:DataApp@preview",
        "manage:DataApp@preview",
        "manage:CustomSql",
        "manage:SqlRunner",
        "manage:CompileProject",
        "manage:ContentVerification",
        "promote:SavedChart",
        "promote:Dashboard",
        "promote:DataApp",
    ),
    Role.ADMIN: (
        "manage:DataApp",
        "manage:DataAppDependency",
        "manage:ExternalConnection",
        "manage:SavedChart",
        "manage:Dashboard",
        "manage:Space",
        "manage:Project",
        "manage:Organization",
        "manage:Group",
        "manage:CustomRole",
    ),
}


def _inherit() -> dict[Role, frozenset[str]]:
    held: frozenset[str] = frozenset()
    whole: dict[Role, frozenset[str]] = {}
    for role in Role:
        held = held | frozenset(ADDS[role])
        whole[role] = held
    return whole


ROLE_SCOPES: dict[Role, frozenset[str]] = _inherit()
"""All scopes of each role, inherited ones included."""

# A role held in one project says nothing about the organisation, whatever its name.
ORGANIZATION_ONLY = frozenset({"manage:Organization", "manage:Group", "manage:CustomRole"})


def organization_scopes(role: str | None) -> frozenset[str]:
    """What an organisation role gives, in every project. None (a plain member) gives nothing."""
    return ROLE_SCOPES[Role(role)] if role else frozenset()


def project_scopes(role: str) -> frozenset[str]:
    """What a role gives in the project where it is held."""
    return ROLE_SCOPES[Role(role)] - ORGANIZATION_ONLY


def custom_scopes(scopes: Iterable[str], *, in_project: bool) -> frozenset[str]:
    """What a custom role gives: exactly what was ticked, as far as it still exists. In a project, nothing of the
    organisation."""
    held = frozenset(scopes) & SCOPES.keys()
    return held - ORGANIZATION_ONLY if in_project else held
