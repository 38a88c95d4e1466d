"""Where a thing lies, as a value: all that a decision needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

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
    def wire(self) -> str:
        return {1: "view", 2: "edit", 3: "full"}[self.value]

    @classmethod
    def from_wire(cls, word: str) -> SpaceRole:
        return {"view": cls.VIEW, "edit": cls.EDIT, "full": cls.FULL}[word]


@dataclass(frozen=True, slots=True)
class Placement:
    """A thing's place: its project, who created it, the space it is filed in (None: personal).

    `space_role` is what *the asking person* holds in that space (`spaces.service` works it out); None is nothing.
    A placement with neither creator nor space stands for the project itself.
    """

    project_id: str
    creator_id: str | None = None
    space_id: str | None = None
    space_role: SpaceRole | None = None
    space_name: str | None = None
    open_to_project: bool = False
    preview: bool = False


def project_access_role(person: Person, project_id: str) -> SpaceRole | None:
    """The space role that a person has by their project scopes alone, in spaces that are open to the project."""
    scopes = person.scopes(project_id)
    if "manage:Space" in scopes:
        return SpaceRole.FULL
    if "manage:Space@public" in scopes:
        return SpaceRole.EDIT
    return SpaceRole.VIEW if "view:Space" in scopes else None


def is_always_in(person: Person, project_id: str) -> bool:
    """Project and organisation admins are in every space, restricted or not."""
    return "manage:Space" in person.scopes(project_id)
