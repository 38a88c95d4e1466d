"""Groups: whatever a group is given, each of its members holds, from the next request on."""

from __future__ import annotations

import httpx
import pytest

from tests.directory.kit import MALLORY, NOBODY, ORGANIZATION, Directory, log, other_organization, together
from tests.kit.instance import VERA, Instance
from vitrail.access.roles import Role

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ROUTES = [
    ("GET", "/groups"),
    ("POST", "/groups"),
    ("GET", "/groups/{id}"),
    ("PATCH", "/groups/{id}"),
    ("DELETE", "/groups/{id}"),
    ("GET", "/groups/{id}/members"),
    ("POST", "/groups/{id}/members"),
    ("PUT", "/groups/{id}/roles"),
]


@sqlite
class TestWhoMay:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    async def test_a_stranger_is_told_to_sign_in(self, stranger: httpx.AsyncClient, method: str, path: str) -> None:
        answer = await stranger.request(method, ORGANIZATION + path.format(id=NOBODY), json={})
        assert answer.status_code == 401

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    async def test_somebody_without_the_right_is_refused(
        self, directory: Directory, vera: httpx.AsyncClient, method: str, path: str
    ) -> None:
        group = await directory.group()
        answer = await vera.request(method, ORGANIZATION + path.format(id=group), json={"name": "Mine"})
        assert answer.status_code == 403

    async def test_another_organisations_groups_and_people_are_not_there(self, directory: Directory) -> None:
        await other_organization(directory.instance)
        group, vera = await directory.group("Finance"), await directory.id_of("vera")
        async with directory.acting(MALLORY) as mallory:
            assert (await mallory.asked("GET", "/groups", 200))["total"] == 0
            for method, path in ROUTES[2:]:
                await mallory.asked(method, path.format(id=group), 404, {})
            own = await mallory.group("Finance")  # a name is taken in one organisation only
            await mallory.members(own, add=[vera], expected=404)
        assert (await directory.asked("GET", f"/groups/{group}", 200))["name"] == "Finance"

    async def test_keeping_groups_is_not_giving_roles(self, directory: Directory) -> None:
        group = await directory.group()
        async with directory.acting(await directory.held_by(["manage:Group"])) as keeper:
            await keeper.asked("PATCH", f"/groups/{group}", 200, {"description": "Those who count"})
            await keeper.give(group, role="admin", kind="groups", expected=403)


class TestMembers:
    async def test_a_member_holds_what_the_group_holds_until_taken_out(
        self, directory: Directory, vera: httpx.AsyncClient
    ) -> None:
        id_ = await directory.id_of("vera")
        group = await directory.group()
        await directory.give(group, role="admin", kind="groups")
        for add, remove, status in (([id_], [], 200), ([], [id_], 403)):
            await directory.members(group, add=add, remove=remove)
            assert (await vera.get(f"{ORGANIZATION}/people")).status_code == status

    async def test_what_a_group_gave_goes_with_it(self, directory: Directory, vera: httpx.AsyncClient) -> None:
        group = await directory.group("Finance", await directory.id_of("vera"))
        custom = await directory.role("Keeper", "manage:Group")
        await directory.give(group, role="editor", custom=[custom], kind="groups")
        assert (await vera.get(f"{ORGANIZATION}/groups")).status_code == 200
        await directory.asked("DELETE", f"/groups/{group}", 204)
        assert (await vera.get(f"{ORGANIZATION}/groups")).status_code == 403
        await directory.asked("DELETE", f"/roles/{custom}", 204)
        assert (await vera.get("/api/v1/auth/me")).json()["scopes"] == []

    async def test_all_or_none(self, directory: Directory) -> None:
        group = await directory.group()
        await directory.members(group, add=[await directory.id_of("vera"), NOBODY], expected=404)
        assert (await directory.asked("GET", f"/groups/{group}/members", 200))["total"] == 0

    async def test_twice_in_is_in_once_and_who_is_both_put_in_and_taken_out_is_in(self, directory: Directory) -> None:
        id_ = await directory.id_of("vera")
        group = await directory.group("Finance", id_)
        await directory.members(group, add=[id_, id_])
        await directory.members(group, add=[id_], remove=[id_])
        listed = await directory.asked("GET", f"/groups/{group}/members", 200)
        assert [each["id"] for each in listed["items"]] == [id_]
        said = await log(directory.instance, "group.member-added", "group.member-removed")
        assert said == [("group.member-added", "Finance", {"member": "Vera Klein", "memberId": id_})]

    async def test_taken_out_is_written_down(self, directory: Directory) -> None:
        id_ = await directory.id_of("vera")
        group = await directory.group("Finance", id_)
        await directory.members(group, remove=[id_, await directory.id_of("ada")])
        said = await log(directory.instance, "group.member-removed")
        assert said == [("group.member-removed", "Finance", {"member": "Vera Klein", "memberId": id_})]

    async def test_the_same_person_put_in_twice_at_the_same_time(self, directory: Directory) -> None:
        id_ = await directory.id_of("vera")
        group = await directory.group()
        path = f"{ORGANIZATION}/groups/{group}/members"
        async with directory.instance.by_token("vt_ada") as one:
            answers = await together(*(one.post(path, json={"add": [id_]}) for _ in range(4)))
        assert [answer.status_code for answer in answers] == [204] * 4, [answer.text for answer in answers]
        assert (await directory.asked("GET", f"/groups/{group}", 200))["members"] == 1


