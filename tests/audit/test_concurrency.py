"""Several processes write to one log at once: no entry is lost, none waits for ever, the chain is whole."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE

from sqlalchemy import text

from tests.audit.kit import ORGANIZATION, entries, verified
from tests.conftest import SECRET
from tests.kit.instance import ADA, Instance
from vitrail.audit.log import Action, Subject, record
from vitrail.db.engine import database_url

# Transactions that also lock rows, in opposite orders, before and after recording: what deadlocks when the chain is
# locked at once.
WRITER = """
import asyncio, sys
from sqlalchemy import text
from vitrail.audit.log import Action, Subject, record
from vitrail.services import open_services
from vitrail.settings import load_settings

async def main(name, count, organization):
    async with open_services(load_settings()) as services:
        async def one(number):
            async with services.db.session() as session:
                await record(session, Action.SPACE_CHANGED, actor=None, organization_id=organization,
                             subject=Subject("space", f"{name}-{number}-a"))
                await session.execute(text("UPDATE projects SET name = name"))
                await record(session, Action.SPACE_CHANGED, actor=None, organization_id=organization,
                             subject=Subject("space", f"{name}-{number}-b"))
        for start in range(0, count, 5):
            await asyncio.gather(*(one(number) for number in range(start, start + 5)))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
"""


async def test_processes_that_write_at_once(instance: Instance) -> None:
    settings = instance.services.settings
    environment = {"VITRAIL_DATA_DIR": str(settings.data_dir), "LIGHTDASH_SECRET": SECRET, "PATH": "/usr/bin:/bin"}
    if settings.database_url:
        environment["PGCONNECTIONURI"] = settings.database_url
    assert database_url(settings)
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, name, "20", ORGANIZATION, env=environment, stderr=PIPE
        )
        for name in ("one", "two", "three")
    ]
    for each in running:
        _, errors = await asyncio.wait_for(each.communicate(), 120)
        assert each.returncode == 0, errors.decode()
    written = {e.subject_id for e in await entries(instance, Action.SPACE_CHANGED)}
    wanted = {f"{n}-{i}-{x}" for n in ("one", "two", "three") for i in range(20) for x in "ab"}
    assert wanted <= written
    report = await verified(instance)
    assert report.problem is None
    assert report.last == len([e for e in await entries(instance) if e.chain == "changes"])


async def test_many_transactions_in_one_process(instance: Instance) -> None:
    ada = await instance.person(ADA.email)

    async def change(number: int) -> None:
        async with instance.services.db.session() as session:
            await record(session, Action.SPACE_CHANGED, actor=ada, subject=Subject("space", str(number)))
            await session.execute(text("UPDATE projects SET name = name"))
            if number % 5 == 0:
                raise KeyError(number)

    results = await asyncio.gather(*(change(number) for number in range(40)), return_exceptions=True)
    assert sum(isinstance(result, KeyError) for result in results) == 8
    assert all(result is None or isinstance(result, KeyError) for result in results), results
    assert len(await entries(instance, Action.SPACE_CHANGED)) == 32
    assert (await verified(instance)).problem is None


async def test_verifying_while_others_write_finds_nothing_wrong(instance: Instance) -> None:
    from tests.audit.kit import write

    writing = asyncio.create_task(write(instance, 30))
    while not writing.done():
        assert (await verified(instance)).problem is None
    await writing
