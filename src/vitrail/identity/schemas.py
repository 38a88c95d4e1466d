"""What goes over the wire about people and sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr

from vitrail.wire import Moment, Wire
from vitrail.words import Name


class Credentials(Wire):
    email: Annotated[str, Field(min_length=1, max_length=320)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class User(Wire):
    id: str
    email: str
    name: str


class SignedIn(Wire):
    user: User
    csrf_token: str


class Ways(Wire):
    password: bool
    sign_on: str | None = Field(description="What single sign-on is called here; null where there is none.")
    mail: bool = Field(description="Whether a link for a forgotten password can be mailed.")
    set_up: bool = Field(description="False until the first administrator is made.")


class Organization(Wire):
    id: str
    name: str


class Feature(Wire):
    enabled: bool
    reason: str | None
    cause: str | None
    cure: str | None


class Features(Wire):
    """What is on now, in this instance; what a person may do with it is a matter of scopes."""

    data_apps: Feature
    custom_roles: Feature
    groups: Feature
    service_accounts: Feature
    embedding: Feature


class MyProject(Wire):
    id: str
    name: str
    preview: bool
    role: str
    scopes: list[str]


class Model(Wire):
    provider: str
    name: str
    offline: bool


class Me(Wire):
    user: User
    organization: Organization
    csrf_token: str | None = Field(description="Null when the request came with a token, which needs none.")
    features: Features
    scopes: list[str] = Field(description="What I may do in the organisation, and thereby in each of its projects.")
    projects: list[MyProject]
    model: Model


ScopeName = Annotated[str, Field(min_length=1, max_length=100)]


class NewToken(Wire):
    name: Name
    expires_at: Moment | None = None
    scopes: Annotated[list[ScopeName], Field(max_length=200)] | None = Field(
        default=None, description="What it is limited to; null: all that its owner holds."
    )


class Rotation(Wire):
    overlap_minutes: Annotated[int, Field(ge=0, le=10_080)] = Field(
        default=0, description="How long the old token works on."
    )


class Token(Wire):
    id: str
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    scopes: list[str] | None = Field(description="What it is limited to; null: all that its owner holds.")


class IssuedToken(Token):
    token: str = Field(description="Shown this once.")
