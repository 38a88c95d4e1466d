"""The rows of organisations, people and what they sign in with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vitrail.db.base import Base, UtcDateTime


class OrganizationRow(Base):
    """The organisation. One an instance."""

    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


PERSON = "person"
SERVICE_ACCOUNT = "service_account"


class PersonRow(Base):
    """Someone who may sign in, or a service account (`kind`), which acts by tokens only. Both hold roles, groups and
    attributes by the same rows. `email` is kept folded to lower case; `password_hash` is argon2id."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    email_verified: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(String(20), default=PERSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInRow(Base):
    """A signed-in browser. Only the hash of its cookie is kept."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkRow(Base):
    """A link that lets somebody in once: the first administrator (`setup`), somebody invited, or somebody who forgot
    their password (`reset`). Only the hash of its token is kept."""

    __tablename__ = "sign_in_links"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdentityRow(Base):
    """Who a person is at a provider of single sign-on: issuer and subject, which never change."""

    __tablename__ = "sign_on_identities"

    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TokenRow(Base):
    """A personal access token. Shown once; only its hash and its first characters are kept."""

    __tablename__ = "personal_access_tokens"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scopes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """What the token is limited to, among its owner's scopes; null: all that the owner holds."""


class SignInFailuresRow(Base):
    """Failed sign-ins, counted by a hashed key (address, e-mail, or both); kept here so that all processes count. Under
    keys of their own, with no failures: the addresses from which a person signed in."""

    __tablename__ = "sign_in_failures"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when further tries are refused; null: no limit was reached."""
    forgotten_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When the failures stop counting, or the address being known."""


class AttributeRow(Base):
    """A user attribute that row filters and required attributes may name."""

    __tablename__ = "user_attributes"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text, default="")
    default_values: Mapped[list[str] | None] = mapped_column(JSON)
    """What people without values of their own hold; null: nothing, which is a refusal."""


class AttributeValueRow(Base):
    """The values that one person holds of one attribute, in order."""

    __tablename__ = "user_attribute_values"

    attribute_id: Mapped[str] = mapped_column(ForeignKey("user_attributes.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    values: Mapped[list[str]] = mapped_column(JSON)


class AttributeGroupValueRow(Base):
    """The values that a group gives its members; they count where a member has none of their own."""

    __tablename__ = "user_attribute_group_values"

    attribute_id: Mapped[str] = mapped_column(ForeignKey("user_attributes.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, index=True)
    values: Mapped[list[str]] = mapped_column(JSON)


class GroupRow(Base):
    """A group of people. It holds roles, space grants and attribute values for all its members."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class GroupMemberRow(Base):
    """A person in a group. `by_sign_on`: put there by a claim at single sign-on, which may also take them out."""

    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    by_sign_on: Mapped[bool] = mapped_column(default=False)
