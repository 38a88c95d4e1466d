"""The host's pages: the built files of `web/dist`, and its one page for every address that is a page's."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from vitrail.access.dependencies import OpenToAll
from vitrail.http.headers import FRAME_OPTIONS, host_page_csp
from vitrail.settings import Settings

# Answered by routes or by nothing: an unknown address below these is a 404, never the page.
NOT_PAGES = ("api/", "vendor/", "frame", "assets/")
IMMUTABLE = "public, max-age=31536000, immutable"  # Vite puts a hash in the name of what lies in assets/
NO_PAGES = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Vitrail</title>
<h1>The pages are not built</h1><p>The server runs, but its web pages are missing.</p>
<p>Run <code>make setup</code> in the repository, or set <code>VITRAIL_WEB_DIR</code> to a folder with built pages.</p>
"""


def web_folder(settings: Settings) -> Path:
    """`VITRAIL_WEB_DIR`, else `web/dist` of the repository that this source lies in."""
    return settings.web_dir or Path(__file__).parents[3] / "web" / "dist"


def pages(settings: Settings) -> APIRouter:
    """The last router: whatever no other route answers."""
    router = APIRouter(include_in_schema=False)
    folder = web_folder(settings).absolute()
    headers = {"Content-Security-Policy": host_page_csp(settings), "Cache-Control": "no-cache", **FRAME_OPTIONS}

    @router.api_route("/{path:path}", methods=["GET", "HEAD"], dependencies=[OpenToAll])
    async def page(path: str, request: Request) -> Response:
        file = _inside(folder, path)
        if file is not None:
            immutable = path.startswith("assets/")
            return FileResponse(file, headers=headers | ({"Cache-Control": IMMUTABLE} if immutable else {}))
        if path.startswith(NOT_PAGES):
            allowed = _methods(request)
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)}) if allowed else HTTPException(404)
        index = folder / "index.html"
        if not index.is_file():
            return HTMLResponse(NO_PAGES, status_code=503, headers=headers)
        return FileResponse(index, headers=headers)

    return router


def _inside(folder: Path, path: str) -> Path | None:
    """The file at `path`, if it truly lies in the folder."""
    if not path or "\0" in path:
        return None
    file = (folder / path).resolve()
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None


def _methods(request: Request) -> list[str]:
    """The methods that a route of the API answers to at this address."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        if context.path and context.path.startswith("/api/") and compile_path(context.path)[0].match(request.url.path):
            found |= context.methods or set()
    return sorted(found)
