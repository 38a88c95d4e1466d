"""Who may do what in a project: given there by its managers, never more than they hold there."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.directory.kit import (
    HOME,
    MALLORY,
    NOBODY,
    Directory,
    another_project,
    log,
    other_organization,
)
from tests.kit.instance import ADA, VERA, Instance
from vitrail.access.roles import Role

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ROUTES = [
    ("GET", "/people"),
    ("GET", "/groups"),
    ("GET", "/candidates"),
    ("PUT", "/people/{id}"),
    ("PUT", "/groups/{id}"),
]


def access(instance: Instance, path: str, project: str | None = None) -> str:
    return f"/api/v1/projects/{project or instance.project_id}/access{path}"


async def manager(directory: Directory, *scopes: str, name: str = "manager") -> str:
    """Somebody who holds exactly these scopes in the project; their token."""
    token = await directory.instance.add_person(name)
    role = await directory.role(f"Role of {name}", *scopes, level="project")
    await directory.give_in_project(await directory.id_of(name), custom=[role])
    return token


@sqlite
class TestWhoMay:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    async def test_a_stranger_is_told_to_sign_in(
        self, instance: Instance, stranger: httpx.AsyncClient, method: str, path: str
    ) -> None:
        answer = await stranger.request(method, access(instance, path.format(id=NOBODY)), json={})
        assert answer.status_code == 401

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
    async def test_somebody_without_the_right_is_refused(
        self, instance: Instance, method: str, path: str, role: Role
    ) -> None:
        token = await instance.add_person("eve", project_role=role)
        own = (await instance.person("eve@jaffle.example")).id
        async with instance.by_token(token) as eve:
            answer = await eve.request(method, access(instance, path.format(id=own)), json={"role": "admin"})
        assert answer.status_code == 403
        assert (await instance.person("eve@jaffle.example")).project_roles == {instance.project_id: role.value}

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    async def test_who_is_not_in_the_project_does_not_learn_that_there_is_one(
        self, instance: Instance, method: str, path: str
    ) -> None:
        async with instance.by_token(await instance.add_person("eve")) as eve:
            answer = await eve.request(method, access(instance, path.format(id=NOBODY)), json={"role": "admin"})
        assert answer.status_code == 404

    async def test_a_manager_of_one_project_is_none_of_another(self, directory: Directory) -> None:
        instance = directory.instance
        async with instance.services.db.session() as session:
            other = await another_project(instance, session, HOME, "Other")
        token = await manager(directory, "manage:Project", "view:Project")
        own = await directory.id_of("manager")
        async with directory.acting(token) as acting:
            assert (await acting.client.get(access(instance, "/people"))).status_code == 200
            for method, path in ROUTES:
                url = access(instance, path.format(id=own), other)
                assert (await acting.client.request(method, url, json={"role": "viewer"})).status_code == 404

    async def test_nothing_of_another_organisation(self, directory: Directory) -> None:
        instance = directory.instance
        theirs = await other_organization(instance)
        vera, group = await directory.id_of("vera"), await directory.group()
        async with directory.acting(MALLORY) as mallory:
            for method, path in ROUTES:
                url = access(instance, path.format(id=vera))
                assert (await mallory.client.request(method, url, json={})).status_code == 404
            for path in (f"/people/{vera}", f"/groups/{group}"):
                url = access(instance, path, theirs)
                assert (await mallory.client.put(url, json={"role": "viewer"})).status_code == 404
            answer = await mallory.client.get(access(instance, "/candidates", theirs))
            assert [each["name"] for each in answer.json()] == ["Mallory"]
        url = access(instance, f"/people/{vera}", theirs)
        assert (await directory.client.put(url, json={"role": "viewer"})).status_code == 404


class TestNobodyGivesMoreThanTheyHold:
    SCOPES = ("manage:Project", *sorted({"view:Project", "view:Space", "view:SavedChart", "view:Dashboard"}))

    async def test_no_role_beyond_ones_own(self, directory: Directory) -> None:
        token = await manager(directory, *self.SCOPES, "manage:ExportCsv")
        vera, own = await directory.id_of("vera"), await directory.id_of("manager")
        strong = await directory.role("Strong", "manage:SqlRunner", level="project")
        group = await directory.group()
        async with directory.acting(token) as acting:
            for role in Role:
                expected = 200 if role is Role.VIEWER else 403
                await acting.give_in_project(group, role=role.value, kind="groups", expected=expected)
                if role is not Role.VIEWER:
                    said = await acting.give_in_project(own, role=role.value, expected=403)
                    assert said["code"] == "more-than-yours"
            await acting.give_in_project(vera, role="interactive_viewer", custom=[strong], expected=403)

    async def test_nothing_is_taken_that_one_does_not_hold(self, directory: Directory) -> None:
        """A deputy manages the project's people; its administrators and builders are not theirs to take out."""
        instance = directory.instance
        await instance.add_person("chief", project_role=Role.ADMIN)
        chief, group = await directory.id_of("chief"), await directory.group("Builders")
        strong = await directory.role("Strong", "manage:SqlRunner", level="project")
        await directory.give_in_project(group, custom=[strong], kind="groups")
        async with directory.acting(await manager(directory, *self.SCOPES, "manage:ExportCsv")) as acting:
            refused: list[tuple[str, str, dict[str, Any]]] = [
                ("people", chief, {}),
                ("people", chief, {"role": "viewer"}),
                ("groups", group, {}),
            ]
            for kind, whom, wanted in refused:
                said = await acting.give_in_project(whom, kind=kind, expected=403, **wanted)
                assert said["code"] == "more-than-yours", (kind, wanted)
        assert (await instance.person("chief@jaffle.example")).project_roles == {instance.project_id: "admin"}

    async def test_a_projects_administrator_gives_nothing_of_the_organisation(self, directory: Directory) -> None:
        token = await directory.instance.add_person("chief", project_role=Role.ADMIN)
        own = await directory.id_of("chief")
        async with directory.acting(token) as chief:
            await chief.give(own, role="admin", expected=403)
            await chief.asked("GET", "/people", 403)
            await chief.give_in_project(await directory.id_of("vera"), role="admin")
        assert (await directory.instance.person(VERA.email)).scopes() == frozenset()


