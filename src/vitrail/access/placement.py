"""Where a thing lies, as a value: all that a decision needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

from vitrail.identity.person import Person


class SpaceRole(IntEnum):
    """What a person may do with a space's content. Ordered: each holds what the ones below it hold."""

    VIEW = 1
    EDIT = 2
    FULL = 3

    @property
    def label(self) -> str:
        return {1: "can view", 2: "can edit", 3: "full access"}[self.value]

    @property
    def wire(self) -> Literal["view", "edit", "full"]:
        return _WIRE[self]

    @classmethod
    def from_wire(cls, word: str) -> SpaceRole:
        return next(role for role, wire in _WIRE.items() if wire == word)


_WIRE: dict[SpaceRole, Literal["view", "edit", "full"]] = {
    SpaceRole.VIEW: "view",
    SpaceRole.EDIT: "edit",
    SpaceRole.FULL: "full",
}


class Way(StrEnum):
    """How a person came by their role in a space."""

    ADMIN = "admin"
    NAMED = "named"
    GROUP = "group"
    PROJECT = "project"

    @property
    def words(self) -> str:
        return {
            "admin": "as an administrator",
            "named": "by name",
            "group": "through a group",
            "project": "by role in the project",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Placement:
    """A thing's place: its project, who created it, the space it is filed in (None: personal).

    `space_role` is what *the asking person* holds in that space (`spaces.standing` works it out); None is nothing.
    `space_origin` says in words where that comes from, for those who ask why; without it `space_way` has to do.
    A placement with neither creator nor space stands for the project itself.
    """

    project_id: str
    creator_id: str | None = None
    space_id: str | None = None
    space_role: SpaceRole | None = None
    space_name: str | None = None
    open_to_project: bool = False
    preview: bool = False
    space_way: Way | None = None
    space_origin: str | None = None

    @property
    def came_by(self) -> str:
        """How the person came by their role in the space, in words; empty when nobody said."""
        return self.space_origin or (self.space_way.words if self.space_way else "")


def project_access_role(person: Person, project_id: str) -> SpaceRole | None:
    """The role that a person has in spaces open to the project, by their scopes there alone. Whoever holds anything
    in the project is in them; which of the things filed there they may open, and whether they may see the space
    itself, is for the scopes of those things (`view:DataApp` is enough to use an app)."""
    scopes = person.scopes(project_id)
    if "manage:Space" in scopes:
        return SpaceRole.FULL
    if "manage:Space@public" in scopes:
        return SpaceRole.EDIT
    return SpaceRole.VIEW if scopes else None


def is_always_in(person: Person, project_id: str) -> bool:
    """Project and organisation admins are in every space, restricted or not."""
    return "manage:Space" in person.scopes(project_id)


def space_standing(
    person: Person, project_id: str, *, open_to_project: bool, named: int | None, by_group: int | None
) -> tuple[SpaceRole, Way] | None:
    """What a person holds in a space and how, or None. `named` and `by_group` are the highest roles granted to them
    by name and to their groups, in the space or above it up to the nearest restricted one.

    A grant by name decides alone, even when it gives less; else the highest of groups and project counts. The same
    rule as SQL: `filters.spaces_held`.
    """
    if is_always_in(person, project_id):
        return SpaceRole.FULL, Way.ADMIN
    base = project_access_role(person, project_id)
    if base is None:
        return None
    if named is not None:
        return SpaceRole(named), Way.NAMED
    ways = [(SpaceRole(by_group), Way.GROUP)] if by_group is not None else []
    if open_to_project:
        ways.append((base, Way.PROJECT))
    return max(ways, key=lambda way: way[0], default=None)
