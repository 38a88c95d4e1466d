"""Changes that come with a cookie need the proof that our own page sent them."""

from __future__ import annotations

import httpx
import pytest

from tests.kit.instance import ADA, VERA, Instance

NEW_TOKEN = {"name": "from a page"}


@pytest.mark.parametrize("header", ["", "x", "null"])
async def test_a_change_without_the_header_is_refused(ada: httpx.AsyncClient, header: str) -> None:
    ada.headers["X-CSRF-Token"] = header
    answer = await ada.post("/api/v1/auth/tokens", json=NEW_TOKEN)
    assert answer.status_code == 403
    assert answer.json()["code"] == "csrf"
    assert (await ada.get("/api/v1/auth/tokens")).json()[0]["name"] == "Demo"


async def test_the_header_of_another_sign_in_is_refused(ada: httpx.AsyncClient, vera: httpx.AsyncClient) -> None:
    ada.headers["X-CSRF-Token"] = vera.headers["X-CSRF-Token"]
    assert (await ada.post("/api/v1/auth/tokens", json=NEW_TOKEN)).status_code == 403


async def test_the_header_of_an_earlier_sign_in_of_the_same_person_is_refused(
    instance: Instance, ada: httpx.AsyncClient
) -> None:
    async with instance.signed_in(ADA) as again:
        again.headers["X-CSRF-Token"] = ada.headers["X-CSRF-Token"]
        assert (await again.post("/api/v1/auth/logout")).status_code == 403


async def test_with_its_own_header_a_change_is_made(ada: httpx.AsyncClient) -> None:
    assert (await ada.post("/api/v1/auth/tokens", json=NEW_TOKEN)).status_code == 201


async def test_a_token_needs_no_header(instance: Instance) -> None:
    async with instance.by_token(VERA.token) as client:
        assert (await client.post("/api/v1/auth/tokens", json=NEW_TOKEN)).status_code == 201
