"""HTTP about one's own account. A token may not look after the account that it belongs to: these need a sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, SecretStr

from vitrail.access.dependencies import CurrentPerson, HowSignedIn
from vitrail.db.dependencies import DbSession
from vitrail.errors import Forbidden
from vitrail.identity import account
from vitrail.identity.authentication import Authenticated
from vitrail.identity.routes import address_of
from vitrail.services import CurrentServices
from vitrail.wire import Wire

router = APIRouter(prefix="/auth", tags=["auth"])


class SignIn(Wire):
    id: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool


class Ended(Wire):
    ended: int


class PasswordChange(Wire):
    current: Annotated[SecretStr, Field(min_length=1, max_length=1024)]
    new: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


@router.get("/sign-ins")
async def list_sign_ins(
    how: HowSignedIn, person: CurrentPerson, services: CurrentServices, session: DbSession
) -> list[SignIn]:
    """Where I am signed in."""
    return [
        SignIn(
            id=row.id,
            user_agent=row.user_agent,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            expires_at=row.expires_at,
            current=row.token_hash == how.session_hash,
        )
        for row in await account.sign_ins(session, services, person)
    ]


@router.delete("/sign-ins/{sign_in_id}", status_code=204)
async def end_sign_in(sign_in_id: str, how: HowSignedIn, person: CurrentPerson, session: DbSession) -> None:
    """End one of my sign-ins, at once."""
    _in_the_page(how)
    await account.end_sign_in(session, person, sign_in_id)


@router.post("/sign-ins/end-others")
async def end_other_sign_ins(how: HowSignedIn, person: CurrentPerson, session: DbSession) -> Ended:
    """End all my sign-ins but this one."""
    return Ended(ended=await account.end_others(session, person, _in_the_page(how)))


@router.post("/password", status_code=204)
async def change_password(
    body: PasswordChange, request: Request, how: HowSignedIn, person: CurrentPerson, services: CurrentServices
) -> None:
    """Change my password; my other sign-ins end."""
    await account.change_password(
        services,
        person,
        current=body.current.get_secret_value(),
        new=body.new.get_secret_value(),
        address=address_of(request, services.settings),
        kept=_in_the_page(how),
    )


def _in_the_page(how: Authenticated) -> str:
    if how.session_hash is None:
        raise Forbidden("A token may not change how its owner signs in.", cure="Sign in in the page.")
    return how.session_hash
