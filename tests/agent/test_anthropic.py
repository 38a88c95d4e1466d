"""The loop with Anthropic's official client against a local Messages server."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.agent.kit import Steps, app_folder, task
from tests.wire.anthropic_server import AnthropicServer
from tests.wire.replies import FailInStream, Raw, Refuse, Say
from vitrail.agent import errors, patience
from vitrail.agent.models import ModelChoice, make_model
from vitrail.agent.run import AgentLimits, AgentResult, AgentTools, mend_app, write_app
from vitrail.errors import VitrailError
from vitrail.settings import load_settings

APP = "export default function App() {\n  return <p>Revenue</p>;\n}\n"
WRITE = ("write_file", {"path": "src/App.tsx", "content": APP})
LIMITS = AgentLimits()


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0.01)


def model_of(server: AnthropicServer, **more: str) -> ModelChoice:
    return make_model(load_settings(ANTHROPIC_API_KEY=server.key, ANTHROPIC_BASE_URL=server.url, **more))


async def write(server: AnthropicServer, root: Path, *, steps: Steps | None = None, tools: AgentTools | None = None,
                limits: AgentLimits = LIMITS, **more: Any) -> AgentResult:  # fmt: skip
    workspace = app_folder(root)
    return await write_app(task(workspace, **more), model_of(server), tools or AgentTools(), steps or Steps(), limits)


async def test_writes_an_app_in_several_turns_with_parallel_tools(tmp_path: Path) -> None:
    checked: list[str] = []

    async def check() -> list[str]:
        checked.append((tmp_path / "src" / "App.tsx").read_text())
        return []

    script = [
        Say("I look first.", [("search_catalog", {"words": "revenue"}), ("describe_explore", {"explore": "orders"})]),
        Say(calls=[WRITE], thinking="Write it."),
        Say(calls=[("check", {}), ("about_app", {"name": "Revenue", "not_understood": ["weather"]})]),
        Say("Revenue by month, from orders.", cache_read=80, input_tokens=20),
    ]
    steps = Steps()
    with AnthropicServer(script) as server:
        result = await write(server, tmp_path, steps=steps, tools=AgentTools(check=check))
    assert (tmp_path / "src" / "App.tsx").read_text() == APP
    assert checked == [APP]
    assert result.reply == "Revenue by month, from orders."
    assert result.name == "Revenue"
    assert result.not_understood == ("weather",)
    assert result.changed == ("src/App.tsx",)
    assert result.usage.requests == 4
    assert result.usage.input_tokens == 400  # cached tokens count as input
    assert result.usage.cache_read_tokens == 80
    assert result.usage.cost is not None and result.usage.cost > 0
    assert steps.titles() == [
        "I look first.",
        "Searching the catalog for “revenue”",
        "Reading what orders offers",
        "Writing src/App.tsx",
        "Checking types and build",
        "Naming the app “Revenue”",
    ]
    answers = server.requests[1].body["messages"][-1]["content"]
    assert [a["tool_use_id"] for a in answers] == ["toolu_1_0", "toolu_1_1"]
    assert "orders_total_revenue" in json.dumps(answers)


async def test_the_system_prompt_is_stable_and_cached_and_the_catalog_is_fenced(tmp_path: Path) -> None:
    with AnthropicServer([Say(calls=[WRITE]), Say("Done.")] * 2) as server:
        await write(server, tmp_path, prompt="Revenue by month")
        await write(server, tmp_path, prompt="Orders by channel")
    first, _, third, _ = (seen.body for seen in server.requests)
    assert first["system"] == third["system"]
    assert first["tools"] == third["tools"]
    assert "cache_control" in json.dumps(first["system"])
    message = json.dumps(first["messages"], ensure_ascii=False)
    assert '<untrusted source=\\"catalog\\">' in message
    assert {tool["name"] for tool in first["tools"]} == {
        "read_file", "write_file", "edit_file", "list_directory", "search_files",
        "search_catalog", "describe_explore", "about_app",
    }  # fmt: skip


async def test_the_operators_gateway_headers_and_model_are_used(tmp_path: Path) -> None:
    with AnthropicServer([Say(calls=[WRITE]), Say("Done.")]) as server:
        settings = load_settings(
            ANTHROPIC_API_KEY=server.key,
            ANTHROPIC_BASE_URL=f"{server.url}/v1/",
            ANTHROPIC_MODEL_NAME="claude-opus-4-5",
            ANTHROPIC_AVAILABLE_MODELS="claude-haiku-4-5, claude-opus-4-5",
            ANTHROPIC_CUSTOM_HEADERS='{"X-Team": "data"}',
        )
        choice = make_model(settings, "claude-haiku-4-5")
        result = await write_app(task(app_folder(tmp_path)), choice, AgentTools(), Steps(), LIMITS)
    assert server.requests[0].body["model"] == "claude-haiku-4-5"
    assert server.requests[0].headers["x-team"] == "data"
    assert result.model == "claude-haiku-4-5 (Anthropic)"


async def test_follow_up_and_mending_go_on_in_the_same_conversation(tmp_path: Path) -> None:
    with AnthropicServer([Say(calls=[WRITE]), Say("First.")]) as server:
        first = await write(server, tmp_path)
    edit = ("edit_file", {"path": "src/App.tsx", "old_text": "Revenue", "new_text": "Orders"})
    script = [Say(calls=[edit]), Say("Second."), Say(calls=[("read_file", {"path": "src/App.tsx"})]), Say("Mended.")]
    with AnthropicServer(script) as server:
        choice = model_of(server)
        from pydantic_ai.workspaces import LocalWorkspaceBackend

        follow = task(
            LocalWorkspaceBackend(tmp_path), "Orders instead", history=first.history, follow_up=True, app_name="Revenue"
        )
        second = await write_app(follow, choice, AgentTools(), Steps(), LIMITS)
        third = await mend_app(follow, ["src/App.tsx:1:1 error TS1: no"], second, choice, AgentTools(), Steps(), LIMITS)
    said = json.dumps(server.requests[0].body["messages"])
    assert "First." in said and "Orders instead" in said
    assert "Orders" in (tmp_path / "src" / "App.tsx").read_text()
    mending = json.dumps(server.requests[2].body["messages"][-1])
    assert "TS1" in mending
    assert second.usage.requests == 2
    assert third.usage.requests == 4  # of the whole build
    assert third.changed == ("src/App.tsx",)
    assert third.reply == "Mended."


@pytest.mark.parametrize(
    ("reply", "expected", "words"),
    [
        (Refuse(401, "authentication_error", "invalid x-api-key"), errors.ModelKeyRefused, "ANTHROPIC_API_KEY"),
        (Refuse(402, "billing_error", "Payment required"), errors.ModelOutOfCredit, "credit"),
        (
            Refuse(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
            errors.ModelOutOfCredit,
            "credit",
        ),
        (
            Refuse(400, "invalid_request_error", "You have reached your specified API usage limits."),
            errors.ModelOutOfCredit,
            "spend limit",
        ),
        (Refuse(403, "permission_error", "not for this key"), errors.ModelNotPermitted, "workspace"),
        (Refuse(404, "not_found_error", "model: claude-nope"), errors.ModelNotEnabled, "ANTHROPIC_MODEL_NAME"),
        (Refuse(413, "request_too_large", "too large"), errors.ModelRequestTooLarge, "Shorten"),
        (
            Refuse(400, "invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum"),
            errors.ModelContextTooLong,
            "clear context",
        ),
        (Refuse(400, "invalid_request_error", "tools: bad"), errors.ModelRejected, "ANTHROPIC_MODEL_NAME"),
        (
            Refuse(429, "rate_limit_error", "per minute", {"retry-after": "3600"}),
            errors.ModelRateLimited,
            "rate limit",
        ),
    ],
)
async def test_permanent_failures_are_told_at_once(
    tmp_path: Path, reply: Refuse, expected: type[VitrailError], words: str
) -> None:
    with AnthropicServer([reply]) as server, pytest.raises(expected) as caught:
        await write(server, tmp_path)
    assert len(server.requests) == 1
    assert words in caught.value.cure
    assert reply.message in caught.value.cause or expected in (errors.ModelContextTooLong, errors.ModelRequestTooLarge)
    assert server.key not in str(caught.value.problem())


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Refuse(500, "api_error", "Internal server error"), errors.ModelFailed),
        (Refuse(529, "overloaded_error", "Overloaded"), errors.ModelOverloaded),
        (Refuse(429, "rate_limit_error", "per minute", {"retry-after": "0"}), errors.ModelRateLimited),
        (Raw(b"<html><title>502 Bad Gateway</title></html>", 502), errors.ModelFailed),
    ],
)
async def test_passing_failures_are_tried_again_a_few_times(
    tmp_path: Path, reply: Refuse | Raw, expected: type[VitrailError]
) -> None:
    steps = Steps()
    with AnthropicServer([reply]) as server, pytest.raises(expected):
        await write(server, tmp_path, steps=steps)
    assert len(server.requests) == patience.ATTEMPTS
    assert len(steps.titles("note")) == patience.ATTEMPTS - 1


async def test_a_rate_limit_is_waited_out_visibly(tmp_path: Path) -> None:
    limited = Refuse(429, "rate_limit_error", "per minute", {"retry-after": "1"})
    steps = Steps()
    with AnthropicServer([limited, Say(calls=[WRITE]), Say("Done.")]) as server:
        began = time.monotonic()
        result = await write(server, tmp_path, steps=steps)
    assert time.monotonic() - began >= 1
    assert result.reply == "Done."
    assert steps.titles("note") == ["The model provider's rate limit was reached; trying again in 1 s"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Say(calls=[WRITE], cut_after=5), errors.ModelUnreachable),
        (FailInStream("overloaded_error", "Overloaded"), errors.ModelOverloaded),
        (Raw(b"<!doctype html><title>Sign in</title><p>Hello"), errors.ModelAnsweredNonsense),
        (Raw(b"", content_type="text/event-stream"), errors.ModelAnsweredNonsense),
        (Raw(b'{"hello": "world"}', content_type="application/json"), errors.ModelAnsweredNonsense),
        (Say(""), errors.ModelAnsweredNonsense),
        (Say("I will not write anything."), errors.ModelAnsweredNonsense),
        (Say(calls=[("launch_rocket", {})]), errors.ModelAnsweredNonsense),
        (Say(calls=[("write_file", {"file": 1})]), errors.ModelAnsweredNonsense),
        (Say(calls=[("write_file", '{"path": "src/App')], stop="max_tokens"), errors.ModelAnsweredNonsense),
        (Say("", stop="refusal"), errors.ModelRefused),
    ],
)  # fmt: skip
async def test_nonsense_ends_in_a_clear_error(
    tmp_path: Path, reply: Say | Raw | FailInStream, expected: type[VitrailError]
) -> None:
    with AnthropicServer([reply]) as server, pytest.raises(expected) as caught:
        async with asyncio.timeout(20):
            await write(server, tmp_path)
    assert caught.value.cause and caught.value.cure
    assert len(server.requests) <= 8


async def test_an_address_that_nobody_answers_is_unreachable(tmp_path: Path) -> None:
    settings = load_settings(ANTHROPIC_API_KEY="sk-ant-secret-0123456789", ANTHROPIC_BASE_URL="http://127.0.0.1:9")
    with pytest.raises(errors.ModelUnreachable) as caught:
        await write_app(task(app_folder(tmp_path)), make_model(settings), AgentTools(), Steps(), LIMITS)
    assert "firewall" in caught.value.cure


async def test_turns_and_cost_are_bounded(tmp_path: Path) -> None:
    loop = Say(calls=[("search_catalog", {"words": "revenue"})], input_tokens=1000, output_tokens=100_000)
    with AnthropicServer([loop]) as server:
        with pytest.raises(errors.BuildLimitReached, match="VITRAIL_AGENT_MAX_TURNS"):
            await write(server, tmp_path, limits=AgentLimits(turns=5, cost=1000))
        assert len(server.requests) == 5
    with AnthropicServer([loop]) as server:
        with pytest.raises(errors.BuildLimitReached, match="VITRAIL_AGENT_MAX_COST"):
            await write(server, tmp_path, limits=AgentLimits(turns=50, cost=2))
        assert len(server.requests) == 2


async def test_cancelling_stops_the_call_at_once(tmp_path: Path) -> None:
    slow = Say("word " * 400, pause_s=0.1)
    with AnthropicServer([slow]) as server:
        running = asyncio.create_task(write(server, tmp_path))
        while not server.requests:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        began = time.monotonic()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert time.monotonic() - began < 1
        assert await asyncio.to_thread(server.dropped.wait, 3)


@pytest.mark.parametrize("path", ["package.json", "../outside.txt", "/etc/passwd", "src/../package.json", "src/link/x"])
async def test_files_outside_src_are_closed(tmp_path: Path, path: str) -> None:
    workspace = app_folder(tmp_path)
    (tmp_path / "src" / "link").symlink_to(tmp_path)
    bad = [("write_file", {"path": path, "content": "x"}), ("read_file", {"path": path}), WRITE]
    steps = Steps()
    with AnthropicServer([Say(calls=bad), Say("Done.")]) as server:
        result = await write_app(task(workspace), model_of(server), AgentTools(), steps, LIMITS)
    assert result.changed == ("src/App.tsx",)
    assert (tmp_path / "package.json").read_text() == "{}"
    assert not (tmp_path.parent / "outside.txt").exists()
    answers = server.requests[1].body["messages"][-1]["content"]
    assert "root:" not in json.dumps(answers)
    assert "write_file was not done" in steps.titles("note")


async def test_an_overlong_or_empty_prompt_never_reaches_the_model(tmp_path: Path) -> None:
    with AnthropicServer([Say("x")]) as server:
        for prompt in ("   ", "x" * 100_000):
            with pytest.raises(VitrailError) as caught:
                await write(server, tmp_path, prompt=prompt)
            assert caught.value.status == 422
        assert not server.requests


async def test_a_gateway_that_points_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """The key goes where the operator said it should, and nowhere else."""
    with AnthropicServer([Say("Hello.")]) as elsewhere:
        moved = Refuse(307, "moved", "moved", headers={"location": f"{elsewhere.url}/v1/messages"})
        with AnthropicServer([moved, moved, moved]) as server:
            with pytest.raises(errors.ModelError) as refused:
                await write(server, tmp_path)
            assert refused.value.cure
            assert server.key not in f"{refused.value.cause} {refused.value.cure}"
    assert elsewhere.requests == []
