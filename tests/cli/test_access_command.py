"""`vitrail access why`, straight from the database."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from tests.conftest import SECRET
from tests.kit import instance as kit
from vitrail.cli import app
from vitrail.settings import Settings
from vitrail.spaces.tables import SpaceRow

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def spaces(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Ids of the demo's spaces, by name; the command finds the same database."""
    monkeypatch.setenv("VITRAIL_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LIGHTDASH_SECRET", SECRET)

    async def names() -> dict[str, str]:
        async with kit.running(settings) as instance, instance.services.db.session() as session:
            return {space.name: space.id for space in await session.scalars(select(SpaceRow))}

    return asyncio.run(names())


def why(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["access", "why", *arguments])


def test_it_says_yes_or_no_and_why(spaces: dict[str, str]) -> None:
    opens = why(kit.VERA.email, "space", spaces["Sales"])
    assert opens.exit_code == 0, opens.output
    assert "Vera Klein can open the space “Sales”." in opens.stdout
    assert "✓ view:Space (from the role interactive_viewer)" in opens.stdout
    refused = why(kit.VERA.email, "space", spaces["Finance"])
    assert refused.exit_code == 1
    assert "“Finance” is not shared with Vera Klein" in refused.stdout
    assert "Someone with full access to “Finance”" in refused.stdout


def test_as_json(spaces: dict[str, str]) -> None:
    found = json.loads(why(kit.VERA.email, "space", spaces["Sales"], "--manage", "--json").stdout)
    assert (found["person"]["name"], found["allowed"]) == ("Vera Klein", False)
    assert all(not step["met"] for step in found["steps"])


def test_who_or_what_is_not_there(spaces: dict[str, str]) -> None:
    assert "Nobody active here" in why("nobody@jaffle.example", "space", spaces["Sales"]).output
    assert why(kit.VERA.email, "chart", "unknown").exit_code == 1
    assert why(kit.VERA.email, "planet", "x").exit_code == 2
