"""`/data-apps/status` and `/data-apps/checks`: why data apps are there or not, part by part, tried for real."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from tests.apps.platform import licensed
from tests.kit.instance import ADA, Instance
from tests.wire.anthropic_server import AnthropicServer
from tests.wire.replies import Refuse, Say
from vitrail.access.roles import Role
from vitrail.apps import probes, readiness
from vitrail.errors import Unavailable
from vitrail.identity.person import Person
from vitrail.services import Services
from vitrail.usage.tables import UsageRow

STATUS, CHECKS = "/api/v1/data-apps/status", "/api/v1/data-apps/checks"
ORDER = ["switch", "licence", "scope", "store", "sandbox", "toolchain", "browser", "model"]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def variables() -> dict[str, Any]:
    return licensed()


async def parts(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await client.get(STATUS)
    assert answer.status_code == 200, answer.text
    return {part["name"]: part for part in answer.json()}


async def test_only_administrators_see_and_test(
    stranger: httpx.AsyncClient, vera: httpx.AsyncClient, instance: Instance
) -> None:
    for client, status in ((stranger, 401), (vera, 403)):
        assert (await client.get(STATUS)).status_code == status
        assert (await client.post(CHECKS, json={"names": ["store"]})).status_code == status
    editor = instance.by_token(await instance.add_person("eddie", organization_role=Role.EDITOR))
    async with editor:
        assert (await editor.get(STATUS)).status_code == 403


async def test_all_parts_are_there_and_what_only_testing_tells_is_untested(ada: httpx.AsyncClient) -> None:
    found = await parts(ada)
    assert list(found) == ORDER
    for name in ("switch", "licence", "scope", "model"):
        assert (found[name]["state"], found[name]["note"]) == ("ok", None), found[name]
    for name in ("store", "sandbox", "toolchain", "browser"):
        assert found[name]["state"] == "untested"
        assert found[name]["note"]
        assert found[name]["testedAt"] is None
    assert "offline planner" in found["model"]["detail"]
    assert "you may, in" in found["scope"]["detail"]


async def test_an_object_is_really_written_and_read(ada: httpx.AsyncClient, instance: Instance) -> None:
    answer = await ada.post(CHECKS, json={"names": ["store"]})
    [store] = answer.json()
    assert store["state"] == "ok"
    assert "wrote, read and deleted" in store["detail"]
    assert store["testedAt"]
    assert store["tookMs"] >= 0
    assert (await parts(ada))["store"] == store


@pytest.mark.parametrize(
    "body", [{}, {"names": []}, {"names": ["database"]}, {"names": ["store"] * 9}, {"names": ["store"], "more": 1}]
)
async def test_what_is_no_part_is_refused(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await ada.post(CHECKS, json=body)).status_code == 422


async def test_two_who_ask_at_once_share_one_test(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = 0, asyncio.Event()

    async def slow(_services: Services, _person: Person | None) -> str:
        nonlocal began
        began += 1
        await go_on.wait()
        return "seen"

    replace_live(monkeypatch, "store", slow)
    ada, parts_of = await instance.person(ADA.email), readiness.Readiness(instance.services)
    asking = [asyncio.create_task(parts_of.try_out(["store", "store"], ada)) for _ in range(3)]
    while began == 0:
        await asyncio.sleep(0)
    asking[2].cancel()  # somebody hangs up
    go_on.set()
    both = await asyncio.gather(*asking[:2])
    assert [[part.detail for part in found] for found in both] == [["seen"], ["seen"]]
    assert began == 1


def replace_live(monkeypatch: pytest.MonkeyPatch, name: str, live: Any) -> None:
    changed = {**probes.CHECKS, name: dataclasses.replace(probes.CHECKS[name], live=live)}
    monkeypatch.setattr(readiness, "CHECKS", changed)


async def test_a_part_that_fails_says_what_to_do_and_stays_so_until_it_works(
    ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = False

    async def store(_services: Services, _person: Person | None) -> str:
        if not works:
            raise Unavailable("The bucket is gone.", cure="Bring it back.")
        return "here it is"

    replace_live(monkeypatch, "store", store)
    [failed] = (await ada.post(CHECKS, json={"names": ["store"]})).json()
    assert (failed["state"], failed["cause"], failed["cure"]) == ("wrong", "The bucket is gone.", "Bring it back.")
    assert (await parts(ada))["store"]["state"] == "wrong"
    works = True
    assert (await ada.post(CHECKS, json={"names": ["store"]})).json()[0]["state"] == "ok"
    assert (await parts(ada))["store"]["state"] == "ok"


async def test_testing_is_limited(ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PER_MINUTE", 2)
    for _ in range(2):
        assert (await ada.post(CHECKS, json={"names": ["store"]})).status_code == 200
    refused = await ada.post(CHECKS, json={"names": ["store"]})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert "Object store" in refused.json()["cause"]
    assert (await ada.post(CHECKS, json={"names": ["switch"]})).status_code == 200


class TestSwitchedOff:
    @pytest.fixture
    def variables(self) -> dict[str, Any]:
        return {**licensed(), "APPS_RUNTIME_ENABLED": "false"}

    async def test_the_switch_and_only_it_is_wrong(self, ada: httpx.AsyncClient) -> None:
        found = await parts(ada)
        assert [name for name, part in found.items() if part["state"] == "wrong"] == ["switch"]
        assert found["switch"]["cure"] == "Set APPS_RUNTIME_ENABLED=true and restart."


class TestWithoutLicence:
    @pytest.fixture
    def variables(self) -> dict[str, Any]:
        return {"APPS_RUNTIME_ENABLED": "true"}

    async def test_the_licence_and_only_it_is_wrong(self, ada: httpx.AsyncClient) -> None:
        found = await parts(ada)
        assert [name for name, part in found.items() if part["state"] == "wrong"] == ["licence"]
        assert "LIGHTDASH_LICENSE_KEY" in found["licence"]["cause"]


class TestE2b:
    @pytest.fixture
    def variables(self) -> dict[str, Any]:
        return {**licensed(), "E2B_API_KEY": "e2b_0123"}

    async def test_what_is_not_built_yet_says_so(self, ada: httpx.AsyncClient) -> None:
        sandbox = (await parts(ada))["sandbox"]
        assert sandbox["state"] == "wrong"
        assert "E2B" in sandbox["cause"]
        assert "SANDBOX_PROVIDER=local" in sandbox["cure"]


class TestModel:
    @pytest.fixture
    def anthropic(self) -> Any:
        with AnthropicServer(lambda _seen, _number: self.reply) as server:
            yield server

    reply: Any = Say("ok", input_tokens=9, output_tokens=1)

    @pytest.fixture
    def variables(self, anthropic: AnthropicServer) -> dict[str, Any]:
        return {**licensed(), "ANTHROPIC_API_KEY": anthropic.key, "ANTHROPIC_BASE_URL": anthropic.url}

    async def test_one_token_is_asked_for_and_written_into_the_ledger(
        self, ada: httpx.AsyncClient, instance: Instance, anthropic: AnthropicServer
    ) -> None:
        untested = (await parts(ada))["model"]
        assert untested["state"] == "untested"
        assert "bills" in untested["note"]
        assert anthropic.requests == []
        [model] = (await ada.post(CHECKS, json={"names": ["model"]})).json()
        assert model["state"] == "ok", model
        [seen] = anthropic.requests
        assert seen.body["max_tokens"] == 1
        async with instance.services.db.session() as session:
            [row] = list(await session.scalars(select(UsageRow)))
        assert (row.stage, row.calls, row.input_tokens, row.output_tokens) == ("check", 1, 9, 1)
        assert row.person_name == "Ada Martin"

    async def test_the_model_is_tested_less_often_than_the_rest(self, ada: httpx.AsyncClient) -> None:
        answers = [await ada.post(CHECKS, json={"names": ["model"]}) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 6 + [429]

    @pytest.mark.parametrize(
        ("refusal", "words"),
        [
            (Refuse(401, "authentication_error", "invalid x-api-key"), "ANTHROPIC_API_KEY"),
            (Refuse(429, "rate_limit_error", "slow down"), "rate"),
            (Refuse(404, "not_found_error", "model: claude-x"), "model"),
            (Refuse(400, "invalid_request_error", "Your credit balance is too low"), "credit"),
            (Refuse(529, "overloaded_error", "Overloaded"), "again"),
        ],
    )
    async def test_each_refusal_of_the_provider_has_its_own_message(
        self, ada: httpx.AsyncClient, anthropic: AnthropicServer, refusal: Refuse, words: str
    ) -> None:
        type(self).reply = refusal
        try:
            [model] = (await ada.post(CHECKS, json={"names": ["model"]})).json()
        finally:
            type(self).reply = Say("ok", input_tokens=9, output_tokens=1)
        assert model["state"] == "wrong"
        assert words in f"{model['cause']} {model['cure']}", model
        assert anthropic.key not in str(model)


async def test_a_provider_without_its_key_is_wrong_before_anything_is_tested(
    ada: httpx.AsyncClient, instance: Instance
) -> None:
    changed = instance.services.settings.model_copy(update={"ai_default_provider": "anthropic"})
    changed.__dict__.pop("model_provider", None)
    object.__setattr__(instance.services, "settings", changed)
    model = (await parts(ada))["model"]
    assert (model["state"], model["note"]) == ("wrong", None)
    assert "ANTHROPIC_API_KEY" in model["cause"]
