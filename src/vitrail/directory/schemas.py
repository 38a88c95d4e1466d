"""The directory on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from fastapi import Query
from pydantic import AfterValidator, Field, StringConstraints

from vitrail.access.roles import Role
from vitrail.identity.schemas import ScopeName, Token
from vitrail.wire import Flag, Wire
from vitrail.words import Description, Id, Name

T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Text = Annotated[str | None, Query(max_length=200, description="Text in names and addresses.")]


def _listed(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Ids = Annotated[list[Id], Field(max_length=100), AfterValidator(_listed)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Values = Annotated[list[Value], Field(max_length=200), AfterValidator(_listed)]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
Scopes = Annotated[list[ScopeName], Field(max_length=200)]
Level = Literal["organization", "project"]


class Page(Wire, Generic[T]):
    items: list[T]
    total: int = Field(description="How many there are in all.")


class Ref(Wire):
    id: str
    name: str


class Roles(Wire):
    """What somebody holds by name in one place."""

    role: Role | None
    custom: list[Ref]


class RolesChange(Wire):
    """Exactly these from now on."""

    role: Role | None = None
    custom_role_ids: Ids = Field(default_factory=list)


class PersonListed(Wire):
    id: str
    name: str
    email: str
    active: bool
    invited: bool = Field(description="Has not signed in yet.")
    role: Role | None = Field(description="In the organisation, by name; null: a member.")
    custom_roles: list[str]
    groups: list[str]
    last_seen_at: datetime | None
    created_at: datetime


class GrantOut(Wire):
    role: str
    origin: str = Field(description="By which way it is held, in words.")
    project: Ref | None = Field(description="Null: in the organisation, and so in each of its projects.")


class PersonOut(PersonListed):
    roles: Roles
    grants: list[GrantOut] = Field(description="All roles that count, with where they come from.")
    in_groups: list[Ref]
    attributes: dict[str, list[str]] = Field(description="Values given by name.")
    effective_attributes: dict[str, list[str]] = Field(description="What counts: own, else the groups', else default.")


class PersonChange(Wire):
    name: Name | None = None
    active: Flag | None = None


class GroupListed(Wire):
    id: str
    name: str
    description: str
    members: int
    role: Role | None
    custom_roles: list[str]
    created_at: datetime


class GroupOut(GroupListed):
    roles: Roles


class NewGroup(Wire):
    name: Name
    description: Description = ""


class GroupChange(Wire):
    name: Name | None = None
    description: Description | None = None


class Member(Wire):
    id: str
    name: str
    email: str
    active: bool
    by_sign_on: bool = Field(description="Put there by single sign-on, which may take them out again.")


class MembersChange(Wire):
    add: Annotated[list[Id], Field(max_length=1000)] = Field(default_factory=list)
    remove: Annotated[list[Id], Field(max_length=1000)] = Field(default_factory=list)


class ScopeOut(Wire):
    name: str
    subject: str
    meaning: str
    organization_only: bool
    needs: list[list[str]] = Field(description="Of each list one is needed for the scope to be of use.")


class RoleOut(Wire):
    id: str = Field(description="The name of a system role, the id of a custom one.")
    name: str
    description: str
    system: bool
    level: Level | None = Field(description="Null: either, for system roles.")
    scopes: list[str]
    held_by: int | None = Field(description="How many people and groups hold it; not counted for system roles.")
    missing: dict[str, str] = Field(description="Scopes that are of no use by themselves, and what they need.")


class NewRole(Wire):
    name: Name
    description: Description = ""
    level: Level
    scopes: Scopes


class RoleCopy(Wire):
    name: Name
    level: Level


class RoleChange(Wire):
    name: Name | None = None
    description: Description | None = None
    scopes: Scopes | None = None


class AttributeOut(Wire):
    id: str
    name: str
    description: str
    default: list[str] | None
    people: int
    groups: int


class NewAttribute(Wire):
    name: AttributeName
    description: Description = ""
    default: Values | None = None


class AttributeChange(Wire):
    description: Description | None = None
    default: Values | None = None


class ValuesOut(Wire):
    kind: Literal["person", "group"]
    id: str
    name: str
    values: list[str]


class ValuesChange(Wire):
    values: Values = Field(description="None at all: take them away.")


class ServiceAccount(Wire):
    id: str
    name: str
    active: bool
    role: Role | None
    custom_roles: list[str]
    groups: list[str]
    tokens: int
    last_used_at: datetime | None
    created_at: datetime


class NewServiceAccount(Wire):
    name: Name
    role: Role | None = None


class OwnedToken(Token):
    owner: Ref
    owner_kind: str


class ProjectHolder(Wire):
    """Somebody who may do something in a project."""

    kind: Literal["person", "group"]
    id: str
    name: str
    email: str | None
    members: int | None
    roles: Roles = Field(description="Given in this project by name.")
    origins: list[str] = Field(description="All that counts here, with where it comes from.")


class Candidate(Wire):
    kind: Literal["person", "group"]
    id: str
    name: str
    email: str | None
