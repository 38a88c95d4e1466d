"""An entry in words: names are shown as they were written, whatever they look like."""

from __future__ import annotations

import pytest

from vitrail.audit.log import Action
from vitrail.audit.sentences import sentence


@pytest.mark.parametrize("name", ["{subject.__class__}", "{0}", "{role!r}", "%s %(x)s", "{"])
def test_a_name_is_no_format(name: str) -> None:
    told = sentence(Action.GRANT_GIVEN, actor=name, subject=name, details={"role": name}, project=name)
    assert told.count(name) == 4, told