class TestNobodyGivesMoreThanTheyHold:
    @pytest.mark.parametrize("way", ["system role", "custom role", "role in a project", "attribute"])
    async def test_who_is_in_a_group_decides_who_holds_what_it_gives(self, directory: Directory, way: str) -> None:
        """Nobody gets into a group, puts others in, takes them out or deletes it who holds less than it gives."""
        vera = await directory.id_of("vera")
        group = await directory.group("Powerful", vera)
        if way == "system role":
            await directory.give(group, role="viewer", kind="groups")
        elif way == "custom role":
            await directory.give(group, custom=[await directory.role("R", "manage:Tags")], kind="groups")
        elif way == "role in a project":
            await directory.give_in_project(group, role="editor", kind="groups")
        else:
            attributes = await directory.asked("GET", "/attributes", 200)
            region = next(each["id"] for each in attributes if each["name"] == "region")
            values = {"values": ["East", "West", "Central"]}
            await directory.asked("PUT", f"/attributes/{region}/groups/{group}", 204, values)
        async with directory.acting(await directory.held_by(["manage:Group"])) as keeper:
            own = await directory.id_of("deputy")
            for change in ({"add": [own]}, {"remove": [vera]}):
                assert (await keeper.members(group, expected=403, **change))["code"] == "more-than-yours"
            assert (await keeper.asked("DELETE", f"/groups/{group}", 403))["code"] == "more-than-yours"
            plain = await keeper.group("Plain", own, vera)
            await keeper.members(plain, remove=[vera])
            await keeper.asked("DELETE", f"/groups/{plain}", 204)
        assert (await directory.asked("GET", f"/groups/{group}", 200))["members"] == 1

    async def test_roles_of_a_group_are_neither_given_nor_taken_by_somebody_who_holds_less(
        self, directory: Directory
    ) -> None:
        group = await directory.group("Powerful")
        custom = await directory.role("Strong", "manage:CustomRole")
        await directory.give(group, role="editor", custom=[custom], kind="groups")
        deputy = await directory.held_by(["manage:Organization", "manage:Group"])
        async with directory.acting(deputy) as acting:
            for wanted in (
                {"role": "admin", "custom": [custom]},
                {"role": "viewer", "custom": [custom]},
                {"role": None, "custom": [custom]},
                {"role": "editor"},
            ):
                said = await acting.give(group, kind="groups", expected=403, **wanted)
                assert said["code"] == "more-than-yours", wanted
        held = (await directory.asked("GET", f"/groups/{group}", 200))["roles"]
        assert (held["role"], [each["id"] for each in held["custom"]]) == ("editor", [custom])


@sqlite
class TestKeeping:
    async def test_made_renamed_and_deleted_and_all_of_it_written_down(self, directory: Directory) -> None:
        group = await directory.group("Finance")
        await directory.asked("PATCH", f"/groups/{group}", 200, {"name": "Money", "description": "Those who count"})
        await directory.asked("DELETE", f"/groups/{group}", 204)
        await directory.asked("GET", f"/groups/{group}", 404)
        assert await log(directory.instance, "group.created", "group.changed", "group.deleted") == [
            ("group.created", "Finance", {}),
            ("group.changed", "Money", {"changed": ["name", "description"], "before": "Finance"}),
            ("group.deleted", "Money", {}),
        ]

    async def test_a_name_is_taken_once(self, directory: Directory) -> None:
        await directory.group("Finance")
        other = await directory.group("Sales")
        for method, path in (("POST", "/groups"), ("PATCH", f"/groups/{other}")):
            assert (await directory.asked(method, path, 409, {"name": "Finance"}))["code"] == "name-taken"
        assert (await directory.asked("GET", f"/groups/{other}", 200))["name"] == "Sales"

    @pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": " "}, {"name": "a\nb"}, {"name": "x" * 201}])
    async def test_what_is_no_group(self, directory: Directory, body: dict[str, str]) -> None:
        await directory.asked("POST", "/groups", 422, body)

    @pytest.mark.parametrize(
        ("q", "found"), [("%", ["100 % sure"]), ("_", ["snake_case"]), ("SNAKE", ["snake_case"]), ("\\", [])]
    )
    async def test_looked_for_by_what_is_written(self, directory: Directory, q: str, found: list[str]) -> None:
        for name in ("100 % sure", "snake_case", "Plain"):
            await directory.group(name)
        answer = await directory.client.get(f"{ORGANIZATION}/groups", params={"q": q})
        assert [each["name"] for each in answer.json()["items"]] == found


@sqlite
class TestWithoutALicence:
    """Groups are a part of it: none is made, given or filled; what is there can be looked at and taken away."""

    @pytest.fixture
    def variables(self) -> dict[str, str]:
        return {}

    async def test_none_is_made(self, directory: Directory) -> None:
        assert (await directory.asked("POST", "/groups", 403, {"name": "Finance"}))["code"]
        assert (await directory.asked("GET", "/groups", 200))["total"] == 0


async def test_who_stays_signed_in_loses_what_the_group_gave_in_a_project(
    instance: Instance, directory: Directory
) -> None:
    token = await instance.add_person("eve")
    group = await directory.group("Builders", await directory.id_of("eve"))
    async with instance.by_token(token) as eve:
        path = f"/api/v1/projects/{instance.project_id}"
        assert (await eve.get(path)).status_code == 404
        await directory.give_in_project(group, role=Role.EDITOR.value, kind="groups")
        assert (await eve.get(path)).status_code == 200
        await directory.give_in_project(group, kind="groups")
        assert (await eve.get(path)).status_code == 404
    assert (await instance.person(VERA.email)).project_scopes
