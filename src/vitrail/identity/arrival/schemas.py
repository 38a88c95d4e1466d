"""What goes over the wire when people come in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from vitrail.access.roles import Role
from vitrail.identity.arrival.links import Kind
from vitrail.wire import Wire
from vitrail.words import Id, Name

LinkToken = Annotated[SecretStr, Field(min_length=20, max_length=200)]
NewPassword = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
PLAUSIBLE = r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=320, pattern=PLAUSIBLE)]


class SetUp(Wire):
    token: LinkToken
    organization: Name
    name: Name
    email: Email
    password: NewPassword


class UseLink(Wire):
    token: LinkToken
    password: NewPassword
    name: Name | None = Field(default=None, description="How the person wants to be called; not when resetting.")


class LookAtLink(Wire):
    token: LinkToken


class Expected(Wire):
    kind: Kind
    email: str
    name: str
    organization: str


class Forgotten(Wire):
    email: Annotated[str, Field(min_length=1, max_length=320)]


class Invitation(Wire):
    email: Email
    name: Name | None = None
    role: Role | None = Field(default=None, description="In the organisation; null: a member without rights yet.")
    group_ids: Annotated[list[Id], Field(max_length=100)] = Field(default_factory=list)


class HandedLink(Wire):
    person_id: str
    link: str | None = Field(description="To hand over; null when it was mailed. Shown this once.")
    expires_at: datetime
    mailed: bool
    mail_problem: str | None = Field(description="Why it was not mailed, though there is a mail server.")