class TestGiving:
    async def test_it_counts_at_the_next_request_and_is_written_down(
        self, directory: Directory, vera: httpx.AsyncClient
    ) -> None:
        path, id_ = f"/api/v1/projects/{directory.instance.project_id}", await directory.id_of("vera")
        await directory.give_in_project(id_)
        assert (await vera.get(path)).status_code == 404
        await directory.give_in_project(id_, role="viewer")
        assert (await vera.get(path)).json()["role"] == "viewer"
        assert await log(directory.instance, "grant.given", "grant.taken") == [
            ("grant.taken", "Vera Klein", {"role": "interactive_viewer"}),
            ("grant.given", "Vera Klein", {"role": "viewer"}),
        ]

    async def test_nothing_that_is_not_there(self, directory: Directory) -> None:
        vera = await directory.id_of("vera")
        await directory.give_in_project(NOBODY, role="viewer", expected=404)
        await directory.give_in_project(NOBODY, role="viewer", kind="groups", expected=404)
        await directory.give_in_project(vera, role="viewer", kind="groups", expected=404)
        await directory.give_in_project(vera, custom=[NOBODY], expected=404)
        await directory.give_in_project(vera, role="owner", expected=422)

    async def test_custom_roles_while_they_are_held_stay_when_the_system_role_changes(
        self, directory: Directory
    ) -> None:
        vera, tagger = await directory.id_of("vera"), await directory.role("Tagger", "manage:Tags", level="project")
        await directory.give_in_project(vera, role="viewer", custom=[tagger])
        held = await directory.give_in_project(vera, role="editor", custom=[tagger])
        assert (held["role"], [each["name"] for each in held["custom"]]) == ("editor", ["Tagger"])


class TestLists:
    async def test_who_holds_anything_and_where_it_comes_from(self, directory: Directory) -> None:
        instance = directory.instance
        await instance.add_person("eve")
        await instance.add_person("outsider")
        group = await directory.group("Builders", await directory.id_of("eve"))
        await directory.give_in_project(group, role="developer", kind="groups")
        listed = (await directory.client.get(access(instance, "/people"))).json()
        assert [(each["name"], each["origins"]) for each in listed["items"]] == [
            ("Ada Martin", ["the role admin in the organisation"]),
            ("Eve", ["the role developer, through the group “Builders”"]),
            ("Vera Klein", ["the role interactive_viewer"]),
        ]
        groups = (await directory.client.get(access(instance, "/groups"))).json()
        assert [(each["name"], each["members"], each["roles"]["role"]) for each in groups] == [
            ("Builders", 1, "developer")
        ]

    @sqlite
    async def test_paged_and_looked_for(self, directory: Directory) -> None:
        people = access(directory.instance, "/people")
        second = (await directory.client.get(people, params={"limit": 1, "offset": 1})).json()
        assert ([each["name"] for each in second["items"]], second["total"]) == (["Vera Klein"], 2)
        for q, found in (("%", 0), ("klein", 1), (VERA.email, 1), ("_", 0)):
            assert (await directory.client.get(people, params={"q": q})).json()["total"] == found
            candidates = (await directory.client.get(access(directory.instance, "/candidates"), params={"q": q})).json()
            assert len(candidates) == found

    async def test_nobody_who_is_off(self, directory: Directory) -> None:
        await directory.asked("PATCH", f"/people/{await directory.id_of('vera')}", 200, {"active": False})
        for path in ("/people", "/candidates"):
            answer = await directory.client.get(access(directory.instance, path))
            assert "Vera" not in answer.text
            assert ADA.email in answer.text
