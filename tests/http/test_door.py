"""The outermost layer: headers, limits, the log, and how failures look."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from tests.kit.instance import VERA, Instance
from vitrail.app import create_app
from vitrail.db.errors import DatabaseUnusable
from vitrail.errors import Conflict
from vitrail.http.headers import API_CSP
from vitrail.settings import Settings


@pytest.fixture
def app(empty_settings: Settings) -> FastAPI:
    return create_app(empty_settings)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://vitrail.test") as client,
    ):
        yield client


class TestHeaders:
    async def test_the_api_may_neither_load_nor_be_framed(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/api/v1/health")
        assert answer.headers["content-security-policy"] == API_CSP
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-dns-prefetch-control"] == "off"

    async def test_refusals_carry_them_too(self, client: httpx.AsyncClient) -> None:
        for path in ("/api/v1/auth/me", "/api/v1/nothing", "/api/v1/health?x=%00"):
            assert (await client.get(path)).headers["x-content-type-options"] == "nosniff"

    async def test_host_pages_may_not_be_framed_and_frame_only_the_frame(self, client: httpx.AsyncClient) -> None:
        policy = (await client.get("/login")).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy

    async def test_an_answer_with_a_policy_of_its_own_keeps_it(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        @app.get("/own")
        async def own() -> HTMLResponse:
            return HTMLResponse("", headers={"Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'"})

        app.router.routes.insert(0, app.router.routes.pop())
        answer = await client.get("/own")
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'self'"
        assert "x-frame-options" not in answer.headers


class TestLimits:
    @pytest.fixture
    def variables(self) -> dict[str, Any]:
        return {"VITRAIL_MAX_REQUEST_BYTES": 2000}

    async def test_a_request_that_says_it_is_too_large_is_not_read(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/api/v1/auth/login", content=b"x" * 2001)
        assert answer.status_code == 413
        assert "2,000 bytes" in answer.json()["cause"]
        assert "VITRAIL_MAX_REQUEST_BYTES" in answer.json()["cure"]

    async def test_a_request_that_does_not_say_is_stopped_on_the_way(self, client: httpx.AsyncClient) -> None:
        async def stream() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 100

        answer = await client.post("/api/v1/auth/login", content=stream(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 413


class TestProblems:
    async def test_an_unknown_address_of_the_api_is_a_problem(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/api/v1/nothing")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["cause"] == "Nothing is served at /api/v1/nothing."

    async def test_a_wrong_method_is_named(self, client: httpx.AsyncClient) -> None:
        answer = await client.put("/api/v1/health")
        assert answer.status_code == 405
        assert answer.json()["code"] == "method-not-allowed"

    @pytest.mark.parametrize(
        "body", [b"{", b"\xff", b"[]", b'"x"', b'{"email": 1, "password": []}', b'{"email":"\\ud800","password":"x"}']
    )
    async def test_a_body_that_is_no_request_is_refused(self, client: httpx.AsyncClient, body: bytes) -> None:
        answer = await client.post("/api/v1/auth/login", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["cause"]

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (Conflict("It runs.", cure="Wait."), 409, "conflict"),
            (DatabaseUnusable("It is full.", cure="Make room."), 503, "database-unusable"),
            (RuntimeError("password=hunter2"), 500, "internal"),
        ],
    )
    async def test_each_failure_says_what_it_may(
        self, app: FastAPI, client: httpx.AsyncClient, error: Exception, status: int, code: str
    ) -> None:
        @app.get("/fails")
        async def fails() -> None:
            raise error

        app.router.routes.insert(0, app.router.routes.pop())
        answer = await client.get("/fails")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["cause"]
        assert answer.json()["cure"]
        assert "hunter2" not in answer.text


class TestLog:
    async def test_a_line_a_request_without_secrets(
        self, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO, "vitrail.access"):
            answer = await client.post(
                "/api/v1/auth/login?token=in-the-address",
                json={"email": "a@b.c", "password": "in-the-body"},
                headers={"Authorization": "Bearer in-a-header", "X-Request-Id": "abc\ndef-in-an-id"},
            )
        line = caplog.records[-1].getMessage()
        assert line.startswith("POST /api/v1/auth/login 401 ")
        assert line.endswith(f" 127.0.0.1 - {answer.headers['x-request-id']}")
        for secret in ("in-the-address", "in-the-body", "in-a-header", "in-an-id", "a@b.c"):
            assert secret not in caplog.text

    async def test_a_good_id_is_taken_over(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/api/v1/health", headers={"X-Request-Id": "0123-4567-89ab"})
        assert answer.headers["x-request-id"] == "0123-4567-89ab"

    async def test_an_address_cannot_forge_a_line(
        self, app: FastAPI, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        @app.get("/fails/{anything:path}")
        async def fails(anything: str) -> None:
            raise RuntimeError

        app.router.routes.insert(0, app.router.routes.pop())
        with caplog.at_level(logging.INFO, "vitrail"):
            await client.get("/fails/x%1b[2J%0dGET /api/v1/forged 200")
            await client.get("/api/v1/x%0aGET /api/v1/forged 200")
        told = [record.getMessage() for record in caplog.records if "forged" in record.getMessage()]
        assert len(told) == 3, "two lines of requests, and one of the failure"
        for line in told:
            assert not {"\n", "\r", "\x1b"} & set(line)


async def test_a_refusal_is_logged_with_who_came_and_from_where(
    instance: Instance, vera: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    person = await instance.person(VERA.email)
    with caplog.at_level(logging.INFO, "vitrail.access"):
        by_cookie = await vera.get("/api/v1/doctor")
        async with instance.by_token(VERA.token) as program:
            by_token = await program.get("/api/v1/doctor")
        vera.headers["X-CSRF-Token"] = "another's"
        forged = await vera.post("/api/v1/auth/tokens", json={"name": "x"})
    lines = [record.getMessage() for record in caplog.records]
    for answer in (by_cookie, by_token, forged):
        assert answer.status_code == 403
        line = next(each for each in lines if each.endswith(answer.headers["x-request-id"]))
        assert line.split()[2] == "403"
        assert line.split()[4:6] == ["127.0.0.1", person.id]


class TestAddresses:
    """Where a request comes from: what one proxy says when there is one, and nobody else's word."""

    HEADERS: ClassVar = {"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}

    @pytest.fixture(params=[False, True])
    def trusting(self, request: pytest.FixtureRequest) -> bool:
        return bool(request.param)

    @pytest.fixture
    def variables(self, trusting: bool) -> dict[str, Any]:
        return {"TRUST_PROXY": trusting}

    async def test_only_the_last_hop_of_a_trusted_proxy_counts(
        self, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, trusting: bool
    ) -> None:
        with caplog.at_level(logging.INFO, "vitrail.access"):
            await client.get("/api/v1/health", headers=self.HEADERS)
        assert caplog.records[-1].getMessage().split()[4] == ("203.0.113.7" if trusting else "127.0.0.1")


class TestText:
    """U+0000 is in no text: Postgres can't keep it."""

    async def test_not_in_an_address(self, client: httpx.AsyncClient) -> None:
        for path in ("/api/v1/apps/a%00b", "/api/v1/health?q=%00"):
            answer = await client.get(path)
            assert answer.status_code == 422
            assert "U+0000" in answer.json()["cause"]

    async def test_not_in_a_body_however_deep(self, client: httpx.AsyncClient) -> None:
        body = {"email": "ada@vitrail.test", "password": "a\0b"}
        answer = await client.post("/api/v1/auth/login", json=body)
        assert answer.status_code == 422
        assert "U+0000" in answer.json()["cause"]
        assert "a\0b" not in answer.text


async def test_a_method_that_an_address_does_not_have(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/auth/login")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await client.get("/api/v1/nothing")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/login", "/api/v1/health", "/api/v1/auth/login", "/frame"])
async def test_nothing_answers_trace(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.request("TRACE", path, headers={"X-Mine": "what came back"})
    assert answer.status_code == 405
    assert "what came back" not in answer.text


async def test_nothing_is_sent_on_to_another_address(client: httpx.AsyncClient) -> None:
    """A program that got the scheme or a slash wrong is told so; a redirect would let it go on sending secrets."""
    for method, path in (("GET", "/api/v1/health/"), ("POST", "/api/v1/auth/login/"), ("GET", "/api/v1//health")):
        answer = await client.request(method, path, headers={"X-Forwarded-Proto": "http"})
        assert answer.status_code in (404, 405), path
        assert "location" not in answer.headers


async def test_what_belongs_in_the_body_is_not_taken_from_elsewhere(client: httpx.AsyncClient) -> None:
    sent = {"email": "ada@vitrail.test", "password": "a password"}
    answer = await client.post("/api/v1/auth/login", params=sent)
    assert answer.status_code == 422
    assert answer.json()["details"][0]["in"] == "body"
    form = await client.post("/api/v1/auth/login", data=sent)
    assert form.status_code == 422
    cookies = await client.post("/api/v1/auth/login", headers={"Cookie": "email=a@b.c; password=x"}, json={})
    assert cookies.status_code == 422


async def test_no_other_site_may_read_an_answer(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/health", "/api/v1/auth/me", "/login"):
        answer = await client.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control-")], path
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    preflight = await client.options("/api/v1/auth/login", headers=asked)
    assert preflight.status_code == 405


async def test_every_answer_says_what_it_is(client: httpx.AsyncClient) -> None:
    for path, kind in (
        ("/api/v1/health", "application/json"),  # RFC 8259: JSON is UTF-8 and has no charset to name
        ("/api/v1/nothing", "application/problem+json"),
        ("/login", "text/html; charset=utf-8"),
    ):
        assert (await client.get(path)).headers["content-type"] == kind
