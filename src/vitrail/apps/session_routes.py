"""The HTTP of a running app: its session, its files, its queries, the frame that it runs in, the vendor modules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from vitrail.access.decisions import not_found
from vitrail.access.dependencies import FeatureOn, OpenToAll, Permission
from vitrail.apps import schemas as wire
from vitrail.apps.check_pass import COOKIE, read_check_pass
from vitrail.apps.csp import frame_headers
from vitrail.apps.routes import CurrentRuntime
from vitrail.apps.sessions import AppSessions, Asker
from vitrail.http.leaving import while_there
from vitrail.identity.authentication import authenticate
from vitrail.licence.features import Feature
from vitrail.projects.answers import QueryOut, query_out
from vitrail.secret import token
from vitrail.services import CurrentServices


async def opening_on(request: Request, services: CurrentServices) -> None:
    """Opening needs data apps to be on, except for the server's own browser: a build that began is checked to its
    end."""
    sent = request.cookies.get(COOKIE)
    if sent is None or read_check_pass(sent, services.secrets) is None:
        await DATA_APPS_ON(request, services)


router = APIRouter(tags=["app sessions"], dependencies=[Depends(opening_on)])
public = APIRouter(tags=["frame"], dependencies=[OpenToAll])

DATA_APPS_ON = FeatureOn(Feature.DATA_APPS)
PRIVATE_FOREVER = "private, max-age=31536000, immutable"
PUBLIC_FOREVER = "public, max-age=31536000, immutable"


class SessionUse(Permission):
    """Whoever may view the app: signed in, or the server's own browser with a pass for the one version."""

    def __init__(self) -> None:
        super().__init__("view", "DataApp", of="item")

    async def __call__(self, request: Request, services: CurrentServices) -> Asker:  # type: ignore[override]
        sent = request.cookies.get(COOKIE)
        if sent is not None:
            check = read_check_pass(sent, services.secrets)
            if check is None:
                raise not_found("data app")
            return await Asker.by_pass(services, check)
        return Asker((await authenticate(services, request)).person)


CurrentAsker = Annotated[Asker, Depends(SessionUse())]


@router.post("/apps/{app_id}/sessions", status_code=201)
async def open_session(
    app_id: str, opening: wire.OpenSession, asker: CurrentAsker, services: CurrentServices, runtime: CurrentRuntime
) -> wire.SessionOut:
    """Open an app: the version that viewers get, or (for those who manage it) another one."""
    return await AppSessions(services, runtime, asker).open(app_id, opening.version)


@router.get("/app-sessions/{session_id}/files/{name}", response_class=Response)
async def get_file(
    session_id: str, name: str, asker: CurrentAsker, services: CurrentServices, runtime: CurrentRuntime
) -> Response:
    """A file of the version's build, for the host page to hand into the frame."""
    data = await AppSessions(services, runtime, asker).file(session_id, name)
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return Response(data, media_type=kind, headers={"Cache-Control": PRIVATE_FOREVER})


@router.post("/app-sessions/{session_id}/query")
async def ask_app(
    session_id: str,
    asked: wire.AppQuery,
    asker: CurrentAsker,
    services: CurrentServices,
    runtime: CurrentRuntime,
    request: Request,
) -> QueryOut:
    """Answer an app's query within what its version declares and what its viewer may see."""
    sessions = AppSessions(services, runtime, asker)
    return query_out(await while_there(request, sessions.query(session_id, asked.query, refresh=asked.refresh)))


@public.get("/frame", response_class=HTMLResponse, include_in_schema=False)
async def frame(services: CurrentServices, runtime: CurrentRuntime) -> HTMLResponse:
    """The constant document around every app. It holds no data and asks for nothing."""
    nonce = token()
    html = runtime.frame_html(nonce)
    return HTMLResponse(html, headers=frame_headers(nonce, host_origin=services.settings.origin))


@public.get("/vendor/{tag}/{file}", response_class=Response, include_in_schema=False)
async def vendor(tag: str, file: str, request: Request, runtime: CurrentRuntime) -> Response:
    """A vendor module: public, named by its content, the same for everybody and for ever."""
    found = await runtime.vendor.file(tag, file, request.headers.get("accept-encoding", ""))
    headers = {
        "Cache-Control": PUBLIC_FOREVER,
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Accept-Encoding",
    }
    if found.encoding:
        headers["Content-Encoding"] = found.encoding
    return Response(found.data, media_type="text/javascript", headers=headers)
