"""What the audit log says of data apps: which app and version, who, with which model, at what cost; of queries the
fields and how many rows. Never a prompt's text, a filter's value or a row."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.apps.tables import AppRow, VersionRow
from vitrail.audit.buffer import AuditBuffer
from vitrail.audit.draft import Detail
from vitrail.audit.log import Action, Subject, record
from vitrail.errors import VitrailError
from vitrail.identity import repository as people
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow
from vitrail.query.metric_query import AndGroup, FilterNode, MetricQuery, OrGroup
from vitrail.query.result import QueryResult


async def say(session: AsyncSession, action: Action, person: Person, app: AppRow, **details: Detail) -> None:
    """One entry about an app, in the transaction of the change."""
    await record(
        session,
        action,
        actor=person,
        subject=Subject("app", app.id, app.name),
        project_id=app.project_id,
        details=details,
    )


async def say_ended(session: AsyncSession, app: AppRow, version: VersionRow, outcome: str, **more: Detail) -> None:
    """How a build ended, as done by whoever asked for it (None of whom may be left)."""
    builder = await session.get_one(PersonRow, version.creator_id)
    person = await people.load(session, builder.id)
    usage: dict[str, Any] = version.usage or {}
    details: dict[str, Detail] = {
        "version": version.number,
        "outcome": outcome,
        "model": version.model or version.wanted_model,
        "cost": usage.get("cost"),
        **{
            name: usage[key]
            for name, key in (
                ("requests", "requests"),
                ("inputTokens", "input_tokens"),
                ("outputTokens", "output_tokens"),
                ("cacheReadTokens", "cache_read_tokens"),
                ("cacheWriteTokens", "cache_write_tokens"),
            )
            if key in usage
        },
        **more,
    }
    if version.started_at is not None and version.finished_at is not None:
        details["seconds"] = round((version.finished_at - version.started_at).total_seconds(), 1)
    await record(
        session,
        Action.BUILD_ENDED,
        actor=person,
        organization_id=builder.organization_id,
        subject=Subject("app", app.id, app.name),
        project_id=app.project_id,
        details=details,
    )


def say_asked(
    buffer: AuditBuffer,
    person: Person,
    app: AppRow,
    version: VersionRow,
    query: MetricQuery,
    declared: Collection[str],
    answer: QueryResult | VitrailError,
) -> None:
    """One question of an app, with its answer or its failure. Only names that the version declares are written down:
    any other text in a question was put there by the app and could be data."""
    asked = [*query.dimensions, *query.metrics]
    filtered = list(dict.fromkeys(_filtered(query)))
    details: dict[str, Detail] = {
        "version": version.number,
        "explore": query.explore_name if declared else None,
        "fields": [field for field in asked if field in declared],
        "filters": [field for field in filtered if field in declared],
    }
    if undeclared := sum(field not in declared for field in [*asked, *filtered]):
        details["otherFields"] = undeclared
    if isinstance(answer, QueryResult):
        details |= {"rows": len(answer.rows), "ms": round(answer.duration_ms), "truncated": answer.truncated}
    else:
        details["failure"] = answer.code
    buffer.put(
        Action.QUERY_ANSWERED if isinstance(answer, QueryResult) else Action.QUERY_FAILED,
        actor=person,
        subject=Subject("app", app.id, app.name),
        project_id=app.project_id,
        details=details,
    )


def _filtered(query: MetricQuery) -> Iterator[str]:
    for group in (query.filters.dimensions, query.filters.metrics, query.filters.table_calculations):
        if group is not None:
            yield from _fields(group)


def _fields(node: FilterNode) -> Iterator[str]:
    if isinstance(node, AndGroup | OrGroup):
        for each in node.and_ if isinstance(node, AndGroup) else node.or_:
            yield from _fields(each)
    else:
        yield node.target.field_id.replace(".", "_", 1)
