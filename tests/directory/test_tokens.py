"""Tokens beyond tests/identity/test_tokens.py: limits, rotation, last use, and all tokens of the organisation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from tests.directory.kit import MALLORY, NOBODY, ORGANIZATION, Directory, log, other_organization, whole_log
from tests.kit.instance import VERA, Instance
from vitrail.db.base import now
from vitrail.identity.authentication import TOUCH_EVERY
from vitrail.identity.tables import TokenRow
from vitrail.identity.tokens import MAX_TOKENS

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
TOKENS, ME = "/api/v1/auth/tokens", "/api/v1/auth/me"


async def issue(client: httpx.AsyncClient, expected: int = 201, **more: Any) -> dict[str, Any]:
    answer = await client.post(TOKENS, json={"name": "laptop", **more})
    assert answer.status_code == expected, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def works(instance: Instance, token: str) -> bool:
    async with instance.by_token(token) as client:
        return (await client.get(ME)).status_code == 200


async def turn(instance: Instance, token_id: str, **values: datetime | None) -> None:
    """Sets times of a token, as if they had passed."""
    async with instance.services.db.session() as session:
        await session.execute(update(TokenRow).where(TokenRow.id == token_id).values(**values))


@sqlite
class TestWhoMay:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", f"{ORGANIZATION}/tokens"),
            ("DELETE", f"{ORGANIZATION}/tokens/{NOBODY}"),
            ("POST", f"{TOKENS}/{NOBODY}/rotate"),
        ],
    )
    async def test_a_stranger_is_told_to_sign_in(self, stranger: httpx.AsyncClient, method: str, path: str) -> None:
        assert (await stranger.request(method, path, json={})).status_code == 401

    async def test_somebody_without_the_right_sees_and_ends_their_own_only(
        self, directory: Directory, vera: httpx.AsyncClient
    ) -> None:
        adas = await issue(directory.client)
        assert (await vera.get(f"{ORGANIZATION}/tokens")).status_code == 403
        assert (await vera.delete(f"{ORGANIZATION}/tokens/{adas['id']}")).status_code == 403
        assert (await vera.post(f"{TOKENS}/{adas['id']}/rotate", json={})).status_code == 404
        assert await works(directory.instance, adas["token"])

    async def test_another_organisations_tokens_are_not_there(self, directory: Directory) -> None:
        await other_organization(directory.instance)
        adas = await issue(directory.client)
        async with directory.acting(MALLORY) as mallory:
            assert [each["owner"]["name"] for each in (await mallory.asked("GET", "/tokens", 200))["items"]] == [
                "Mallory"
            ]
            await mallory.asked("DELETE", f"/tokens/{adas['id']}", 404)
        assert await works(directory.instance, adas["token"])


class TestLimited:
    async def test_to_some_of_what_its_owner_holds(self, directory: Directory) -> None:
        made = await issue(directory.client, scopes=["manage:Group", "view:Project"])
        async with directory.acting(made["token"]) as acting:
            await acting.asked("GET", "/groups", 200)
            await acting.asked("GET", "/people", 403)
            me = (await acting.client.get(ME)).json()
            assert me["scopes"] == ["manage:Group", "view:Project"]
            assert [each["scopes"] for each in me["projects"]] == [["manage:Group", "view:Project"]]

    async def test_never_to_more_than_its_owner_holds(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        made = await issue(vera, scopes=["manage:Organization", "view:Project"])
        async with instance.by_token(made["token"]) as client:
            assert (await client.get(f"{ORGANIZATION}/people")).status_code == 403
            me = (await client.get(ME)).json()
            assert me["scopes"] == []
            assert [each["scopes"] for each in me["projects"]] == [["view:Project"]]

    async def test_to_nothing(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        made = await issue(ada, scopes=[])
        async with instance.by_token(made["token"]) as client:
            assert (await client.get(ME)).json()["scopes"] == []
            assert (await client.get("/api/v1/projects")).json() == []

    @pytest.mark.parametrize("scopes", [["view:Everything"], [""], "view:Project", [None], {"view:Project": True}])
    async def test_to_no_scope_that_is_none(self, ada: httpx.AsyncClient, scopes: object) -> None:
        await issue(ada, 422, scopes=scopes)

    async def test_it_makes_no_token_that_is_not_limited(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        made, whole = await issue(ada, scopes=["manage:Organization"]), await issue(ada)
        async with instance.by_token(made["token"]) as client:
            await issue(client, 403)
            for id_ in (made["id"], whole["id"]):
                assert (await client.post(f"{TOKENS}/{id_}/rotate", json={})).status_code == 403

    async def test_it_follows_its_owner_down_at_the_next_request(self, directory: Directory) -> None:
        token = await directory.held_by(["manage:Group"])
        async with directory.acting(token) as owner:
            made = await issue(owner.client, scopes=["manage:Group"])
        async with directory.acting(made["token"]) as acting:
            await acting.asked("GET", "/groups", 200)
            await directory.give(await directory.id_of("deputy"))
            await acting.asked("GET", "/groups", 403)


class TestRotating:
    async def test_without_overlap_the_old_one_is_over(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        ends = (now() + timedelta(days=9)).replace(microsecond=0).isoformat()
        old = await issue(vera, expiresAt=ends, scopes=["view:Project"])
        new = (await vera.post(f"{TOKENS}/{old['id']}/rotate", json={})).json()
        assert (await works(instance, old["token"]), await works(instance, new["token"])) == (False, True)
        for kept in ("name", "expiresAt", "scopes"):
            assert new[kept] == old[kept]
        assert (await vera.post(f"{TOKENS}/{old['id']}/rotate", json={})).status_code == 404

    async def test_with_an_overlap_both_work_until_it_is_over(
        self, instance: Instance, vera: httpx.AsyncClient
    ) -> None:
        old = await issue(vera)
        new = (await vera.post(f"{TOKENS}/{old['id']}/rotate", json={"overlapMinutes": 60})).json()
        assert await works(instance, old["token"])
        assert await works(instance, new["token"])
        listed = {each["id"]: each for each in (await vera.get(TOKENS)).json()}
        left = datetime.fromisoformat(listed[old["id"]]["expiresAt"]) - now()
        assert timedelta(minutes=58) < left <= timedelta(minutes=60)
        assert listed[new["id"]]["expiresAt"] is None
        await turn(instance, old["id"], expires_at=now() - timedelta(seconds=1))
        assert (await works(instance, old["token"]), await works(instance, new["token"])) == (False, True)

    async def test_an_overlap_lengthens_no_life(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        ends = now() + timedelta(minutes=10)
        old = await issue(vera, expiresAt=ends.isoformat())
        await vera.post(f"{TOKENS}/{old['id']}/rotate", json={"overlapMinutes": 10_080})
        listed = {each["id"]: each for each in (await vera.get(TOKENS)).json()}
        assert datetime.fromisoformat(listed[old["id"]]["expiresAt"]) <= ends + timedelta(seconds=1)

    @pytest.mark.parametrize("minutes", [-1, 10_081, "soon", 1.5])
    async def test_no_other_overlap(self, vera: httpx.AsyncClient, minutes: object) -> None:
        old = await issue(vera)
        answer = await vera.post(f"{TOKENS}/{old['id']}/rotate", json={"overlapMinutes": minutes})
        assert answer.status_code == 422

    async def test_one_that_has_ended_is_not_brought_back(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        old = await issue(vera, expiresAt=(now() + timedelta(days=1)).isoformat())
        await turn(instance, old["id"], expires_at=now() - timedelta(seconds=1))
        answer = await vera.post(f"{TOKENS}/{old['id']}/rotate", json={"overlapMinutes": 5})
        assert not answer.is_success
        assert not await works(instance, old["token"])


class TestTheOrganisations:
    async def test_all_that_work_are_listed_with_their_owners(self, directory: Directory) -> None:
        account = await directory.account("Nightly")
        await directory.asked("POST", f"/service-accounts/{account}/tokens", 201, {"name": "job"})
        gone = await issue(directory.client, name="gone")
        await turn(directory.instance, gone["id"], expires_at=now() - timedelta(seconds=1))
        listed = await directory.asked("GET", "/tokens", 200)
        assert [(each["owner"]["name"], each["ownerKind"], each["name"]) for each in listed["items"]] == [
            ("Ada Martin", "person", "Demo"),
            ("Nightly", "service_account", "job"),
            ("Vera Klein", "person", "Demo"),
        ]
        assert listed["total"] == 3
        assert (await directory.asked("GET", "/tokens?q=night", 200))["total"] == 1
        assert [each["name"] for each in (await directory.asked("GET", "/tokens?limit=1&offset=1", 200))["items"]] == [
            "job"
        ]

    async def test_anybodys_is_revoked_at_the_next_request(self, directory: Directory, vera: httpx.AsyncClient) -> None:
        made = await issue(vera)
        async with directory.instance.by_token(made["token"]) as client:
            assert (await client.get(ME)).status_code == 200
            await directory.asked("DELETE", f"/tokens/{made['id']}", 204)
            assert (await client.get(ME)).status_code == 401
        await directory.asked("DELETE", f"/tokens/{made['id']}", 404)


class TestKeeping:
    async def test_the_last_use_is_known_to_the_minute(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        made = await issue(vera)

        async def last_used() -> datetime | None:
            listed = {each["id"]: each["lastUsedAt"] for each in (await vera.get(TOKENS)).json()}
            return datetime.fromisoformat(listed[made["id"]]) if listed[made["id"]] else None

        assert await last_used() is None
        assert await works(instance, made["token"])
        first = await last_used()
        assert first is not None
        assert now() - first < timedelta(minutes=1)
        earlier = now() - TOUCH_EVERY - timedelta(seconds=5)
        await turn(instance, made["id"], last_used_at=earlier)
        assert await works(instance, made["token"])
        again = await last_used()
        assert again is not None
        assert again > earlier

    @sqlite
    async def test_so_many_and_no_more(self, vera: httpx.AsyncClient) -> None:
        held = len((await vera.get(TOKENS)).json())
        for _ in range(MAX_TOKENS - held):
            await issue(vera)
        said = await issue(vera, 422)
        assert str(MAX_TOKENS) in said["cause"]

    async def test_the_log_holds_no_token(self, directory: Directory, vera: httpx.AsyncClient) -> None:
        made = await issue(vera, name="mine", scopes=["view:Project"])
        new = (await vera.post(f"{TOKENS}/{made['id']}/rotate", json={"overlapMinutes": 5})).json()
        await vera.delete(f"{TOKENS}/{new['id']}")
        said = await log(directory.instance, "token.created", "token.rotated", "token.revoked")
        owner = (await directory.instance.person(VERA.email)).id
        limited = {"owner": owner, "expires": "never", "scopes": ["view:Project"]}
        assert said == [
            ("token.created", "mine", limited),
            ("token.created", "mine", limited),
            ("token.rotated", "mine", {"new": new["id"], "overlapMinutes": 5}),
            ("token.revoked", "mine", {}),
        ]
        everything = await whole_log(directory.instance)
        for secret in (made["token"], new["token"], VERA.password):
            assert secret not in everything
