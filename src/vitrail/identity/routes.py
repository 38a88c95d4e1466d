"""HTTP about signing in and out, and about oneself."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from vitrail.access.dependencies import CurrentPerson, HowSignedIn, OpenToAll, may_see_why
from vitrail.db.dependencies import DbSession
from vitrail.errors import Forbidden
from vitrail.identity import repository, schemas, service, tokens
from vitrail.identity.authentication import csrf_token
from vitrail.identity.cookies import drop_cookie, session_cookie, set_cookie
from vitrail.identity.me import features_of, model_in_use
from vitrail.identity.person import Person
from vitrail.identity.tables import TokenRow
from vitrail.projects import repository as projects
from vitrail.services import CurrentServices
from vitrail.settings import Settings

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/login", dependencies=[OpenToAll])
async def sign_in(
    body: schemas.Credentials, request: Request, response: Response, services: CurrentServices
) -> schemas.SignedIn:
    """Sign in with e-mail address and password."""
    from_our_own_page(request)
    name = session_cookie(services.settings)
    new = await service.sign_in(
        services,
        email=body.email,
        password=body.password.get_secret_value(),
        address=address_of(request, services.settings),
        user_agent=request.headers.get("user-agent", ""),
        replaces=request.cookies.get(name),
    )
    set_cookie(response, services, name, new.cookie, seconds=services.settings.session_max_hours * 3600)
    return schemas.SignedIn(user=schemas.User.model_validate(new.person), csrf_token=new.csrf_token)


@router.get("/ways", dependencies=[OpenToAll])
async def ways_to_sign_in(services: CurrentServices, session: DbSession) -> schemas.Ways:
    """How one can sign in here."""
    settings = services.settings
    return schemas.Ways(
        password=not settings.password_sign_in_disabled,
        sign_on=settings.oidc_name if services.sign_on else None,
        mail=settings.smtp_host is not None,
        set_up=await repository.only_organization(session) is not None,
    )


@router.post("/logout", status_code=204)
async def sign_out(how: HowSignedIn, person: CurrentPerson, response: Response, services: CurrentServices) -> None:
    """End this sign-in."""
    if how.session_hash:
        await service.sign_out(services, person, how.session_hash)
    drop_cookie(response, services, session_cookie(services.settings))
    # The code of private apps is kept by the browser for its next opening; who comes next has no business with it.
    response.headers["Clear-Site-Data"] = '"cache"'


@router.get("/me")
async def me(how: HowSignedIn, person: CurrentPerson, services: CurrentServices, session: DbSession) -> schemas.Me:
    """Who I am, what I may do where, and what is switched on."""
    organization = await repository.organization(session, person)
    return schemas.Me(
        user=schemas.User.model_validate(person),
        organization=schemas.Organization.model_validate(organization),
        csrf_token=csrf_token(services, how.session_hash) if how.session_hash else None,
        features=features_of(services, why=may_see_why(person)),
        scopes=sorted(person.organization_scopes),
        projects=[
            schemas.MyProject(
                id=row.id,
                name=row.name,
                preview=row.preview,
                role=person.role(row.id),
                scopes=sorted(person.scopes(row.id)),
            )
            for row in await projects.all_visible(session, person)
        ],
        model=model_in_use(services.settings),
    )


@router.get("/tokens")
async def list_tokens(person: CurrentPerson, session: DbSession) -> list[schemas.Token]:
    """My personal access tokens, without the tokens themselves."""
    return [schemas.Token.model_validate(row) for row in await tokens.of_owner(session, person.id)]


@router.post("/tokens", status_code=201)
async def create_token(body: schemas.NewToken, person: CurrentPerson, session: DbSession) -> schemas.IssuedToken:
    """A new personal access token, shown this once."""
    _not_limited(person)
    return _issued(
        *await tokens.issue(session, person, person.id, name=body.name, expires_at=body.expires_at, scopes=body.scopes)
    )


@router.post("/tokens/{token_id}/rotate", status_code=201)
async def rotate_token(
    token_id: str, body: schemas.Rotation, person: CurrentPerson, session: DbSession
) -> schemas.IssuedToken:
    """Replace one of my tokens; the old one works on for the overlap and then no more."""
    _not_limited(person)
    old = await tokens.own(session, person.id, token_id)
    return _issued(*await tokens.rotate(session, person, old, overlap=timedelta(minutes=body.overlap_minutes)))


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(token_id: str, person: CurrentPerson, session: DbSession) -> None:
    """Revoke one of my tokens; it stops working at once."""
    await tokens.revoke(session, person, await tokens.own(session, person.id, token_id))


def _issued(row: TokenRow, secret: str) -> schemas.IssuedToken:
    return schemas.IssuedToken(**schemas.Token.model_validate(row).model_dump(), token=secret)


def _not_limited(person: Person) -> None:
    """A token that is limited must not make one that is not."""
    if person.limited:
        raise Forbidden("A token that is limited to scopes makes no tokens.", cure="Sign in in the page.")


def address_of(request: Request, settings: Settings) -> str:
    """Where the request comes from. Behind one proxy (`TRUST_PROXY`): the last hop it names; the ones before it are
    whatever the sender wrote."""
    if settings.trust_proxy and (hops := request.headers.get("x-forwarded-for")):
        return hops.rpartition(",")[2].strip()
    return request.client.host if request.client else ""


def from_our_own_page(request: Request) -> None:
    """Another site's page may not sign a person in as somebody else (login CSRF). Browsers say where a request comes
    from; programs say nothing."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise Forbidden("The sign-in came from another site's page.", cure="Sign in on Vitrail's own page.")
