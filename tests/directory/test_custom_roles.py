"""Custom roles: exactly the scopes that were ticked, for whoever holds them, and nothing more."""

from __future__ import annotations

import httpx
import pytest

from tests.directory.kit import MALLORY, NOBODY, ORGANIZATION, Directory, log, other_organization
from tests.kit.instance import VERA
from vitrail.access.roles import ORGANIZATION_ONLY, ROLE_SCOPES, Role
from vitrail.access.scopes import SCOPES

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
NEW = {"name": "Analyst", "level": "project", "scopes": ["view:Project"]}
CHANGES = [
    ("POST", "/roles", NEW),
    ("POST", "/roles/{id}/duplicate", {"name": "Copy", "level": "project"}),
    ("PATCH", "/roles/{id}", {"name": "Mine"}),
    ("DELETE", "/roles/{id}", None),
]


@sqlite
class TestWhoMay:
    @pytest.mark.parametrize(("method", "path", "body"), [*CHANGES, ("GET", "/roles", None), ("GET", "/scopes", None)])
    async def test_a_stranger_is_told_to_sign_in(
        self, stranger: httpx.AsyncClient, method: str, path: str, body: object
    ) -> None:
        answer = await stranger.request(method, ORGANIZATION + path.format(id=NOBODY), json=body)
        assert answer.status_code == 401

    @pytest.mark.parametrize(("method", "path", "body"), CHANGES)
    async def test_somebody_without_the_right_is_refused(
        self, directory: Directory, vera: httpx.AsyncClient, method: str, path: str, body: object
    ) -> None:
        role = await directory.role("Keeper", "manage:Group")
        answer = await vera.request(method, ORGANIZATION + path.format(id=role), json=body)
        assert answer.status_code == 403
        assert "manage:CustomRole" in answer.json()["cause"]

    async def test_another_organisations_roles_are_not_there(self, directory: Directory) -> None:
        await other_organization(directory.instance)
        role = await directory.role("Keeper", "manage:Group")
        async with directory.acting(MALLORY) as mallory:
            assert all(each["system"] for each in await mallory.asked("GET", "/roles", 200))
            for method, path, body in CHANGES[1:]:
                await mallory.asked(method, path.format(id=role), 404, body)
            own = (await mallory.asked("GET", "/people", 200))["items"][0]["id"]
            await mallory.give(own, role="admin", custom=[role], expected=404)

    @pytest.mark.parametrize("name", [role.value for role in Role])
    async def test_system_roles_stay_as_they_are(self, directory: Directory, name: str) -> None:
        await directory.asked("PATCH", f"/roles/{name}", 404, {"scopes": []})
        await directory.asked("DELETE", f"/roles/{name}", 404)


class TestExactlyWhatWasTicked:
    @pytest.mark.parametrize("scopes", [["view:Project"], ["view:Project", "manage:Explore"], ["manage:Project"]])
    async def test_in_a_project(self, directory: Directory, scopes: list[str]) -> None:
        await directory.instance.add_person("eve")
        eve = await directory.id_of("eve")
        await directory.give_in_project(eve, custom=[await directory.role("Some", *scopes, level="project")])
        held = await directory.instance.person("eve@jaffle.example")
        assert held.scopes(directory.instance.project_id) == set(scopes)
        assert held.scopes() == frozenset()

    async def test_in_the_organisation(self, directory: Directory) -> None:
        async with directory.acting(await directory.held_by(["manage:Group"])) as keeper:
            await keeper.asked("GET", "/groups", 200)
            await keeper.asked("GET", "/people", 403)
            await keeper.asked("POST", "/roles", 403, NEW)
            assert (await keeper.client.get("/api/v1/auth/me")).json()["scopes"] == ["manage:Group"]

    async def test_added_to_what_one_holds_besides(self, directory: Directory) -> None:
        vera = await directory.id_of("vera")
        before = (await directory.instance.person(VERA.email)).scopes(directory.instance.project_id)
        custom = await directory.role("Tagger", "manage:Tags", level="project")
        await directory.give_in_project(vera, role="interactive_viewer", custom=[custom])
        after = (await directory.instance.person(VERA.email)).scopes(directory.instance.project_id)
        assert after == before | {"manage:Tags"}

    async def test_a_change_counts_at_the_next_request(self, directory: Directory, vera: httpx.AsyncClient) -> None:
        role = await directory.role("Keeper", "manage:Group")
        await directory.give(await directory.id_of("vera"), custom=[role])
        assert (await vera.get(f"{ORGANIZATION}/groups")).status_code == 200
        await directory.asked("PATCH", f"/roles/{role}", 200, {"scopes": ["manage:Organization"]})
        assert (await vera.get(f"{ORGANIZATION}/groups")).status_code == 403
        assert (await vera.get(f"{ORGANIZATION}/people")).status_code == 200
        await directory.asked("PATCH", f"/roles/{role}", 200, {"scopes": []})
        assert (await vera.get(f"{ORGANIZATION}/people")).status_code == 403


