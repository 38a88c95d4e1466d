"""A dashboard's filters over a chart's question. The fields come from the dashboard; a viewer brings values only."""

from __future__ import annotations

from dataclasses import dataclass

from vitrail.catalog.model import Dimension, DimensionType, ExploreName
from vitrail.dashboards.content import DashboardContent, DashboardFilter
from vitrail.dashboards.schemas import FilterChoice
from vitrail.errors import InvalidInput
from vitrail.projects.data import ProjectData
from vitrail.query.metric_query import AndGroup, FilterOperator, FilterRule, FilterTarget, MetricQuery
from vitrail.query.validate import fields_of

# Operators that say all by themselves.
WITHOUT_VALUES = frozenset(
    {
        FilterOperator.IS_NULL,
        FilterOperator.NOT_NULL,
        FilterOperator.IN_THE_CURRENT,
        FilterOperator.NOT_IN_THE_CURRENT,
    }
)
# Those that count from today: `settings` names their unit.
RELATIVE = frozenset(
    {
        FilterOperator.IN_THE_PAST,
        FilterOperator.NOT_IN_THE_PAST,
        FilterOperator.IN_THE_NEXT,
        FilterOperator.IN_THE_CURRENT,
        FilterOperator.NOT_IN_THE_CURRENT,
    }
)


@dataclass(frozen=True, slots=True)
class Filtered:
    """A question with the filters that hold for it, and the ids of those that do not reach it."""

    query: MetricQuery
    held: list[str]
    missed: list[str]


def chosen(content: DashboardContent, choices: list[FilterChoice]) -> list[DashboardFilter]:
    """The dashboard's filters as the viewer set them; what they did not mention is as saved. Raises `InvalidInput`
    for a filter that the dashboard does not have, and for a locked one."""
    by_id = {choice.id: choice for choice in choices}
    known = {each.id: each for each in content.filters}
    for choice in choices:
        if choice.id not in known:
            raise InvalidInput(
                f"The dashboard has no filter {choice.id}.", cure="Load the dashboard again: it may have changed."
            )
        if known[choice.id].locked:
            raise InvalidInput(
                f"The filter {known[choice.id].label or choice.id} is fixed by the dashboard.",
                cure="Leave it as it is, or ask whoever looks after the dashboard.",
            )
    return [_set(each, by_id[each.id]) if each.id in by_id else each for each in content.filters]


def _set(each: DashboardFilter, choice: FilterChoice) -> DashboardFilter:
    operator, settings = choice.operator or each.operator, choice.settings or each.settings
    return each.model_copy(update={"operator": operator, "values": choice.values, "settings": settings})


async def filtered(
    data: ProjectData, project_id: str, query: MetricQuery, tile_id: str, filters: list[DashboardFilter]
) -> Filtered:
    """The question of a tile's chart with the filters that are set and reach it: each becomes one more condition, so
    that a filter can only take rows away."""
    explore = (await data.catalog(project_id)).explores.get(ExploreName(query.explore_name))
    known = fields_of(explore) if explore else {}
    rules: list[FilterRule] = []
    held, missed = [], []
    for each in filters:
        if not is_set(each):
            continue
        target = next((target for target in each.targets if target.tile == tile_id), None)
        field = target.field_id if target else each.field_id
        if field is None or (target is None and not isinstance(known.get(field), Dimension)):
            missed.append(each.id)
            continue
        held.append(each.id)
        rules.append(rule_of(each, field))
    if not rules:
        return Filtered(query, held, missed)
    saved = query.filters.dimensions
    together = AndGroup.model_validate({"and": [*([saved] if saved else []), *rules]})
    dimensions = query.filters.model_copy(update={"dimensions": together})
    return Filtered(query.model_copy(update={"filters": dimensions}), held, missed)


async def is_text(data: ProjectData, project_id: str, each: DashboardFilter) -> bool:
    """Whether the filter's field holds text, which can be searched by words."""
    explore = (await data.catalog(project_id)).explores.get(ExploreName(each.explore_name))
    field = fields_of(explore).get(each.field_id) if explore else None
    return isinstance(field, Dimension) and field.type is DimensionType.STRING


def is_set(each: DashboardFilter) -> bool:
    return bool(each.values) or each.operator in WITHOUT_VALUES


def rule_of(each: DashboardFilter, field: str) -> FilterRule:
    return FilterRule(
        target=FilterTarget(field_id=field),
        operator=each.operator,
        values=list(each.values),
        settings=each.settings if each.operator in RELATIVE else None,
    )
