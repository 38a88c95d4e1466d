"""The buffer, retention, and settings that changed."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.audit.kit import ORGANIZATION, entries, tamper, verified, write
from tests.kit.instance import ADA, Instance, running
from vitrail.audit import buffer as buffering
from vitrail.audit.buffer import AuditBuffer
from vitrail.audit.log import Action, Subject
from vitrail.audit.retention import prune
from vitrail.audit.settings_watch import note_settings
from vitrail.audit.witness import FOLDER
from vitrail.db.base import now
from vitrail.errors import VitrailError
from vitrail.settings import Settings, load_settings


async def put(instance: Instance, count: int, buffer: AuditBuffer | None = None) -> None:
    ada = await instance.person(ADA.email)
    for number in range(count):
        (buffer or instance.services.audit.buffer).put(
            Action.QUERY_ANSWERED,
            actor=ada,
            subject=Subject("app", "a1", "Sales"),
            project_id=instance.project_id,
            details={"rows": number},
        )


class TestBuffer:
    async def test_what_was_put_is_written_in_order(self, instance: Instance) -> None:
        await put(instance, 1200)
        await instance.services.audit.buffer.flush()
        found = await entries(instance, Action.QUERY_ANSWERED)
        assert [json.loads(e.details)["rows"] for e in found] == list(range(1200))
        assert {e.chain for e in found} == {"use"}
        assert (await verified(instance, "use")).problem is None

    async def test_it_is_written_by_itself_and_at_shutdown(self, settings: Settings) -> None:
        async with running(settings) as instance:
            await put(instance, 3)
        async with running(settings) as instance:
            assert len(await entries(instance, Action.QUERY_ANSWERED)) == 3

    async def test_what_is_too_much_is_counted(self, instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(buffering, "MOST", 10)
        await put(instance, 25)
        await instance.services.audit.buffer.flush()
        assert len(await entries(instance, Action.QUERY_ANSWERED)) == 10
        (lost,) = await entries(instance, Action.AUDIT_LOST)
        assert json.loads(lost.details) == {"entries": 15}

    async def test_a_database_that_fails_forgets_nothing(
        self, instance: Instance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await put(instance, 3)
        with monkeypatch.context() as broken:

            def fails(*_: Any) -> None:
                raise DBAPIError("INSERT", {}, Exception("database or disk is full"))

            broken.setattr(buffering, "append", fails)
            with pytest.raises(VitrailError):
                await instance.services.audit.buffer.flush()
        await instance.services.audit.buffer.flush()
        assert len(await entries(instance, Action.QUERY_ANSWERED)) == 3

    @pytest.mark.parametrize("variables", [{"VITRAIL_AUDIT_QUERIES": "false"}])
    async def test_it_can_be_switched_off(self, instance: Instance) -> None:
        await put(instance, 3)
        await instance.services.audit.buffer.flush()
        assert await entries(instance, Action.QUERY_ANSWERED) == []


class TestRetention:
    async def aged(self, instance: Instance, days: int) -> None:
        """Entries as if written so many days ago, by the server itself (so with hashes and seals of their own)."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("vitrail.audit.chain.now", lambda: now() - timedelta(days=days))
            await write(instance, 4)

    async def prune(self, instance: Instance, days: int) -> int:
        services = instance.services
        return await prune(services.db, services.audit.sealer, {"changes": now() - timedelta(days=days)})

    async def test_old_entries_go_and_the_rest_is_still_whole(self, instance: Instance) -> None:
        await tamper(instance, "DELETE FROM audit_entries", "DELETE FROM audit_heads")  # begin with an empty log
        await self.aged(instance, 500)
        await self.aged(instance, 450)
        await write(instance, 2)
        assert await self.prune(instance, 400) == 8
        kept = await entries(instance)
        assert [e.sequence for e in kept] == [9, 10, 11]
        assert kept[-1].action == Action.AUDIT_PRUNED
        details = json.loads(kept[-1].details)
        assert (details["entries"], details["firstKept"], details["chain"]) == (8, 9, "changes")
        report = await verified(instance)
        assert (report.first, report.last, report.entries, report.problem) == (9, 11, 3, None)
        assert await self.prune(instance, 400) == 0

    async def test_it_works_in_batches(self, instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
        await tamper(instance, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
        await self.aged(instance, 500)
        await self.aged(instance, 450)
        monkeypatch.setattr("vitrail.audit.retention.AT_ONCE", 3)
        assert await self.prune(instance, 400) == 8
        assert (await verified(instance)).problem is None

    async def test_more_taken_from_the_beginning_is_found(self, instance: Instance) -> None:
        await tamper(instance, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
        await self.aged(instance, 500)
        await write(instance, 4)
        await self.prune(instance, 400)
        await tamper(
            instance,
            "DELETE FROM audit_entries WHERE sequence <= 6",
            "UPDATE audit_heads SET first = 7",
        )
        problem = (await verified(instance)).problem
        assert problem is not None
        assert problem.kind == "head-changed"

    async def test_a_chain_that_is_not_whole_is_left_alone(self, instance: Instance) -> None:
        await tamper(instance, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
        await self.aged(instance, 500)
        await write(instance, 1)
        await tamper(instance, "DELETE FROM audit_entries WHERE sequence = 4")
        assert await self.prune(instance, 400) == 0

    @pytest.mark.parametrize("variables", [{"VITRAIL_AUDIT_RETENTION_DAYS": "0"}])
    async def test_nought_days_keeps_for_ever(self, instance: Instance) -> None:
        await self.aged(instance, 5000)
        assert await instance.services.audit.forget_old() == 0

    async def test_the_settings_days_count(self, instance: Instance) -> None:
        async with asyncio.timeout(30):
            while not instance.services.audit._told:  # The start's own witness: it must not come after what follows.
                await asyncio.sleep(0.01)
        await tamper(instance, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
        await instance.services.store.delete_prefix(FOLDER)  # the witness, who would remember them
        await self.aged(instance, 401)
        await self.aged(instance, 399)
        assert await instance.services.audit.forget_old() == 4
        assert (await verified(instance)).problem is None


class TestSettings:
    async def test_a_start_with_another_setting_is_written_down_without_its_value(self, settings: Settings) -> None:
        async with running(settings):
            pass
        given = {
            "VITRAIL_DATA_DIR": str(settings.data_dir),
            "PGCONNECTIONURI": settings.database_url,
            "LIGHTDASH_SECRET": settings.secret.get_secret_value() if settings.secret else None,
            "SITE_URL": settings.site_url,
        }
        changed = load_settings(**given, ANTHROPIC_API_KEY="sk-marker-of-a-key", LIGHTDASH_QUERY_MAX_LIMIT="4999")
        async with running(changed) as instance:
            entry = (await entries(instance, Action.SETTINGS_CHANGED))[-1]
            assert json.loads(entry.details)["changed"] == ["ANTHROPIC_API_KEY", "LIGHTDASH_QUERY_MAX_LIMIT"]
            assert "marker" not in entry.details
            assert "4999" not in entry.details
            before = len(await entries(instance, Action.SETTINGS_CHANGED))
            await note_settings(instance.services)
            assert len(await entries(instance, Action.SETTINGS_CHANGED)) == before
            assert entry.organization_id == ORGANIZATION
