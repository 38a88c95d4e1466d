"""The whole table of routes with what each asks for, held against `routes.txt`.

A new route goes into the file by hand: `python -m tests.http.test_routes` prints the table as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tests.kit.instance import Instance
from vitrail.access.dependencies import Permission, current_person, open_to_all
from vitrail.app import create_app
from vitrail.settings import Settings, load_settings

TABLE = Path(__file__).with_name("routes.txt")


def asks_for(dependant: Dependant) -> str | None:
    """What a route declares in its signature; None when it declares nothing."""
    labels = []
    for each in _all(dependant):
        if isinstance(each.call, Permission):
            labels.append(each.call.label)
        elif each.call is open_to_all:
            labels.append("open to all")
    if labels:
        return " + ".join(sorted(set(labels)))
    return "signed in" if any(each.call is current_person for each in _all(dependant)) else None


def _all(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from _all(each)


def routes(app: FastAPI) -> dict[str, str | None]:
    """`METHOD path` → what it asks for."""
    table = {}
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        if context.path == app.openapi_url:
            continue
        for method in sorted(context.methods or ()):
            table[f"{method} {context.path}"] = asks_for(dependant) if dependant else None
    return table


def written() -> dict[str, str]:
    rows = [line.split("  ", 1) for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {route.strip(): label.strip() for route, label in rows}


def test_every_route_is_in_the_table_with_its_permission(empty_settings: Settings) -> None:
    assert routes(create_app(empty_settings)) == written()


def test_operations_have_names_of_their_own(empty_settings: Settings) -> None:
    document = create_app(empty_settings).openapi()
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_stranger_gets_nothing_from_any_route_that_is_not_open(
    instance: Instance, stranger: httpx.AsyncClient
) -> None:
    asked = [route for route, label in written().items() if "open to all" not in label]
    for route in asked:
        method, path = route.split(" ", 1)
        answer = await stranger.request(method, path.replace("{", "").replace("}", ""), json={})
        assert answer.status_code == 401, route
    assert len(asked) > 8


if __name__ == "__main__":
    table = routes(create_app(load_settings()))
    width = max(map(len, table))
    print("\n".join(f"{route:<{width}}  {label}" for route, label in table.items()))  # noqa: T201
