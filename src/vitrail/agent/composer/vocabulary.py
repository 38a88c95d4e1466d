"""The small words of a prompt and what they do: charts, joins, rankings, comparisons, limits. Data only."""

from __future__ import annotations

from vitrail.agent.composer.words import word_set

CHARTS: dict[tuple[str, ...], str] = {
    ("stacked", "bar"): "stacked",
    ("stacked", "column"): "stacked",
    ("stacked", "area"): "area",
    ("stacked",): "stacked",
    ("grouped", "bar"): "bar",
    ("horizontal", "bar"): "bar",
    ("line",): "line",
    ("curve",): "line",
    ("sparkline",): "line",
    ("bar",): "bar",
    ("column", "chart"): "bar",
    ("histogram",): "bar",
    ("column", "graph"): "bar",
    ("area",): "area",
    ("pie",): "pie",
    ("donut",): "pie",
    ("doughnut",): "pie",
    ("ring",): "pie",
    ("table",): "table",
    ("grid",): "table",
    ("list",): "table",
    ("spreadsheet",): "table",
    ("leaderboard",): "rank",
    ("kpi",): "kpi",
    ("scorecard",): "kpi",
    ("big", "number"): "kpi",
    ("key", "number"): "kpi",
    ("key", "figure"): "kpi",
    ("headline", "number"): "kpi",
    ("headline", "figure"): "kpi",
    ("single", "number"): "kpi",
    ("number", "card"): "kpi",
    ("stat", "card"): "kpi",
    ("tile",): "kpi",
    ("key", "metric"): "kpi",
    ("gauge",): "kpi",
    ("indicator",): "kpi",
    ("summary", "card"): "kpi",
    ("metric", "card"): "kpi",
    ("card",): "kpi",
}
CANNOT_DRAW = word_set(
    """
    map heatmap heat-map scatter scatterplot bubble funnel treemap sankey waterfall radar boxplot gantt
    choropleth
    """
)
CHART_TAIL = word_set(
    """
    chart graph plot diagram card tile visual view
    """
)
BY = frozenset(["by", "per", "across", "versus-by", "grouped-by"])
JOIN = word_set(
    """
    and plus with alongside including & + then also showing
    """
)
TOP = {
    "top": True,
    "best": True,
    "highest": True,
    "biggest": True,
    "largest": True,
    "leading": True,
    "greatest": True,
    "bottom": False,
    "worst": False,
    "lowest": False,
    "smallest": False,
    "poorest": False,
    "weakest": False,
}
RANKED = word_set(
    """
    selling sold performing performer performers popular ordered valuable active profitable frequent successful
    rated important used bought seller sellers expensive common
    """
)
TREND = word_set(
    """
    trend trends growth trending trended history historical historically evolution timeline progression
    """
)
SHARE = word_set(
    """
    share proportion percentage distribution composition mix breakdown
    """
)
COMPARE = word_set(
    """
    compare compared comparing comparison versus vs
    """
)
OVERVIEW = word_set(
    """
    overview summary dashboard report performance health pulse monitor snapshot scorecards cockpit
    """
)
FILTER = word_set(
    """
    filter filters filterable filtered filtering slicer slicers dropdown dropdowns selector picker
    """
)
ONLY = frozenset(["only", "just", "solely", "exclusively"])
NOT = word_set(
    """
    excluding except without exclude ignoring ignore omit omitting minus
    """
)
MORE: dict[tuple[str, ...], str] = {
    ("more", "than"): "greaterThan",
    ("greater", "than"): "greaterThan",
    ("larger", "than"): "greaterThan",
    ("bigger", "than"): "greaterThan",
    ("higher", "than"): "greaterThan",
    ("over",): "greaterThan",
    ("above",): "greaterThan",
    ("exceeding",): "greaterThan",
    ("at", "least"): "greaterThanOrEqual",
    (">=",): "greaterThanOrEqual",
    (">",): "greaterThan",
    ("less", "than"): "lessThan",
    ("fewer", "than"): "lessThan",
    ("lower", "than"): "lessThan",
    ("smaller", "than"): "lessThan",
    ("under",): "lessThan",
    ("below",): "lessThan",
    ("at", "most"): "lessThanOrEqual",
    ("<=",): "lessThanOrEqual",
    ("<",): "lessThan",
}
