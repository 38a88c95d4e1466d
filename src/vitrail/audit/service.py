"""Who may read the log, and what reading, exporting and verifying it does."""

from __future__ import annotations

import asyncio
import base64
import binascii
import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vitrail.access.decisions import decide, not_found
from vitrail.audit import schemas as wire
from vitrail.audit.chain import moment
from vitrail.audit.log import Action, record
from vitrail.audit.repository import AuditRepository, Filters, Found, Place
from vitrail.audit.sentences import sentence
from vitrail.audit.tables import EntryRow
from vitrail.audit.verify import ChainReport, Verifier
from vitrail.db.base import now
from vitrail.errors import Conflict, InvalidInput
from vitrail.http.csv_answer import harmless
from vitrail.identity.person import Person
from vitrail.projects import repository as projects
from vitrail.services import Services

PAGE = 1_000
HEADER = (
    "id",
    "at",
    "action",
    "actor_id",
    "actor_name",
    "actor_kind",
    "subject_kind",
    "subject_id",
    "subject_name",
    "project_id",
    "address",
    "request_id",
    "details",
    "sentence",
    "previous",
    "hash",
)
_verifying = asyncio.Lock()


class AuditService:
    """The log as one person may read it."""

    def __init__(self, services: Services, person: Person) -> None:
        self._services, self._person = services, person
        self._everything = bool(decide(person, "manage", "Organization"))
        self._projects = frozenset(
            project_id for project_id, held in person.project_scopes.items() if "manage:Project" in held
        )
        if "manage:Project" not in person.organization_scopes and not self._projects:
            decide(person, "manage", "Organization").or_forbidden()

    async def page(self, filters: Filters, *, limit: int, cursor: str | None) -> wire.Entries:
        """One page, newest first."""
        names = await self._names()
        async with self._services.db.session() as session:
            repository = await self._repository(session, filters, names)
            found: Found = await repository.search(filters, limit=limit, after=_place(cursor) if cursor else None)
        return wire.Entries(
            entries=[_entry(row, names) for row in found.rows],
            cursor=_cursor(found.next) if found.next else None,
            searched_to=found.looked_to,
        )

    async def status(self) -> wire.AuditStatus:
        """What the page needs besides the entries."""
        names = await self._names()
        settings = self._services.settings
        last = None
        if self._everything:
            async with self._services.db.session() as session:
                row = await AuditRepository(session, self._person.organization_id, None).last(Action.AUDIT_VERIFIED)
            if row is not None:
                details = json.loads(row.details)
                last = wire.LastVerified(
                    at=row.at, by=row.actor_name, ok=bool(details["ok"]), result=str(details["result"])
                )
        nouns: dict[str, list[str]] = {}
        for action in Action:
            nouns.setdefault(action.noun, []).append(action.value)
        return wire.AuditStatus(
            may_verify=self._everything,
            last_verified=last,
            kept_days=wire.Kept(changes=settings.audit_retention_days, queries=settings.audit_query_retention_days),
            nouns=nouns,
            projects=[wire.Party(kind="project", id=key, name=name) for key, name in sorted(names.items())],
        )

    async def verify(self) -> wire.Verification:
        """Reads the organisation's whole log and writes down what was found. Raises `Conflict` while another
        verification runs in this process."""
        decide(self._person, "manage", "Organization").or_forbidden()
        if _verifying.locked():
            raise Conflict("The log is being verified right now.", cure="Wait until that is done.")
        async with _verifying:
            services = self._services
            await services.audit.buffer.flush()
            verifier = Verifier(services.db, services.store, services.audit.sealer)
            reports = await verifier.all(self._person.organization_id)
        bad = [report for report in reports if report.problem is not None]
        async with services.db.session() as session:
            await record(
                session,
                Action.AUDIT_VERIFIED,
                actor=self._person,
                details={
                    "ok": not bad,
                    "entries": sum(report.entries for report in reports),
                    "result": in_words(reports),
                },
            )
        return wire.Verification(at=now(), ok=not bad, chains=[_chain(report) for report in reports])

    async def export(self, filters: Filters, form: wire.Format) -> AsyncIterator[str]:
        """The entries as text, page by page, each page in a session of its own. That it was exported is written down
        before the first line leaves."""
        names = await self._names()
        services = self._services
        await services.audit.buffer.flush()
        filters = _up_to_now(filters)
        async with services.db.session() as session:
            await self._repository(session, filters, names)
            await record(
                session,
                Action.AUDIT_EXPORTED,
                actor=self._person,
                project_id=filters.project_id,
                details={"format": form, "entries": "the filtered", **_asked(filters)},
            )
        return self._lines(filters, form, names)

    async def _lines(self, filters: Filters, form: wire.Format, names: Mapping[str, str]) -> AsyncIterator[str]:
        if form == "csv":
            yield _csv([HEADER])
        after: Place | None = None
        while True:
            async with self._services.db.session() as session:
                repository = await self._repository(session, filters, names)
                found = await repository.search(filters, limit=PAGE, after=after)
            lines = [_line(row, names) for row in found.rows]
            if form == "csv":
                yield _csv([[harmless(line[name]) for name in HEADER] for line in lines])
            else:
                yield "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            if found.next is None:
                return
            after = found.next

    async def _names(self) -> dict[str, str]:
        """The projects whose entries this person may read, by id."""
        async with self._services.db.session() as session:
            rows = await projects.all_visible(session, self._person)
        whole = self._everything or "manage:Project" in self._person.organization_scopes
        return {row.id: row.name for row in rows if whole or row.id in self._projects}

    async def _repository(self, session: Any, filters: Filters, names: Mapping[str, str]) -> AuditRepository:
        if self._everything:
            return AuditRepository(session, self._person.organization_id, None)
        if filters.project_id is not None and filters.project_id not in names:
            raise not_found("project")
        return AuditRepository(session, self._person.organization_id, frozenset(names))


