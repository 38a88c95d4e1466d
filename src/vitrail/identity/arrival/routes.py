"""HTTP of coming in. Tokens of links come in bodies, never in addresses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from vitrail.access.dependencies import OpenToAll, require
from vitrail.identity.arrival import schemas as wire
from vitrail.identity.arrival import service
from vitrail.identity.cookies import session_cookie, set_cookie
from vitrail.identity.person import Person
from vitrail.identity.routes import address_of, from_our_own_page
from vitrail.identity.schemas import SignedIn, User
from vitrail.identity.sign_ins import NewSignIn
from vitrail.services import CurrentServices, Services

router = APIRouter(tags=["auth"])
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


@router.post("/auth/setup", dependencies=[OpenToAll], status_code=201)
async def set_up(body: wire.SetUp, request: Request, response: Response, services: CurrentServices) -> SignedIn:
    """Make the organisation and its first administrator, with the link that the server printed at its start."""
    from_our_own_page(request)
    new = await service.set_up(
        services,
        secret=body.token.get_secret_value(),
        organization=body.organization,
        name=body.name,
        email=body.email,
        password=body.password.get_secret_value(),
        user_agent=request.headers.get("user-agent", ""),
    )
    return _signed_in(services, response, new)


@router.post("/auth/links/look", dependencies=[OpenToAll])
async def look_at_link(body: wire.LookAtLink, services: CurrentServices) -> wire.Expected:
    """Whom a link lets in; it stays as it is."""
    return wire.Expected.model_validate(await service.expected(services, body.token.get_secret_value()))


@router.post("/auth/links/use", dependencies=[OpenToAll])
async def use_link(body: wire.UseLink, request: Request, response: Response, services: CurrentServices) -> SignedIn:
    """Choose a password by a link, and sign in."""
    from_our_own_page(request)
    new = await service.use(
        services,
        secret=body.token.get_secret_value(),
        password=body.password.get_secret_value(),
        name=body.name,
        user_agent=request.headers.get("user-agent", ""),
    )
    return _signed_in(services, response, new)


@router.post("/auth/forgotten", dependencies=[OpenToAll], status_code=202)
async def forgot_password(body: wire.Forgotten, request: Request, services: CurrentServices) -> None:
    """Ask for a link to choose a new password. The answer does not tell whether there is such a person."""
    from_our_own_page(request)
    await service.forgot(services, email=body.email, address=address_of(request, services.settings))


@router.post("/organization/invitations", status_code=201)
async def invite_person(body: wire.Invitation, by: Administrator, services: CurrentServices) -> wire.HandedLink:
    """Invite somebody: their account, its rights, and a link for the password, mailed or to hand over."""
    handed = await service.invite(
        services, by, email=body.email, name=body.name or "", role=body.role, group_ids=body.group_ids
    )
    return _handed(handed)


@router.post("/organization/people/{person_id}/link", status_code=201)
async def make_link(person_id: str, by: Administrator, services: CurrentServices) -> wire.HandedLink:
    """A new link for somebody, to accept their invitation or to choose a new password; earlier ones are void."""
    return _handed(await service.new_link(services, by, person_id))


def _signed_in(services: Services, response: Response, new: NewSignIn) -> SignedIn:
    seconds = services.settings.session_max_hours * 3600
    set_cookie(response, services, session_cookie(services.settings), new.cookie, seconds=seconds)
    return SignedIn(user=User.model_validate(new.person), csrf_token=new.csrf_token)


def _handed(handed: service.Handed) -> wire.HandedLink:
    return wire.HandedLink(
        person_id=handed.person_id,
        link=None if handed.mailed else handed.link.address,
        expires_at=handed.link.expires_at,
        mailed=handed.mailed,
        mail_problem=handed.mail_problem.cause if handed.mail_problem else None,
    )
