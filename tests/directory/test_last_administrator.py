"""The administrator who is never lost, whichever way they would go."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.directory.kit import ORGANIZATION, Directory, other_organization, together
from tests.kit.instance import ADA
from vitrail.access.roles import Role
from vitrail.identity import repository
from vitrail.identity.sign_on.accounts import sync_groups
from vitrail.identity.tables import GroupMemberRow


class TestTheLastAdministratorStays:
    async def test_not_demoted(self, directory: Directory) -> None:
        ada = await directory.id_of("ada")
        for role in (None, "developer", "viewer"):
            said = await directory.give(ada, role=role, expected=409)
            assert said["code"] == "last-administrator"
        await directory.give(ada, role="admin")

    async def test_a_second_one_lets_the_first_go(self, directory: Directory) -> None:
        token = await directory.instance.add_person("second", organization_role=Role.ADMIN)
        ada, second = await directory.id_of("ada"), await directory.id_of("second")
        await directory.give(ada, role="viewer")
        async with directory.acting(token) as acting:
            assert (await acting.give(second, role="editor", expected=409))["code"] == "last-administrator"

    async def test_somebody_switched_off_does_not_count(self, directory: Directory) -> None:
        await directory.instance.add_person("second", organization_role=Role.ADMIN)
        await directory.asked("PATCH", f"/people/{await directory.id_of('second')}", 200, {"active": False})
        await directory.give(await directory.id_of("ada"), role="viewer", expected=409)

    async def test_neither_a_service_account_nor_another_organisation_counts(self, directory: Directory) -> None:
        await directory.account("Robot", "admin")
        await other_organization(directory.instance)
        await directory.give(await directory.id_of("ada"), role="viewer", expected=409)

    async def test_an_administrator_by_group_only_is_kept_by_every_way_out(self, directory: Directory) -> None:
        ada = await directory.id_of("ada")
        group = await directory.group("Keepers", ada)
        await directory.give(group, role="admin", kind="groups")
        await directory.give(ada)  # by the group alone from now on
        async with directory.acting(ADA.token) as acting:
            refused: list[tuple[str, str, Any]] = [
                ("POST", f"/groups/{group}/members", {"remove": [ada]}),
                ("PUT", f"/groups/{group}/roles", {"role": "editor"}),
                ("PUT", f"/groups/{group}/roles", {"role": None}),
                ("DELETE", f"/groups/{group}", None),
            ]
            for method, path, body in refused:
                said = await acting.asked(method, path, 409, body)
                assert said["code"] == "last-administrator", (method, path)
            await acting.asked("GET", f"/groups/{group}", 200)

    async def test_a_service_account_cannot_take_out_the_last_person(self, directory: Directory) -> None:
        account = await directory.account("Robot", "admin")
        body = {"name": "t"}
        token = (await directory.asked("POST", f"/service-accounts/{account}/tokens", 201, body))["token"]
        ada = await directory.id_of("ada")
        async with directory.acting(token) as robot:
            await robot.asked("PATCH", f"/people/{ada}", 409, {"active": False})
            await robot.asked("DELETE", f"/people/{ada}", 409)
        assert (await directory.asked("GET", f"/people/{ada}", 200))["active"]

    async def test_no_claim_of_single_sign_on_takes_out_the_last(self, directory: Directory) -> None:
        ada, vera = await directory.id_of("ada"), await directory.id_of("vera")
        group = await directory.group("Keepers", ada)
        await directory.give(group, role="admin", kind="groups")
        services = directory.instance.services
        async with services.db.session() as session:
            row = await session.get_one(GroupMemberRow, (group, ada))
            row.by_sign_on = True
            session.add(GroupMemberRow(group_id=group, person_id=vera, by_sign_on=True))
        await directory.give(ada)
        for whom, left in ((vera, [ada]), (ada, [ada])):
            async with services.db.session() as session:
                person = await repository.load(session, whom)
                assert person is not None
                await sync_groups(session, person, [])
            async with services.db.session() as session:
                members = select(GroupMemberRow.person_id).where(GroupMemberRow.group_id == group)
                assert (await session.scalars(members)).all() == left

    @pytest.mark.parametrize("way", ["demote", "switch off", "delete", "step down", "leave the group"])
    @pytest.mark.parametrize("_again", range(3))
    async def test_two_at_the_same_time(self, directory: Directory, way: str, _again: int) -> None:
        """Two administrators remove each other (or themselves) with requests that are on their way together: one is
        answered, the other refused, and one administrator is left."""
        instance = directory.instance
        token = await instance.add_person("second", organization_role=None if way == "leave the group" else Role.ADMIN)
        ada, second = await directory.id_of("ada"), await directory.id_of("second")
        group = ""
        if way == "leave the group":
            group = await directory.group("Keepers", ada, second)
            await directory.give(group, role="admin", kind="groups")
            await directory.give(ada)
        async with directory.acting(ADA.token) as one, directory.acting(token) as other:

            def ask(by: Directory, own: str, others: str) -> Any:
                if way == "demote":
                    return by.client.put(f"{ORGANIZATION}/people/{others}/roles", json={"role": "viewer"})
                if way == "switch off":
                    return by.client.patch(f"{ORGANIZATION}/people/{others}", json={"active": False})
                if way == "delete":
                    return by.client.delete(f"{ORGANIZATION}/people/{others}")
                if way == "step down":
                    return by.client.put(f"{ORGANIZATION}/people/{own}/roles", json={"role": "viewer"})
                return by.client.post(f"{ORGANIZATION}/groups/{group}/members", json={"remove": [own]})

            answers = await together(ask(one, ada, second), ask(other, second, ada))
        worked = [answer for answer in answers if answer.is_success]
        refused = [answer for answer in answers if not answer.is_success]
        assert (len(worked), len(refused)) == (1, 1), [answer.text for answer in answers]
        assert refused[0].status_code in (401, 403, 409), refused[0].text
        left = 0
        async with instance.services.db.session() as session:
            for id_ in (ada, second):
                person = await repository.load(session, id_)
                left += person is not None and "manage:Organization" in person.organization_scopes
        assert left == 1
