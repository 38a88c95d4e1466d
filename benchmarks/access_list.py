"""What permissions cost in a list: 10,000 items in 1,000 nested spaces, for a person in 50 groups.

Goal: the filtered list (with what may be managed of it) and the decision about one of its items take at most 3 × the
same list unfiltered, in the same run. A page of 50 is what people ask for; the whole list is what an export would.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import insert, true
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import decide
from vitrail.access.roles import Role
from vitrail.access.tables import ProjectGrantRow, ProjectGroupGrantRow
from vitrail.apps.tables import AppRow
from vitrail.charts.tables import ChartRow
from vitrail.content import listing
from vitrail.content.placing import place_of
from vitrail.content.schemas import ContentPage
from vitrail.dashboards.tables import DashboardRow
from vitrail.db.base import new_id, now
from vitrail.identity import repository as identity
from vitrail.identity.person import Person
from vitrail.identity.tables import GroupMemberRow, GroupRow, OrganizationRow, PersonRow
from vitrail.projects.tables import ProjectRow
from vitrail.services import open_services
from vitrail.settings import load_settings
from vitrail.spaces import tree
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow

ITEMS, SPACES, GROUPS, OTHER_GROUPS, ROUNDS = 10_000, 1_000, 50, 450, 9


async def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(VITRAIL_DATA_DIR=str(Path(folder) / "data"), LIGHTDASH_SECRET="x" * 40)
        async with open_services(settings) as services:
            async with services.db.session() as session:
                project_id, person_id = await _fill(session)
            async with services.db.session() as session:
                person = await identity.load(session, person_id)
                assert person is not None
                return await _measure(session, person, project_id)


async def _measure(session: AsyncSession, person: Person, project_id: str) -> list[dict[str, Any]]:
    figures = []
    for name, limit in (("page", 50), ("whole", ITEMS)):

        async def asked(limit: int = limit) -> ContentPage:
            return await listing.content_page(
                session, person, project_id, space_id=None, kind=None, q="", limit=limit, offset=0
            )

        async def with_decision(asked: Callable[[], Awaitable[ContentPage]] = asked) -> ContentPage:
            found = await asked()
            first = found.items[0]
            subject, row = listing.KINDS[first.kind]
            thing = await session.get_one(row, first.id)
            assert decide(person, "view", subject, await place_of(session, person, thing))
            return found

        filtered, page = await _median(with_decision)
        with (
            patch.object(listing, "worth_listing", lambda *_: true()),
            patch.object(listing, "_managing", lambda *_: lambda *_: False),
        ):
            unfiltered, everything = await _median(asked)
        assert everything.total == ITEMS
        reference = f"unfiltered {unfiltered * 1000:.1f} ms; sees {page.total:,} of {ITEMS:,}"
        figures.append(_figure(f"access_list.{name}_ratio", round(filtered / unfiltered, 2), "×", 3, reference))
        figures.append(_figure(f"access_list.{name}", round(filtered * 1000, 1), "ms", None, reference))
    return figures


async def _median(work: Callable[[], Awaitable[ContentPage]]) -> tuple[float, ContentPage]:
    times, answer = [], await work()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = await work()
        times.append(time.perf_counter() - started)
    return statistics.median(times), answer


def _figure(name: str, value: float, unit: str, goal: float | None, reference: str) -> dict[str, Any]:
    meets = None if goal is None else value <= goal
    said = None if goal is None else f"≤ {goal}"
    return {"name": name, "value": value, "unit": unit, "goal": said, "meets": meets, "reference": reference}


async def _fill(session: AsyncSession) -> tuple[str, str]:
    """Spaces nest up to the deepest, a tenth of them restricted; each is shared with three groups of 500."""
    chance = random.Random(7)
    at, organization_id, project_id, person_id = now(), new_id(), new_id(), new_id()
    session.add(OrganizationRow(id=organization_id, name="Bench", created_at=at))
    await session.flush()
    session.add(
        PersonRow(id=person_id, organization_id=organization_id, email="b@example.com", name="B", created_at=at)
    )
    session.add(
        ProjectRow(
            id=project_id,
            organization_id=organization_id,
            name="P",
            preview=False,
            dbt_dir="",
            warehouse_url="",
            created_at=at,
        )
    )
    await session.flush()
    session.add(ProjectGrantRow(project_id=project_id, person_id=person_id, role=Role.INTERACTIVE_VIEWER.value))
    groups = [new_id() for _ in range(GROUPS + OTHER_GROUPS)]
    await session.execute(
        insert(GroupRow),
        [
            {"id": id_, "organization_id": organization_id, "name": f"Group {n}", "description": "", "created_at": at}
            for n, id_ in enumerate(groups)
        ],
    )
    mine = groups[:GROUPS]
    session.add_all(GroupMemberRow(group_id=id_, person_id=person_id) for id_ in mine)
    session.add(ProjectGroupGrantRow(project_id=project_id, group_id=mine[0], role=Role.VIEWER.value))
    spaces = await _spaces(session, chance, project_id)
    for id_ in spaces:
        for group in chance.sample(groups, 3):
            session.add(SpaceGroupGrantRow(space_id=id_, group_id=group, role=chance.choice((1, 1, 2, 3))))
        if chance.random() < 0.02:
            session.add(SpaceGrantRow(space_id=id_, person_id=person_id, role=chance.choice((1, 2, 3))))
    await session.flush()
    await _items(session, chance, project_id, person_id, spaces)
    return project_id, person_id


async def _spaces(session: AsyncSession, chance: random.Random, project_id: str) -> list[str]:
    made: list[tuple[SpaceRow, int]] = []
    for number in range(SPACES):
        parent = chance.choice(made[-60:]) if number > 20 and chance.random() < 0.97 else None
        if parent is not None and parent[1] >= tree.DEEPEST:
            parent = None
        space = SpaceRow(
            id=new_id(), project_id=project_id, parent_id=parent[0].id if parent else None, name=f"Space {number}",
            restricted=chance.random() < 0.1, created_at=now(),
        )  # fmt: skip
        session.add(space)
        await session.flush()
        made.append((space, parent[1] + 1 if parent else 1))
    for space, depth in made:
        if depth == 1:
            await tree.replant(session, await tree.within(session, space))
    return [space.id for space, _ in made]


async def _items(
    session: AsyncSession, chance: random.Random, project_id: str, person_id: str, spaces: list[str]
) -> None:
    at = now()
    for row, count in ((ChartRow, ITEMS // 2), (DashboardRow, ITEMS // 4), (AppRow, ITEMS // 4)):
        common = [
            {
                "id": new_id(),
                "project_id": project_id,
                "space_id": chance.choice(spaces),
                "creator_id": person_id,
                "name": f"Item {number}",
                "description": "",
                "created_at": at,
                "updated_at": at,
            }
            for number in range(count)
        ]
        more = {"ready_version": 1} if row is AppRow else {"version": 1, "look": "", "updater_id": person_id}
        await session.execute(insert(row), [{**each, **more} for each in common])
