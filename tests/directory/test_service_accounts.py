"""Service accounts: they act with the scopes of their roles, by tokens, and never sign in."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from tests.directory.kit import MALLORY, NOBODY, ORGANIZATION, Directory, log, other_organization, whole_log
from tests.kit.instance import ADA, Instance
from vitrail.access.roles import Role
from vitrail.identity.arrival import service as arrival
from vitrail.identity.tables import LinkRow, PersonRow, TokenRow
from vitrail.secret import digest

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ROUTES = [
    ("GET", "/service-accounts", None),
    ("POST", "/service-accounts", {"name": "Nightly"}),
    ("PATCH", "/service-accounts/{id}", {"name": "Mine"}),
    ("DELETE", "/service-accounts/{id}", None),
    ("GET", "/service-accounts/{id}/tokens", None),
    ("POST", "/service-accounts/{id}/tokens", {"name": "t"}),
    ("POST", "/service-accounts/{id}/tokens/{token}/rotate", {}),
]


async def token_of(directory: Directory, account: str, **more: object) -> tuple[str, str]:
    """A new token of a service account: its id, and itself."""
    body = {"name": "nightly job", **more}
    made = await directory.asked("POST", f"/service-accounts/{account}/tokens", 201, body)
    return made["id"], made["token"]


@sqlite
class TestWhoMay:
    @pytest.mark.parametrize(("method", "path", "body"), ROUTES)
    async def test_a_stranger_is_told_to_sign_in(
        self, stranger: httpx.AsyncClient, method: str, path: str, body: object
    ) -> None:
        answer = await stranger.request(method, ORGANIZATION + path.format(id=NOBODY, token=NOBODY), json=body)
        assert answer.status_code == 401

    @pytest.mark.parametrize(("method", "path", "body"), ROUTES)
    async def test_somebody_without_the_right_is_refused(
        self, directory: Directory, vera: httpx.AsyncClient, method: str, path: str, body: object
    ) -> None:
        account = await directory.account()
        token, _ = await token_of(directory, account)
        answer = await vera.request(method, ORGANIZATION + path.format(id=account, token=token), json=body)
        assert answer.status_code == 403

    async def test_another_organisations_accounts_are_not_there(self, directory: Directory) -> None:
        await other_organization(directory.instance)
        account = await directory.account()
        token, secret = await token_of(directory, account)
        async with directory.acting(MALLORY) as mallory:
            assert await mallory.asked("GET", "/service-accounts", 200) == []
            for method, path, body in ROUTES[2:]:
                await mallory.asked(method, path.format(id=account, token=token), 404, body)
            own = await mallory.account("Own")
            await mallory.asked("POST", f"/service-accounts/{own}/tokens/{token}/rotate", 404, {})
        async with directory.acting(secret) as robot:
            assert (await robot.client.get("/api/v1/auth/me")).status_code == 200

    async def test_a_person_is_no_service_account_and_the_other_way_round(self, directory: Directory) -> None:
        vera, account = await directory.id_of("vera"), await directory.account()
        for method, path, body in ROUTES[2:]:
            await directory.asked(method, path.format(id=vera, token=NOBODY), 404, body)
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/link")):
            await directory.asked(method, f"/people/{account}{path}", 404, {"name": "x"} if method == "PATCH" else None)


class TestActing:
    async def test_with_exactly_its_roles(self, directory: Directory) -> None:
        account = await directory.account()
        _, secret = await token_of(directory, account)
        async with directory.acting(secret) as robot:
            me = (await robot.client.get("/api/v1/auth/me")).json()
            assert (me["user"]["name"], me["scopes"], me["projects"]) == ("Nightly", [], [])
            await robot.asked("GET", "/groups", 403)
            await directory.give(account, custom=[await directory.role("Keeper", "manage:Group")])
            await robot.asked("GET", "/groups", 200)
            await robot.asked("GET", "/people", 403)
            await directory.give_in_project(account, role="viewer")
            assert (await robot.client.get(f"/api/v1/projects/{directory.instance.project_id}")).status_code == 200
            await directory.give(account)
            await robot.asked("GET", "/groups", 403)

    async def test_through_groups_too(self, directory: Directory) -> None:
        account = await directory.account()
        _, secret = await token_of(directory, account)
        await directory.give(await directory.group("Robots", account), role="admin", kind="groups")
        async with directory.acting(secret) as robot:
            await robot.asked("GET", "/people", 200)
        assert account not in [each["id"] for each in (await directory.asked("GET", "/people", 200))["items"]]

    async def test_switched_off_its_tokens_stop_at_once_and_work_again(self, directory: Directory) -> None:
        account = await directory.account(role="admin")
        _, secret = await token_of(directory, account)
        async with directory.acting(secret) as robot:
            for active, status in ((False, 401), (True, 200)):
                await directory.asked("PATCH", f"/service-accounts/{account}", 200, {"active": active})
                await robot.asked("GET", "/people", status)

    async def test_deleted_its_tokens_are_gone(self, directory: Directory) -> None:
        account = await directory.account(role="admin")
        token, secret = await token_of(directory, account)
        await directory.asked("DELETE", f"/service-accounts/{account}", 204)
        async with directory.acting(secret) as robot:
            await robot.asked("GET", "/people", 401)
        async with directory.instance.services.db.session() as session:
            assert await session.get(TokenRow, token) is None
        assert await directory.asked("GET", "/service-accounts", 200) == []


class TestNoSignIn:
    async def address(self, directory: Directory) -> tuple[str, str]:
        account = await directory.account(role="admin")
        async with directory.instance.services.db.session() as session:
            return account, (await session.get_one(PersonRow, account)).email

    @pytest.mark.parametrize("password", ["", " ", "None", "null", "Nightly"])
    async def test_by_no_password(self, directory: Directory, stranger: httpx.AsyncClient, password: str) -> None:
        _, email = await self.address(directory)
        answer = await stranger.post("/api/v1/auth/login", json={"email": email, "password": password})
        assert answer.status_code in (401, 422)
        assert "set-cookie" not in answer.headers

    async def test_by_no_forgotten_password(self, directory: Directory) -> None:
        account, email = await self.address(directory)
        services = directory.instance.services
        object.__setattr__(services.settings, "smtp_host", "127.0.0.1")  # as if mail could be sent
        await arrival._send_reset(services, email)
        async with services.db.session() as session:
            assert (await session.scalars(select(LinkRow).where(LinkRow.person_id == account))).all() == []

    async def test_by_no_change_of_password(self, directory: Directory) -> None:
        account, _ = await self.address(directory)
        _, secret = await token_of(directory, account)
        async with directory.acting(secret) as robot:
            body = {"current": "None", "new": "a-password-of-its-own"}
            assert (await robot.client.post("/api/v1/auth/password", json=body)).status_code in (403, 422)
        async with directory.instance.services.db.session() as session:
            assert (await session.get_one(PersonRow, account)).password_hash is None

    async def test_by_no_invitation_of_its_address(self, directory: Directory) -> None:
        _, email = await self.address(directory)
        await directory.asked("POST", "/invitations", 409, {"email": email})


class TestNobodyGivesMoreThanTheyHold:
    async def test_no_token_of_an_account_that_holds_more(self, directory: Directory) -> None:
        """A token is all that its account may: in the organisation, and in any of its projects."""
        strong, builder, plain = [await directory.account(name) for name in ("Strong", "Builder", "Plain")]
        await directory.give(strong, role="admin")
        await directory.give_in_project(builder, role="admin")
        tokens = {account: (await token_of(directory, account))[0] for account in (strong, builder, plain)}
        async with directory.acting(await directory.held_by(["manage:Organization"])) as deputy:
            for account in (strong, builder):
                for method, path, body in (*ROUTES[2:4], *ROUTES[5:]):
                    said = await deputy.asked(method, path.format(id=account, token=tokens[account]), 403, body)
                    assert said["code"] == "more-than-yours", (method, path)
            await deputy.asked("POST", "/service-accounts", 403, {"name": "New", "role": "viewer"})
            for method, path, body in ROUTES[5:]:
                await deputy.asked(method, path.format(id=plain, token=tokens[plain]), 201, body)
        names = [each["name"] for each in await directory.asked("GET", "/service-accounts", 200)]
        assert names == ["Builder", "Plain", "Strong"], "one was made though its role was refused"


class TestTokens:
    async def test_shown_once_and_kept_as_a_hash(self, directory: Directory) -> None:
        account = await directory.account()
        token, secret = await token_of(directory, account)
        listed = await directory.client.get(f"{ORGANIZATION}/service-accounts/{account}/tokens")
        everybodys = await directory.client.get(f"{ORGANIZATION}/tokens")
        assert secret not in listed.text + everybodys.text
        assert token in listed.text
        async with directory.instance.services.db.session() as session:
            row = await session.get_one(TokenRow, token)
            assert row.token_hash == digest(secret)
            assert secret not in [str(value) for value in vars(row).values()]
        assert secret not in await whole_log(directory.instance)

    async def test_rotated_with_an_overlap(self, directory: Directory) -> None:
        account = await directory.account(role="admin")
        token, old = await token_of(directory, account, scopes=["manage:Group"])
        path = f"/service-accounts/{account}/tokens/{token}/rotate"
        made = await directory.asked("POST", path, 201, {"overlapMinutes": 5})
        for secret in (old, made["token"]):
            async with directory.acting(secret) as robot:
                await robot.asked("GET", "/groups", 200)
                await robot.asked("GET", "/people", 403)  # the limit is the old one's
        await directory.asked("POST", path, 201, {})
        async with directory.acting(old) as robot:
            await robot.asked("GET", "/groups", 401)

    async def test_how_many_work_is_said(self, directory: Directory) -> None:
        account = await directory.account()
        token, _ = await token_of(directory, account)
        await token_of(directory, account)
        await directory.asked("DELETE", f"/tokens/{token}", 204)
        assert [each["tokens"] for each in await directory.asked("GET", "/service-accounts", 200)] == [1]


@sqlite
class TestKeeping:
    async def test_all_of_it_is_written_down(self, directory: Directory) -> None:
        account = await directory.account("Nightly", "editor")
        token, _ = await token_of(directory, account)
        rotated = await directory.asked("POST", f"/service-accounts/{account}/tokens/{token}/rotate", 201, {})
        await directory.asked("PATCH", f"/service-accounts/{account}", 200, {"name": "Daily"})
        await directory.asked("DELETE", f"/service-accounts/{account}", 204)
        said = await log(
            directory.instance, "service-account.created", "service-account.changed", "service-account.deleted",
            "grant.given", "token.created", "token.rotated",
        )  # fmt: skip
        assert [(action, name) for action, name, _ in said] == [
            ("service-account.created", "Nightly"),
            ("grant.given", "Nightly"),
            ("token.created", "nightly job"),
            ("token.created", "nightly job"),
            ("token.rotated", "nightly job"),
            ("service-account.changed", "Daily"),
            ("service-account.deleted", "Daily"),
        ]
        assert said[4][2] == {"new": rotated["id"], "overlapMinutes": 0}

    @pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x", "role": "owner"}, {"name": "x", "email": "a@b"}])
    async def test_what_is_no_account(self, directory: Directory, body: dict[str, str]) -> None:
        await directory.asked("POST", "/service-accounts", 422, body)


@sqlite
class TestWhenOff:
    @pytest.fixture
    def variables(self) -> dict[str, str]:
        return {}

    async def test_none_is_made(self, directory: Directory) -> None:
        await directory.asked("POST", "/service-accounts", 403, {"name": "Nightly"})


async def test_an_administrators_account_acts_as_one_and_is_named_in_the_log(
    instance: Instance, directory: Directory
) -> None:
    account = await directory.account("Provisioner", Role.ADMIN.value)
    _, secret = await token_of(directory, account)
    async with directory.acting(secret) as robot:
        await robot.asked("POST", "/invitations", 201, {"email": "new@example.com"})
    assert "Provisioner" in await whole_log(instance)
    assert (await instance.person(ADA.email)).organization_role == "admin"
