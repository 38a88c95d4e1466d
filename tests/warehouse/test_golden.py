"""The statements of a fixed set of questions in every dialect, as a person has read them."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from tests.warehouse.write_golden import FOLDER, QUESTIONS, statements
from vitrail.warehouse.dialect import DIALECTS
from vitrail.warehouse.one_select import refuse_all_but_one_select


@pytest.mark.parametrize("name", DIALECTS)
def test_statements_are_those_that_were_read(name: str) -> None:
    written = {path.stem: path.read_text() for path in (FOLDER / name).glob("*.sql")}
    assert written.keys() == QUESTIONS.keys()
    for question, sql in statements(DIALECTS[name]).items():
        assert sql + "\n" == written[question], (
            f"{question}: read the change, then python -m tests.warehouse.write_golden"
        )


@pytest.mark.parametrize("name", DIALECTS)
def test_they_parse_in_their_dialect_and_pass_the_check_of_statements(name: str) -> None:
    for path in (FOLDER / name).glob("*.sql"):
        sql = path.read_text()
        (statement,) = sqlglot.parse(sql, read=name)
        assert isinstance(statement, exp.Select), path
        assert not statement.find(exp.Command), path
        refuse_all_but_one_select(sql, name)


def test_no_folder_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(DIALECTS)
