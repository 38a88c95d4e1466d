"""The same pipeline with the official clients of Anthropic and Bedrock, against local servers that speak their wire
format: a model that makes a mistake, is told, and mends it; no key anywhere but in the request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from tests.e2e.demo import ENDED, Demo, running, until
from tests.wire.anthropic_server import AnthropicServer
from tests.wire.bedrock_server import BedrockServer, IamPair
from tests.wire.replies import Raw, Refuse, Reply, Say, Seen

pytestmark = [pytest.mark.browser, pytest.mark.sandbox, pytest.mark.toolchain]

APP = """import {{ query, useQuery }} from '@vitrail/sdk';
import {{ AppShell, LineChartCard }} from '@/components';

export default function App() {{
  const monthly = useQuery(
    query('orders')
      .dimensions(['orders_order_date_month'])
      .metrics(['{metric}'])
      .sorts([{{ field: 'orders_order_date_month', direction: 'asc' }}])
      .label('By month'),
  );
  return (
    <AppShell title="By month" description="How it went.">
      <LineChartCard title="By month" result={{monthly}} x="orders_order_date_month" y="{metric}" />
    </AppShell>
  );
}}
"""
WRONG, RIGHT = APP.format(metric="orders_total_revenu"), APP.format(metric="orders_total_revenue")


def writing(content: str) -> tuple[str, dict[str, str]]:
    return ("write_file", {"path": "src/App.tsx", "content": content})


MISTAKEN: Sequence[Reply] = (
    Say("Let me look.", [("search_catalog", {"words": "revenue by month"})]),
    Say(calls=[writing(WRONG)]),
    Say("Done, I believe."),
    Say(calls=[writing(RIGHT), ("about_app", {"name": "Revenue by month"})]),
    Say("It shows **total revenue** by month."),
)


def build(demo: Demo, client: httpx.Client, prompt: str = "Revenue by month") -> tuple[str, dict[str, object]]:
    answer = client.post(f"/projects/{demo.project}/apps", json={"prompt": prompt})
    assert answer.status_code == 201, answer.text
    path = f"/apps/{answer.json()['app']['id']}/versions/1"
    return path, until(client, path, *ENDED)


def test_anthropic_writes_is_told_of_its_mistake_and_mends_it(tmp_path: Path) -> None:
    with (
        AnthropicServer(list(MISTAKEN)) as server,
        running(tmp_path / "data", ANTHROPIC_API_KEY=server.key, ANTHROPIC_BASE_URL=server.url) as demo,
        demo.client() as client,
    ):
        path, version = build(demo, client)
        assert (version["status"], version["error"]) == ("ready", None)
        assert version["reply"] == "It shows **total revenue** by month."
        assert version["rendered"] == {"ok": True, "reason": None}
        assert client.get(path.split("/versions")[0]).json()["name"] == "Revenue by month"
        told = json.dumps(server.requests[3].body["messages"][-1])
        assert "orders_total_revenu" in told
        assert "src/App.tsx" in told
        # A follow-up knows what was said before.
        app = path.split("/versions")[0]
        client.post(f"{app}/versions", json={"prompt": "Say so in the title"})
        assert until(client, f"{app}/versions/2", *ENDED)["status"] == "ready"
        before = json.dumps(server.requests[-1].body["messages"])
        assert "Revenue by month" in before
        assert "Say so in the title" in before
        _paid_for(client, f"{app}/versions", len(server.requests))
        assert demo.process is not None
    _nowhere(server.key, tmp_path)


def test_bedrock_with_an_iam_pair_takes_the_same_way(tmp_path: Path) -> None:
    pair = IamPair()
    variables = {
        "AI_DEFAULT_PROVIDER": "bedrock",
        "BEDROCK_REGION": "us-east-1",
        "BEDROCK_ACCESS_KEY_ID": pair.key_id,
        "BEDROCK_SECRET_ACCESS_KEY": pair.secret,
    }
    with (
        BedrockServer(list(MISTAKEN), pair=pair, region="us-east-1") as server,
        running(tmp_path / "data", BEDROCK_BASE_URL=server.url, **variables) as demo,
        demo.client() as client,
    ):
        _, version = build(demo, client)
        assert (version["status"], version["error"]) == ("ready", None)
        assert "us.anthropic." in server.models[0]
    _nowhere(pair.secret, tmp_path)


def test_what_keeps_a_model_from_answering_is_the_versions_error(tmp_path: Path) -> None:
    """One server whose model fails in another way for each prompt: the cause and the cure are the version's."""
    failures: dict[str, tuple[Reply, str]] = {
        "Bad key": (Refuse(401, "authentication_error", "invalid x-api-key"), "ANTHROPIC_API_KEY"),
        "No credit": (Refuse(400, "invalid_request_error", "Your credit balance is too low"), "credit"),
        "Nonsense": (Raw(b"<html>gateway</html>"), ""),
        "Never changes": (Say(calls=[writing(WRONG)]), ""),
    }

    def script(seen: Seen, number: int) -> Reply:
        said = json.dumps(seen.body["messages"])
        for prompt, (reply, _) in failures.items():
            if prompt in said:
                answered = (
                    isinstance(reply, Say) and seen.body["messages"][-1]["role"] == "user" and "tool_result" in said
                )
                return Say("I did what I can.") if answered else reply
        return Say("Hm.")

    with (
        AnthropicServer(script) as server,
        running(tmp_path / "data", ANTHROPIC_API_KEY=server.key, ANTHROPIC_BASE_URL=server.url) as demo,
        demo.client() as client,
    ):
        for prompt, (_, words) in failures.items():
            path, version = build(demo, client, prompt)
            error = version["error"]
            assert version["status"] == "error", prompt
            assert isinstance(error, dict)
            assert words in f"{error['cause']} {error['cure']}", error
            assert error["cure"]
            opened = client.post(f"{path.split('/versions')[0]}/sessions", json={})
            assert opened.status_code == 409
    _nowhere(server.key, tmp_path)


