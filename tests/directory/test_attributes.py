"""User attributes: what people, groups and defaults give, and that row filters read it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.apps import platform
from tests.directory.kit import MALLORY, NOBODY, ORGANIZATION, Directory, log, other_organization, whole_log
from tests.kit.instance import VERA, Instance

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ROUTES = [
    ("GET", "/attributes"),
    ("POST", "/attributes"),
    ("PATCH", "/attributes/{id}"),
    ("DELETE", "/attributes/{id}"),
    ("GET", "/attributes/{id}/values"),
    ("PUT", "/attributes/{id}/people/{id}"),
    ("PUT", "/attributes/{id}/groups/{id}"),
]


async def attribute(directory: Directory, name: str = "region") -> str:
    listed = await directory.asked("GET", "/attributes", 200)
    found: str = next(each["id"] for each in listed if each["name"] == name)
    return found


async def give(
    directory: Directory, to: str, *values: str, kind: str = "people", name: str = "region", expected: int = 204
) -> None:
    path = f"/attributes/{await attribute(directory, name)}/{kind}/{to}"
    await directory.asked("PUT", path, expected, {"values": list(values)})


async def regions(instance: Instance, email: str = VERA.email) -> tuple[str, ...] | None:
    """What the row filters of the semantic layer are told of a person."""
    return (await instance.person(email)).viewer().attributes.get("region")


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
        body = {"values": ["East"]} if method == "PUT" else {"name": "x"}
        id_ = await attribute(directory)
        answer = await vera.request(method, ORGANIZATION + path.format(id=id_), json=body)
        assert answer.status_code == 403

    async def test_another_organisations_attributes_people_and_groups_are_not_there(self, directory: Directory) -> None:
        await other_organization(directory.instance)
        id_, vera, group = await attribute(directory), await directory.id_of("vera"), await directory.group()
        async with directory.acting(MALLORY) as mallory:
            assert await mallory.asked("GET", "/attributes", 200) == []
            for method, path in ROUTES[2:]:
                await mallory.asked(method, path.format(id=id_), 404, {"values": []} if method == "PUT" else {})
            await mallory.asked("POST", "/attributes", 201, {"name": "region"})
            await give(mallory, vera, "East", expected=404)
            await give(mallory, group, "East", kind="groups", expected=404)
        assert await regions(directory.instance) == ("West",)


class TestWhatCounts:
    async def test_ones_own_before_the_groups_before_the_default(self, directory: Directory) -> None:
        instance, vera = directory.instance, await directory.id_of("vera")
        path = f"/attributes/{await attribute(directory)}"
        await directory.asked("PATCH", path, 200, {"default": ["North"]})
        group = await directory.group("Finance", vera)
        await give(directory, group, "East", kind="groups")
        assert await regions(instance) == ("West",)
        await give(directory, vera)
        assert await regions(instance) == ("East",)
        await directory.members(group, remove=[vera])
        assert await regions(instance) == ("North",)
        await directory.asked("PATCH", path, 200, {"default": None})
        assert await regions(instance) is None

    async def test_what_several_groups_give_is_taken_together(self, directory: Directory) -> None:
        vera = await directory.id_of("vera")
        await give(directory, vera)
        for name, values in (("One", ["East", "West"]), ("Two", ["West", "Central"])):
            await give(directory, await directory.group(name, vera), *values, kind="groups")
        held = await regions(directory.instance)
        assert held is not None
        assert sorted(held) == ["Central", "East", "West"]

    async def test_an_attribute_that_is_gone_counts_no_more(self, directory: Directory) -> None:
        await directory.asked("DELETE", f"/attributes/{await attribute(directory)}", 204)
        assert await regions(directory.instance) is None

    async def test_service_accounts_hold_values_as_people_do(self, directory: Directory) -> None:
        account = await directory.account()
        await give(directory, account, "East")
        assert await regions(directory.instance, f"{account}@service-account.invalid") == ("East",)

    @sqlite
    async def test_row_filters_answer_by_them_at_the_next_question(
        self, directory: Directory, vera: httpx.AsyncClient, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        instance, id_ = directory.instance, await directory.id_of("vera")
        warehouse: Path = platform.demo_warehouse(tmp_path_factory.getbasetemp())
        await platform.connect(instance, warehouse)

        async def seen() -> set[str] | int:
            asked = {"exploreName": "orders", "dimensions": ["stores_region"], "metrics": ["orders_order_count"]}
            answer = await vera.post(f"/api/v1/projects/{instance.project_id}/query", json=asked)
            if not answer.is_success:
                return answer.status_code
            assert answer.json()["rows"]
            return {region for region in ("West", "East", "Central") if f'"{region}"' in answer.text}

        assert await seen() == {"West"}
        await give(directory, id_, "East", "Central")
        assert await seen() == {"East", "Central"}
        await give(directory, id_)
        assert await seen() == 403
        await give(directory, await directory.group("Westerners", id_), "West", kind="groups")
        assert await seen() == {"West"}


@sqlite
class TestKeeping:
    async def test_who_holds_what(self, directory: Directory) -> None:
        vera, group = await directory.id_of("vera"), await directory.group("Finance")
        await give(directory, group, "East", kind="groups")
        path = f"/attributes/{await attribute(directory)}/values"
        listed = await directory.asked("GET", path, 200)
        assert [(each["kind"], each["name"]) for each in listed["items"]] == [
            ("group", "Finance"),
            ("person", "Ada Martin"),
            ("person", "Vera Klein"),
        ]
        assert listed["total"] == 3
        second = await directory.asked("GET", f"{path}?limit=1&offset=2", 200)
        assert [each["id"] for each in second["items"]] == [vera]
        assert (await directory.asked("GET", f"{path}?q=klein", 200))["total"] == 1

    async def test_the_log_says_that_values_changed_and_not_what_they_are(self, directory: Directory) -> None:
        vera, group = await directory.id_of("vera"), await directory.group("Finance")
        await give(directory, vera, "a-value-that-tells", "another")
        await give(directory, vera, "a-value-that-tells", "another")  # nothing changes
        await give(directory, vera)
        await give(directory, group, "a-value-that-tells", kind="groups")
        said = await log(directory.instance, "attribute.given", "attribute.taken")
        assert said == [
            ("attribute.given", "Vera Klein", {"attribute": "region", "values": 2}),
            ("attribute.taken", "Vera Klein", {"attribute": "region", "values": 0}),
            ("attribute.given", "Finance", {"attribute": "region", "values": 1}),
        ]
        assert "tells" not in await whole_log(directory.instance)

    async def test_made_changed_and_deleted_are_written_down(self, directory: Directory) -> None:
        made = await directory.asked("POST", "/attributes", 201, {"name": "team", "default": ["all", "all"]})
        assert made["default"] == ["all"]
        await directory.asked("PATCH", f"/attributes/{made['id']}", 200, {"description": "Which team"})
        await directory.asked("DELETE", f"/attributes/{made['id']}", 204)
        assert await log(directory.instance, "attribute.created", "attribute.changed", "attribute.deleted") == [
            ("attribute.created", "team", {}),
            ("attribute.changed", "team", {"changed": ["description"]}),
            ("attribute.deleted", "team", {}),
        ]

    @pytest.mark.parametrize("name", ["", "1st", "a b", "a-b", "région", "x" * 101, "a'b"])
    async def test_a_name_that_models_could_not_write(self, directory: Directory, name: str) -> None:
        await directory.asked("POST", "/attributes", 422, {"name": name})

    async def test_a_name_is_taken_once_and_stays(self, directory: Directory) -> None:
        assert (await directory.asked("POST", "/attributes", 409, {"name": "region"}))["code"] == "name-taken"
        await directory.asked("PATCH", f"/attributes/{await attribute(directory)}", 422, {"name": "area"})

    @pytest.mark.parametrize("values", [[""], ["x" * 501], [str(n) for n in range(201)], "West", [1], None])
    async def test_what_are_no_values(self, directory: Directory, values: object) -> None:
        path = f"/attributes/{await attribute(directory)}/people/{await directory.id_of('vera')}"
        await directory.asked("PUT", path, 422, {"values": values})
        assert await regions(directory.instance) == ("West",)

    @pytest.mark.parametrize("kind", ["persons", "service-accounts", "people%2F.."])
    async def test_neither_people_nor_groups(self, directory: Directory, kind: str) -> None:
        path = f"/attributes/{await attribute(directory)}/{kind}/{await directory.id_of('vera')}"
        answer = await directory.client.put(ORGANIZATION + path, json={"values": []})
        assert answer.status_code in (404, 405, 422)
        assert await regions(directory.instance) == ("West",)
