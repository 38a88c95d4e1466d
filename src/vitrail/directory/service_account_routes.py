"""HTTP about service accounts, and about all tokens of the organisation."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter

from vitrail.access.dependencies import ServiceAccountsOn, require
from vitrail.db.dependencies import DbSession
from vitrail.directory import people, service_accounts
from vitrail.directory import schemas as wire
from vitrail.identity import rules, tokens
from vitrail.identity.person import Person
from vitrail.identity.schemas import IssuedToken, NewToken, Rotation, Token
from vitrail.identity.tables import SERVICE_ACCOUNT, TokenRow

router = APIRouter(prefix="/organization", tags=["service accounts"])
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


@router.get("/service-accounts")
async def list_service_accounts(by: Administrator, session: DbSession) -> list[wire.ServiceAccount]:
    """The service accounts by name."""
    return [
        wire.ServiceAccount(
            id=each.row.id,
            name=each.row.name,
            active=each.row.active,
            role=each.role,
            custom_roles=list(each.custom),
            groups=list(each.groups),
            tokens=count,
            last_used_at=each.last_seen_at,
            created_at=each.row.created_at,
        )
        for each, count in await service_accounts.listed(session, by)
    ]


@router.post("/service-accounts", status_code=201, dependencies=[ServiceAccountsOn])
async def create_service_account(
    wanted: wire.NewServiceAccount, by: Administrator, session: DbSession
) -> wire.ServiceAccount:
    """Make a service account. It can do nothing until it is given roles and a token."""
    row = await service_accounts.create(session, by, name=wanted.name, role=wanted.role)
    return next(each for each in await list_service_accounts(by, session) if each.id == row.id)


@router.patch("/service-accounts/{account_id}", dependencies=[ServiceAccountsOn])
async def change_service_account(
    account_id: str, change: wire.PersonChange, by: Administrator, session: DbSession
) -> wire.ServiceAccount:
    """Rename a service account, or switch it off (its tokens stop at once) or on again."""
    await people.change(session, by, account_id, name=change.name, active=change.active, kind=SERVICE_ACCOUNT)
    return next(each for each in await list_service_accounts(by, session) if each.id == account_id)


@router.delete("/service-accounts/{account_id}", status_code=204)
async def delete_service_account(account_id: str, by: Administrator, session: DbSession) -> None:
    """Delete a service account with its tokens."""
    await people.delete_person(session, by, account_id, kind=SERVICE_ACCOUNT)


@router.get("/service-accounts/{account_id}/tokens")
async def list_service_account_tokens(account_id: str, by: Administrator, session: DbSession) -> list[Token]:
    """Its tokens, without the tokens themselves."""
    row = await people.one(session, by, account_id, SERVICE_ACCOUNT)
    return [Token.model_validate(each) for each in await tokens.of_owner(session, row.id)]


@router.post("/service-accounts/{account_id}/tokens", status_code=201, dependencies=[ServiceAccountsOn])
async def create_service_account_token(
    account_id: str, wanted: NewToken, by: Administrator, session: DbSession
) -> IssuedToken:
    """A new token for a service account, shown this once."""
    row = await people.one(session, by, account_id, SERVICE_ACCOUNT)
    await rules.not_above(session, by, row.id)
    return _issued(
        *await tokens.issue(session, by, row.id, name=wanted.name, expires_at=wanted.expires_at, scopes=wanted.scopes)
    )


@router.post("/service-accounts/{account_id}/tokens/{token_id}/rotate", status_code=201)
async def rotate_service_account_token(
    account_id: str, token_id: str, wanted: Rotation, by: Administrator, session: DbSession
) -> IssuedToken:
    """Replace a token; the old one works on for the overlap and then no more."""
    row = await people.one(session, by, account_id, SERVICE_ACCOUNT)
    await rules.not_above(session, by, row.id)
    old = await tokens.own(session, row.id, token_id)
    return _issued(*await tokens.rotate(session, by, old, overlap=timedelta(minutes=wanted.overlap_minutes)))


@router.get("/tokens")
async def list_all_tokens(
    by: Administrator, session: DbSession, q: wire.Text = None, limit: wire.Limit = 50, offset: wire.Offset = 0
) -> wire.Page[wire.OwnedToken]:
    """Every token of the organisation that works, of people and of service accounts."""
    found, total = await tokens.page(session, by, q, limit=limit, offset=offset)
    return wire.Page(
        items=[
            wire.OwnedToken(
                **Token.model_validate(row).model_dump(),
                owner=wire.Ref(id=person.id, name=person.name),
                owner_kind=person.kind,
            )
            for row, person in found
        ],
        total=total,
    )


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_any_token(token_id: str, by: Administrator, session: DbSession) -> None:
    """Revoke anybody's token; it stops working at once."""
    await tokens.revoke(session, by, await tokens.anybodys(session, by, token_id))


def _issued(row: TokenRow, secret: str) -> IssuedToken:
    return IssuedToken(**Token.model_validate(row).model_dump(), token=secret)
