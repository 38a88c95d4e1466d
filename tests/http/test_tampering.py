"""Requests that somebody changed by hand: fields that are not theirs to set, cookies and tokens and headers that lie,
bodies that are too large, too deep or of another kind, and names that would like to be something else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.apps import platform
from tests.directory.kit import Directory
from tests.http import things
from tests.http.things import BODIES, dump, fill
from tests.kit.instance import ADA, SITE, VERA, Instance

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ORGANIZATION, ME = "/api/v1/organization", "/api/v1/auth/me"
COOKIE = "vitrail"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def variables() -> dict[str, str]:
    return platform.licensed()


@pytest.fixture
def directory(instance: Instance, ada: httpx.AsyncClient) -> Directory:
    return Directory(instance, ada)


@pytest.fixture
async def whole(instance: Instance, ada: httpx.AsyncClient) -> AsyncIterator[dict[str, str]]:
    """The ids of one of everything."""
    await platform.connect(instance, platform.demo_warehouse(Path(instance.services.settings.data_dir)))
    made = await things.make(instance, ada, instance.project_id, word="mine")
    made |= await things.make_of_organization(instance, ada, word="mine")
    yield made | {"sign_in_id": things.UNKNOWN}


def writes(instance: Instance) -> Iterator[tuple[str, set[str]]]:
    """Every route that takes a body, with the fields that it knows."""
    document = instance.app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                reference = body["schema"].get("$ref") or body["schema"]["anyOf"][0]["$ref"]
                schema = document["components"]["schemas"][reference.rpartition("/")[2]]
                yield f"{method.upper()} {path}", set(schema["properties"])


PRIVILEGED = (
    "id", "organizationId", "organization_id", "role", "roles", "creatorId", "createdBy", "ownerId", "owner", "kind",
    "projectId", "personId", "active", "email", "emailVerified", "passwordHash", "password_hash", "scopes", "tokenHash",
    "isAdmin", "restricted", "readyVersion", "version", "status", "createdAt", "__proto__", "constructor", "__class__",
)  # fmt: skip


@sqlite
class TestFieldsThatAreNotTheirs:
    async def test_no_route_takes_a_field_that_it_does_not_name(
        self, instance: Instance, ada: httpx.AsyncClient, whole: dict[str, str]
    ) -> None:
        """By the one person who may do everything, so that nothing but the field can be the reason."""
        before, wrong, tried = await dump(instance), [], 0
        for route, known in writes(instance):
            method = route.split(" ", 1)[0]
            for field in PRIVILEGED:
                if field in known or field in {_snake(name) for name in known}:
                    continue
                body = {**(BODIES[route](whole) if route in BODIES else {}), field: "admin"}
                answer = await ada.request(method, fill(route, whole), json=body)
                tried += 1
                named = {each.get("field") for each in answer.json().get("details", [])} if answer.content else set()
                if answer.status_code != 422 or field not in named:
                    wrong.append((route, field, answer.status_code, answer.text[:300]))
        assert not wrong, "\n".join(map(str, wrong))
        assert await dump(instance) == before
        assert tried > 800

    async def test_a_person_changes_nothing_of_themselves_but_what_they_may(
        self, instance: Instance, vera: httpx.AsyncClient
    ) -> None:
        id_ = (await instance.person(VERA.email)).id
        before = await dump(instance)
        for method, path, body in (
            ("PATCH", ME, {"role": "admin"}),
            ("PUT", ME, {"role": "admin"}),
            ("PATCH", f"{ORGANIZATION}/people/{id_}", {"name": "V"}),
            ("PUT", f"{ORGANIZATION}/people/{id_}/roles", {"role": "admin"}),
            ("PUT", f"/api/v1/projects/{instance.project_id}/access/people/{id_}", {"role": "admin"}),
            ("POST", f"{ORGANIZATION}/people/{id_}/link", {}),
        ):
            assert (await vera.request(method, path, json=body)).status_code in (403, 404, 405), path
        assert await dump(instance) == before

    @pytest.mark.parametrize(
        ("body", "held"),
        [('{"role": "viewer", "role": "admin"}', None), ('{"role": "admin", "role": "viewer"}', "viewer")],
    )
    async def test_of_a_key_that_comes_twice_what_is_checked_is_what_counts(
        self, directory: Directory, body: str, held: str | None
    ) -> None:
        scopes = ["view:Project", "view:Space", "view:SavedChart", "view:Dashboard", "manage:ExportCsv"]
        token = await directory.held_by(["manage:Organization", *scopes])
        await directory.instance.add_person("plain")
        plain = await directory.id_of("plain")
        async with directory.instance.by_token(token) as deputy:
            answer = await deputy.put(f"{ORGANIZATION}/people/{plain}/roles", content=body, headers=JSON)
        assert answer.status_code == (200 if held else 403)
        assert (await directory.instance.person("plain@jaffle.example")).organization_role == held

    async def test_both_spellings_of_one_field_are_not_two_fields(self, directory: Directory) -> None:
        """`customRoleIds` and `custom_role_ids` are one; to send both is refused or one of them is checked and used."""
        token = await directory.held_by(["manage:Organization"])
        strong = await directory.role("Strong", "manage:CustomRole")
        await directory.instance.add_person("plain")
        plain = await directory.id_of("plain")
        async with directory.acting(token) as deputy:
            for body in (
                {"customRoleIds": [], "custom_role_ids": [strong]},
                {"custom_role_ids": [strong], "customRoleIds": []},
                {"custom_role_ids": [strong]},
            ):
                await deputy.client.put(f"{ORGANIZATION}/people/{plain}/roles", json=body)
        assert (await directory.instance.person("plain@jaffle.example")).scopes() == frozenset()


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _changed(cookie: str) -> list[str]:
    flipped = ("A" if cookie[-1] != "A" else "B") if cookie else ""
    return [
        cookie[:-1], cookie[:10], cookie[1:], cookie[:-1] + flipped, cookie + "A", cookie + "=", cookie.swapcase(),
        cookie * 2, f'"{cookie}"x', "null", "0", "%00", cookie.replace(cookie[5], "%41", 1), "x" * 5000,
    ]  # fmt: skip


@sqlite
class TestCookiesAndTokens:
    async def test_a_cookie_that_was_changed_is_none(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        cookie = ada.cookies[COOKIE]
        for changed in _changed(cookie):
            if changed == cookie:
                continue
            async with instance.client(headers={"Cookie": f"{COOKIE}={changed}"}) as client:
                assert (await client.get(ME)).status_code == 401, changed
        assert (await ada.get(ME)).status_code == 200

    async def test_anothers_cookie_changes_nothing_without_its_proof(
        self, instance: Instance, ada: httpx.AsyncClient, vera: httpx.AsyncClient
    ) -> None:
        before = await dump(instance)
        proof = vera.headers["X-CSRF-Token"]
        for sent in (proof, "", ada.headers["X-CSRF-Token"][:-1], ada.headers["X-CSRF-Token"].swapcase(), "null"):
            headers = {"Cookie": f"{COOKIE}={ada.cookies[COOKIE]}", "X-CSRF-Token": sent}
            async with instance.client(headers=headers) as client:
                answer = await client.post(f"{ORGANIZATION}/groups", json={"name": "Mine"})
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), sent
        assert await dump(instance) == before

    async def test_a_cookie_chosen_before_is_worth_nothing_after(self, instance: Instance) -> None:
        """Session fixation: neither a made-up cookie nor another's becomes the one that signs in."""
        async with instance.signed_in(VERA) as mallory:
            planted = mallory.cookies[COOKIE]
            for chosen in ("chosen-by-somebody-else", planted):
                async with instance.client(cookies={COOKIE: chosen}) as victim:
                    body = {"email": ADA.email, "password": ADA.password}
                    answer = await victim.post("/api/v1/auth/login", json=body)
                    fresh = answer.cookies[COOKIE]
                assert fresh != chosen
                async with instance.client(headers={"Cookie": f"{COOKIE}={chosen}"}) as client:
                    assert (await client.get(ME)).status_code == 401

    async def test_two_cookies_are_never_two_people(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        async with instance.signed_in(VERA) as vera:
            both = f"{COOKIE}={ada.cookies[COOKIE]}; {COOKIE}={vera.cookies[COOKIE]}"
            headers = {"Cookie": both, "X-CSRF-Token": vera.headers["X-CSRF-Token"]}
            async with instance.client(headers=headers) as client:
                who = (await client.get(ME)).json()["user"]["email"]
                answer = await client.post("/api/v1/auth/tokens", json={"name": "x"})
        assert (who, answer.status_code) in ((ADA.email, 403), (VERA.email, 201))

    @pytest.mark.parametrize("name", ["token", "access_token", "api_key", "apikey", "authorization", "Authorization"])
    async def test_a_token_in_the_address_is_not_looked_at(self, stranger: httpx.AsyncClient, name: str) -> None:
        for value in (ADA.token, f"Bearer {ADA.token}"):
            assert (await stranger.get(ME, params={name: value})).status_code == 401

    @pytest.mark.parametrize("name", ["X-API-Key", "X-Auth-Token", "Token", "Proxy-Authorization", "X-Authorization"])
    async def test_a_token_in_another_header_is_not_looked_at(self, stranger: httpx.AsyncClient, name: str) -> None:
        assert (await stranger.get(ME, headers={name: f"Bearer {ADA.token}"})).status_code == 401

    async def test_neither_stands_in_for_the_other(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        async with instance.client(headers={"Cookie": f"{COOKIE}={ADA.token}"}) as client:
            assert (await client.get(ME)).status_code == 401
        async with instance.by_token(ada.cookies[COOKIE]) as client:
            assert (await client.get(ME)).status_code == 401

    async def test_a_token_that_was_changed_is_none(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        token = (await ada.post("/api/v1/auth/tokens", json={"name": "x"})).json()["token"]
        for changed in (*_changed(token), f"{token} {token}", f"{token},", token.removeprefix("vt_"), "vt_"):
            if changed == token:
                continue
            async with instance.client(headers={"Authorization": f"Bearer {changed}"}) as client:
                assert (await client.get(ME)).status_code == 401, changed

    async def test_of_two_authorizations_a_wrong_first_one_is_refused(self, instance: Instance) -> None:
        headers = [("Authorization", "Bearer vt_wrong"), ("Authorization", f"Bearer {ADA.token}")]
        async with instance.client() as client:
            assert (await client.get(ME, headers=headers)).status_code == 401


SPOOFS = {
    "X-User": "ada@jaffle.example", "X-Remote-User": "ada@jaffle.example", "Remote-User": "ada@jaffle.example",
    "X-Forwarded-User": "ada@jaffle.example", "X-Forwarded-Email": "ada@jaffle.example", "X-User-Id": "1",
    "X-Role": "admin", "X-Admin": "true", "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1;host=evil.example;proto=https", "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil", "Host": "evil.example",
    "X-Original-URL": "/api/v1/health", "X-Rewrite-URL": "/api/v1/health",
    "X-HTTP-Method-Override": "GET", "X-Method-Override": "GET", "X-HTTP-Method": "GET",
    "Origin": "https://evil.example", "Referer": "https://evil.example/", "X-CSRF-Token": "x",
}  # fmt: skip


@sqlite
class TestHeadersThatLie:
    @pytest.mark.parametrize("name", SPOOFS)
    async def test_nobody_becomes_somebody(self, instance: Instance, stranger: httpx.AsyncClient, name: str) -> None:
        headers = {name: SPOOFS[name]}
        assert (await stranger.get(ME, headers=headers)).status_code == 401
        async with instance.by_token(VERA.token) as vera:
            plain, spoofed = await vera.get(ME), await vera.get(ME, headers=headers)
            assert spoofed.json() == plain.json()
            assert "evil" not in str(spoofed.headers)
            answer = await vera.post(f"{ORGANIZATION}/groups", json={"name": "Mine"}, headers=headers)
            assert answer.status_code == 403

    @pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "Forwarded", "Origin"])
    async def test_links_lead_to_our_own_site(self, instance: Instance, name: str) -> None:
        async with instance.by_token(ADA.token) as ada:
            body = {"email": "new@example.com"}
            answer = await ada.post(f"{ORGANIZATION}/invitations", json=body, headers={name: SPOOFS[name]})
        assert answer.json()["link"].startswith(f"{SITE}/invite#")

    @pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
    async def test_a_method_is_what_it_is(self, instance: Instance, ada: httpx.AsyncClient, header: str) -> None:
        group = (await ada.post(f"{ORGANIZATION}/groups", json={"name": "Finance"})).json()["id"]
        path = f"{ORGANIZATION}/groups/{group}"
        await ada.get(path, headers={header: "DELETE"}, params={"_method": "DELETE"})
        await ada.post(f"{path}/members", json={}, headers={header: "DELETE"}, params={"_method": "DELETE"})
        assert (await ada.get(path)).status_code == 200

    async def test_who_guesses_passwords_is_not_many_by_saying_so(self, stranger: httpx.AsyncClient) -> None:
        answers = []
        for number in range(6):
            body = {"email": ADA.email, "password": f"guess {number}"}
            ip = f"10.0.0.{number}"
            headers = {"X-Forwarded-For": ip, "X-Real-IP": ip, "Forwarded": f"for={ip}"}
            answers.append((await stranger.post("/api/v1/auth/login", json=body, headers=headers)).status_code)
        assert answers == [401] * 5 + [429]

    @pytest.mark.parametrize(
        "path",
        [
            "//api/v1/auth/me", "/api//v1/auth/me", "/api/v1/auth/me/", "/api/v1/./auth/me", "/api/v1/auth/../auth/me",
            "/api/v1/health/..%2fauth/me", "/API/v1/auth/me", "/api/v1/auth/me;x=1", "/api/v1/auth/me%20",
            "/api/v1/auth/me%2f", "/frame/../api/v1/auth/me", "/api/v1/auth%2fme", "/%61pi/v1/auth/me",
        ],
    )  # fmt: skip
    async def test_another_way_of_writing_an_address_is_no_way_in(self, stranger: httpx.AsyncClient, path: str) -> None:
        answer = await stranger.get(path)
        assert "email" not in answer.text
        assert answer.status_code != 500
        assert not (answer.is_success and "json" in answer.headers["content-type"])

    async def test_behind_a_proxy_the_last_hop_counts(self, instance: Instance, stranger: httpx.AsyncClient) -> None:
        object.__setattr__(instance.services.settings, "trust_proxy", True)
        answers = []
        for number in range(6):
            body = {"email": ADA.email, "password": f"guess {number}"}
            headers = {"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.7"}
            answers.append((await stranger.post("/api/v1/auth/login", json=body, headers=headers)).status_code)
        assert answers == [401] * 5 + [429]
