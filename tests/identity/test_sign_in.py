"""Signing in and out: what it gives, what it refuses, and what it tells whom."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from tests.kit.instance import ADA, VERA, Instance
from vitrail.audit.tables import EntryRow
from vitrail.db.base import now
from vitrail.identity import throttle
from vitrail.identity.passwords import Passwords
from vitrail.identity.tables import PersonRow, SignInRow

LOGIN = "/api/v1/auth/login"


def wrong(email: str = ADA.email) -> dict[str, str]:
    return {"email": email, "password": "not it"}


async def test_a_stranger_is_told_to_sign_in(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/api/v1/auth/me")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["cure"].startswith("Sign in")


async def test_signing_in_gives_a_cookie_that_scripts_cannot_read_and_a_csrf_token(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post(LOGIN, json={"email": " ADA@jaffle.example ", "password": ADA.password})
    assert answer.status_code == 200
    assert answer.json()["user"]["name"] == "Ada Martin"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie  # this instance is served without https
    me = await stranger.get("/api/v1/auth/me")
    assert me.json()["csrfToken"] == answer.json()["csrfToken"]
    assert me.json()["user"]["email"] == ADA.email


class TestOverHttps:
    @pytest.fixture
    def variables(self) -> dict[str, Any]:
        return {"SITE_URL": "https://data.example.com"}

    async def test_the_cookie_is_secure_and_bound_to_the_host(self, stranger: httpx.AsyncClient) -> None:
        answer = await stranger.post(LOGIN, json={"email": ADA.email, "password": ADA.password})
        assert answer.headers["set-cookie"].startswith("__Host-vitrail=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "Domain" not in answer.headers["set-cookie"]
        for each in (answer, await stranger.get("/login"), await stranger.get("/api/v1/nothing")):
            assert each.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_the_database_never_holds_the_cookie_itself(instance: Instance, ada: httpx.AsyncClient) -> None:
    async with instance.services.db.session() as session:
        hashes = list(await session.scalars(select(SignInRow.token_hash)))
    assert ada.cookies["vitrail"] not in hashes
    assert len(hashes) == 1


async def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(stranger: httpx.AsyncClient) -> None:
    known = await stranger.post(LOGIN, json=wrong())
    unknown = await stranger.post(LOGIN, json=wrong("nobody@jaffle.example"))
    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert "set-cookie" not in known.headers


async def test_an_unknown_person_costs_as_much_hashing_as_a_known_one() -> None:
    class Counting:
        def __init__(self) -> None:
            self.verified = 0

        def hash(self, password: str) -> str:
            return "$argon2id$nobody"

        def verify(self, hashed: str, password: str) -> bool:
            self.verified += 1
            return True

    hasher = Counting()
    passwords = Passwords(hasher)  # type: ignore[arg-type]
    assert await passwords.matches("$argon2id$known", "x")
    assert not await passwords.matches(None, "x")
    assert not await passwords.matches("$argon2id$known", "x" * 10_000)
    assert hasher.verified == 3


async def test_passwords_are_argon2id_with_the_recommended_work() -> None:
    hashed = await Passwords().hash("correct horse")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await Passwords().matches(hashed, "correct horse")
    assert not await Passwords().matches(hashed, "correct horse ")


@pytest.mark.parametrize(
    "almost", [ADA.password + " ", " " + ADA.password, ADA.password.swapcase(), ADA.password[:-1], ADA.password + "x"]
)
async def test_a_password_is_taken_as_it_was_typed(stranger: httpx.AsyncClient, almost: str) -> None:
    assert (await stranger.post(LOGIN, json={"email": ADA.email, "password": almost})).status_code == 401


async def test_a_person_switched_off_cannot_sign_in_and_is_out_at_once(
    instance: Instance, vera: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    async with instance.services.db.session() as session:
        await session.execute(update(PersonRow).where(PersonRow.email == VERA.email).values(active=False))
    assert (await vera.get("/api/v1/auth/me")).status_code == 401
    answer = await stranger.post(LOGIN, json={"email": VERA.email, "password": VERA.password})
    assert answer.status_code == 401


async def test_every_sign_in_has_a_secret_of_256_random_bits(instance: Instance) -> None:
    secrets = set()
    for _ in range(3):
        async with instance.signed_in(ADA) as client:
            secrets.add(client.cookies["vitrail"])
    assert len(secrets) == 3
    assert all(len(base64.urlsafe_b64decode(secret + "=")) == 32 for secret in secrets)


async def test_signing_in_again_ends_the_sign_in_that_the_browser_had(
    instance: Instance, ada: httpx.AsyncClient
) -> None:
    before = ada.cookies["vitrail"]
    await ada.post(LOGIN, json={"email": ADA.email, "password": ADA.password})
    assert ada.cookies["vitrail"] != before
    async with instance.client(cookies={"vitrail": before}) as copied:
        assert (await copied.get("/api/v1/auth/me")).status_code == 401


async def test_a_cookie_that_was_planted_before_is_never_taken_over(instance: Instance) -> None:
    async with instance.client(cookies={"vitrail": "planted"}) as client:
        answer = await client.post(LOGIN, json={"email": ADA.email, "password": ADA.password})
        assert "vitrail=planted" not in answer.headers["set-cookie"]


async def test_signing_out_makes_a_copied_cookie_worthless(instance: Instance, ada: httpx.AsyncClient) -> None:
    copied = ada.cookies["vitrail"]
    answer = await ada.post("/api/v1/auth/logout")
    assert answer.status_code == 204
    assert answer.headers["clear-site-data"] == '"cache"'
    assert 'vitrail=""' in answer.headers["set-cookie"]
    async with instance.client(cookies={"vitrail": copied}) as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 401


@pytest.mark.parametrize(
    ("column", "ago"), [("last_seen_at", timedelta(minutes=1441)), ("expires_at", timedelta(seconds=1))]
)
async def test_a_sign_in_ends_by_idleness_and_by_age(
    instance: Instance, ada: httpx.AsyncClient, column: str, ago: timedelta
) -> None:
    async with instance.services.db.session() as session:
        await session.execute(update(SignInRow).values({column: now() - ago}))
    assert (await ada.get("/api/v1/auth/me")).status_code == 401


async def test_use_keeps_a_sign_in_alive(instance: Instance, ada: httpx.AsyncClient) -> None:
    async with instance.services.db.session() as session:
        await session.execute(update(SignInRow).values(last_seen_at=now() - timedelta(minutes=1400)))
    assert (await ada.get("/api/v1/auth/me")).status_code == 200
    async with instance.services.db.session() as session:
        seen = await session.scalar(select(SignInRow.last_seen_at))
    assert seen is not None
    assert now() - seen < timedelta(minutes=1)


async def test_guessing_is_slowed_down_for_known_and_unknown_people_alike(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for email in (ADA.email, "nobody@jaffle.example"):
        at = now()
        for wait, words in ((60, "1 minute"), (120, "2 minutes"), (240, "4 minutes")):
            monkeypatch.setattr("vitrail.identity.service.now", lambda at=at: at)
            answers = [await stranger.post(LOGIN, json=wrong(email)) for _ in range(6)]
            assert [answer.status_code for answer in answers] == [401] * 5 + [429]
            assert answers[-1].headers["retry-after"] == str(wait)
            assert answers[-1].json()["cure"] == f"Wait {words}, then try again."
            told.append([answer.json() for answer in answers])
            at += timedelta(seconds=wait)
    assert told[:3] == told[3:]


async def test_the_right_password_waits_too_or_the_wait_would_tell_which_guess_was_right(
    stranger: httpx.AsyncClient,
) -> None:
    for _ in range(5):
        await stranger.post(LOGIN, json=wrong())
    answer = await stranger.post(LOGIN, json={"email": ADA.email, "password": ADA.password})
    assert answer.status_code == 429


async def test_the_wait_ends_as_told(stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    at = now()
    monkeypatch.setattr("vitrail.identity.service.now", lambda: at)
    right = {"email": ADA.email, "password": ADA.password}
    for _ in range(5):
        await stranger.post(LOGIN, json=wrong())
    told = timedelta(seconds=int((await stranger.post(LOGIN, json=right)).headers["retry-after"]))
    at += told - timedelta(seconds=1)
    assert (await stranger.post(LOGIN, json=right)).status_code == 429
    at += timedelta(seconds=1)
    assert (await stranger.post(LOGIN, json=right)).status_code == 200


async def test_signing_in_clears_the_failures_and_makes_the_address_known(
    instance: Instance, stranger: httpx.AsyncClient
) -> None:
    for _ in range(3):
        for _ in range(4):
            assert (await stranger.post(LOGIN, json=wrong())).status_code == 401
        answer = await stranger.post(LOGIN, json={"email": ADA.email, "password": ADA.password})
        assert answer.status_code == 200
    async with instance.services.db.session() as session:
        for number in range(20):
            await throttle.failed(session, ADA.email, f"192.0.2.{number}", now())
        with pytest.raises(throttle.TooManySignIns):
            await throttle.check(session, ADA.email, "198.51.100.1", now())
    assert (await stranger.post(LOGIN, json=wrong())).status_code == 401
    answer = await stranger.post(LOGIN, json={"email": ADA.email, "password": ADA.password})
    assert answer.status_code == 200


async def test_one_machine_that_tries_many_people_is_slowed_down(
    instance: Instance, stranger: httpx.AsyncClient
) -> None:
    limit = next(limit.failures for limit in throttle.LIMITS if limit.kind == "address")
    async with instance.services.db.session() as session:
        for number in range(limit):
            await throttle.failed(session, f"person{number}@jaffle.example", "127.0.0.1", now())
    answer = await stranger.post(LOGIN, json=wrong("someone-new@jaffle.example"))
    assert answer.status_code == 429


async def test_another_sites_page_cannot_sign_a_person_in(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post(
        LOGIN, json={"email": ADA.email, "password": ADA.password}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [{}, {"email": "a"}, {"email": ADA.email, "password": "secret-value", "admin": True}])
async def test_a_refused_body_is_never_repeated(stranger: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await stranger.post(LOGIN, json=body)
    assert answer.status_code == 422
    assert answer.json()["details"]
    assert "secret-value" not in answer.text


async def test_me_says_what_i_may_do_and_what_is_on(vera: httpx.AsyncClient, instance: Instance) -> None:
    me = (await vera.get("/api/v1/auth/me")).json()
    assert me["organization"]["name"] == "Jaffle Shop"
    assert [project["id"] for project in me["projects"]] == [instance.project_id]
    assert me["projects"][0]["role"] == "interactive_viewer"
    assert "view:DataApp" in me["projects"][0]["scopes"]
    assert "create:DataApp" not in me["projects"][0]["scopes"]
    assert me["model"] == {"provider": "offline", "name": "offline planner", "offline": True}
    assert me["features"]["dataApps"]["enabled"] is False
    assert me["features"]["dataApps"]["reason"] == "no-licence"


async def test_without_a_provider_there_is_no_single_sign_on(stranger: httpx.AsyncClient) -> None:
    ways = (await stranger.get("/api/v1/auth/ways")).json()
    assert ways == {"password": True, "signOn": None, "mail": False, "setUp": True}
    answer = await stranger.get("/api/v1/auth/oidc/start")
    assert answer.status_code == 404
    assert "not set up" in answer.json()["cause"]


async def test_what_is_written_down(instance: Instance, stranger: httpx.AsyncClient) -> None:
    await stranger.post(LOGIN, json=wrong("my-password-by-mistake"))
    await stranger.post(LOGIN, json=wrong())
    async with instance.signed_in(ADA) as client:
        await client.post("/api/v1/auth/logout")
    async with instance.services.db.session() as session:
        rows = [r for r in await session.scalars(select(EntryRow).order_by(EntryRow.sequence)) if "sign-in" in r.action]
    assert [(row.action, row.subject_name, row.actor_name) for row in rows] == [
        ("sign-in.failed", "", ""),
        ("sign-in.failed", "Ada Martin", ""),
        ("sign-in.succeeded", "", "Ada Martin"),
        ("sign-in.ended", "", "Ada Martin"),
    ]
    assert not any("by-mistake" in row.details + row.subject_name for row in rows)
