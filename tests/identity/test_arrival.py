"""Coming in: set-up, invitations, forgotten passwords; each link works once, for whom it was made, and for a while."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from tests.kit.instance import ADA, CREDENTIALS, SITE, VERA, Instance
from tests.wire.smtp_server import PASSWORD, USER, SmtpServer
from vitrail.app import create_app
from vitrail.audit.tables import EntryRow
from vitrail.db.base import new_id, now
from vitrail.identity.arrival.service import begin_setup
from vitrail.identity.tables import GroupRow, LinkRow, PersonRow
from vitrail.settings import Settings

GOOD = "lantern orbit mustard ferry"
LOOK, USE = "/api/v1/auth/links/look", "/api/v1/auth/links/use"
INVITE, FORGOT = "/api/v1/organization/invitations", "/api/v1/auth/forgotten"


def secret_of(address: str) -> str:
    found = re.fullmatch(rf"{SITE}/(setup|invite|reset)#([\w-]{{43}})", address)
    assert found, address
    return found[2]


async def age(instance: Instance) -> None:
    """Lets the time of all links pass."""
    async with instance.services.db.session() as session:
        await session.execute(update(LinkRow).values(expires_at=now() - timedelta(seconds=1)))


class TestSetUp:
    @pytest.fixture
    async def fresh(self, empty_settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
        """An instance that was never set up."""
        app = create_app(empty_settings)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=SITE) as client,
        ):
            self.services = app.state.services
            yield client

    async def _body(self, **changes: object) -> dict[str, object]:
        link = await begin_setup(self.services)
        assert link is not None
        body = {"token": secret_of(link.address), "organization": "Acme", "name": "Ines Roy", "email": "Ines@acme.test"}
        return {**body, "password": GOOD, **changes}

    async def test_the_first_comer_with_the_link_is_the_administrator(self, fresh: httpx.AsyncClient) -> None:
        assert (await fresh.get("/api/v1/auth/ways")).json()["setUp"] is False
        body = await self._body()
        answer = await fresh.post("/api/v1/auth/setup", json=body)
        assert answer.status_code == 201, answer.text
        me = (await fresh.get("/api/v1/auth/me")).json()
        assert (me["organization"]["name"], me["user"]["email"]) == ("Acme", "ines@acme.test")
        assert "manage:Organization" in me["scopes"]
        assert (await fresh.get("/api/v1/auth/ways")).json()["setUp"] is True
        assert await begin_setup(self.services) is None
        assert (await fresh.post("/api/v1/auth/setup", json=body)).status_code == 404, "the link was used"

    async def test_nobody_without_it(self, fresh: httpx.AsyncClient) -> None:
        body = await self._body(token="x" * 43)
        answer = await fresh.post("/api/v1/auth/setup", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "link-worthless")

    async def test_a_newer_link_voids_the_older(self, fresh: httpx.AsyncClient) -> None:
        old, new = await self._body(), await self._body()
        assert (await fresh.post("/api/v1/auth/setup", json=old)).status_code == 404
        assert (await fresh.post("/api/v1/auth/setup", json=new)).status_code == 201

    async def test_a_weak_password_costs_nothing(self, fresh: httpx.AsyncClient) -> None:
        body = await self._body(password="password1234")
        answer = await fresh.post("/api/v1/auth/setup", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "weak-password")
        assert (await fresh.post("/api/v1/auth/setup", json={**body, "password": GOOD})).status_code == 201

    async def test_a_link_that_is_no_setup_link(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        invited = (await ada.post(INVITE, json={"email": "noa@jaffle.example"})).json()
        body = {"organization": "X", "name": "Noa", "email": "noa@jaffle.example", "password": GOOD}
        async with instance.client() as client:
            answer = await client.post("/api/v1/auth/setup", json={**body, "token": secret_of(invited["link"])})
        assert answer.status_code == 404


class TestInvitations:
    async def test_only_administrators_invite(self, stranger: httpx.AsyncClient, vera: httpx.AsyncClient) -> None:
        assert (await stranger.post(INVITE, json={"email": "x@y.example"})).status_code == 401
        refused = await vera.post(INVITE, json={"email": "x@y.example"})
        assert refused.status_code == 403
        assert "manage:Organization" in refused.json()["cause"]

    async def test_from_the_invitation_to_the_first_sign_in(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        group = new_id()
        async with instance.services.db.session() as session:
            session.add(GroupRow(id=group, organization_id=CREDENTIALS.organization_id, name="G", created_at=now()))
        answer = await ada.post(INVITE, json={"email": " Noa@New.example", "role": "editor", "groupIds": [group]})
        assert answer.status_code == 201, answer.text
        handed = answer.json()
        assert handed["mailed"] is False
        token = secret_of(handed["link"])
        async with instance.client() as noa:
            looked = (await noa.post(LOOK, json={"token": token})).json()
            assert looked["email"] == "noa@new.example"
            assert looked["organization"] == "Jaffle Shop"
            used = await noa.post(USE, json={"token": token, "password": GOOD, "name": "Noa Ito"})
            assert used.status_code == 200, used.text
            me = (await noa.get("/api/v1/auth/me")).json()
            assert me["user"]["name"] == "Noa Ito"
            assert "create:DataApp" in me["scopes"]
            assert (await noa.post(LOOK, json={"token": token})).status_code == 404
            assert (await noa.post(USE, json={"token": token, "password": GOOD})).status_code == 404
        person = await instance.person("noa@new.example")
        assert person.group_ids == {group}

    async def test_somebody_who_is_there_is_not_invited_twice(self, ada: httpx.AsyncClient) -> None:
        answer = await ada.post(INVITE, json={"email": VERA.email.upper()})
        assert (answer.status_code, answer.json()["code"]) == (409, "address-taken")

    async def test_a_group_of_nowhere(self, ada: httpx.AsyncClient, instance: Instance) -> None:
        answer = await ada.post(INVITE, json={"email": "noa@new.example", "groupIds": [new_id()]})
        assert answer.status_code == 404
        async with instance.services.db.session() as session:
            assert await session.scalar(select(PersonRow).where(PersonRow.email == "noa@new.example")) is None

    @pytest.mark.parametrize(
        "body",
        [
            {"email": "no address"},
            {"email": "a@b\r\nBcc: everybody@x.example"},
            {"email": "a@b.example", "role": "owner"},
            {"email": "a@b.example", "passwordHash": "x"},
            {"email": "a@b.example", "organizationId": "x"},
            {"email": "a@b.example", "name": "x\x00"},
            {"email": "x" * 400 + "@b.example"},
        ],
        ids=str,
    )
    async def test_what_is_no_invitation(self, ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
        assert (await ada.post(INVITE, json=body)).status_code == 422

    async def test_a_new_link_voids_the_old_one(self, ada: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
        first = (await ada.post(INVITE, json={"email": "noa@new.example"})).json()
        path = f"/api/v1/organization/people/{first['personId']}/link"
        second = (await ada.post(path)).json()
        assert (await stranger.post(LOOK, json={"token": secret_of(first["link"])})).status_code == 404
        assert (await stranger.post(LOOK, json={"token": secret_of(second["link"])})).json()["kind"] == "invitation"

    async def test_a_link_that_is_too_old(
        self, ada: httpx.AsyncClient, stranger: httpx.AsyncClient, instance: Instance
    ) -> None:
        token = secret_of((await ada.post(INVITE, json={"email": "noa@new.example"})).json()["link"])
        await age(instance)
        for path, more in ((LOOK, {}), (USE, {"password": GOOD})):
            answer = await stranger.post(path, json={"token": token, **more})
            assert (answer.status_code, answer.json()["code"]) == (404, "link-worthless")

    async def test_somebody_switched_off_meanwhile(
        self, ada: httpx.AsyncClient, stranger: httpx.AsyncClient, instance: Instance
    ) -> None:
        token = secret_of((await ada.post(INVITE, json={"email": "noa@new.example"})).json()["link"])
        async with instance.services.db.session() as session:
            await session.execute(update(PersonRow).where(PersonRow.email == "noa@new.example").values(active=False))
        assert (await stranger.post(USE, json={"token": token, "password": GOOD})).status_code == 404

    async def test_the_log_has_it_without_the_link(self, ada: httpx.AsyncClient, instance: Instance) -> None:
        handed = (await ada.post(INVITE, json={"email": "noa@new.example"})).json()
        async with instance.services.db.session() as session:
            rows = list(await session.scalars(select(EntryRow)))
            kept = list(await session.scalars(select(LinkRow)))
        assert "person.invited" in {row.action for row in rows}
        secret = secret_of(handed["link"])
        assert not any(secret in f"{row.details}{row.subject_name}" for row in rows)
        assert secret not in {row.token_hash for row in kept}


class TestForgotten:
    async def test_an_administrators_link_ends_all_other_sign_ins(
        self, ada: httpx.AsyncClient, vera: httpx.AsyncClient, stranger: httpx.AsyncClient, instance: Instance
    ) -> None:
        person = await instance.person(VERA.email)
        handed = (await ada.post(f"/api/v1/organization/people/{person.id}/link")).json()
        token = secret_of(handed["link"])
        assert (await stranger.post(LOOK, json={"token": token})).json()["kind"] == "reset"
        assert (await vera.get("/api/v1/auth/me")).status_code == 200
        assert (await stranger.post(USE, json={"token": token, "password": GOOD, "name": "Eve"})).status_code == 200
        assert (await vera.get("/api/v1/auth/me")).status_code == 401
        assert (await stranger.get("/api/v1/auth/me")).json()["user"]["name"] == "Vera Klein"
        old = {"email": VERA.email, "password": VERA.password}
        assert (await stranger.post("/api/v1/auth/login", json=old)).status_code == 401
        assert (await stranger.post("/api/v1/auth/login", json={**old, "password": GOOD})).status_code == 200

    async def test_nobody_is_told_who_there_is(self, stranger: httpx.AsyncClient) -> None:
        known = await stranger.post(FORGOT, json={"email": VERA.email})
        unknown = await stranger.post(FORGOT, json={"email": "nobody@jaffle.example"})
        assert (known.status_code, known.text) == (unknown.status_code, unknown.text) == (202, "null")

    async def test_asking_over_and_over(self, stranger: httpx.AsyncClient) -> None:
        answers = [await stranger.post(FORGOT, json={"email": VERA.email}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [202] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0


class TestByMail:
    @pytest.fixture
    def mail(self) -> Iterator[SmtpServer]:
        with SmtpServer(login=True) as server:
            yield server

    @pytest.fixture
    def variables(self, mail: SmtpServer) -> dict[str, Any]:
        return {
            "EMAIL_SMTP_HOST": "127.0.0.1",
            "EMAIL_SMTP_PORT": str(mail.port),
            "EMAIL_SMTP_SECURE": "false",
            "EMAIL_SMTP_USER": USER,
            "EMAIL_SMTP_PASSWORD": PASSWORD,
            "EMAIL_SMTP_SENDER_EMAIL": "vitrail@jaffle.example",
            "EMAIL_SMTP_SENDER_NAME": "Jaffle, data",
        }

    async def test_an_invitation(self, ada: httpx.AsyncClient, stranger: httpx.AsyncClient, mail: SmtpServer) -> None:
        handed = (await ada.post(INVITE, json={"email": "noa@new.example"})).json()
        assert (handed["mailed"], handed["link"]) == (True, None), "a link that was mailed is shown to nobody else"
        (message,) = mail.mails
        assert message["to"] == "noa@new.example"
        assert message["from"] == '"Jaffle, data" <vitrail@jaffle.example>'
        address = re.search(r"http\S+", message.get_content())
        assert address
        answer = await stranger.post(LOOK, json={"token": secret_of(address[0])})
        assert answer.json()["email"] == "noa@new.example"

    async def test_a_name_cannot_write_headers(
        self, ada: httpx.AsyncClient, mail: SmtpServer, instance: Instance
    ) -> None:
        async with instance.services.db.session() as session:
            await session.execute(update(PersonRow).where(PersonRow.email == ADA.email).values(name="A\r\nBcc: b@c.d"))
        assert (await ada.post(INVITE, json={"email": "noa@new.example"})).status_code == 201
        assert mail.mails[0]["bcc"] is None

    async def test_a_forgotten_password(
        self, stranger: httpx.AsyncClient, mail: SmtpServer, instance: Instance
    ) -> None:
        await stranger.post(FORGOT, json={"email": "nobody@jaffle.example"})
        await stranger.post(FORGOT, json={"email": VERA.email.upper()})
        await instance.services.background.settled()
        (message,) = mail.mails
        assert message["to"] == VERA.email
        address = re.search(r"http\S+", message.get_content())
        assert address
        used = await stranger.post(USE, json={"token": secret_of(address[0]), "password": GOOD})
        assert used.status_code == 200

    async def test_a_server_that_refuses_leaves_a_link_to_hand_over(
        self, ada: httpx.AsyncClient, mail: SmtpServer
    ) -> None:
        mail.refuse = True
        handed = (await ada.post(INVITE, json={"email": "noa@new.example"})).json()
        assert handed["mailed"] is False
        assert secret_of(handed["link"])
        assert "does not take mail for this address" in handed["mailProblem"]


class TestMailThatMustBeEncrypted(TestByMail):
    @pytest.fixture
    def mail(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
        with SmtpServer(tls=tmp_path, login=True) as server:
            monkeypatch.setenv("SSL_CERT_FILE", str(server.ca_file))
            yield server

    @pytest.fixture
    def variables(self, mail: SmtpServer) -> dict[str, Any]:
        return {
            "EMAIL_SMTP_HOST": "127.0.0.1",
            "EMAIL_SMTP_PORT": str(mail.port),
            "EMAIL_SMTP_USER": USER,
            "EMAIL_SMTP_PASSWORD": PASSWORD,
            "EMAIL_SMTP_SENDER_EMAIL": "vitrail@jaffle.example",
            "EMAIL_SMTP_SENDER_NAME": "Jaffle, data",
        }

    async def test_it_was(self, ada: httpx.AsyncClient, mail: SmtpServer) -> None:
        await ada.post(INVITE, json={"email": "noa@new.example"})
        assert mail.encrypted == [True]


class TestAMailServerWithoutEncryption:
    @pytest.fixture
    def variables(self) -> Iterator[dict[str, Any]]:
        with SmtpServer() as server:
            yield {
                "EMAIL_SMTP_HOST": "127.0.0.1",
                "EMAIL_SMTP_PORT": str(server.port),
                "EMAIL_SMTP_SENDER_EMAIL": "vitrail@jaffle.example",
            }
            assert server.mails == []

    async def test_gets_nothing(self, ada: httpx.AsyncClient) -> None:
        handed = (await ada.post(INVITE, json={"email": "noa@new.example"})).json()
        assert "STARTTLS" in handed["mailProblem"]


class TestAccount:
    async def test_where_one_is_signed_in(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        async with instance.signed_in(VERA) as phone, instance.signed_in(ADA) as ada:
            rows = (await vera.get("/api/v1/auth/sign-ins")).json()
            assert [row["current"] for row in rows].count(True) == 1
            assert len(rows) == 2
            other = next(row["id"] for row in rows if not row["current"])
            assert (await ada.delete(f"/api/v1/auth/sign-ins/{other}")).status_code == 404, "nobody else's"
            assert (await vera.delete(f"/api/v1/auth/sign-ins/{other}")).status_code == 204
            assert (await phone.get("/api/v1/auth/me")).status_code == 401
            assert (await vera.get("/api/v1/auth/me")).status_code == 200

    async def test_ending_all_others(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        async with instance.signed_in(VERA) as phone, instance.signed_in(ADA) as ada:
            assert (await vera.post("/api/v1/auth/sign-ins/end-others")).json() == {"ended": 1}
            assert (await phone.get("/api/v1/auth/me")).status_code == 401
            assert (await ada.get("/api/v1/auth/me")).status_code == 200

    async def test_a_new_password(self, instance: Instance, vera: httpx.AsyncClient) -> None:
        path = "/api/v1/auth/password"
        async with instance.signed_in(VERA) as phone:
            wrong = await vera.post(path, json={"current": "not it", "new": GOOD})
            assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong-password")
            weak = await vera.post(path, json={"current": VERA.password, "new": "verakleinvera"})
            assert (weak.status_code, weak.json()["code"]) == (422, "weak-password")
            assert (await vera.post(path, json={"current": VERA.password, "new": GOOD})).status_code == 204
            assert (await phone.get("/api/v1/auth/me")).status_code == 401
            assert (await vera.get("/api/v1/auth/me")).status_code == 200

    async def test_guessing_the_current_password_is_held_off(self, vera: httpx.AsyncClient) -> None:
        answers = [
            (await vera.post("/api/v1/auth/password", json={"current": f"guess {n}", "new": GOOD})).status_code
            for n in range(6)
        ]
        assert answers == [422] * 5 + [429]

    async def test_a_token_may_not(self, instance: Instance) -> None:
        async with instance.by_token(VERA.token) as client:
            answer = await client.post("/api/v1/auth/password", json={"current": VERA.password, "new": GOOD})
            assert answer.status_code == 403
            assert (await client.post("/api/v1/auth/sign-ins/end-others")).status_code == 403
