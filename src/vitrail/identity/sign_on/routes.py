"""HTTP of single sign-on. Both routes are asked by the browser itself and answer with another address."""

from __future__ import annotations

import logging
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from vitrail.access.dependencies import OpenToAll
from vitrail.audit.log import Action, record
from vitrail.errors import NotFound, VitrailError
from vitrail.identity import repository, sign_ins
from vitrail.identity.cookies import drop_cookie, session_cookie, set_cookie, short_cookie
from vitrail.identity.sign_on import flow
from vitrail.identity.sign_on.accounts import account_for, sync_groups
from vitrail.identity.sign_on.failures import ProviderUnusable, SignOnFailed, described
from vitrail.identity.sign_on.provider import Provider
from vitrail.services import CurrentServices, Services

log = logging.getLogger("vitrail.sign_on")
router = APIRouter(prefix="/auth/oidc", tags=["auth"])
Short = Annotated[str | None, Query(max_length=2000)]
PATH = "/api/v1/auth/oidc/callback"


def redirect_uri(services: Services) -> str:
    """The address to enter at the provider."""
    return f"{services.settings.origin}{PATH}"


def _provider(services: Services) -> Provider:
    if services.sign_on is None:
        raise NotFound("Single sign-on is not set up here.", cure="Sign in with e-mail address and password.")
    return services.sign_on


@router.get("/start", dependencies=[OpenToAll], status_code=303, response_class=RedirectResponse)
async def start_sign_on(request: Request, services: CurrentServices, to: Short = None) -> RedirectResponse:
    """Go to the provider to sign in, and afterwards to the page `to`."""
    # Whoever was sent here by another site's page decides first, on our sign-in page, whether they want to.
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        _provider(services)
        return _login({"to": flow.own_page(to)})
    try:
        started = await flow.start(_provider(services), services.secrets, redirect_uri=redirect_uri(services), to=to)
    except ProviderUnusable as error:
        log.error("single sign-on: %s", described(error))
        return _back(error.kind, to)
    answer = RedirectResponse(started.url, status_code=303)
    set_cookie(answer, services, short_cookie(services.settings), started.cookie, seconds=flow.MINUTES * 60)
    return answer


@router.get("/callback", dependencies=[OpenToAll], status_code=303, response_class=RedirectResponse)
async def end_sign_on(
    request: Request,
    services: CurrentServices,
    code: Short = None,
    state: Short = None,
    iss: Short = None,
    error: Short = None,
) -> RedirectResponse:
    """The provider's answer: signs the person in, or goes back to the sign-in page with the reason."""
    provider, name = _provider(services), session_cookie(services.settings)
    kept = request.cookies.get(short_cookie(services.settings))
    try:
        came = await flow.finish(
            provider,
            services.secrets,
            cookie=kept,
            came=flow.Callback(code, state, iss, error),
            redirect_uri=redirect_uri(services),
        )
        async with services.db.session() as session:
            person, _ = await account_for(session, services.settings, came.issuer, came.claims)
            if services.settings.group_sync_enabled:
                await sync_groups(session, person, came.claims.get(services.settings.oidc_groups_claim))
            new = await sign_ins.begin(
                session,
                services,
                person,
                way="single sign-on",
                user_agent=request.headers.get("user-agent", ""),
                replaces=request.cookies.get(name),
            )
        answer = RedirectResponse(came.to, status_code=303)
        set_cookie(answer, services, name, new.cookie, seconds=services.settings.session_max_hours * 3600)
    except SignOnFailed as failure:
        log.warning("single sign-on: %s", described(failure))
        await _note(services, failure)
        answer = _back(failure.kind, None)
    drop_cookie(answer, services, short_cookie(services.settings))
    return answer


def _back(kind: str, to: str | None) -> RedirectResponse:
    return _login({"failed": kind} | ({"to": flow.own_page(to)} if to else {}))


def _login(asked: dict[str, str]) -> RedirectResponse:
    return RedirectResponse(f"/login?{urlencode(asked)}", status_code=303)


async def _note(services: Services, failure: VitrailError) -> None:
    async with services.db.session() as session:
        organization_id = await repository.only_organization(session)
        if organization_id is not None:
            await record(
                session,
                Action.SIGN_IN_FAILED,
                actor=None,
                organization_id=organization_id,
                details={"way": "single sign-on", "cause": failure.cause},
            )
