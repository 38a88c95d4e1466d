"""A saved query of the dbt project as a question."""

from __future__ import annotations

from typing import Any

from vitrail.catalog.dbt_semantic.explores import TIME_TABLE
from vitrail.catalog.dbt_semantic_model import Filter, SavedQuery
from vitrail.catalog.model import Catalog, Explore
from vitrail.query.errors import Finding, InvalidQuery, refuse
from vitrail.query.metric_query import MetricQuery


def saved_question(name: str, catalog: Catalog) -> MetricQuery:
    """The question that a saved query asks, its filters by its name. Raises `InvalidQuery`."""
    saved = _found(name, catalog)
    sorts = [{"fieldId": spelling, "descending": down} for spelling, down in saved.order_by]
    given: dict[str, Any] = {
        "exploreName": _explore(catalog).name,
        "metrics": list(saved.metrics),
        "dimensions": [item.spelled() for item in saved.group_by],
        "sorts": sorts,
        "limit": saved.limit,
        "savedQuery": name,
    }
    return MetricQuery.model_validate(given)


def saved_filters(query: MetricQuery, catalog: Catalog, explore: Explore) -> tuple[Filter, ...]:
    """The filters of the saved query that a question names. Raises `InvalidQuery`."""
    if query.saved_query is None:
        return ()
    saved = _found(query.saved_query, catalog)
    if explore.semantic is None:
        cause = f"The saved query {saved.name!r} is over dbt's semantic layer, and {explore.name} is not."
        raise refuse([Finding(InvalidQuery, cause, f"Ask in the explore {_explore(catalog).name}.")])
    return saved.filters


def _found(name: str, catalog: Catalog) -> SavedQuery:
    found = next((saved for saved in catalog.saved_queries if saved.name == name), None)
    if found is None:
        cause = f"There is no saved query {name[:100]!r}."
        raise refuse([Finding(InvalidQuery, cause, "Name one that the dbt project has.", name[:100])])
    return found


def _explore(catalog: Catalog) -> Explore:
    """The explore that has every metric."""
    explores = catalog.explores.values()
    return next(e for e in explores if e.semantic is not None and e.base_table == TIME_TABLE)
