"""The environment's variables: names and defaults of FIELD §1, and errors that name what is wrong, never its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitrail.errors import InvalidInput
from vitrail.settings import ModelProvider, Settings, load_settings

DOCS = Path(__file__).parents[2] / "docs"


def variables() -> dict[str, str]:
    return {str(field.validation_alias): field.description or "" for field in Settings.model_fields.values()}


def test_the_page_of_variables_lists_each_with_its_meaning_and_no_other() -> None:
    rows = {}
    for line in (DOCS / "configuration.md").read_text().splitlines():
        if line.startswith("| `"):
            name, default, meaning = (cell.strip() for cell in line.strip("|").split(" | "))
            rows[name.strip("`")] = (default, meaning)
    assert set(rows) == set(variables())
    for name, meaning in variables().items():
        assert rows[name][1].startswith(meaning), name


def test_defaults_of_the_page_are_those_of_the_code() -> None:
    text = (DOCS / "configuration.md").read_text()
    for field in Settings.model_fields.values():
        name, default = str(field.validation_alias), field.default
        if isinstance(default, bool):
            shown = f"`{str(default).lower()}`"
        elif default is None or default in ([], {}):
            shown = "–"
        else:
            shown = f"`{getattr(default, 'value', default)}`"
        assert f"| `{name}` | {shown} |" in text, f"{name}: {shown}"


def test_an_empty_environment_is_enough() -> None:
    settings = load_settings()
    assert settings.apps_runtime_enabled is False
    assert settings.model_provider is ModelProvider.OFFLINE
    assert settings.sandbox == "local"
    assert settings.origin == "http://127.0.0.1:8080"


@pytest.mark.parametrize("secret", ["LIGHTDASH_SECRET", "LIGHTDASH_LICENSE_KEY", "ANTHROPIC_API_KEY", "S3_SECRET_KEY"])
def test_secrets_are_not_shown(secret: str) -> None:
    assert "hunter2" not in repr(load_settings(**{secret: "hunter2"}))


def test_the_database_password_is_not_shown() -> None:
    assert "hunter2" not in repr(load_settings(PGCONNECTIONURI="postgresql://u:hunter2@h/d"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("APPS_RUNTIME_ENABLED", "perhaps"),
        ("ANTHROPIC_CUSTOM_HEADERS", "{not json"),
        ("VITRAIL_LOG_LEVEL", "loud"),
        ("LIGHTDASH_QUERY_MAX_LIMIT", "0"),
        ("SITE_URL", "data.company.test"),
        ("SITE_URL", "https://data.company.test/path"),
        ("APP_RUNTIME_PREVIEW_ORIGIN", "https://a.example; script-src *"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert name in refused.value.cause
    assert value not in str(refused.value)
    assert "docs/configuration.md" in refused.value.cure


def test_all_wrong_variables_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("VITRAIL_LOG_LEVEL", "y")
    with pytest.raises(InvalidInput) as refused:
        load_settings()
    assert {detail["variable"] for detail in refused.value.details} == {"PORT", "VITRAIL_LOG_LEVEL"}


@pytest.mark.parametrize(
    ("environment", "provider"),
    [
        ({"AI_DEFAULT_PROVIDER": "bedrock"}, ModelProvider.BEDROCK),
        ({"AI_DEFAULT_PROVIDER": "anything"}, ModelProvider.ANTHROPIC),
        ({"ANTHROPIC_API_KEY": "k"}, ModelProvider.ANTHROPIC),
        ({"AI_DEFAULT_PROVIDER": "offline", "ANTHROPIC_API_KEY": "k"}, ModelProvider.OFFLINE),
    ],
)
def test_who_writes_apps(environment: dict[str, str], provider: ModelProvider) -> None:
    assert load_settings(**environment).model_provider is provider


def test_unset_and_empty_template_tags_differ() -> None:
    assert load_settings().e2b_template_tag is None
    assert load_settings(E2B_TEMPLATE_TAG="").e2b_template_tag == ""


def test_both_bedrock_credentials_are_one_too_many() -> None:
    with pytest.raises(InvalidInput) as refused:
        load_settings(BEDROCK_API_KEY="a-key", BEDROCK_ACCESS_KEY_ID="b")
    assert "BEDROCK_API_KEY" in refused.value.cause
    assert "a-key" not in str(refused.value)
