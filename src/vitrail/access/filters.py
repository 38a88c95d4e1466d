"""The same rules as `decisions`, as SQL: lists are filtered where they are read, never in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
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
from vitrail.spaces.tables import SpaceGrantRow, SpaceGroupGrantRow, SpaceRow, SpaceSourceRow

Column = SQLColumnExpression[Any]
"""A mapped column (`AppRow.space_id`) or any other expression."""


def visible_projects(person: Person) -> ColumnElement[bool]:
    """Over `ProjectRow`: projects of the person's organisation in which they hold `view:Project`."""
    own = ProjectRow.organization_id == person.organization_id
    if "view:Project" in person.organization_scopes:
        return own
    ids = [project_id for project_id in person.project_scopes if "view:Project" in person.scopes(project_id)]
    return and_(own, ProjectRow.id.in_(ids))


def spaces_held(person: Person, at_least: SpaceRole = SpaceRole.VIEW) -> ColumnElement[bool]:
    """Over `SpaceRow`: spaces where the person holds at least this role; the rule of `placement.space_standing`."""
    return _spaces(person, at_least, lambda _held: true())


def visible_spaces(person: Person, at_least: SpaceRole = SpaceRole.VIEW) -> ColumnElement[bool]:
    """Over `SpaceRow`: those of `spaces_held` that the person may also see as spaces, in lists and as a page:
    `decide(person, "view", "Space", …)`."""

    def seen(held: frozenset[str]) -> ColumnElement[bool]:
        if "view:Space" in held:
            return true()
        ways: list[ColumnElement[bool]] = []
        if f"manage:Space@{Modifier.PUBLIC}" in held:
            ways.append(SpaceRow.open_to_project.is_(True))
        if f"manage:Space@{Modifier.ASSIGNED}" in held:
            ways.append(SpaceRow.id.in_(_space_ids(person, SpaceRole.FULL)))
        return or_(*ways) if ways else false()

    return _spaces(person, at_least, seen)


def _spaces(
    person: Person, at_least: SpaceRole, seen: Callable[[frozenset[str]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    named, named_enough = _granted_to(person), _granted_to(person, at_least)
    through_group = SpaceRow.id.in_(_granted_to_groups(person, at_least)) if person.group_ids else false()
    branches: list[ColumnElement[bool]] = []
    for ids, held in _scope_sets(person).items():
        here = _in_projects(person, SpaceRow.project_id, ids)
        sample = next(iter(ids), "")
        base = project_access_role(person, sample)
        if is_always_in(person, sample):
            branches.append(here)
        elif base is not None:
            unnamed = or_(through_group, SpaceRow.open_to_project if base >= at_least else false())
            if at_least > SpaceRole.VIEW:  # a lower grant by name takes what groups and project would give
                unnamed = and_(unnamed, SpaceRow.id.not_in(named))
            branches.append(and_(here, seen(held), or_(SpaceRow.id.in_(named_enough), unnamed)))
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
    return select(SpaceRow.id).where(spaces_held(person, at_least))


def _granted_to(person: Person, at_least: SpaceRole = SpaceRole.VIEW) -> Select[str]:
    """Spaces that a grant to the person by name reaches, there or from above."""
    return (
        select(SpaceSourceRow.space_id)
        .join(SpaceGrantRow, SpaceGrantRow.space_id == SpaceSourceRow.source_id)
        .where(SpaceGrantRow.person_id == person.id, SpaceGrantRow.role >= int(at_least))
    )


def _granted_to_groups(person: Person, at_least: SpaceRole) -> Select[str]:
    """Spaces that a grant to a group of the person's reaches."""
    return (
        select(SpaceSourceRow.space_id)
        .join(SpaceGroupGrantRow, SpaceGroupGrantRow.space_id == SpaceSourceRow.source_id)
        .where(SpaceGroupGrantRow.group_id.in_(sorted(person.group_ids)), SpaceGroupGrantRow.role >= int(at_least))
    )


def named_role(person: Person) -> ScalarSelect[int]:
    """Beside `SpaceRow`: the highest role granted to the person by name on the way up; null when there is none."""
    return (
        select(func.max(SpaceGrantRow.role))
        .join(SpaceSourceRow, SpaceSourceRow.source_id == SpaceGrantRow.space_id)
        .where(SpaceSourceRow.space_id == SpaceRow.id, SpaceGrantRow.person_id == person.id)
        .correlate(SpaceRow)
        .scalar_subquery()
    )


def group_role(person: Person) -> ScalarSelect[int]:
    """Beside `SpaceRow`: the highest role granted to a group of the person's on the way up; null likewise."""
    return (
        select(func.max(SpaceGroupGrantRow.role))
        .join(SpaceSourceRow, SpaceSourceRow.source_id == SpaceGroupGrantRow.space_id)
        .where(SpaceSourceRow.space_id == SpaceRow.id, SpaceGroupGrantRow.group_id.in_(sorted(person.group_ids)))
        .correlate(SpaceRow)
        .scalar_subquery()
    )


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
