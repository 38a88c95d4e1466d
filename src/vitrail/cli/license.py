"""`vitrail license`: make an authority, issue licences, show the one in use."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vitrail.cli.output import print_json, run

if TYPE_CHECKING:
    from vitrail.licence.state import LicenceState
    from vitrail.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Show, issue and check licences.")
    group.command("keypair")(keypair_command)
    group.command("issue")(issue_command)
    group.command("show")(show_command)
    app.add_typer(group, name="license")


def keypair_command(
    out: Annotated[Path, typer.Option(help="File for the private key; it must not exist yet.")] = Path("authority.key"),
    json: Json = False,
) -> None:
    """Make an authority of your own: the private key into a file that only you may read, the public key printed."""
    with run(json):
        from vitrail.errors import Conflict
        from vitrail.licence.keys import keypair
        from vitrail.secret import write_private

        if out.exists():
            raise Conflict(f"{out} is there already.", cure="Name another file with --out; nothing is overwritten.")
        private, public = keypair()
        write_private(out, private + "\n")
        if json:
            print_json({"publicKey": public, "privateKeyFile": str(out)})
        else:
            typer.echo(f"VITRAIL_LICENSE_PUBLIC_KEY={public}")
            typer.echo(f"The private key is in {out}; keep it off the server.", err=True)


def issue_command(
    key: Annotated[Path, typer.Option(help="File with the authority's private key.")] = Path("authority.key"),
    days: Annotated[int, typer.Option(min=1, max=36500, help="Days until the licence ends.")] = 365,
    holder: Annotated[str, typer.Option(help="Whom it is for.")] = "",
    feature: Annotated[list[str] | None, typer.Option(help="A feature it opens; repeat. Default: all.")] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Also write a licence file here; it must not exist yet.")
    ] = None,
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Encrypt the licence file with the licence key.")] = False,
    ttl: Annotated[int | None, typer.Option(min=1, max=36500, help="Days the file counts. Default: as long.")] = None,
    json: Json = False,
) -> None:
    """Sign a licence. Its key is printed once, here; set it as LIGHTDASH_LICENSE_KEY."""
    with run(json):
        from vitrail.db.base import new_id, now
        from vitrail.errors import Conflict, InvalidInput
        from vitrail.licence.features import NAMED
        from vitrail.licence.files import issue_file
        from vitrail.licence.keys import Licence, issue
        from vitrail.secret import write_private

        known = [each.value for each in NAMED]
        features = frozenset(feature or known)
        if unknown := features - frozenset(known):
            raise InvalidInput(
                f"There is no feature {', '.join(sorted(unknown))}.", cure=f"Use some of: {', '.join(known)}."
            )
        if certificate is None and (encrypt or ttl is not None):
            raise InvalidInput(
                "--encrypt and --ttl are about a licence file.", cure="Name the file with --certificate FILE."
            )
        if certificate is not None and certificate.exists():
            raise Conflict(f"{certificate} is there already.", cure="Name another file; nothing is overwritten.")
        try:
            private = key.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(
                f"{key} can't be read ({type(error).__name__}).",
                cure="Name the private key's file with --key; `vitrail license keypair` makes one.",
            ) from None
        at = now()
        licence = Licence(new_id(), at, at + timedelta(days=days), features, holder)
        signed = issue(licence, private)
        if certificate is not None:
            span = timedelta(days=ttl or days)
            write_private(certificate, issue_file(licence, private, key=signed, ttl=span, encrypted=encrypt))
        if json:
            file = {"certificateFile": str(certificate)} if certificate else {}
            print_json(
                {"key": signed, "id": licence.id, "expiry": licence.expiry, "features": sorted(features), **file}
            )
        else:
            typer.echo(signed)
            if certificate:
                typer.echo(f"The licence file is in {certificate}.", err=True)


def show_command(
    check: Annotated[bool, typer.Option("--check", help="Ask the licence server now, where one is set.")] = False,
    json: Json = False,
) -> None:
    """Say where this instance's licence stands and what it allows; the key itself is never shown."""
    with run(json):
        settings, state, fingerprint, heard = asyncio.run(_state(check))
        from vitrail.licence.features import NAMED, Feature, feature_state

        features = {each: feature_state(each, settings, state) for each in Feature}
        held = state.licence
        if json:
            apps = features[Feature.DATA_APPS]
            print_json(
                {
                    "status": state.status.value,
                    "cause": state.cause,
                    "cure": state.cure,
                    "id": held.id if held else None,
                    "holder": held.holder if held else None,
                    "issued": held.issued.isoformat() if held else None,
                    "expiry": held.expiry.isoformat() if held and held.expiry else None,
                    "features": sorted(held.features) if held else [],
                    "dataApps": {"enabled": apps.enabled, "reason": apps.reason},
                    "source": state.source,
                    "fingerprint": fingerprint,
                    "allowed": {each.value: found.enabled for each, found in features.items()},
                    "lastAnswer": heard.isoformat() if heard else None,
                    "graceUntil": state.grace.isoformat() if state.grace else None,
                }
            )
            return
        typer.echo(f"{'✓' if state.usable else '✗'} {state.status.value}: {state.cause}")
        if state.cure:
            typer.echo(f"  → {state.cure}")
        if held:
            named = ", ".join(sorted(held.features & {each.value for each in NAMED})) or "none"
            typer.echo(f"  id {held.id}; holder: {held.holder or 'not named'}; features: {named}")
        if state.status.value != "none":
            typer.echo(f"  checked by {state.source}; fingerprint {fingerprint}")
        for each, found in features.items():
            typer.echo(f"  {'✓' if found.enabled else '✗'} {each.value}" + (f": {found.cause}" if found.cause else ""))


async def _state(check: bool) -> tuple[Settings, LicenceState, str, datetime | None]:
    """By the settings alone; with a licence server, by what the instance last heard from it."""
    from vitrail.db.base import now
    from vitrail.db.engine import open_database
    from vitrail.licence.keeper import Keeper
    from vitrail.licence.state import Heard, held, judge
    from vitrail.secret import make_data_dir
    from vitrail.settings import load_settings

    settings = load_settings()
    holds = held(settings)
    if not (settings.license_endpoint and settings.license_key):
        return settings, judge(settings, holds, Heard(), now()), holds.fingerprint, None
    make_data_dir(settings.data_dir)
    db = await open_database(settings)
    try:
        keeper = Keeper(settings, db)
        await keeper.open()
        state = await keeper.check() if check else keeper.state()
        return settings, state, holds.fingerprint, keeper.heard.answered_at
    finally:
        await db.close()
