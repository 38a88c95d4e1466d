"""The same rules as `decisions`, as SQL: lists are filtered where they are read, never in Python."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

from vitrail.access.placement import SpaceRole, is_always_in, project_access_role
from vitrail.access.scopes import Modifier
from vitrail.identity.person import Person
from vitrail.projects.tables import ProjectRow
from vitrail.spaces.tables import SpaceGrantRow, SpaceRow, SpaceSourceRow

Column = SQLColumnExpression[Any]
"""A mapped column (`AppRow.space_id`) or any other expression."""


def visible_projects(person: Person) -> ColumnElement[bool]:
    """Over `ProjectRow`: projects of the person's organisation in which they hold `view:Project`."""
    own = ProjectRow.organization_id == person.organization_id
    if "view:Project" in person.organization_scopes:
        return own
    ids = [project_id for project_id in person.project_scopes if "view:Project" in person.scopes(project_id)]
    return and_(own, ProjectRow.id.in_(ids))


def visible_spaces(person: Person, at_least: SpaceRole = SpaceRole.VIEW) -> ColumnElement[bool]:
    """Over `SpaceRow`: spaces where the person holds at least this role. A direct grant comes before the project's
    access, even when it gives less; of several along the way up, the highest counts."""
    direct = direct_role(person)
    branches: list[ColumnElement[bool]] = []
    for projects, base, always in _by_project(person):
        if always:
            branches.append(projects)
            continue
        if base is None:
            continue
        open_here = SpaceRow.open_to_project if base >= at_least else false()
        branches.append(and_(projects, or_(direct >= int(at_least), and_(direct.is_(None), open_here))))
    return or_(*branches) if branches else false()


def visible_content(
    person: Person, subject: str, *, project_id: Column, creator_id: Column, space_id: Column
) -> ColumnElement[bool]:
    """Rows of a kind of content (`DataApp`, `SavedChart`, `Dashboard`) that `decide(person, "view", …)` allows."""
    branches: list[ColumnElement[bool]] = []
    for ids, held in _scope_sets(person).items():
        here = _in_projects(person, project_id, ids)
        if f"manage:{subject}" in held:
            branches.append(here)
            continue
        ways: list[ColumnElement[bool]] = []
        if {f"view:{subject}@{Modifier.SELF}", f"manage:{subject}@{Modifier.SELF}"} & held:
            ways.append(and_(space_id.is_(None), creator_id == person.id))
        if f"view:{subject}" in held:
            ways.append(space_id.in_(_space_ids(person, SpaceRole.VIEW)))
        elif f"manage:{subject}@{Modifier.SPACE}" in held:
            ways.append(space_id.in_(_space_ids(person, SpaceRole.EDIT)))
        if f"manage:{subject}@{Modifier.PREVIEW}" in held:
            ways.append(project_id.in_(select(ProjectRow.id).where(ProjectRow.preview)))
        if ways:
            branches.append(and_(here, or_(*ways)))
    return or_(*branches) if branches else false()


def visible_apps(person: Person, *, project_id: Column, creator_id: Column, space_id: Column) -> ColumnElement[bool]:
    """Rows of data apps that the person may open: `visible_content` for `DataApp`."""
    return visible_content(person, "DataApp", project_id=project_id, creator_id=creator_id, space_id=space_id)


def _space_ids(person: Person, at_least: SpaceRole) -> Select[str]:
    return select(SpaceRow.id).where(visible_spaces(person, at_least))


def direct_role(person: Person) -> ScalarSelect[int]:
    """The highest role granted to the person by name on the way up from a space; null when there is none."""
    return (
        select(func.max(SpaceGrantRow.role))
        .join(SpaceSourceRow, SpaceSourceRow.source_id == SpaceGrantRow.space_id)
        .where(SpaceSourceRow.space_id == SpaceRow.id, SpaceGrantRow.person_id == person.id)
        .correlate(SpaceRow)
        .scalar_subquery()
    )


def _by_project(person: Person) -> list[tuple[ColumnElement[bool], SpaceRole | None, bool]]:
    """For each set of projects in which the person holds the same: (condition, access by project, always in)."""
    answer = []
    for ids in _scope_sets(person):
        sample = next(iter(ids), "")
        answer.append(
            (
                _in_projects(person, SpaceRow.project_id, ids),
                project_access_role(person, sample),
                is_always_in(person, sample),
            )
        )
    return answer


def _scope_sets(person: Person) -> dict[frozenset[str], frozenset[str]]:
    """Projects grouped by what the person holds there. The empty set of ids stands for all other projects, where
    only the organisation role counts."""
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    for project_id in person.project_scopes:
        groups[person.scopes(project_id)].append(project_id)
    sets = {frozenset(ids): held for held, ids in groups.items()}
    if person.organization_scopes:
        sets[frozenset()] = person.organization_scopes
    return sets


def _in_projects(person: Person, column: Column, ids: frozenset[str]) -> ColumnElement[bool]:
    if ids:
        return column.in_(sorted(ids))
    mine = exists().where(ProjectRow.id == column, ProjectRow.organization_id == person.organization_id)
    named = sorted(person.project_scopes)
    return and_(mine, column.not_in(named) if named else true())
