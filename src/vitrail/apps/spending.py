"""Who a build's money is spent by and on: what the ledger writes down, read once a stage."""

from __future__ import annotations

from vitrail.apps.versions import Job
from vitrail.db.engine import Database
from vitrail.identity.tables import PersonRow
from vitrail.projects.tables import ProjectRow
from vitrail.settings import Settings
from vitrail.usage.budgets import Spender
from vitrail.usage.meter import BuildMeter, Spending, Tell, write_sandbox


class BuildSpending:
    """Makes the meters of builds and writes down what their sandboxes took."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def meter(self, job: Job, stage: str, tell: Tell) -> BuildMeter:
        """The meter of one stage."""
        return BuildMeter(self._database, self._settings, lambda: self._spending(job), stage, tell)

    async def sandbox(self, job: Job, seconds: float) -> None:
        """A build's sandbox was in use for so long."""
        await write_sandbox(self._database, self._settings, await self._spending(job), seconds)

    async def _spending(self, job: Job) -> Spending:
        async with self._database.session() as session:
            person = await session.get_one(PersonRow, job.builder_id)
            project = await session.get_one(ProjectRow, job.project_id)
        return Spending(
            spender=Spender(project.organization_id, person.id, project.id),
            person_name=person.name,
            project_name=project.name,
            app_id=job.app_id,
            app_name=job.app_name,
            version_id=job.version_id,
            version=job.number,
        )
