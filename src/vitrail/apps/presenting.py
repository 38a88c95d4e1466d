"""Rows as they go out: what the wire shows of an app, a version and an answer."""

from __future__ import annotations

from vitrail.apps import schemas as wire
from vitrail.apps.repository import AppRecord, VersionRecord
from vitrail.apps.tables import VersionRow
from vitrail.settings import Settings


def app_out(settings: Settings, record: AppRecord, *, can_manage: bool) -> wire.AppOut:
    """An app for those who may open it; its picture only for those who may manage it (it shows the builder's rows)."""
    app = record.app
    picture = record.newest if record.newest.thumbnail else None
    return wire.AppOut(
        id=app.id,
        project_id=app.project_id,
        name=app.name,
        description=app.description,
        space_id=app.space_id,
        space_name=record.space_name,
        created_by=wire.PersonRef(id=app.creator_id, name=record.creator_name),
        created_at=app.created_at,
        updated_at=app.updated_at,
        status=record.newest.status,
        version=record.newest.number,
        ready_version=app.ready_version,
        thumbnail_url=_thumbnail(picture) if can_manage and picture else None,
        can_manage=can_manage,
        url=f"{settings.origin}/apps/{app.id}",
    )


def version_out(record: VersionRecord) -> wire.VersionOut:
    """A version with all that its builder may read of it."""
    version = record.version
    took = None
    if version.started_at and version.finished_at:
        took = round((version.finished_at - version.started_at).total_seconds() * 1000)
    return wire.VersionOut(
        id=version.id,
        number=version.number,
        status=version.status,
        prompt=version.prompt,
        reply=version.reply,
        not_understood=version.not_understood,
        error=wire.ErrorInfo(**version.error) if version.error else None,
        model=version.model,
        rendered=wire.Rendered(ok=version.rendered["ok"], reason=version.rendered["reason"])
        if version.rendered
        else None,
        stages=[wire.Stage.model_validate(stage) for stage in version.stages],
        usage=version.usage,
        restored_from=version.restored_from,
        created_by=wire.PersonRef(id=version.creator_id, name=record.creator_name),
        created_at=version.created_at,
        finished_at=version.finished_at,
        duration_ms=took,
        thumbnail_url=_thumbnail(version) if version.thumbnail else None,
    )


def _thumbnail(version: VersionRow) -> str:
    return f"/api/v1/apps/{version.app_id}/versions/{version.number}/thumbnail"
