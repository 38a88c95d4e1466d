"""What the offline planner says: that it is one, what it built, and exactly what it did not understand."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.agent.composer import naming
from vitrail.agent.composer.lexicon import Lexicon
from vitrail.agent.composer.plan import AppPlan, Piece
from vitrail.agent.composer.planned import Planned
from vitrail.agent.fence import line
from vitrail.catalog.model import Catalog, ExploreName

WHO = "Built by the offline planner (rules, no language model)."
CONFIGURE = "With a language model configured (ANTHROPIC_API_KEY or Bedrock), free-form wishes are possible too."

_DRAWN = {
    "kpi": "number",
    "line": "line chart",
    "area": "area chart",
    "bar": "bar chart",
    "stacked": "stacked bars",
    "pie": "ring chart",
    "table": "table",
}


def built(planned: Planned, lexicon: Lexicon, *, old: AppPlan | None, merged: bool) -> str:
    """The reply after a build or an edit."""
    plan, catalog = planned.plan, lexicon.catalog
    parts = []
    if old is None:
        parts.append(f"**{line(plan.title, 80)}** – {WHO}")
        if planned.vague:
            parts.append("The request left it open what to show, so I chose the usual overview:")
        parts.append("\n".join(f"- {_about(p, catalog)}" for p in _grouped(plan)))
        parts += _filters(plan)
        if planned.remarks:
            parts.append("\n".join(planned.remarks))
    else:
        done = planned.remarks or ["Changed."]
        parts.append(f"{WHO}\n\n" + "\n".join(f"- {text}" for text in done))
        if merged:
            parts.append(
                "Somebody else had edited src/App.tsx since; I changed only the lines this needed and left the rest."
            )
    parts += _gaps(planned, lexicon)
    return "\n\n".join(part for part in parts if part)


def _grouped(plan: AppPlan) -> list[Piece | list[Piece]]:
    kpis = [p for p in plan.pieces if p.chart == "kpi"]
    return [*([kpis] if kpis else []), *(p for p in plan.pieces if p.chart != "kpi")]


def _about(piece: Piece | list[Piece], catalog: Catalog) -> str:
    if isinstance(piece, list):
        names = naming.and_list([line(p.title, 60) for p in piece])
        return f"{'Number' if len(piece) == 1 else 'Numbers'}: {names}" + (
            " with the change over the period before" if piece[0].x else ""
        )
    explore = catalog.explores.get(ExploreName(piece.explore))
    place = f", from {line(explore.label, 40)}" if explore else ""
    fixed = [w.text for w in [*piece.where, *piece.having] if w.text]
    only = f", only {naming.and_list(fixed)}" if fixed else ""
    largest = f", the {piece.top_series} largest" if piece.top_series else ""
    return f"{line(piece.title, 120)}: {_DRAWN[piece.chart]}{largest}{only}{place}"


def _filters(plan: AppPlan) -> list[str]:
    out = []
    labels = [line(c.label, 60) for c in plan.controls]
    if plan.period is not None:
        first = f" (at first: {plan.period.default.text})" if plan.period.default and plan.period.default.text else ""
        labels.append(f"the period{first}")
    if labels:
        out.append(f"Filters: {naming.and_list(labels)}.")
    fixed = [w.text for w in plan.where if w.text]
    if fixed:
        out.append(f"Everything is limited to {naming.and_list(fixed)}.")
    return out


def _gaps(planned: Planned, lexicon: Lexicon) -> list[str]:
    if not planned.not_understood:
        return []
    lines = ["**Not understood:**"]
    for words in dict.fromkeys(planned.not_understood):
        near = lexicon.nearest(words)
        hint = f" – nearest in the catalog: {', '.join(line(n, 60) for n in near)}" if near else ""
        lines.append(f"- “{line(words, 160)}”{hint}")
    return ["\n".join(lines), CONFIGURE]


def nothing_built(planned: Planned, lexicon: Lexicon) -> str:
    names = ", ".join(sorted(line(e.label, 40) for e in lexicon.catalog.explores.values())[:12])
    return "\n\n".join(
        [f"{WHO} It could not build anything from this request. The project offers: {names}.", *_gaps(planned, lexicon)]
    )


def nothing_changed(planned: Planned) -> str:
    said = "\n".join(f"- {text}" for text in planned.remarks)
    quoted = "\n".join(f"- “{line(words, 160)}”" for words in dict.fromkeys(planned.not_understood))
    parts = ["Nothing was changed. " + WHO, said]
    if quoted:
        parts += ["**Not understood:**\n" + quoted]
    parts.append(
        "I understand: add, remove, make … a line/bar/ring chart or a table, filter on …, only …, by week/month, "
        "top 5, sort by …, split by …, … instead of …, call it …. " + CONFIGURE
    )
    return "\n\n".join(part for part in parts if part)


def could_not_merge() -> str:
    return (
        f"{WHO} Somebody else (a language model or a person) has edited src/App.tsx where this change belongs, and I "
        "can only rewrite what I wrote myself, so I left the source as it is. Ask a language model for this change, or "
        "start from an earlier version."
    )


def could_not_mend(findings: Sequence[str]) -> str:
    first = line(findings[0], 300) if findings else "unknown"
    return f"The offline planner can't mend what the check found: {first}"


def mended(removed: Sequence[Piece], findings: Sequence[str]) -> str:
    names = naming.and_list([f"“{line(p.title, 80)}”" for p in removed])
    first = line(findings[0], 300) if findings else ""
    return f"{WHO} The check found a problem with {names} ({first}), so I took it out. The rest of the app is as asked."
