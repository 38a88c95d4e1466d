"""Every failure leaves as `application/problem+json` with a cause and a cure (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from vitrail.db.errors import classified
from vitrail.errors import InvalidInput, NotFound, TooManyRequests, VitrailError

log = logging.getLogger("vitrail.http")
MEDIA_TYPE = "application/problem+json"


class Refused(HTTPException):
    """Carries one of our errors through code that lets only HTTP exceptions pass (reading a request's body)."""

    def __init__(self, error: VitrailError) -> None:
        super().__init__(error.status, error.cause)
        self.error = error


def problem_response(error: VitrailError) -> JSONResponse:
    """The answer for one failure."""
    headers = {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyRequests) and (seconds := getattr(error, "retry_after", None)):
        headers["Retry-After"] = str(seconds)
    return JSONResponse(error.problem(), status_code=error.status, media_type=MEDIA_TYPE, headers=headers)


def validation_error(error: RequestValidationError) -> InvalidInput:
    """FastAPI's findings in our words. What was sent is never repeated: it may be a password."""
    details: list[dict[str, Any]] = []
    for item in error.errors():
        where = [str(part) for part in item["loc"]]
        details.append({"in": where[0] if where else "body", "field": ".".join(where[1:]), "cause": item["msg"]})
    named = "; ".join(f"{d['field'] or d['in']}: {d['cause']}" for d in details[:5])
    return InvalidInput(
        named, cure="Correct what is named; /api/v1/openapi.json describes each field.", details=details
    )


def _what(request: Request) -> tuple[str, str]:
    """Method and path for the log, as they were sent: an address writes no line and obeys no terminal."""
    return quote(request.method), quote(request.scope["path"])


def install(app: FastAPI) -> None:
    """Adds the handlers. Only the last one catches what nobody foresaw; it logs it and tells nothing of it."""

    @app.exception_handler(VitrailError)
    async def _known(request: Request, error: VitrailError) -> JSONResponse:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("%s %s: %s", *_what(request), error)
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(validation_error(error))

    @app.exception_handler(DBAPIError)
    async def _database(request: Request, error: DBAPIError) -> JSONResponse:
        log.error("%s %s: %s", *_what(request), type(error).__name__)
        return problem_response(classified(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error, Refused):
            return problem_response(error.error)
        if error.status_code == HTTPStatus.BAD_REQUEST:  # the framework's word for a body that it can't read
            return problem_response(
                InvalidInput("The body is not JSON in UTF-8.", cure="Send what /api/v1/openapi.json describes.")
            )
        body = VitrailError(
            str(error.detail), cure="Check the address and the method; /api/v1/openapi.json lists what there is."
        ).problem()
        if error.status_code == HTTPStatus.NOT_FOUND:
            body = NotFound(f"Nothing is served at {request.url.path}.", cure="Check the address.").problem()
        phrase = HTTPStatus(error.status_code).phrase
        body |= {"status": error.status_code, "code": phrase.lower().replace(" ", "-")}
        body["type"] = f"urn:vitrail:error:{body['code']}"
        if error.status_code != HTTPStatus.NOT_FOUND:
            body["title"] = phrase
        return JSONResponse(body, status_code=error.status_code, media_type=MEDIA_TYPE, headers=error.headers)

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.exception("%s %s failed", *_what(request), exc_info=error)
        return problem_response(
            VitrailError(
                "The server met something it did not foresee.",
                cure="Try again. If it stays, the server's log has the details under this request's X-Request-Id.",
            )
        )
