"""Settings to models: what each provider needs, what is refused, and what never shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.kit import app_folder, task
from tests.wire.openai_server import OpenAiServer
from tests.wire.replies import Refuse, Say
from vitrail.agent import errors
from vitrail.agent.models import available_models, bedrock_model_id, make_model
from vitrail.agent.run import AgentLimits, AgentTools, SilentEvents, write_app
from vitrail.errors import InvalidInput
from vitrail.settings import ModelProvider, load_settings


def test_without_any_key_the_offline_planner_writes() -> None:
    choice = make_model(load_settings())
    assert choice.offline
    assert choice.label == "Built-in offline planner (no language model)"


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"AI_DEFAULT_PROVIDER": "anthropic"}, "ANTHROPIC_API_KEY"),
        ({"AI_DEFAULT_PROVIDER": "bedrock", "BEDROCK_API_KEY": "k"}, "BEDROCK_REGION"),
        ({"AI_DEFAULT_PROVIDER": "bedrock", "BEDROCK_REGION": "us-east-1"}, "BEDROCK_ACCESS_KEY_ID"),
        (
            {"AI_DEFAULT_PROVIDER": "bedrock", "BEDROCK_REGION": "us-east-1", "BEDROCK_ACCESS_KEY_ID": "AKIA"},
            "BEDROCK_SECRET_ACCESS_KEY",
        ),
        (
            {
                "AI_DEFAULT_PROVIDER": "bedrock",
                "BEDROCK_REGION": "us-east-1",
                "BEDROCK_API_KEY": "k",
                "BEDROCK_BASE_URL": "http://bedrock.internal",
            },
            "https",
        ),
        ({"AI_DEFAULT_PROVIDER": "openai"}, "OPENAI_MODEL_NAME"),
        ({"AI_DEFAULT_PROVIDER": "openai", "OPENAI_MODEL_NAME": "gpt"}, "OPENAI_BASE_URL"),
    ],
)
def test_what_is_missing_is_named(variables: dict[str, str], missing: str) -> None:
    with pytest.raises(errors.ModelNotConfigured) as caught:
        make_model(load_settings(**variables))
    assert missing in caught.value.cure


def test_bedrock_takes_one_credential_only() -> None:
    with pytest.raises(InvalidInput, match="remove one of them"):
        load_settings(BEDROCK_API_KEY="k", BEDROCK_ACCESS_KEY_ID="a", BEDROCK_SECRET_ACCESS_KEY="s")


def test_anything_but_bedrock_means_anthropic() -> None:
    settings = load_settings(AI_DEFAULT_PROVIDER="whatever", ANTHROPIC_API_KEY="sk-ant-test-0123456789")
    assert make_model(settings).provider is ModelProvider.ANTHROPIC


def test_builders_choose_among_what_the_operator_allows() -> None:
    settings = load_settings(
        ANTHROPIC_API_KEY="sk-ant-test-0123456789",
        ANTHROPIC_MODEL_NAME="claude-opus-5",
        ANTHROPIC_AVAILABLE_MODELS="claude-haiku-4-5,claude-opus-5",
    )
    assert available_models(settings) == ["claude-opus-5", "claude-haiku-4-5"]
    assert make_model(settings, "claude-haiku-4-5").name == "claude-haiku-4-5"
    with pytest.raises(InvalidInput, match="not among"):
        make_model(settings, "claude-expensive")


@pytest.mark.parametrize(
    ("name", "region", "prefix", "expected"),
    [
        ("anthropic.claude-sonnet-4-6", "us-west-2", None, "us.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-6", "eu-central-1", None, "eu.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-6", "us-gov-west-1", None, "us-gov.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-6", "ap-northeast-1", None, "jp.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-6", "ap-southeast-2", None, "au.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-6", "sa-east-1", None, "global.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "ap-south-1", None, "apac.anthropic.claude-sonnet-4-20250514-v1:0"),
        ("anthropic.claude-sonnet-4-6", "us-east-1", "eu", "eu.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-6", "us-east-1", "none", "anthropic.claude-sonnet-4-6"),
        ("us.anthropic.claude-sonnet-4-6", "eu-west-1", None, "us.anthropic.claude-sonnet-4-6"),
        ("arn:aws:bedrock:us-east-1:1:x", "us-east-1", None, "arn:aws:bedrock:us-east-1:1:x"),
    ],
)  # fmt: skip
def test_the_inference_profile_follows_from_the_region(
    name: str, region: str, prefix: str | None, expected: str
) -> None:
    assert bedrock_model_id(name, region, prefix) == expected


def test_no_key_shows_in_a_choice() -> None:
    settings = load_settings(ANTHROPIC_API_KEY="sk-ant-very-secret-0123456789")
    assert "very-secret" not in repr(make_model(settings)) + make_model(settings).label


@pytest.mark.parametrize(
    "text",
    [
        "sk-ant-api03-abcdef123456",
        "Bearer abcdefghijklmn",
        "AKIAIOSFODNN7EXAMPLE",
        "api_key=abcdef123456",
        "ABSKabcdefgh123",
    ],
)
def test_credentials_are_struck_out(text: str) -> None:
    shown = errors.redact(f"it said {text} and so on")
    assert text.split("=")[-1].split(" ")[-1] not in shown
    assert "and so on" in shown


async def test_an_openai_compatible_endpoint_writes_too(tmp_path: Path) -> None:
    app = "export default function App() {\n  return null;\n}\n// by a local model\n"
    script = [Say(calls=[("write_file", {"path": "src/App.tsx", "content": app})]), Say("Done.")]
    with OpenAiServer(script) as server:
        settings = load_settings(
            AI_DEFAULT_PROVIDER="openai", OPENAI_BASE_URL=f"{server.url}/v1", OPENAI_MODEL_NAME="llama"
        )
        result = await write_app(
            task(app_folder(tmp_path)), make_model(settings), AgentTools(), SilentEvents(), AgentLimits()
        )
    assert result.reply == "Done."
    assert (tmp_path / "src" / "App.tsx").read_text() == app
    assert server.requests[0].body["model"] == "llama"


async def test_an_openai_compatible_endpoint_without_credit(tmp_path: Path) -> None:
    with OpenAiServer([Refuse(429, "insufficient_quota", "You exceeded your current quota")]) as server:
        settings = load_settings(
            AI_DEFAULT_PROVIDER="openai", OPENAI_BASE_URL=f"{server.url}/v1", OPENAI_MODEL_NAME="gpt"
        )  # fmt: skip
        with pytest.raises(errors.ModelOutOfCredit):
            await write_app(
                task(app_folder(tmp_path)), make_model(settings), AgentTools(), SilentEvents(), AgentLimits()
            )
    assert len(server.requests) == 1
