"""Which cards stand side by side."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.agent.composer.plan import Piece

KPIS_IN_A_ROW = 4


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """KPI cards together at the top, four in a row; wide cards alone; narrow ones two by two. A trend of one
    line stands beside a narrow card, else alone."""
    kpis = [p for p in pieces if p.chart == "kpi"]
    rows = [kpis[i : i + KPIS_IN_A_ROW] for i in range(0, len(kpis), KPIS_IN_A_ROW)]
    for piece in (p for p in pieces if p.chart != "kpi"):
        last = rows[-1] if rows else []
        alone = len(last) == 1 and last[0].chart != "kpi"
        if alone and not is_wide(piece) and not is_wide(last[0]) and not (_is_trend(piece) and _is_trend(last[0])):
            last.append(piece)
        else:
            rows.append([piece])
    return rows


def is_wide(piece: Piece) -> bool:
    """Trends with several lines, and tables of more than three columns, want the whole width."""
    if piece.chart == "table":
        return len(piece.dimensions) + len(piece.metrics) > 3
    return piece.time is not None and (piece.series is not None or len(piece.metrics) > 1)


def _is_trend(piece: Piece) -> bool:
    return piece.time is not None
