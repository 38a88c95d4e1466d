"""Single sign-on against a provider that speaks OpenID Connect: who is let in, as whom, and every way to lie."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import func, select, update

from tests.kit.instance import ADA, CREDENTIALS, Instance
from tests.wire.oidc_server import CLIENT_ID, CLIENT_SECRET, OidcServer
from vitrail.audit.tables import EntryRow
from vitrail.db.base import new_id, now
from vitrail.errors import InvalidInput
from vitrail.identity.sign_on.failures import ProviderUnusable
from vitrail.identity.sign_on.flow import own_page
from vitrail.identity.sign_on.provider import read_metadata
from vitrail.identity.tables import GroupMemberRow, GroupRow, IdentityRow, PersonRow, SignInRow
from vitrail.settings import load_settings

START, CALLBACK = "/api/v1/auth/oidc/start", "/api/v1/auth/oidc/callback"
ADA_THERE = {"sub": "u-1", "email": "Ada@Jaffle.example", "email_verified": True, "name": "Ada M."}
NEW_THERE = {"sub": "u-2", "email": "noa@partner.example", "email_verified": True, "name": "Noa Ito"}


@pytest.fixture
def provider() -> Iterator[OidcServer]:
    with OidcServer(dict(ADA_THERE)) as server:
        yield server


@pytest.fixture
def variables(provider: OidcServer) -> dict[str, Any]:
    return {
        "AUTH_OIDC_METADATA_DOCUMENT_URL": provider.metadata_url,
        "AUTH_OIDC_CLIENT_ID": CLIENT_ID,
        "AUTH_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "VITRAIL_OIDC_NAME": "Example ID",
        "VITRAIL_OIDC_EMAIL_DOMAINS": "partner.example, other.example",
        "AUTH_ENABLE_GROUP_SYNC": "true",
    }


async def at_provider(client: httpx.AsyncClient, to: str = "/") -> str:
    """The browser goes to the provider and is sent back: the address that it comes back to."""
    started = await client.get(START, params={"to": to})
    assert started.status_code == 303, started.text
    async with httpx.AsyncClient() as browser:
        answered = await browser.get(started.headers["location"])
    assert answered.status_code == 302, answered.text
    return str(answered.headers["location"])


async def sign_on(client: httpx.AsyncClient, to: str = "/") -> httpx.Response:
    return await client.get(await at_provider(client, to))


def reason(answer: httpx.Response) -> str:
    """Why the sign-in page says that it came to nothing."""
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    assert parts.path == "/login", answer.headers["location"]
    assert "vitrail=" not in answer.headers.get("set-cookie", "").replace("vitrail-sign-on=", "")
    return parse_qs(parts.query)["failed"][0]


class TestLettingIn:
    async def test_somebody_with_an_account(self, stranger: httpx.AsyncClient) -> None:
        answer = await sign_on(stranger, "/apps/new?prompt=x")
        assert (answer.status_code, answer.headers["location"]) == (303, "/apps/new?prompt=x")
        assert "eyJ" not in f"{answer.headers} {answer.text}", "the provider's tokens stay on the server"
        me = (await stranger.get("/api/v1/auth/me")).json()
        assert me["user"]["email"] == ADA.email
        stranger.headers["X-CSRF-Token"] = me["csrfToken"]
        assert (await stranger.post("/api/v1/auth/logout")).status_code == 204

    async def test_the_sign_in_page_is_told_of_it(self, stranger: httpx.AsyncClient) -> None:
        ways = (await stranger.get("/api/v1/auth/ways")).json()
        assert ways == {"password": True, "signOn": "Example ID", "mail": False, "setUp": True}

    async def test_the_next_time_by_subject_whatever_the_address_is_then(
        self, stranger: httpx.AsyncClient, provider: OidcServer
    ) -> None:
        await sign_on(stranger)
        provider.user |= {"email": "married@elsewhere.example", "email_verified": False}
        await sign_on(stranger)
        assert (await stranger.get("/api/v1/auth/me")).json()["user"]["email"] == ADA.email

    async def test_somebody_new_of_a_domain_that_was_named(
        self, stranger: httpx.AsyncClient, provider: OidcServer, instance: Instance
    ) -> None:
        provider.user = dict(NEW_THERE)
        assert (await sign_on(stranger)).headers["location"] == "/"
        me = (await stranger.get("/api/v1/auth/me")).json()
        assert (me["user"]["name"], me["scopes"], me["projects"]) == ("Noa Ito", [], [])
        async with instance.services.db.session() as session:
            actions = list(await session.scalars(select(EntryRow.action).order_by(EntryRow.sequence)))
        assert {"person.created", "sign-in.succeeded"} <= set(actions)

    async def test_the_address_from_user_info_when_the_token_has_none(
        self, stranger: httpx.AsyncClient, provider: OidcServer
    ) -> None:
        provider.only_in_user_info = frozenset({"email", "email_verified", "name"})
        assert (await sign_on(stranger)).headers["location"] == "/"

    async def test_keys_that_were_rotated(self, stranger: httpx.AsyncClient, provider: OidcServer) -> None:
        await sign_on(stranger)
        provider.rotate()
        # Keys that were fetched just now are not fetched again at once: nobody makes us ask by sending nonsense.
        assert reason(await sign_on(stranger)) == "not-genuine"
        assert provider.asked.count("/keys") == 1

    async def test_a_sign_in_that_the_browser_had_ends(self, stranger: httpx.AsyncClient, instance: Instance) -> None:
        for _ in range(2):
            await sign_on(stranger)
        async with instance.services.db.session() as session:
            assert await session.scalar(select(func.count()).select_from(SignInRow)) == 1


@pytest.mark.parametrize("came_from", ["cross-site", "same-site"])
async def test_another_sites_page_begins_no_sign_on(
    stranger: httpx.AsyncClient, provider: OidcServer, came_from: str
) -> None:
    answer = await stranger.get(START, params={"to": "/apps/new"}, headers={"Sec-Fetch-Site": came_from})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?to=%2Fapps%2Fnew")
    assert "set-cookie" not in answer.headers
    ours = await stranger.get(START, headers={"Sec-Fetch-Site": "same-origin"})
    assert ours.headers["location"].startswith(provider.metadata_url.partition("/.well-known")[0])


class TestClientSecretInTheBody(TestLettingIn):
    @pytest.fixture
    def provider(self) -> Iterator[OidcServer]:
        with OidcServer(dict(ADA_THERE), in_body=True) as server:
            yield server


class TestNotLettingIn:
    async def test_somebody_without_an_account(self, stranger: httpx.AsyncClient, provider: OidcServer) -> None:
        provider.user = {**NEW_THERE, "email": "eve@evil.example"}
        assert reason(await sign_on(stranger)) == "no-account"

    async def test_an_address_that_nobody_verified(
        self, stranger: httpx.AsyncClient, provider: OidcServer, instance: Instance
    ) -> None:
        provider.user["email_verified"] = False
        assert reason(await sign_on(stranger)) == "unverified"
        async with instance.services.db.session() as session:
            assert await session.scalar(select(func.count()).select_from(IdentityRow)) == 0

    async def test_an_account_that_was_switched_off(self, stranger: httpx.AsyncClient, instance: Instance) -> None:
        async with instance.services.db.session() as session:
            await session.execute(update(PersonRow).where(PersonRow.email == ADA.email).values(active=False))
        assert reason(await sign_on(stranger)) == "switched-off"

    async def test_somebody_whom_the_provider_turns_away(
        self, stranger: httpx.AsyncClient, provider: OidcServer
    ) -> None:
        provider.user["refuse"] = "access_denied"
        assert reason(await sign_on(stranger)) == "refused"

    async def test_the_same_answer_twice(self, stranger: httpx.AsyncClient) -> None:
        address = await at_provider(stranger)
        assert (await stranger.get(address)).headers["location"] == "/"
        assert reason(await stranger.get(address)) == "expired"

    async def test_an_answer_to_another_browser(self, stranger: httpx.AsyncClient, instance: Instance) -> None:
        address = await at_provider(stranger)
        async with instance.client() as victim:
            assert reason(await victim.get(address)) == "expired", "nobody is signed in as somebody else by a link"
            await at_provider(victim)
            assert reason(await victim.get(address)) == "expired", "nor while a sign-on of their own is under way"

    async def test_an_answer_of_another_provider(self, stranger: httpx.AsyncClient) -> None:
        address = await at_provider(stranger)
        assert reason(await stranger.get(address.replace("iss=", "iss=https%3A%2F%2Fevil.example&x="))) == "expired"

    async def test_a_code_that_the_provider_never_gave(self, stranger: httpx.AsyncClient) -> None:
        address = await at_provider(stranger)
        assert reason(await stranger.get(address.replace("code=", "code=x"))) == "unavailable"

    async def test_it_is_written_down_without_the_address(
        self, stranger: httpx.AsyncClient, provider: OidcServer, instance: Instance
    ) -> None:
        provider.user = {**NEW_THERE, "email": "eve@evil.example"}
        await sign_on(stranger)
        async with instance.services.db.session() as session:
            row = await session.scalar(select(EntryRow).where(EntryRow.action == "sign-in.failed"))
        assert row is not None
        assert "no account here" in row.details
        assert "evil" not in row.details


Forge = Callable[[OidcServer, dict[str, Any]], str]


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def none_alg(_: OidcServer, claims: dict[str, Any]) -> str:
    return f"{part({'alg': 'none', 'kid': 'first'})}.{part(claims)}."


def with_public_key_as_secret(server: OidcServer, claims: dict[str, Any]) -> str:
    said = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims)}"
    seal = hmac.digest(server.keys[0].as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def somebody_elses(server: OidcServer, claims: dict[str, Any]) -> str:
    return server.id_token(claims, key=RSAKey.generate_key(2048, {"kid": "first"}))


@pytest.mark.parametrize("forge", [none_alg, with_public_key_as_secret, somebody_elses])
async def test_a_forged_token(stranger: httpx.AsyncClient, provider: OidcServer, forge: Forge) -> None:
    provider.forge = lambda claims: forge(provider, claims)
    assert reason(await sign_on(stranger)) == "not-genuine"
    provider.forge = None
    assert (await sign_on(stranger)).headers["location"] == "/", "the same is let in with a token that is genuine"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
    ],
    ids=str,
)
async def test_a_token_for_something_else(
    stranger: httpx.AsyncClient, provider: OidcServer, changes: dict[str, Any]
) -> None:
    provider.change = lambda claims: {k: v for k, v in {**claims, **changes}.items() if v is not None}
    assert reason(await sign_on(stranger)) == "not-genuine"


class TestGroups:
    async def _groups(self, instance: Instance, *names: str) -> dict[str, str]:
        made = {name: new_id() for name in names}
        async with instance.services.db.session() as session:
            for name, id in made.items():
                session.add(GroupRow(id=id, organization_id=CREDENTIALS.organization_id, name=name, created_at=now()))
        return made

    async def _held(self, instance: Instance) -> set[str]:
        person = await instance.person(ADA.email)
        async with instance.services.db.session() as session:
            found = select(GroupRow.name).join(GroupMemberRow, GroupMemberRow.group_id == GroupRow.id)
            return set(await session.scalars(found.where(GroupMemberRow.person_id == person.id)))

    async def test_they_follow_the_claim_and_leave_alone_what_was_done_by_hand(
        self, stranger: httpx.AsyncClient, provider: OidcServer, instance: Instance
    ) -> None:
        made = await self._groups(instance, "Finance", "Sales", "By hand")
        ada = await instance.person(ADA.email)
        async with instance.services.db.session() as session:
            session.add(GroupMemberRow(group_id=made["By hand"], person_id=ada.id, by_sign_on=False))
        provider.user["groups"] = ["Finance", "Unknown here", "By hand"]
        await sign_on(stranger)
        assert await self._held(instance) == {"Finance", "By hand"}
        provider.user["groups"] = ["Sales"]
        await sign_on(stranger)
        assert await self._held(instance) == {"Sales", "By hand"}
        del provider.user["groups"]
        await sign_on(stranger)
        assert await self._held(instance) == {"By hand"}

    @pytest.mark.parametrize("claim", ["Finance", {"Finance": 1}, [7, None, "Fin\x00ance", "x" * 5000], 3])
    async def test_a_claim_of_any_shape(
        self, stranger: httpx.AsyncClient, provider: OidcServer, instance: Instance, claim: object
    ) -> None:
        await self._groups(instance, "Finance")
        provider.user["groups"] = claim
        assert (await sign_on(stranger)).headers["location"] == "/"
        assert await self._held(instance) == ({"Finance"} if claim == "Finance" else set())


class TestSingleSignOnOnly:
    @pytest.fixture
    def variables(self, provider: OidcServer) -> dict[str, Any]:
        return {
            "AUTH_OIDC_METADATA_DOCUMENT_URL": provider.metadata_url,
            "AUTH_OIDC_CLIENT_ID": CLIENT_ID,
            "AUTH_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "AUTH_DISABLE_PASSWORD_AUTHENTICATION": "true",
        }

    async def test_passwords_are_refused(self, stranger: httpx.AsyncClient) -> None:
        answer = await stranger.post("/api/v1/auth/login", json={"email": ADA.email, "password": ADA.password})
        assert (answer.status_code, answer.json()["code"]) == (403, "passwords-off")
        assert (await stranger.get("/api/v1/auth/ways")).json()["password"] is False
        assert (await sign_on(stranger)).headers["location"] == "/"

    async def test_a_link_is_no_second_way_in(self, stranger: httpx.AsyncClient, instance: Instance) -> None:
        async with instance.by_token(ADA.token) as ada:
            handed = await ada.post("/api/v1/organization/invitations", json={"email": "noa@partner.example"})
        token = handed.json()["link"].partition("#")[2]
        using = {"token": token, "password": "lantern orbit mustard ferry"}
        answer = await stranger.post("/api/v1/auth/links/use", json=using)
        assert (answer.status_code, answer.json()["code"]) == (403, "passwords-off")
        assert "set-cookie" not in answer.headers


class TestAProviderThatIsNotThere:
    @pytest.fixture
    def variables(self) -> dict[str, Any]:
        return {
            "AUTH_OIDC_METADATA_DOCUMENT_URL": "http://127.0.0.1:9/.well-known/openid-configuration",
            "AUTH_OIDC_CLIENT_ID": CLIENT_ID,
        }

    async def test_the_page_says_so_and_passwords_work(self, stranger: httpx.AsyncClient) -> None:
        assert reason(await stranger.get(START)) == "unavailable"
        answer = await stranger.post("/api/v1/auth/login", json={"email": ADA.email, "password": ADA.password})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil", "/a\nb", "/a b", "javascript:x", ""]
)
def test_it_ends_on_a_page_of_ours(to: str) -> None:
    assert own_page(to) == "/"
    assert own_page("/apps/1?x=2") == "/apps/1?x=2"


ABOUT = {
    "issuer": "https://id.example",
    "authorization_endpoint": "https://id.example/a",
    "token_endpoint": "https://id.example/t",
    "jwks_uri": "https://id.example/k",
}


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://id.example/t"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_metadata_that_cannot_be_trusted(changes: dict[str, Any]) -> None:
    url = "https://id.example/.well-known/openid-configuration"
    assert read_metadata(url, ABOUT).algorithms == ("RS256",)
    with pytest.raises(ProviderUnusable):
        read_metadata(url, {**ABOUT, **changes})


@pytest.mark.parametrize(
    "variables, named",
    [
        ({"AUTH_OIDC_METADATA_DOCUMENT_URL": "https://id.example/x"}, "AUTH_OIDC_CLIENT_ID"),
        ({"AUTH_OIDC_METADATA_DOCUMENT_URL": "http://id.example/x", "AUTH_OIDC_CLIENT_ID": "x"}, "https"),
        ({"AUTH_DISABLE_PASSWORD_AUTHENTICATION": "true"}, "nobody could"),
    ],
)
def test_settings_that_would_let_nobody_in(variables: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        load_settings(**variables)
