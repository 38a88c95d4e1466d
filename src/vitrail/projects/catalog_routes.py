"""The HTTP of a project's catalog as a whole: uploading one, how it stands, what was uploaded before."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from vitrail.access.dependencies import require
from vitrail.catalog.adapters import adapter_of_address
from vitrail.catalog.changes import counts
from vitrail.db.dependencies import DbSession
from vitrail.errors import InvalidInput, VitrailError
from vitrail.http.problems import Refused
from vitrail.identity.person import Person
from vitrail.projects import catalog_schemas as wire
from vitrail.projects import catalog_uploads as uploads
from vitrail.projects.data import ProjectData
from vitrail.projects.routes import one
from vitrail.projects.service import connection
from vitrail.services import CurrentServices

router = APIRouter(tags=["catalog and query"])
Compiler = Annotated[Person, require("manage", "CompileProject")]

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {part: {"type": "string", "format": "binary"} for part in uploads.PARTS},
                    "additionalProperties": False,
                    "minProperties": 1,
                }
            }
        },
    }
}


def _data(request: Request) -> ProjectData:
    data = request.app.state.data
    assert isinstance(data, ProjectData)
    return data


@router.put("/projects/{project_id}/catalog", openapi_extra=_FORM)
async def upload_catalog(
    project_id: str, by: Compiler, request: Request, services: CurrentServices
) -> wire.CatalogUploaded:
    """Put a catalog in use: a dbt project's artefacts (`manifest`, `semantic_manifest`, `catalog`, `config`) or one
    Ossie model (`ossie`), each a file of a multipart form. Refused with every problem when nothing in it can be asked;
    until another is uploaded or a folder is connected it is what the project asks."""
    # The body is read here and not by the framework: only now is it known that whoever sends it may.
    async with services.db.session() as session:
        connected = connection(await one(session, by, project_id), services.secrets)
    before = await _data(request).catalog_before(project_id)
    with tempfile.TemporaryDirectory(prefix="vitrail-upload-") as name:
        folder = Path(name)
        await _receive(request, folder)
        adapter = adapter_of_address(connected.warehouse_url)
        uploaded = await uploads.put_in_use(services, by, project_id, folder, adapter, before)
    await _data(request).catalog_changed(project_id)
    return wire.CatalogUploaded(
        version=uploaded.row.version,
        explores=uploaded.row.explores,
        fields=uploaded.row.fields,
        counts=counts(uploaded.changes),
        changes=wire.changes_out(uploaded.changes),
        problems=wire.problems_out(uploaded.catalog.problems),
    )


@router.get("/projects/{project_id}/catalog/state")
async def get_catalog_state(
    project_id: str, by: Compiler, request: Request, services: CurrentServices
) -> wire.CatalogState:
    """How the catalog stands: where it comes from, its problems, what the last reload changed, and why a newer one
    could not be used."""
    standing = await _data(request).catalog_standing(project_id)
    async with services.db.session() as session:
        project = await one(session, by, project_id)
        found = await uploads.history(session, project_id) if project.catalog_upload_id else []
    listed = [wire.upload_out(row, name, project.catalog_upload_id) for row, name in found]
    return wire.state_out(standing, next((each for each in listed if each.in_use), None))


@router.get("/projects/{project_id}/catalog/uploads")
async def list_catalog_uploads(project_id: str, by: Compiler, session: DbSession) -> list[wire.CatalogUpload]:
    """The uploads that are remembered, the newest first."""
    project = await one(session, by, project_id)
    found = await uploads.history(session, project_id)
    return [wire.upload_out(row, name, project.catalog_upload_id) for row, name in found]


async def _receive(request: Request, folder: Path) -> None:
    """Write a form's files into a folder, under names of ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise InvalidInput(
            "The body is not multipart/form-data.", cure="Send files, as in curl -F manifest=@target/manifest.json."
        )
    try:
        async with request.form(max_files=len(uploads.PARTS) + 1, max_fields=8) as form:
            parts = form.multi_items()
            seen: set[str] = set()
            for name, value in parts:
                if not isinstance(value, UploadFile):
                    raise InvalidInput(
                        f"The part {name[:60]!r} is not a file.", cure="Write -F name=@file, with the @."
                    )
                place = folder / uploads.place_of(name, value.filename)
                if name in seen:
                    raise InvalidInput(f"The part {name} was sent twice.", cure="Send each part once.")
                seen.add(name)
                await asyncio.to_thread(_copy, value, place)
            uploads.checked_parts(seen)
    except (Refused, VitrailError):
        raise
    except HTTPException as error:
        raise InvalidInput(f"The form can't be read: {error.detail}", cure="Send it as curl -F does.") from None


def _copy(part: UploadFile, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        shutil.copyfileobj(part.file, file, 1024 * 1024)