def _paid_for(client: httpx.Client, versions: str, requests: int) -> None:
    """Each request is a line of the ledger; when the budget is used up, no more are sent."""
    entries = client.get("/usage/entries").json()["entries"]
    calls = [entry for entry in entries if entry["kind"] == "model"]
    assert len(calls) == requests
    assert {entry["stage"] for entry in calls} == {"generating", "mending"}
    assert all(entry["cost"] > 0 and entry["inputTokens"] > 0 for entry in calls)
    assert [entry["sandboxSeconds"] > 0 for entry in entries if entry["kind"] == "sandbox"] == [True, True]
    first = client.get(f"{versions}/1").json()
    spent = sum(entry["cost"] for entry in calls if entry["version"] == 1)
    assert first["usage"]["cost"] == pytest.approx(spent)
    made = client.post("/budgets", json={"kind": "organization", "limit": spent})
    assert made.status_code == 201, made.text
    refused = client.post(versions, json={"prompt": "More"})
    assert (refused.status_code, refused.json()["code"]) == (403, "budget-reached"), refused.text
    # Room for a word, not for an answer: the build starts, asks before its first call, and ends with the reason.
    client.patch(f"/budgets/{made.json()['id']}", json={"limit": made.json()["spent"] + 0.001})
    assert client.post(versions, json={"prompt": "More"}).status_code == 201
    ended = until(client, f"{versions}/3", *ENDED)
    assert (ended["status"], ended["error"]["title"]) == ("error", "A budget is used up")
    assert len(client.get("/usage/entries").json()["entries"]) == len(entries) + 1, "only its sandbox"


def _nowhere(secret: str, folder: Path) -> None:
    """The secret is in no file that the server wrote: database, store, sandboxes, conversation, log."""
    for path in folder.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
