"""An empty line of an env file is the same as no line, whatever the variable's type."""

from __future__ import annotations

import pytest

from vitrail.settings import Settings, load_settings


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    name = str(Settings.model_fields[field].validation_alias)
    monkeypatch.setenv(name, "")
    held = getattr(load_settings(), field)
    if name == "E2B_TEMPLATE_TAG":
        assert held == ""
    else:
        assert held == getattr(Settings.model_construct(), field)