def in_words(reports: list[ChainReport]) -> str:
    """How a verification went, in a sentence."""
    for report in reports:
        if report.problem is not None:
            return report.problem.cause
    return f"{sum(report.entries for report in reports):,} entries, all as they were written"


def _chain(report: ChainReport) -> wire.Chain:
    problem = report.problem
    return wire.Chain(
        chain=report.chain,
        entries=report.entries,
        first=report.first,
        last=report.last,
        problem=wire.Problem(kind=problem.kind, sequence=problem.sequence, cause=problem.cause) if problem else None,
    )


def _details(row: EntryRow) -> dict[str, Any]:
    details: dict[str, Any] = json.loads(row.details)
    if row.action == Action.SETTINGS_CHANGED:
        details.pop("digests", None)
    return details


def _sentence(row: EntryRow, names: Mapping[str, str]) -> str:
    return sentence(
        row.action,
        actor=row.actor_name,
        subject=row.subject_name or (row.subject_id or ""),
        details=_details(row),
        project=names.get(row.project_id or "", "") if row.subject_kind != "project" else "",
    )


def _entry(row: EntryRow, names: Mapping[str, str]) -> wire.Entry:
    project = row.project_id
    return wire.Entry(
        id=f"{row.chain}-{row.sequence}",
        at=row.at,
        action=row.action,
        actor=wire.Party(kind=row.actor_kind, id=row.actor_id, name=row.actor_name) if row.actor_id else None,
        subject=wire.Party(kind=row.subject_kind, id=row.subject_id, name=row.subject_name)
        if row.subject_kind
        else None,
        project=wire.Party(kind="project", id=project, name=names.get(project, "")) if project else None,
        address=row.address,
        request_id=row.request_id,
        details=_details(row),
        sentence=_sentence(row, names),
        hash=row.hash,
        previous=row.previous,
    )


def _line(row: EntryRow, names: Mapping[str, str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in HEADER if name not in ("id", "at", "sentence")}
    return {"id": f"{row.chain}-{row.sequence}", "at": moment(row.at), "sentence": _sentence(row, names), **values}


def _csv(rows: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _asked(filters: Filters) -> dict[str, Any]:
    asked = {
        "since": moment(filters.since) if filters.since else None,
        "until": moment(filters.until) if filters.until else None,
        "actor": filters.actor_id,
        "actions": sorted(filters.actions),
        "subjectKind": filters.subject_kind,
        "subject": filters.subject_id,
        "project": filters.project_id,
        "text": filters.text,
    }
    return {key: value for key, value in asked.items() if value}


def _up_to_now(filters: Filters) -> Filters:
    at = now()
    return replace(filters, until=min(filters.until, at) if filters.until else at)


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{moment(place[0])} {place[1]} {place[2]}".encode()).decode().rstrip("=")


def _place(cursor: str) -> Place:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, chain, sequence = text.split(" ")
        place = datetime.fromisoformat(at).astimezone(UTC), chain, int(sequence)
        if not 0 <= place[2] < 2**63 or "\x00" in chain or place[0].year < 1970:
            raise ValueError
    except (ValueError, binascii.Error, OverflowError):
        raise InvalidInput(
            "cursor: is not one of ours.", cure="Send the cursor of the page before, as it came."
        ) from None
    return place
