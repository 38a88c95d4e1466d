"""`vitrail audit`: verify and export the log of what happened, straight from the database, with no server running."""

from __future__ import annotations

import asyncio
import json as json_text
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from vitrail.cli.output import print_json, run

if TYPE_CHECKING:
    from vitrail.audit.verify import ChainReport

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="UTC.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Verify and export the log of what happened.")
    group.command("verify")(verify_command)
    group.command("export")(export_command)
    app.add_typer(group, name="audit")


def verify_command(
    organization: Annotated[str | None, typer.Option(help="Id of one organisation. Default: all.")] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(help="CHAIN-SEQUENCE:HASH that was noted earlier and must still be there; repeat."),
    ] = None,
    json: Json = False,
) -> None:
    """Read the whole log and say whether it is as it was written. Exits with 1 and names the first bad entry."""
    with run(json):
        reports, missing = asyncio.run(_verify(organization, expect or []))
        ok = not missing and all(report.problem is None for report in reports)
        if json:
            print_json({"ok": ok, "chains": [_as_json(report) for report in reports], "missing": missing})
        else:
            for report in reports:
                _print(report)
            for noted in missing:
                typer.echo(f"✗ {noted} was noted earlier and is not in the log.")
            if not reports:
                typer.echo("The log is empty.")
        if not ok:
            raise typer.Exit(1)


def export_command(
    organization: Annotated[str | None, typer.Option(help="Id of one organisation. Default: all.")] = None,
    since: Day = None,
    until: Day = None,
) -> None:
    """Print entries as JSON Lines, oldest first, with all that their hashes cover."""
    with run(True):
        asyncio.run(_export(organization, since, until))


async def _verify(organization: str | None, expect: list[str]) -> tuple[list[ChainReport], list[str]]:
    from vitrail.audit.tables import EntryRow
    from vitrail.audit.verify import Verifier
    from vitrail.errors import InvalidInput
    from vitrail.services import open_services
    from vitrail.settings import load_settings

    noted = []
    for each in expect:
        place, _, hashed = each.partition(":")
        chain, _, sequence = place.partition("-")
        if not sequence.isdigit() or len(hashed) != 64:
            raise InvalidInput(
                f"--expect {each}: is not of the form changes-120:HASH.",
                cure="`vitrail audit verify --json` prints chain, last and head: note CHAIN-LAST:HEAD.",
            )
        noted.append((each, chain, int(sequence), hashed))
    async with open_services(load_settings()) as services:
        reports = await Verifier(services.db, services.store, services.audit.sealer).all(organization)
        missing = []
        async with services.db.session() as session:
            for each, chain, number, hashed in noted:
                rows = [await session.get(EntryRow, (r.organization_id, chain, number)) for r in reports]
                first = [r.first for r in reports if r.chain == chain]
                if not any(row and row.hash == hashed for row in rows) and not any(number < f for f in first):
                    missing.append(each)
        return reports, missing


async def _export(organization: str | None, since: datetime | None, until: datetime | None) -> None:
    from sqlalchemy import select, tuple_

    from vitrail.audit.chain import moment
    from vitrail.audit.tables import EntryRow
    from vitrail.services import open_services
    from vitrail.settings import load_settings

    columns = EntryRow.__table__.columns
    key = (columns.organization_id, columns.chain, columns.sequence)
    last: tuple[str, str, int] | None = None
    async with open_services(load_settings()) as services:
        while True:
            found = select(*columns).order_by(*key).limit(2_000)
            if organization:
                found = found.where(columns.organization_id == organization)
            if since:
                found = found.where(columns.at >= since.replace(tzinfo=UTC))
            if until:
                found = found.where(columns.at < until.replace(tzinfo=UTC))
            if last:
                found = found.where(tuple_(*key) > tuple_(*last))
            async with services.db.session() as session:
                rows = (await session.execute(found)).mappings().all()
            for row in rows:
                line = {**row, "at": moment(row["at"])}
                sys.stdout.write(json_text.dumps(line, ensure_ascii=False) + "\n")
            if not rows:
                return
            last = (rows[-1]["organization_id"], rows[-1]["chain"], rows[-1]["sequence"])


def _as_json(report: ChainReport) -> dict[str, object]:
    problem = report.problem
    return {
        "organization": report.organization_id,
        "chain": report.chain,
        "entries": report.entries,
        "first": report.first,
        "last": report.last,
        "head": report.head,
        "ok": problem is None,
        "problem": {"kind": problem.kind, "sequence": problem.sequence, "cause": problem.cause} if problem else None,
    }


def _print(report: ChainReport) -> None:
    name = f"{report.organization_id} {report.chain}"
    if report.problem is None:
        typer.echo(f"✓ {name}: {report.entries:,} entries, {report.first} to {report.last}, as they were written")
        typer.echo(f"  note {report.chain}-{report.last}:{report.head}")
    else:
        typer.echo(f"✗ {name}: {report.problem.cause} ({report.problem.kind})")
