"""The loop with boto3's Bedrock client against a local endpoint: bearer keys and signatures are checked for real."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.agent.kit import Steps, app_folder, task
from tests.wire.bedrock_server import BedrockServer, IamPair
from tests.wire.replies import FailInStream, Raw, Refuse, Reply, Say
from vitrail.agent import errors, patience
from vitrail.agent.models import ModelChoice, make_model
from vitrail.agent.run import AgentLimits, AgentResult, AgentTools, write_app
from vitrail.errors import VitrailError
from vitrail.settings import load_settings

APP = "export default function App() {\n  return <p>Revenue</p>;\n}\n"
WRITE = ("write_file", {"path": "src/App.tsx", "content": APP})
SCRIPT = [
    Say("Looking.", [("search_catalog", {"words": "revenue"}), ("describe_explore", {"explore": "orders"})]),
    Say(calls=[WRITE, ("about_app", {"name": "Revenue"})]),
    Say("Revenue by month.", cache_read=50),
]
PAIR = IamPair()
TEMPORARY = IamPair(session_token="temporary-session-token")


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0.01)


@pytest.fixture
def secure(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., BedrockServer]:
    """Makes a server that speaks HTTPS and is trusted."""

    def make(script: Sequence[Reply]) -> BedrockServer:
        server = BedrockServer(script, tls=tmp_path_factory.mktemp("tls"))
        monkeypatch.setenv("AWS_CA_BUNDLE", str(server.ca_file))
        return server

    return make


Secure = Callable[..., BedrockServer]


def bearer(server: BedrockServer, **more: str) -> ModelChoice:
    values = {"BEDROCK_API_KEY": server.key, "BEDROCK_REGION": "us-east-1", **more}
    return make_model(load_settings(AI_DEFAULT_PROVIDER="bedrock", BEDROCK_BASE_URL=server.url, **values))


def signed(server: BedrockServer, pair: IamPair, region: str = "us-east-1") -> ModelChoice:
    values = {"BEDROCK_ACCESS_KEY_ID": pair.key_id, "BEDROCK_SECRET_ACCESS_KEY": pair.secret, "BEDROCK_REGION": region}
    if pair.session_token:
        values["BEDROCK_SESSION_TOKEN"] = pair.session_token
    return make_model(load_settings(AI_DEFAULT_PROVIDER="bedrock", BEDROCK_BASE_URL=server.url, **values))


async def write(choice: ModelChoice, root: Path, steps: Steps | None = None) -> AgentResult:
    return await write_app(task(app_folder(root)), choice, AgentTools(), steps or Steps(), AgentLimits())


async def test_a_bearer_key_writes_an_app_over_the_event_stream(tmp_path: Path, secure: Secure) -> None:
    steps = Steps()
    with secure(SCRIPT) as server:
        result = await write(bearer(server, BEDROCK_CUSTOM_HEADERS='{"X-Team": "data"}'), tmp_path, steps)
    assert (tmp_path / "src" / "App.tsx").read_text() == APP
    assert (result.reply, result.name) == ("Revenue by month.", "Revenue")
    assert server.models == ["us.anthropic.claude-sonnet-4-6"] * 3
    assert all(seen.path.endswith("/converse-stream") for seen in server.requests)
    assert server.requests[0].headers["x-team"] == "data"
    assert result.usage.requests == 3 and result.usage.cache_read_tokens == 50
    assert "Writing src/App.tsx" in steps.titles("tool")
    answers = server.requests[1].body["messages"][-1]["content"]
    assert {a["toolResult"]["toolUseId"] for a in answers if "toolResult" in a} == {"tooluse_1_0", "tooluse_1_1"}
    assert "cachePoint" in json.dumps(server.requests[0].body["system"])


@pytest.mark.parametrize("pair", [PAIR, TEMPORARY])
async def test_an_iam_pair_signs_every_request(tmp_path: Path, pair: IamPair) -> None:
    with BedrockServer(SCRIPT, pair=pair, region="eu-central-1") as server:
        result = await write(signed(server, pair, "eu-central-1"), tmp_path)
    assert result.reply == "Revenue by month."
    assert server.models[0].startswith("eu.")
    assert not server.refused


async def test_the_processs_own_aws_variables_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secure: Secure
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "somebody-elses-token")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASOMEBODYELSE0000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebody else's")
    with BedrockServer(SCRIPT, pair=PAIR) as server:
        await write(signed(server, PAIR), tmp_path)
    assert not server.refused
    with secure(SCRIPT) as server:
        await write(bearer(server), tmp_path)
    assert not server.refused


async def test_a_wrong_credential_is_refused_and_told(tmp_path: Path, secure: Secure) -> None:
    with secure(SCRIPT) as server, pytest.raises(errors.ModelError) as caught:
        await write(bearer(server, BEDROCK_API_KEY="wrong"), tmp_path)
    assert "BEDROCK" in caught.value.cure or "bedrock:" in caught.value.cure
    wrong = IamPair(secret="not-the-secret")
    with BedrockServer(SCRIPT, pair=PAIR) as server:
        with pytest.raises(errors.ModelKeyRefused) as refused:
            await write(signed(server, wrong), tmp_path)
        assert len(server.refused) == 1
    assert "belong together" in refused.value.cure
    assert wrong.secret not in str(refused.value.problem())


@pytest.mark.parametrize(
    ("reply", "expected", "words"),
    [
        (
            Refuse(
                403,
                "AccessDeniedException",
                "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModelWithResponseStream",
            ),
            errors.ModelNotPermitted,
            "bedrock:InvokeModel",
        ),
        (
            Refuse(403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
            errors.ModelNotEnabled,
            "BEDROCK_REGION",
        ),
        (
            Refuse(400, "ValidationException", "The provided model identifier is invalid."),
            errors.ModelNotEnabled,
            "BEDROCK_MODEL_NAME",
        ),
        (
            Refuse(
                400,
                "ValidationException",
                "Invocation of model ID x with on-demand throughput isn’t supported. Retry with an inference profile.",
            ),
            errors.ModelNotEnabled,
            "BEDROCK_INFERENCE_PROFILE_PREFIX",
        ),
        (Refuse(403, "ExpiredTokenException", "The security token has expired"), errors.ModelKeyRefused, "SESSION"),
        (Refuse(404, "ResourceNotFoundException", "Could not resolve the model"), errors.ModelNotEnabled, "region"),
        (Refuse(400, "ServiceQuotaExceededException", "Quota exceeded"), errors.ModelOutOfCredit, "Quotas"),
        (Refuse(400, "ValidationException", "Input is too long for requested model."), errors.ModelContextTooLong, ""),
    ],
)
async def test_permanent_failures_are_told_at_once(
    tmp_path: Path, secure: Secure, reply: Refuse, expected: type[VitrailError], words: str
) -> None:
    with secure([reply]) as server, pytest.raises(expected) as caught:
        await write(bearer(server), tmp_path)
    assert len(server.requests) == 1
    assert words in caught.value.cure
    assert server.key not in str(caught.value.problem())


@pytest.mark.parametrize(
    ("reply", "expected", "requests"),
    [
        (Refuse(429, "ThrottlingException", "Too many requests"), errors.ModelRateLimited, patience.ATTEMPTS),
        (Refuse(503, "ServiceUnavailableException", "Try later"), errors.ModelOverloaded, patience.ATTEMPTS),
        (Refuse(500, "InternalServerException", "Oops"), errors.ModelFailed, patience.ATTEMPTS),
        (FailInStream("throttlingException", "Too many tokens"), errors.ModelRateLimited, 1),
        (Say(calls=[WRITE], cut_after=2), errors.ModelError, 1),
        (Raw(b"<html>proxy</html>"), errors.ModelError, 1),
        (Say("Nothing to write."), errors.ModelAnsweredNonsense, 4),
    ],
)
async def test_other_failures_end_clearly(
    tmp_path: Path,
    secure: Secure,
    reply: Refuse | Raw | Say | FailInStream,
    expected: type[VitrailError],
    requests: int,
) -> None:
    with secure([reply]) as server, pytest.raises(expected) as caught:
        await write(bearer(server), tmp_path)
    assert len(server.requests) == requests
    assert caught.value.cure
