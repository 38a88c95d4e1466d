"""`vitrail license`: make an authority, issue licences, show the one in use."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from vitrail.cli.output import print_json, run

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
    json: Json = False,
) -> None:
    """Sign a licence. It is printed once, here; set it as LIGHTDASH_LICENSE_KEY."""
    with run(json):
        from vitrail.db.base import new_id, now
        from vitrail.errors import InvalidInput
        from vitrail.licence.features import NAMED
        from vitrail.licence.keys import Licence, issue

        known = [each.value for each in NAMED]
        features = frozenset(feature or known)
        if unknown := features - frozenset(known):
            raise InvalidInput(
                f"There is no feature {', '.join(sorted(unknown))}.", cure=f"Use some of: {', '.join(known)}."
            )
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
        if json:
            print_json({"key": signed, "id": licence.id, "expiry": licence.expiry, "features": sorted(features)})
        else:
            typer.echo(signed)


def show_command(json: Json = False) -> None:
    """Say where this instance's licence stands; the key itself is never shown."""
    with run(json):
        from vitrail.licence.features import Feature, feature_state
        from vitrail.licence.state import licence_state
        from vitrail.settings import load_settings

        settings = load_settings()
        state = licence_state(settings)
        apps = feature_state(Feature.DATA_APPS, settings, state)
        if json:
            held = state.licence
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
                }
            )
            return
        typer.echo(f"{'✓' if state.usable else '✗'} {state.status.value}: {state.cause}")
        if state.cure:
            typer.echo(f"  → {state.cure}")
        if state.licence:
            typer.echo(f"  id {state.licence.id}; features: {', '.join(sorted(state.licence.features)) or 'none'}")