class TestLevels:
    @pytest.mark.parametrize("scope", sorted(ORGANIZATION_ONLY))
    async def test_a_role_for_projects_holds_nothing_of_the_organisation(
        self, directory: Directory, scope: str
    ) -> None:
        await directory.asked("POST", "/roles", 422, {**NEW, "scopes": ["view:Project", scope]})
        role = await directory.role("Fine", "view:Project", level="project")
        await directory.asked("PATCH", f"/roles/{role}", 422, {"scopes": [scope]})

    async def test_a_role_is_given_at_its_level_only(self, directory: Directory) -> None:
        vera = await directory.id_of("vera")
        for_projects = await directory.role("For projects", "view:Project", level="project")
        for_all = await directory.role("For all", "view:Project")
        await directory.give(vera, custom=[for_projects], expected=422)
        await directory.give_in_project(vera, custom=[for_all], expected=422)

    async def test_the_level_stays(self, directory: Directory) -> None:
        role = await directory.role("Fine", "view:Project", level="project")
        await directory.asked("PATCH", f"/roles/{role}", 422, {"level": "organization"})

    async def test_a_copy_for_projects_leaves_out_what_is_the_organisations(self, directory: Directory) -> None:
        body = {"name": "Chief", "level": "project"}
        made = await directory.asked("POST", "/roles/admin/duplicate", 201, body)
        assert set(made["scopes"]) == ROLE_SCOPES[Role.ADMIN] - ORGANIZATION_ONLY
        again = await directory.asked(
            "POST", f"/roles/{made['id']}/duplicate", 201, {"name": "Boss", "level": "organization"}
        )
        assert set(again["scopes"]) == set(made["scopes"])
        assert again["id"] != made["id"]


class TestNobodyGivesMoreThanTheyHold:
    @pytest.fixture
    async def maker(self, directory: Directory) -> str:
        return await directory.held_by(["manage:CustomRole", "view:Project"])

    async def test_neither_made_nor_copied_nor_changed(self, directory: Directory, maker: str) -> None:
        strong = await directory.role("Strong", "manage:Organization", "view:Project")
        async with directory.acting(maker) as acting:
            own = await acting.role("Own", "view:Project")
            refused = [
                ("POST", "/roles", {"name": "X", "level": "organization", "scopes": ["manage:Organization"]}),
                ("POST", "/roles/admin/duplicate", {"name": "X", "level": "organization"}),
                ("POST", f"/roles/{strong}/duplicate", {"name": "X", "level": "organization"}),
                ("PATCH", f"/roles/{own}", {"scopes": ["view:Project", "manage:Organization"]}),
                ("PATCH", f"/roles/{strong}", {"scopes": ["view:Project"]}),  # taking away is changing, too
            ]
            for method, path, body in refused:
                assert (await acting.asked(method, path, 403, body))["code"] == "more-than-yours", path
            await acting.asked("PATCH", f"/roles/{strong}", 200, {"scopes": ["manage:Organization"]})
        listed = {each["name"]: each["scopes"] for each in await directory.asked("GET", "/roles", 200)}
        assert listed["Strong"] == ["manage:Organization"]
        assert "X" not in listed

    async def test_not_given_to_oneself(self, directory: Directory, maker: str) -> None:
        strong, own = await directory.role("Strong", "manage:Organization"), await directory.id_of("deputy")
        async with directory.acting(maker) as acting:
            await acting.give(own, custom=[strong], expected=403)
            await acting.give_in_project(own, custom=[strong], expected=403)


