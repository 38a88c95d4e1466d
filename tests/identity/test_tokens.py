"""Personal access tokens: shown once, hashed, expiring, revoked at once, and nobody else's business."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from tests.kit.instance import VERA, Instance
from vitrail.db.base import now
from vitrail.identity.tables import TokenRow

TOKENS = "/api/v1/auth/tokens"


async def issue(client: httpx.AsyncClient, **more: str) -> dict[str, str]:
    answer = await client.post(TOKENS, json={"name": "laptop", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.mark.parametrize(("method", "path"), [("GET", TOKENS), ("POST", TOKENS), ("DELETE", f"{TOKENS}/x")])
async def test_a_stranger_gets_none(stranger: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await stranger.request(method, path, json={"name": "x"})).status_code == 401


async def test_another_persons_tokens_are_neither_seen_nor_revoked(
    ada: httpx.AsyncClient, vera: httpx.AsyncClient
) -> None:
    mine = await issue(vera)
    assert mine["id"] not in [token["id"] for token in (await ada.get(TOKENS)).json()]
    assert (await ada.delete(f"{TOKENS}/{mine['id']}")).status_code == 404
    assert mine["id"] in [token["id"] for token in (await vera.get(TOKENS)).json()]


async def test_a_token_is_shown_once_and_kept_as_a_hash(instance: Instance, ada: httpx.AsyncClient) -> None:
    issued = await issue(ada)
    assert issued["token"].startswith("vt_")
    assert all("token" not in listed for listed in (await ada.get(TOKENS)).json())
    async with instance.services.db.session() as session:
        kept = [str(value) for row in await session.scalars(select(TokenRow)) for value in vars(row).values()]
    assert issued["token"] not in kept


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "ApiKey"])
async def test_a_token_acts_as_its_owner(instance: Instance, vera: httpx.AsyncClient, scheme: str) -> None:
    token = (await issue(vera))["token"]
    async with instance.client(headers={"Authorization": f"{scheme} {token}"}) as client:
        me = (await client.get("/api/v1/auth/me")).json()
    assert me["user"]["email"] == VERA.email
    assert me["csrfToken"] is None


async def test_a_revoked_token_stops_at_once(instance: Instance, ada: httpx.AsyncClient) -> None:
    issued = await issue(ada)
    assert (await ada.delete(f"{TOKENS}/{issued['id']}")).status_code == 204
    async with instance.by_token(issued["token"]) as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 401
    assert (await ada.delete(f"{TOKENS}/{issued['id']}")).status_code == 404


async def test_a_token_ends_by_itself(instance: Instance, ada: httpx.AsyncClient) -> None:
    issued = await issue(ada, expiresAt=(now() + timedelta(days=1)).isoformat())
    async with instance.by_token(issued["token"]) as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 200
        async with instance.services.db.session() as session:
            past = update(TokenRow).where(TokenRow.id == issued["id"]).values(expires_at=now() - timedelta(seconds=1))
            await session.execute(past)
        assert (await client.get("/api/v1/auth/me")).status_code == 401


@pytest.mark.parametrize("moment", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00"])
async def test_an_end_in_the_past_or_without_zone_is_refused(ada: httpx.AsyncClient, moment: str) -> None:
    assert (await ada.post(TOKENS, json={"name": "x", "expiresAt": moment})).status_code == 422


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "vt_ada", "Bearer vt_unknown", "Bearer \x7f"])
async def test_what_is_no_token_is_refused_even_beside_a_good_cookie(ada: httpx.AsyncClient, header: str) -> None:
    assert (await ada.get("/api/v1/auth/me", headers={"Authorization": header})).status_code == 401
