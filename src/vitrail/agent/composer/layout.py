"""Which cards stand side by side."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.agent.composer.plan import Piece

KPIS_IN_A_ROW = 4


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """KPI cards together at the top, four in a row; wide cards alone; two narrow ones side by side."""
    kpis = [p for p in pieces if p.chart == "kpi"]
    rows = [kpis[i : i + KPIS_IN_A_ROW] for i in range(0, len(kpis), KPIS_IN_A_ROW)]
    waiting: list[Piece] = []
    for piece in (p for p in pieces if p.chart != "kpi"):
        if is_wide(piece):
            if waiting:
                rows.append(waiting)
                waiting = []
            rows.append([piece])
        else:
            waiting.append(piece)
            if len(waiting) == 2:
                rows.append(waiting)
                waiting = []
    if waiting:
        rows.append(waiting)
    return rows


def is_wide(piece: Piece) -> bool:
    """Trends with several lines, and tables, want the whole width."""
    if piece.chart == "table":
        return len(piece.dimensions) + len(piece.metrics) > 3
    return piece.chart in ("line", "area", "stacked") and piece.time is not None
