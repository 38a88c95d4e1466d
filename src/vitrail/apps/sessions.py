"""Opening a version: the session, its files, its queries. Here the server holds each app to what it declared (rule 3).

A session belongs to one viewer and one version. Each use of it asks again whether that viewer may open the app, so a
right that was taken away ends with the next request, and moving an app to another space takes effect at once.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from vitrail.access.decisions import decide, not_found
from vitrail.apps import artefacts
from vitrail.apps.audited import say, say_asked
from vitrail.apps.check_pass import CheckPass
from vitrail.apps.repository import AppRepository
from vitrail.apps.runtime import AppsRuntime
from vitrail.apps.schemas import Files, SessionOut, VendorModule, Viewer
from vitrail.apps.state import Status
from vitrail.apps.tables import AppRow, SessionRow, VersionRow
from vitrail.audit.log import Action
from vitrail.catalog.model import FieldId
from vitrail.content.placing import place_of
from vitrail.db.base import new_id, now
from vitrail.errors import Conflict, Forbidden, VitrailError
from vitrail.identity import repository as people
from vitrail.identity.person import Person
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.services import Services

SESSION_LIFETIME = timedelta(hours=12)


class NotDeclared(Forbidden):
    """The app asked for something that its version does not declare."""

    title = "The app may not ask this"
    code = "not-declared"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who uses a session: a signed-in person, or the server's own browser with a pass for one version."""

    person: Person
    version_id: str | None = None

    @classmethod
    async def by_pass(cls, services: Services, check: CheckPass) -> Asker:
        async with services.db.session() as session:
            person = await people.load(session, check.person_id)
        if person is None:
            raise not_found("data app")
        return cls(person, check.version_id)


class AppSessions:
    """Sessions as one asker may use them."""

    def __init__(self, services: Services, runtime: AppsRuntime, asker: Asker) -> None:
        self._services = services
        self._runtime = runtime
        self._asker = asker

    async def open(self, app_id: str, number: int | None) -> SessionOut:
        """A session on the version that viewers get, or on the one named. Raises `NotFound`, or `Conflict` while
        there is nothing to open."""
        person = self._asker.person
        async with self._services.db.session() as session:
            repository = AppRepository(session)
            record = await repository.get(person, app_id)
            if record is None:
                raise not_found("data app")
            app = record.app
            wanted = number or app.ready_version
            if wanted is None:
                raise Conflict(
                    "This app has no working version yet.", cure="Wait until its build is done, or look at its error."
                )
            found = await repository.version(app_id, wanted)
            if found is None:
                raise not_found("version")
            version = found.version
            if self._asker.version_id not in (None, version.id):
                raise not_found("version")
            if version.id != self._asker.version_id and wanted != app.ready_version:
                place = await place_of(session, person, app)
                decide(person, "manage", "DataApp", place).or_not_found("version")
            if version.manifest is None or (version.status != Status.READY and version.id != self._asker.version_id):
                raise Conflict(
                    f"Version {wanted} has no build that can be opened.", cure="Open a version that is marked ready."
                )
            opened = SessionRow(
                id=new_id(),
                version_id=version.id,
                viewer_id=person.id,
                created_at=now(),
                expires_at=now() + SESSION_LIFETIME,
            )
            await repository.open_session(opened)
            if self._asker.version_id is None and self._services.settings.audit_openings:
                await say(session, Action.APP_OPENED, person, app, version=version.number)
            return await self._answer(opened.id, app, version)

    async def _answer(self, session_id: str, app: AppRow, version: VersionRow) -> SessionOut:
        manifest: dict[str, Any] = version.manifest or {}
        settings = self._services.settings
        # The server's own browser stays on loopback, whatever origins people use.
        by_pass = self._asker.version_id is not None
        frame_origin = "" if by_pass else (settings.preview_origin or "").rstrip("/")
        vendor_origin = "" if by_pass else (settings.cdn_origin or "").rstrip("/")
        modules = await self._runtime.vendor.addresses(manifest["toolchain"], manifest["vendor"])
        return SessionOut(
            session=session_id,
            app_id=app.id,
            version=version.number,
            frame_url=f"{frame_origin}/frame",
            files=Files(entry=manifest["entry"], styles=manifest["styles"]),
            vendor=[VendorModule(specifier=specifier, url=vendor_origin + path) for specifier, path in modules],
            user=Viewer(name=self._asker.person.name, email=self._asker.person.email),
        )

    async def file(self, session_id: str, name: str) -> bytes:
        """A file of the session's build. Raises `NotFound` for anything that its manifest does not list."""
        version, app = await self._use(session_id)
        listed = (version.manifest or {}).get("files", {})
        if name not in listed or posixpath.basename(name) != name:
            raise not_found("file")
        return await self._services.store.get(artefacts.build_key(app.id, version.number, name))

    async def query(self, session_id: str, query: MetricQuery, *, refresh: bool = False) -> QueryResult:
        """The answer to an app's query: only fields that the version declares, only as its viewer may see them."""
        version, app = await self._use(session_id)
        declared = (version.references or {}).get("explores", {}).get(query.explore_name)
        allowed = frozenset(FieldId(field) for field in declared["fields"]) if declared is not None else None
        try:
            if allowed is None:
                raise NotDeclared(
                    f"This version of the app does not declare the explore {query.explore_name!r}.",
                    cure="Name the explore as a string literal in the app's source and build it again.",
                )
            answer = await self._runtime.data.run(
                app.project_id, self._asker.person, query, allowed=allowed, refresh=refresh
            )
        except VitrailError as error:
            self._say_asked(app, version, query, allowed, error)
            raise
        self._say_asked(app, version, query, allowed, answer)
        return answer

    def _say_asked(
        self,
        app: AppRow,
        version: VersionRow,
        query: MetricQuery,
        declared: frozenset[FieldId] | None,
        answer: QueryResult | VitrailError,
    ) -> None:
        if self._asker.version_id is None:  # what the server's own browser asks is part of the build
            say_asked(self._services.audit.buffer, self._asker.person, app, version, query, declared or (), answer)

    async def _use(self, session_id: str) -> tuple[VersionRow, AppRow]:
        """The session's version and app, with the viewer's right looked at once more."""
        person = self._asker.person
        async with self._services.db.session() as session:
            repository = AppRepository(session)
            found = await repository.session(session_id, person.id)
            if found is None or (self._asker.version_id not in (None, found[1].id)):
                raise not_found("session")
            _, version, app = found
            place = await place_of(session, person, app)
            decide(person, "view", "DataApp", place).or_not_found("session")
            return version, app
