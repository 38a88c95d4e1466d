"""Pages that name scopes, roles, commands or files are held against the code."""

from __future__ import annotations

import re
from pathlib import Path

from vitrail.access.roles import ADDS, ROLE_SCOPES, Role
from vitrail.access.scopes import MODIFIERS, SCOPES
from vitrail.agent import errors as agent_errors
from vitrail.apps import failures
from vitrail.apps.state import Status
from vitrail.audit.log import Action
from vitrail.audit.verify import PROBLEMS
from vitrail.cli import COMMANDS
from vitrail.errors import VitrailError

ROOT = Path(__file__).parents[2]


def rows(page: str) -> list[list[str]]:
    """The cells of every row of every table of a page."""
    lines = (ROOT / "docs" / page).read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]


def test_permissions_lists_every_scope_with_its_meaning_and_first_role() -> None:
    listed = {cells[0].strip("`"): cells[1:] for cells in rows("permissions.md") if ":" in cells[0]}
    assert set(listed) == set(SCOPES)
    for name, scope in SCOPES.items():
        first = next((role.value for role in Role if name in ROLE_SCOPES[role]), "")
        assert listed[name] == [scope.meaning, f"`{first}`"]


def test_permissions_lists_every_role_and_modifier() -> None:
    table = {cells[0].strip("`"): cells[1] for cells in rows("permissions.md") if ":" not in cells[0]}
    for role in Role:
        assert table[role.value] == ", ".join(f"`{name}`" for name in ADDS[role])
    for modifier, meaning in MODIFIERS.items():
        assert table[f"@{modifier}"] == meaning


def test_install_lists_every_command() -> None:
    listed = {cells[0].strip("`"): cells[1] for cells in rows("install.md") if cells[0].startswith("`vitrail ")}
    assert listed == {f"vitrail {name}": meaning for name, (_, meaning) in COMMANDS.items()}


def test_audit_lists_every_event_and_every_finding() -> None:
    named = [name.strip("`") for cells in rows("audit.md") for name in cells[0].split(", ")]
    assert {name for name in named if "." in name} == set(Action)
    assert {name for name in named if name in PROBLEMS} == PROBLEMS


def test_data_apps_lists_every_state_in_order_and_every_failure() -> None:
    page = [cells[0].strip("`") for cells in rows("data-apps.md")]
    assert page == [status.value for status in Status]
    text = (ROOT / "docs" / "data-apps.md").read_text()
    listed = {
        line.split(" | ")[0].removeprefix("| ") for line in text.partition("## When a build fails")[2].splitlines()
    }
    for room in (failures, agent_errors):
        for error in vars(room).values():
            if isinstance(error, type) and issubclass(error, VitrailError) and error.__module__ == room.__name__:
                assert error.title in listed, error.__name__


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_page_and_no_lock_names_a_host_or_a_place_of_a_developers_machine() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert "://" not in lock.read_text(), lock.name
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        assert not re.search(r"/(work|home|root)/\w", page.read_text()), page.name
