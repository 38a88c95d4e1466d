"""The OpenAPI document, with the failures that each operation may answer: worked out from what the route asks for, so
that no route can forget one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from vitrail.access.dependencies import current_person, open_to_all
from vitrail.http.problems import MEDIA_TYPE

SAFE = frozenset({"GET", "HEAD"})
MEANINGS = {
    "401": "Not signed in, or the sign-in has ended.",
    "403": "Signed in, and not allowed; the cause says which right is missing.",
    "404": "There is no such thing, or none that the caller may know of.",
    "409": "The thing is not in a state that allows this.",
    "413": "More was sent than is accepted.",
    "422": "What was sent can't be used; each fault is named.",
    "429": "Too much in too short a time; `Retry-After` says when to come back.",
    "503": "Something that this needs (database, store, warehouse, model, sandbox) can't be reached.",
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A failure with its cause and its cure (RFC 9457).",
    "required": ["type", "title", "status", "detail", "cause", "cure", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "cause": {"type": "string", "description": "What is wrong in this case."},
        "cure": {"type": "string", "description": "What the reader can do about it."},
        "code": {"type": "string", "description": "The kind of failure, a word for programs."},
        "details": {"type": "array", "items": {"type": "object"}, "description": "One for each fault, where many."},
    },
}
REFERENCE = {"$ref": "#/components/schemas/Problem"}


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for context in iter_route_contexts(app.routes):
            dependant = getattr(context, "dependant", None)
            for method in context.methods or ():
                operation = made["paths"].get(context.path, {}).get(method.lower())
                if operation is not None and dependant is not None:
                    _describe(operation, dependant, method)
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = made
    return app.openapi_schema


def failures(dependant: Dependant, method: str, path_parameters: bool, body: bool, inputs: bool) -> set[str]:
    """The statuses that an operation may answer besides its own."""
    calls = {each.call for each in _all(dependant)}
    signed_in = current_person in calls
    found = {"503"}
    if signed_in or method not in SAFE or open_to_all not in calls:
        found |= {"401", "403"}
    if path_parameters or inputs or body:  # each may name something
        found.add("404")
    if method not in SAFE:
        found |= {"409", "429"}
    if body:
        found.add("413")
    if inputs or body:
        found.add("422")
    return found


def _describe(operation: dict[str, Any], dependant: Dependant, method: str) -> None:
    parameters = operation.get("parameters", [])
    found = failures(
        dependant,
        method,
        any(parameter["in"] == "path" for parameter in parameters),
        "requestBody" in operation,
        bool(parameters),
    )
    responses = operation["responses"]
    for status in sorted(found | (responses.keys() & MEANINGS.keys())):
        responses[status] = {"description": MEANINGS[status], "content": {MEDIA_TYPE: {"schema": REFERENCE}}}


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all(each)
