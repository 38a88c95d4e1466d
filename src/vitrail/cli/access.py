"""`vitrail access why`: the decision about one person and one thing, straight from the database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vitrail.cli.output import print_json, run

if TYPE_CHECKING:
    from vitrail.content.why import Answer, Item, ItemKind, Verb

Kind = Literal["app", "chart", "dashboard", "space", "project"]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Say why somebody can or can't open something.")
    group.command("why")(why_command)

    @group.callback()
    def _only() -> None:
        """Keeps `why` a command of its own."""

    app.add_typer(group, name="access")


def why_command(
    email: Annotated[str, typer.Argument(help="Whose access.")],
    kind: Annotated[Kind, typer.Argument(help="app, chart, dashboard, space or project.")],
    id_: Annotated[str, typer.Argument(metavar="ID", help="As in the thing's address.")],
    manage: Annotated[bool, typer.Option("--manage", help="Ask about managing it, not opening it.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say whether a person can open something, and what gives or withholds it. Exits with 1 when they can't."""
    with run(json):
        item, answer = asyncio.run(_ask(email, kind, id_, "manage" if manage else "view"))
        decision = answer.decision
        if json:
            print_json(
                {
                    "person": {"id": answer.person.id, "name": answer.person.name},
                    "item": {"kind": item.kind, "id": item.id, "name": item.name},
                    "allowed": decision.allowed,
                    "reason": decision.reason,
                    "cure": decision.cure,
                    "steps": [{"met": step.met, "text": step.text} for step in decision.steps],
                }
            )
        else:
            can = "can" if decision.allowed else "can’t"
            typer.echo(f"{answer.person.name} {can} {'manage' if manage else 'open'} the {kind} “{item.name}”.")
            for step in decision.steps:
                typer.echo(f"  {'✓' if step.met else '✗'} {step.text}.")
            if decision.cure:
                typer.echo(decision.cure)
        if not decision.allowed:
            raise typer.Exit(1)


async def _ask(email: str, kind: ItemKind, id_: str, verb: Verb) -> tuple[Item, Answer]:
    from vitrail.content.why import operators_answer
    from vitrail.services import open_services
    from vitrail.settings import load_settings

    async with open_services(load_settings()) as services, services.db.session() as session:
        return await operators_answer(session, email, kind, id_, verb)
