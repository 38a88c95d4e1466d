"""People: who may see and change them, and the administrator who is never lost."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select

from tests.directory.kit import (
    HOME,
    MALLORY,
    NOBODY,
    ORGANIZATION,
    Directory,
    Statements,
    log,
    other_organization,
)
from tests.kit.instance import ADA, VERA, Instance
from vitrail.access.roles import Role
from vitrail.db.base import new_id, now
from vitrail.identity.tables import GroupMemberRow, IdentityRow, PersonRow, SignInRow, TokenRow

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ROUTES = [
    ("GET", "/people"),
    ("GET", "/people/{id}"),
    ("PATCH", "/people/{id}"),
    ("DELETE", "/people/{id}"),
    ("PUT", "/people/{id}/roles"),
    ("POST", "/people/{id}/link"),
    ("POST", "/invitations"),
]


@sqlite
class TestWhoMay:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    async def test_a_stranger_is_told_to_sign_in(self, stranger: httpx.AsyncClient, method: str, path: str) -> None:
        answer = await stranger.request(method, ORGANIZATION + path.format(id=NOBODY), json={})
        assert answer.status_code == 401

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    async def test_somebody_without_the_right_is_refused(
        self, instance: Instance, vera: httpx.AsyncClient, method: str, path: str
    ) -> None:
        ada = await instance.person(ADA.email)
        answer = await vera.request(method, ORGANIZATION + path.format(id=ada.id), json={"email": "x@example.com"})
        assert answer.status_code == 403
        assert "manage:Organization" in answer.json()["cause"]

    async def test_people_of_another_organisation_are_not_there(self, directory: Directory) -> None:
        await other_organization(directory.instance)
        ada = await directory.instance.person(ADA.email)
        async with directory.acting(MALLORY) as mallory:
            listed = await mallory.asked("GET", "/people", 200)
            assert [each["name"] for each in listed["items"]] == ["Mallory"]
            for method, path in ROUTES[1:6]:
                body = {"name": "Mine"} if method == "PATCH" else {}
                await mallory.asked(method, path.format(id=ada.id), 404, body)
        assert (await directory.instance.person(ADA.email)).name == ada.name

    async def test_somebody_who_is_not_there(self, directory: Directory) -> None:
        for method, path in ROUTES[1:6]:
            await directory.asked(method, path.format(id=NOBODY), 404, {})


@sqlite
class TestLists:
    async def test_everybody_with_what_they_hold(self, directory: Directory) -> None:
        listed = await directory.asked("GET", "/people", 200)
        assert [(each["name"], each["role"]) for each in listed["items"]] == [
            ("Ada Martin", "admin"),
            ("Vera Klein", None),
        ]
        assert listed["total"] == 2

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("q=vera", ["Vera Klein"]),
            ("q=JAFFLE.EX", ["Ada Martin", "Vera Klein"]),
            ("q=%25", []),
            ("q=_", []),
            ("q=%27%20OR%201%3D1--", []),
            ("role=admin", ["Ada Martin"]),
            ("role=member", ["Vera Klein"]),
            ("role=editor", []),
            ("status=active", ["Ada Martin", "Vera Klein"]),
            ("status=off", []),
            ("status=invited", []),
            ("limit=1&offset=1", ["Vera Klein"]),
            (f"group={NOBODY}", []),
        ],
    )
    async def test_narrowed(self, directory: Directory, asked: str, found: list[str]) -> None:
        listed = await directory.asked("GET", f"/people?{asked}", 200)
        assert [each["name"] for each in listed["items"]] == found

    @pytest.mark.parametrize("asked", ["limit=0", "limit=201", "offset=-1", "role=owner", "status=x", "q=" + "x" * 201])
    async def test_what_is_no_question(self, directory: Directory, asked: str) -> None:
        await directory.asked("GET", f"/people?{asked}", 422)

    async def test_one_person_with_where_it_all_comes_from(self, directory: Directory) -> None:
        id_ = await directory.id_of("vera")
        group = await directory.group("Finance", id_)
        await directory.give(group, role="editor", kind="groups")
        vera = await directory.asked("GET", f"/people/{id_}", 200)
        assert {each["origin"] for each in vera["grants"]} == {
            "the role interactive_viewer",
            "the role editor, through the group “Finance” in the organisation",
        }
        assert vera["inGroups"] == [{"id": group, "name": "Finance"}]
        assert vera["attributes"] == {"region": ["West"]}


async def test_ten_thousand_people_are_listed_by_page(directory: Directory) -> None:
    common = {"organization_id": HOME, "created_at": now()}
    group = await directory.group("Everybody")
    async with directory.instance.services.db.session() as session:
        rows = [
            {**common, "id": new_id(), "email": f"p{n}@jaffle.example", "name": f"Person {n:05}"} for n in range(10_000)
        ]
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            await session.execute(insert(PersonRow), part)
            await session.execute(insert(GroupMemberRow), [{"group_id": group, "person_id": row["id"]} for row in part])
    counts = {}
    for path in ("/people", f"/groups/{group}/members", f"/people?group={group}", "/people?q=person%20099", "/groups"):
        for limit in (1, 200):
            joined = "&" if "?" in path else "?"
            with Statements(directory.instance) as counted:
                listed = await directory.asked("GET", f"{path}{joined}limit={limit}", 200)
            counts[path, limit] = counted.count
            assert len(listed["items"]) <= limit
        assert counts[path, 1] == counts[path, 200] <= 20, counts
    assert (await directory.asked("GET", "/people", 200))["total"] == 10_002
    assert (await directory.asked("GET", f"/groups/{group}/members?offset=9990", 200))["total"] == 10_000
    last = (await directory.asked("GET", f"/groups/{group}/members?offset=9990", 200))["items"]
    assert [each["name"] for each in last] == [f"Person {n:05}" for n in range(9990, 10_000)]
    assert (await directory.asked("GET", "/groups", 200))["items"][0]["members"] == 10_000


class TestChanging:
    async def test_a_name(self, directory: Directory) -> None:
        id_ = await directory.id_of("vera")
        assert (await directory.asked("PATCH", f"/people/{id_}", 200, {"name": "Vera Blau"}))["name"] == "Vera Blau"
        said = await log(directory.instance, "person.changed")
        assert said == [("person.changed", "Vera Blau", {"changed": ["name"], "before": "Vera Klein"})]

    async def test_switched_off_is_out_at_once_and_on_again(
        self, directory: Directory, vera: httpx.AsyncClient
    ) -> None:
        id_ = await directory.id_of("vera")
        await directory.asked("PATCH", f"/people/{id_}", 200, {"active": False})
        assert (await vera.get("/api/v1/auth/me")).status_code == 401
        async with directory.instance.by_token(VERA.token) as by_token:
            assert (await by_token.get("/api/v1/auth/me")).status_code == 401
            await directory.asked("POST", f"/people/{id_}/link", 404)
            await directory.asked("PATCH", f"/people/{id_}", 200, {"active": True})
            assert (await by_token.get("/api/v1/auth/me")).status_code == 200
        assert (await vera.get("/api/v1/auth/me")).status_code == 401, "the old sign-in came back"
        said = await log(directory.instance, "person.deactivated", "person.reactivated")
        assert [action for action, _, _ in said] == ["person.deactivated", "person.reactivated"]

    async def test_deleted_for_good(self, directory: Directory, vera: httpx.AsyncClient) -> None:
        id_ = await directory.id_of("vera")
        group = await directory.group("Finance", id_)
        await directory.asked("DELETE", f"/people/{id_}", 204)
        assert (await vera.get("/api/v1/auth/me")).status_code == 401
        async with directory.instance.services.db.session() as session:
            row = await session.get_one(PersonRow, id_)
            assert (row.name, row.password_hash, row.active) == ("Deleted person", None, False)
            assert VERA.email not in row.email
            for table in (SignInRow, TokenRow, IdentityRow, GroupMemberRow):
                assert (await session.scalars(select(table).where(table.person_id == id_))).all() == []
        assert (await directory.asked("GET", f"/groups/{group}", 200))["members"] == 0
        for method, path in ROUTES[1:6]:
            await directory.asked(method, path.format(id=id_), 404, {})
        assert (await log(directory.instance, "person.deleted")) == [("person.deleted", "Vera Klein", {})]

    async def test_the_address_of_somebody_deleted_is_free_again(self, directory: Directory) -> None:
        await directory.asked("DELETE", f"/people/{await directory.id_of('vera')}", 204)
        await directory.asked("POST", "/invitations", 201, {"email": VERA.email})

    async def test_not_oneself(self, directory: Directory) -> None:
        await directory.instance.add_person("second", organization_role=Role.ADMIN)
        id_ = await directory.id_of("ada")
        await directory.asked("PATCH", f"/people/{id_}", 409, {"active": False})
        await directory.asked("DELETE", f"/people/{id_}", 409)

    async def test_a_role_counts_at_the_next_request(self, directory: Directory, vera: httpx.AsyncClient) -> None:
        id_ = await directory.id_of("vera")
        assert (await vera.get(f"{ORGANIZATION}/people")).status_code == 403
        await directory.give(id_, role="admin")
        assert (await vera.get(f"{ORGANIZATION}/people")).status_code == 200
        await directory.give(id_)
        assert (await vera.get(f"{ORGANIZATION}/people")).status_code == 403
        said = await log(directory.instance, "grant.given", "grant.taken")
        assert said == [
            ("grant.given", "Vera Klein", {"role": "admin"}),
            ("grant.taken", "Vera Klein", {"role": "admin"}),
        ]


class TestNobodyGivesMoreThanTheyHold:
    """A deputy runs the organisation by a custom role that is less than an administrator's."""

    @pytest.fixture
    async def deputy(self, directory: Directory) -> str:
        return await directory.held_by(["manage:Organization", "view:Project", "view:Space"])

    async def test_no_role_beyond_ones_own(self, directory: Directory, deputy: str) -> None:
        vera, own = await directory.id_of("vera"), await directory.id_of("deputy")
        async with directory.acting(deputy) as acting:
            for whom in (vera, own):
                for role in Role:
                    said = await acting.give(whom, role=role.value, expected=403)
                    assert said["code"] == "more-than-yours"

    async def test_nobody_is_invited_to_more(self, directory: Directory, deputy: str) -> None:
        await directory.group("Powerful")
        group = (await directory.asked("GET", "/groups", 200))["items"][0]["id"]
        await directory.give(group, role="admin", kind="groups")
        async with directory.acting(deputy) as acting:
            for more in ({"role": "admin"}, {"role": "viewer"}, {"groupIds": [group]}):
                said = await acting.asked("POST", "/invitations", 403, {"email": "new@example.com", **more})
                assert said["code"] == "more-than-yours"
            await acting.asked("POST", "/invitations", 201, {"email": "new@example.com"})

    async def test_nobody_above_is_touched(self, directory: Directory, deputy: str) -> None:
        """Above in the organisation, or in one of its projects; a link to a new password is the whole account."""
        vera, ada = await directory.id_of("vera"), await directory.id_of("ada")
        async with directory.acting(deputy) as acting:
            for whom in (vera, ada):
                refused: list[tuple[str, str, Any]] = [
                    ("PATCH", f"/people/{whom}", {"active": False}),
                    ("PATCH", f"/people/{whom}", {"name": "Renamed"}),
                    ("DELETE", f"/people/{whom}", None),
                    ("POST", f"/people/{whom}/link", None),
                    ("PUT", f"/people/{whom}/roles", {"role": None}),
                ]
                for method, path, body in refused:
                    said = await acting.asked(method, path, 403, body)
                    assert said["code"] == "more-than-yours", (method, path)
        assert (await directory.instance.person(ADA.email)).organization_role == "admin"

    async def test_nobody_above_is_switched_on_again(self, directory: Directory, deputy: str) -> None:
        await directory.instance.add_person("former", organization_role=Role.ADMIN)
        former = await directory.id_of("former")
        await directory.asked("PATCH", f"/people/{former}", 200, {"active": False})
        async with directory.acting(deputy) as acting:
            for method, body in (("PATCH", {"active": True}), ("DELETE", None)):
                assert (await acting.asked(method, f"/people/{former}", 403, body))["code"] == "more-than-yours"
            await acting.asked("PUT", f"/people/{former}/roles", 403, {"role": None})

    async def test_somebody_who_holds_no_more_is_theirs_to_keep(self, directory: Directory, deputy: str) -> None:
        await directory.instance.add_person("plain")
        plain = await directory.id_of("plain")
        async with directory.acting(deputy) as acting:
            await acting.asked("PATCH", f"/people/{plain}", 200, {"name": "Plainer"})
            await acting.asked("POST", f"/people/{plain}/link", 201)
            await acting.asked("DELETE", f"/people/{plain}", 204)

    @sqlite
    async def test_a_token_limited_to_the_organisation_gives_nothing_either(self, directory: Directory) -> None:
        body = {"name": "limited", "scopes": ["manage:Organization"]}
        token = (await directory.client.post("/api/v1/auth/tokens", json=body)).json()["token"]
        vera, ada = await directory.id_of("vera"), await directory.id_of("ada")
        async with directory.acting(token) as acting:
            await acting.give(vera, role="viewer", expected=403)
            await acting.asked("POST", "/invitations", 403, {"email": "new@example.com", "role": "admin"})
            await acting.asked("POST", f"/people/{ada}/link", 403)
