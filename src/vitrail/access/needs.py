"""What a scope needs besides itself to be of use. Nothing is given along (FIELD §2: nothing is bundled); a page marks
what is missing, and whoever makes the role decides."""

from __future__ import annotations

from collections.abc import Collection

from vitrail.access.roles import ORGANIZATION_ONLY
from vitrail.access.scopes import SCOPES, Modifier

IN_SPACES = frozenset({"DataApp", "SavedChart", "Dashboard"})


def needs(name: str) -> tuple[tuple[str, ...], ...]:
    """Groups of scopes, of each of which one is needed: `(("view:Project",), ("view:DataApp", "manage:DataApp"))`."""
    if name in ORGANIZATION_ONLY or name == "view:Project":
        return ()
    scope = SCOPES[name]
    found: list[tuple[str, ...]] = [("view:Project",)]
    seen = (f"view:{scope.subject}", f"manage:{scope.subject}")
    if scope.verb != "view" and scope.verb != "create" and seen[0] in SCOPES and scope.name != seen[1]:
        own = (f"view:{scope.subject}@self",) if scope.modifier is Modifier.SELF else ()
        found.append(tuple(each for each in (*seen, *own) if each in SCOPES))
    if scope.verb == "create" and scope.subject in IN_SPACES:
        found.append(tuple(each for each in (*seen, f"view:{scope.subject}@self") if each in SCOPES))
    if (
        scope.subject in IN_SPACES
        and scope.modifier not in (Modifier.SELF, Modifier.PREVIEW)
        and scope.verb != "create"
    ):
        found.append(("view:Space", "manage:Space"))
    if scope.subject == "Space" and scope.name != "view:Space":
        found.append(("view:Space", "manage:Space"))
    if scope.subject in ("UnderlyingData", "CustomSql"):
        found.append(("manage:Explore",))
    return tuple(group for group in found if scope.name not in group)


def missing(scopes: Collection[str]) -> dict[str, str]:
    """For each scope of a set that needs something which is not in it: what, in words."""
    held = set(scopes)
    found = {}
    for name in scopes:
        if name in SCOPES:
            lacking = [" or ".join(group) for group in needs(name) if not held.intersection(group)]
            if lacking:
                found[name] = ", ".join(lacking)
    return found
