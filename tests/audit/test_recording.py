"""What `record` writes, when, and what it refuses."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.kit.instance import ADA, CREDENTIALS, Instance
from vitrail.audit.log import Action, Subject, record
from vitrail.audit.tables import EntryRow, HeadRow
from vitrail.errors import VitrailError

ORGANIZATION = CREDENTIALS.organization_id


async def entries(instance: Instance, action: Action | None = None) -> list[EntryRow]:
    async with instance.services.db.session() as session:
        found = select(EntryRow).order_by(EntryRow.chain, EntryRow.sequence)
        if action:
            found = found.where(EntryRow.action == action)
        return list(await session.scalars(found))


async def test_an_entry_says_who_did_what_to_what(instance: Instance) -> None:
    ada = await instance.person(ADA.email)
    async with instance.services.db.session() as session:
        await record(
            session,
            Action.SPACE_MOVED,
            actor=ada,
            subject=Subject("space", "s1", "Sales"),
            project_id=instance.project_id,
            details={"into": "Company", "depth": 2, "names": ["a", "b"]},
        )
    (entry,) = await entries(instance, Action.SPACE_MOVED)
    assert (entry.actor_id, entry.actor_name, entry.actor_kind) == (ada.id, "Ada Martin", "person")
    assert (entry.subject_kind, entry.subject_id, entry.subject_name) == ("space", "s1", "Sales")
    assert entry.project_id == instance.project_id
    assert json.loads(entry.details) == {"into": "Company", "depth": 2, "names": ["a", "b"]}


async def test_an_entry_is_kept_with_its_change_or_not_at_all(instance: Instance) -> None:
    ada = await instance.person(ADA.email)
    with pytest.raises(ZeroDivisionError):
        async with instance.services.db.session() as session:
            await record(session, Action.SPACE_MOVED, actor=ada)
            raise ZeroDivisionError
    assert await entries(instance, Action.SPACE_MOVED) == []


async def test_a_savepoint_takes_its_entries_with_it(instance: Instance) -> None:
    ada = await instance.person(ADA.email)
    async with instance.services.db.session() as session:
        await record(session, Action.SPACE_CREATED, actor=ada, subject=Subject("space", "before"))
        with pytest.raises(ZeroDivisionError):
            async with session.begin_nested():
                await session.execute(text("UPDATE organizations SET name = name"))
                await record(session, Action.SPACE_CREATED, actor=ada, subject=Subject("space", "within"))
                raise ZeroDivisionError
        async with session.begin_nested():
            await record(session, Action.SPACE_CREATED, actor=ada, subject=Subject("space", "kept"))
        await record(session, Action.SPACE_CREATED, actor=ada, subject=Subject("space", "after"))
    of_test = [e.subject_id for e in await entries(instance, Action.SPACE_CREATED) if len(e.subject_id or "") < 10]
    assert of_test == ["before", "kept", "after"]


async def test_entries_of_one_transaction_follow_each_other(instance: Instance) -> None:
    ada = await instance.person(ADA.email)
    async with instance.services.db.session() as session:
        for number in range(5):
            await record(session, Action.SPACE_CHANGED, actor=ada, subject=Subject("space", str(number)))
    found = await entries(instance)
    assert [e.sequence for e in found] == list(range(1, len(found) + 1))
    assert [e.previous for e in found[1:]] == [e.hash for e in found[:-1]]
    async with instance.services.db.session() as session:
        head = await session.get_one(HeadRow, (ORGANIZATION, "changes"))
    assert (head.sequence, head.hash) == (found[-1].sequence, found[-1].hash)


async def test_without_an_actor_the_organisation_has_to_be_named(instance: Instance) -> None:
    async with instance.services.db.session() as session:
        with pytest.raises(ValueError, match="organisation"):
            await record(session, Action.SIGN_IN_FAILED, actor=None)
        await record(session, Action.SIGN_IN_FAILED, actor=None, organization_id=ORGANIZATION, address="192.0.2.7")
    assert [e.address for e in await entries(instance, Action.SIGN_IN_FAILED)] == ["192.0.2.7"]


async def test_what_a_database_can_not_hold_and_tokens_are_left_out(instance: Instance) -> None:
    ada = await instance.person(ADA.email)
    token = "vt_" + "a" * 43
    async with instance.services.db.session() as session:
        await record(
            session,
            Action.SPACE_CHANGED,
            actor=ada,
            subject=Subject("space", "x" * 900, f"a\x00b\ud800 {token}"),
            details={"note": f"used {token}", "many": [str(n) for n in range(5000)], "long": "y" * 9000},
        )
    (entry,) = await entries(instance, Action.SPACE_CHANGED)
    assert entry.subject_name == "a\ufffdb\ufffd …"
    assert token not in entry.details
    assert len(entry.details) < 3000


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor_name = 'Mallory'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_heads",
        "UPDATE audit_heads SET sequence = 0",
    ],
)
async def test_the_database_itself_refuses_to_change_the_log(instance: Instance, statement: str) -> None:
    ada = await instance.person(ADA.email)
    async with instance.services.db.session() as session:
        await record(session, Action.SPACE_CHANGED, actor=ada)
    before = [e.hash for e in await entries(instance)]
    with pytest.raises((VitrailError, DBAPIError)):
        async with instance.services.db.session() as session:
            await session.execute(text(statement))
    assert [e.hash for e in await entries(instance)] == before


async def test_postgres_refuses_to_empty_the_log(instance: Instance) -> None:
    if instance.services.db.dialect != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises((VitrailError, DBAPIError)):
        async with instance.services.db.session() as session:
            await session.execute(text("TRUNCATE audit_entries"))
