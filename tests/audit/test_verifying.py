"""Every way to tamper with the log, one by one, is found, and the first bad entry is named."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.audit.kit import ORGANIZATION, entries, tamper, verified, write
from tests.kit.instance import Instance
from vitrail.audit import witness
from vitrail.audit.chain import COVERED, Sealer, content_hash
from vitrail.audit.verify import PAGE
from vitrail.secret import SecretBox


async def sequence_of(instance: Instance, number: int) -> int:
    """The place of the space-changed entry of this number."""
    (found,) = [e for e in await entries(instance) if e.subject_id == str(number)]
    return found.sequence


async def test_an_untouched_log_is_whole(instance: Instance) -> None:
    await write(instance, 5)
    report = await verified(instance)
    assert report.problem is None
    assert report.entries == report.last == len(await entries(instance))


@pytest.mark.parametrize(
    "column, value",
    [
        ("actor_name", "'Mallory'"),
        ("actor_id", "NULL"),
        ("action", "'space.deleted'"),
        ("subject_name", "'Other'"),
        ("details", "'{\"a\": 1}'"),
        ("at", "(SELECT min(at) FROM audit_entries)"),
        ("project_id", "'elsewhere'"),
        ("address", "'192.0.2.1'"),
        ("request_id", "'other'"),
        ("hash", "'0000000000000000000000000000000000000000000000000000000000000000'"),
        ("seal", "'0000000000000000000000000000000000000000000000000000000000000000'"),
    ],
)
async def test_a_changed_entry(instance: Instance, column: str, value: str) -> None:
    await write(instance, 6)
    at = await sequence_of(instance, 3)
    await tamper(instance, f"UPDATE audit_entries SET {column} = {value} WHERE sequence = {at}")
    problem = (await verified(instance)).problem
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("not-sealed" if column == "seal" else "changed", at)


def test_the_hash_covers_every_column_but_itself_and_the_seal() -> None:
    from vitrail.audit.tables import EntryRow

    assert {*COVERED, "hash", "seal"} == set(EntryRow.__table__.columns.keys())


async def test_a_removed_entry(instance: Instance) -> None:
    await write(instance, 6)
    at = await sequence_of(instance, 3)
    await tamper(instance, f"DELETE FROM audit_entries WHERE sequence = {at}")
    problem = (await verified(instance)).problem
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("removed", at)


async def test_removed_and_closed_up(instance: Instance) -> None:
    await write(instance, 6)
    at = await sequence_of(instance, 3)
    await tamper(
        instance,
        f"DELETE FROM audit_entries WHERE sequence = {at}",
        f"UPDATE audit_entries SET sequence = -sequence WHERE sequence > {at}",
        "UPDATE audit_entries SET sequence = -sequence - 1 WHERE sequence < 0",
        "UPDATE audit_heads SET sequence = sequence - 1",
    )
    problem = (await verified(instance)).problem
    assert problem is not None
    assert problem.kind == "head-changed"


async def test_the_first_entry_removed(instance: Instance) -> None:
    await write(instance, 3)
    await tamper(instance, "DELETE FROM audit_entries WHERE sequence = 1")
    problem = (await verified(instance)).problem
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("removed", 1)


@pytest.mark.parametrize("where", ["beyond", "before"])
async def test_an_inserted_entry(instance: Instance, where: str) -> None:
    await write(instance, 4)
    last = (await entries(instance))[-1].sequence
    place = last + 1 if where == "beyond" else 0
    columns = ", ".join([*COVERED, "hash", "seal"])
    values = columns.replace("sequence", str(place), 1)
    await tamper(
        instance,
        f"INSERT INTO audit_entries ({columns}) SELECT {values} FROM audit_entries WHERE sequence = {last}",
    )
    problem = (await verified(instance)).problem
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("inserted", place)


async def test_two_entries_in_each_others_place(instance: Instance) -> None:
    await write(instance, 6)
    first, second = await sequence_of(instance, 2), await sequence_of(instance, 3)
    await tamper(
        instance,
        f"UPDATE audit_entries SET sequence = -1 WHERE sequence = {first}",
        f"UPDATE audit_entries SET sequence = {first} WHERE sequence = {second}",
        f"UPDATE audit_entries SET sequence = {second} WHERE sequence = -1",
    )
    problem = (await verified(instance)).problem
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("reordered", first)


async def test_a_cut_off_tail(instance: Instance) -> None:
    await write(instance, 6)
    at = await sequence_of(instance, 4)
    await tamper(instance, f"DELETE FROM audit_entries WHERE sequence >= {at}")
    problem = (await verified(instance)).problem
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("removed", at)


async def test_a_cut_off_tail_with_a_head_made_to_fit(instance: Instance) -> None:
    await write(instance, 6)
    last = (await entries(instance))[-3]
    await tamper(
        instance,
        f"DELETE FROM audit_entries WHERE sequence > {last.sequence}",
        # The seal of the entry is no seal of a head.
        f"UPDATE audit_heads SET sequence = {last.sequence}, hash = '{last.hash}', seal = '{last.seal}'",
    )
    problem = (await verified(instance)).problem
    assert problem is not None
    assert problem.kind == "head-changed"


@pytest.mark.parametrize("through", ["store", "store, entries written since"])
async def test_an_older_head_put_back_with_its_own_seal(instance: Instance, through: str) -> None:
    await write(instance, 3)
    async with instance.services.db.session() as session:
        old = (await session.execute(text("SELECT sequence, hash, seal FROM audit_heads"))).one()
    await write(instance, 4)
    await instance.services.audit.bear_witness()
    reached = (await entries(instance))[-1].sequence
    await tamper(
        instance,
        f"DELETE FROM audit_entries WHERE sequence > {old.sequence}",
        f"UPDATE audit_heads SET sequence = {old.sequence}, hash = '{old.hash}', seal = '{old.seal}'",
    )
    if "since" in through:
        await write(instance, 6)
        await instance.services.audit.bear_witness()  # which must not forget what it saw
    problem = (await verified(instance)).problem
    assert problem is not None
    expected = ("rewritten", reached) if "since" in through else ("truncated", old.sequence + 1)
    assert (problem.kind, problem.sequence) == expected


async def test_everything_wiped(instance: Instance) -> None:
    await write(instance, 3)
    await instance.services.audit.bear_witness()
    await tamper(instance, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
    problem = (await verified(instance)).problem
    assert problem is not None
    assert problem.kind == "head-missing"


async def test_a_removed_head(instance: Instance) -> None:
    await write(instance, 3)
    await tamper(instance, "DELETE FROM audit_heads")
    problem = (await verified(instance)).problem
    assert problem is not None
    assert problem.kind == "head-missing"


async def test_a_log_that_was_hashed_anew_without_the_secret(instance: Instance) -> None:
    await write(instance, 6)
    at = await sequence_of(instance, 2)
    forger = Sealer(SecretBox(b"not the instance's"))
    previous = ""
    for row in await entries(instance):
        entry = {name: getattr(row, name) for name in COVERED}
        if row.sequence == at:
            entry["actor_name"] = "Mallory"
        if row.sequence > at:
            entry["previous"] = previous
        previous = content_hash(entry)
        seal = row.seal if row.sequence < at else forger.entry(previous)
        await tamper(
            instance,
            f"UPDATE audit_entries SET actor_name = :name, previous = :before, hash = :hash, seal = :seal "
            f"WHERE sequence = {row.sequence}",
            values={"name": entry["actor_name"], "before": entry["previous"], "hash": previous, "seal": seal},
        )
    await tamper(instance, f"UPDATE audit_heads SET hash = '{previous}'")
    report = await verified(instance)
    assert report.problem is not None
    assert report.problem.kind == "head-changed"
    # With the genuine head's seal copied for the forged hash impossible, the entries still tell where it began.
    async with instance.services.db.session() as session:
        from vitrail.audit.verify import Verifier, _head, _page

        head = await _head(session, ORGANIZATION, "changes")
        assert head is not None
        rows = await _page(session, ORGANIZATION, "changes", 1, head["sequence"])
    verifier = Verifier(instance.services.db, instance.services.store, instance.services.audit.sealer)
    problem, _ = verifier._of_page(rows, 1, "0" * 64, None)
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("not-sealed", at)


async def test_a_witness_that_somebody_else_wrote_is_no_witness(instance: Instance) -> None:
    await write(instance, 2)
    await instance.services.audit.bear_witness()
    store, sealer = instance.services.store, instance.services.audit.sealer
    assert await witness.testimony(store, ORGANIZATION, "changes", sealer) is not None
    for content in (b"{}", b"nonsense", b'{"seal": "x", "pruned_at": null}', b"[]"):
        await store.put(witness.key_of(ORGANIZATION, "changes"), content)
        assert await witness.testimony(store, ORGANIZATION, "changes", sealer) is None


async def test_more_entries_than_one_page(instance: Instance) -> None:
    from vitrail.audit.chain import Draft, append
    from vitrail.audit.draft import draft_of

    def drafts(count: int) -> list[Draft]:
        return [
            draft_of("space.changed", chain="use", actor=None, subject=None, organization_id=ORGANIZATION)
            for _ in range(count)
        ]

    async with instance.services.db.session() as session:
        await session.run_sync(append, instance.services.audit.sealer, drafts(PAGE + 7))
    report = await verified(instance, "use")
    assert (report.entries, report.problem) == (PAGE + 7, None)
    await tamper(instance, f"UPDATE audit_entries SET address = 'x' WHERE chain = 'use' AND sequence = {PAGE + 3}")
    problem = (await verified(instance, "use")).problem
    assert problem is not None
    assert (problem.kind, problem.sequence) == ("changed", PAGE + 3)