class TestDeleting:
    async def test_not_while_somebody_holds_it_and_who_that_is(self, directory: Directory) -> None:
        role = await directory.role("Keeper", "manage:Group")
        vera, group = await directory.id_of("vera"), await directory.group("Finance")
        await directory.give(vera, custom=[role])
        await directory.give(group, custom=[role], kind="groups")
        said = await directory.asked("DELETE", f"/roles/{role}", 409)
        assert said["code"] == "role-in-use"
        assert "Vera Klein" in said["cause"]
        assert "the group “Finance”" in said["cause"]
        await directory.give(vera)
        await directory.asked("DELETE", f"/roles/{role}", 409)
        await directory.give(group, kind="groups")
        await directory.asked("DELETE", f"/roles/{role}", 204)
        await directory.asked("PATCH", f"/roles/{role}", 404, {"name": "Back"})

    async def test_not_while_it_is_held_in_a_project(self, directory: Directory) -> None:
        role = await directory.role("Looker", "view:Project", level="project")
        await directory.give_in_project(await directory.id_of("vera"), custom=[role])
        assert "Vera Klein" in (await directory.asked("DELETE", f"/roles/{role}", 409))["cause"]

    async def test_of_many_holders_some_are_named(self, directory: Directory) -> None:
        role = await directory.role("Keeper", "manage:Group")
        for number in range(7):
            await directory.instance.add_person(f"p{number}")
            await directory.give(await directory.id_of(f"p{number}"), custom=[role])
        assert "and 2 more" in (await directory.asked("DELETE", f"/roles/{role}", 409))["cause"]


@sqlite
class TestKeeping:
    async def test_all_of_it_is_written_down(self, directory: Directory) -> None:
        role = await directory.role("Keeper", "manage:Group")
        await directory.asked("PATCH", f"/roles/{role}", 200, {"name": "Key", "scopes": ["manage:CustomRole"]})
        await directory.asked("DELETE", f"/roles/{role}", 204)
        assert await log(directory.instance, "role.created", "role.changed", "role.deleted") == [
            ("role.created", "Keeper", {"level": "organization", "scopes": ["manage:Group"]}),
            ("role.changed", "Key", {"added": ["manage:CustomRole"], "removed": ["manage:Group"], "before": "Keeper"}),
            ("role.deleted", "Key", {}),
        ]

    @pytest.mark.parametrize("name", ["admin", "Viewer", "MEMBER", " editor "])
    async def test_no_name_that_looks_like_a_system_role(self, directory: Directory, name: str) -> None:
        assert (await directory.asked("POST", "/roles", 409, {**NEW, "name": name}))["code"] == "name-taken"

    async def test_a_name_is_taken_once(self, directory: Directory) -> None:
        await directory.role("Keeper", "manage:Group")
        other = await directory.role("Other", "manage:Group")
        for method, path, body in (
            ("POST", "/roles", {**NEW, "name": "Keeper"}),
            ("PATCH", f"/roles/{other}", {"name": "Keeper"}),
            ("POST", f"/roles/{other}/duplicate", {"name": "Keeper", "level": "project"}),
        ):
            assert (await directory.asked(method, path, 409, body))["code"] == "name-taken"

    @pytest.mark.parametrize("scopes", [["view:Everything"], [""], ["view:Project", "x" * 101], "view:Project", [1]])
    async def test_no_scope_that_is_none(self, directory: Directory, scopes: object) -> None:
        await directory.asked("POST", "/roles", 422, {**NEW, "scopes": scopes})

    async def test_scopes_are_listed_once_and_in_order(self, directory: Directory) -> None:
        made = await directory.asked("POST", "/roles", 201, {**NEW, "scopes": [*SCOPES][5:2:-1] + [*SCOPES][3:5]})
        assert made["scopes"] == [*SCOPES][3:6]

    async def test_what_a_scope_needs_to_be_of_use_is_said(self, directory: Directory) -> None:
        made = await directory.asked("POST", "/roles", 201, {**NEW, "scopes": ["view:SavedChart"]})
        assert "view:Project" in made["missing"]["view:SavedChart"]


@sqlite
class TestWhenOff:
    @pytest.fixture
    def variables(self) -> dict[str, str]:
        return {}

    async def test_none_is_made(self, directory: Directory) -> None:
        await directory.asked("POST", "/roles", 403, NEW)
        await directory.asked("POST", "/roles/viewer/duplicate", 403, {"name": "X", "level": "project"})
