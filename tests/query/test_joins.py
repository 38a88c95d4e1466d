"""Which joins are taken to repeat rows. What is not known is taken to: the number is right then, and slower."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.projects import catalog_of
from vitrail.catalog.model import ExploreName, TableName
from vitrail.query.joins import JoinGraph

SCHEMA = """
models:
  - name: a
    meta:
      primary_key: id
      joins:
        - {join: b, sql_on: "${a.b_id} = ${b.id}", relationship: many-to-one}
        - {join: c, sql_on: "%s"%s}
    columns: &columns [{name: id, data_type: int}, {name: b_id, data_type: int}, {name: n, data_type: int}]
  - {name: b, meta: {primary_key: id}, columns: *columns}
  - {name: c, meta: {primary_key: id}, columns: *columns}
"""


def graph(folder: Path, condition: str, declared: str = "") -> JoinGraph:
    catalog = catalog_of(folder, SCHEMA % (condition, declared))
    assert not catalog.problems
    return JoinGraph.of(catalog.explores[ExploreName("a")])


@pytest.mark.parametrize(
    ("condition", "repeats_parent", "repeats_joined"),
    [
        ("${a.n} = ${c.id}", False, True),
        ("${c.id} = ${a.n}", False, True),
        ("${c.n} = ${a.id}", True, False),
        ("${c.id} = ${a.id}", False, False),
        ("${c.n} = ${a.n}", True, True),
        ("(${c.id} = ${a.n}) and ${c.n} > 3", False, True),
        ("${c.id} = ${a.n} AND (${c.n} = 1 OR ${a.n} = 2)", False, True),
        # Not an equality that must hold by itself.
        ("${c.id} = ${a.n} or ${c.n} = 1", True, True),
        ("not (${c.n} = 1 and ${c.id} = ${a.n} and ${c.n} = 2)", True, True),
        ("case when ${c.n} = 1 and ${c.id} = ${a.n} and true then true end", True, True),
        ("${c.n} between 1 and 3 and ${c.b_id} > ${a.id}", True, True),
        ("${c.id} + 1 = ${a.n}", True, True),
        ("coalesce(${c.id}, 0) = ${a.n}", True, True),
        # A key that is compared with its own table's columns says nothing about the other table.
        ("${c.id} = ${c.n} and ${c.b_id} = ${a.n}", True, True),
        ("${c.n} = ${a.n} and ${a.id} = ${a.b_id}", True, True),
    ],
)
def test_keys_in_the_condition_tell(tmp_path: Path, condition: str, repeats_parent: bool, repeats_joined: bool) -> None:
    edge = graph(tmp_path, condition).edges[TableName("c")]
    assert (edge.multiplies_parent, edge.multiplies_child) == (repeats_parent, repeats_joined)


def test_a_key_of_a_further_table_is_compared_with_the_joined_one_or_does_not_count(tmp_path: Path) -> None:
    found = graph(tmp_path, "${c.n} = ${a.n} and ${b.id} = ${a.b_id}")
    edge = found.edges[TableName("c")]
    assert edge.parent == "b"
    assert edge.multiplies_child  # Many rows of a, and so of b, may have its n.
    assert found.multiplied(frozenset({TableName("c")}), frozenset(map(TableName, "abc"))) is not None


def test_a_relationship_to_several_tables_does_not_say_which_of_them_it_means(tmp_path: Path) -> None:
    found = graph(tmp_path, "${c.id} = ${a.id} and ${c.n} = ${b.n}", ", relationship: one-to-one")
    edge = found.edges[TableName("c")]
    assert (edge.parent, edge.multiplies_parent, edge.multiplies_child) == ("b", False, True)


def test_a_declared_relationship_is_believed(tmp_path: Path) -> None:
    edge = graph(tmp_path, "${c.n} = ${a.n}", ", relationship: one-to-one").edges[TableName("c")]
    assert not edge.multiplies_parent and not edge.multiplies_child
