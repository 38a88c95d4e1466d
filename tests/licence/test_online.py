"""A licence server on the wire: each validation code, each way an answer can't be trusted, and what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.wire.keygen_server import Issued, KeygenServer
from vitrail.db.base import now
from vitrail.errors import InvalidInput
from vitrail.licence.online import LicenceServerSilent, ask
from vitrail.licence.state import Heard, LicenceState, LicenceStatus, held, judge
from vitrail.settings import Settings, load_settings

KEY = "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3"


@pytest.fixture
def server() -> Iterator[KeygenServer]:
    with KeygenServer() as running:
        running.licences[KEY] = Issued()
        yield running


def settings(server: KeygenServer, key: str = KEY, **more: str) -> Settings:
    return load_settings(**{**server.variables(key), **more})


async def state_by(settings: Settings, at: datetime | None = None) -> LicenceState:
    answered = now()
    heard = Heard(answer=await ask(settings), answered_at=answered, tried_at=answered)
    return judge(settings, held(settings), heard, at or answered)


async def test_a_valid_licence_names_what_it_opens(server: KeygenServer) -> None:
    server.licences[KEY].expiry = datetime(2099, 1, 1, tzinfo=UTC)
    state = await state_by(settings(server))
    assert state.status is LicenceStatus.VALID
    assert state.licence is not None
    assert state.licence.features == {"data_apps", "custom_roles", "service_accounts", "embedding"}
    assert (state.licence.holder, state.source) == ("Jaffle Shop", "online")
    assert "2099-01-01" in state.cause
    [(method, path, body)] = server.asked
    assert (method, path) == ("post", "/v1/accounts/jaffle-shop/licenses/actions/validate-key?include=entitlements")
    assert body["meta"] == {"key": KEY}


async def test_a_server_that_includes_nothing_is_asked_for_the_entitlements(server: KeygenServer) -> None:
    server.includes = False
    server.licences[KEY].entitlements = ("DATA_APPS",)
    state = await state_by(settings(server))
    assert state.licence is not None
    assert state.licence.features == {"data_apps"}
    assert server.asked[1][2]["authorization"] == f"License {KEY}"


async def test_features_may_be_named_in_the_metadata(server: KeygenServer) -> None:
    server.licences[KEY] = Issued(entitlements=(), metadata={"features": "data_apps, Embedding", "holder": "Us"})
    state = await state_by(settings(server))
    assert state.licence is not None
    assert (state.licence.features, state.licence.holder) == ({"data_apps", "embedding"}, "Us")


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("EXPIRED", LicenceStatus.EXPIRED, "has ended"),
        ("SUSPENDED", LicenceStatus.SUSPENDED, "is suspended"),
        ("BANNED", LicenceStatus.SUSPENDED, "banned"),
        ("OVERDUE", LicenceStatus.SUSPENDED, "overdue"),
        ("NO_MACHINES", LicenceStatus.INVALID, "needs no machine"),
        ("FINGERPRINT_SCOPE_REQUIRED", LicenceStatus.INVALID, "needs no machine"),
        ("TOO_MANY_USERS", LicenceStatus.INVALID, "TOO_MANY_USERS"),
    ],
)
async def test_each_refusal_has_its_state_and_its_cure(
    server: KeygenServer, code: str, status: LicenceStatus, words: str
) -> None:
    server.licences[KEY].code = code
    state = await state_by(settings(server))
    assert state.status is status
    assert words in f"{state.cause} {state.cure}"
    assert state.cure


async def test_a_key_that_the_server_does_not_know(server: KeygenServer) -> None:
    state = await state_by(settings(server, "some-other-key"))
    assert (state.status, state.licence) == (LicenceStatus.INVALID, None)
    assert "VITRAIL_LICENSE_ACCOUNT" in state.cure


async def test_the_product_is_named_where_the_server_wants_it(server: KeygenServer) -> None:
    server.licences[KEY].product = "vitrail"
    assert "VITRAIL_LICENSE_PRODUCT" in (await state_by(settings(server))).cure
    assert "another product" in (await state_by(settings(server, VITRAIL_LICENSE_PRODUCT="other"))).cause
    assert (await state_by(settings(server, VITRAIL_LICENSE_PRODUCT="vitrail"))).usable


async def test_a_policy_may_let_a_licence_go_on_beyond_its_end(server: KeygenServer) -> None:
    server.licences[KEY] = Issued(code="EXPIRED", valid=True, expiry=now() - timedelta(days=3))
    assert (await state_by(settings(server))).usable


async def test_a_licence_that_ends_between_two_answers_has_ended(server: KeygenServer) -> None:
    server.licences[KEY].expiry = now() + timedelta(hours=5)
    held_settings = settings(server)
    assert (await state_by(held_settings)).status is LicenceStatus.EXPIRING
    assert (await state_by(held_settings, now() + timedelta(hours=6))).status is LicenceStatus.EXPIRED


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("down", "status 503"),
        ("unsigned", "not the licence's authority"),
        ("forged", "not the licence's authority"),
        ("other-question", "not the licence's authority"),
        ("tampered", "not the licence's authority"),
        ("html", "not the licence's authority"),
        ("stale", "more than five minutes"),
        ("huge", "can't be reached"),
    ],
)
async def test_what_is_not_the_authoritys_answer_is_no_answer(server: KeygenServer, broken: str, words: str) -> None:
    server.licences[KEY].code = "SUSPENDED"
    server.broken = broken
    with pytest.raises(LicenceServerSilent) as silent:
        await ask(settings(server))
    assert words in silent.value.cause
    assert silent.value.cure
    assert KEY not in f"{silent.value!r}{silent.value.problem()}{silent.value.__cause__!r}"


async def test_another_authoritys_server_is_not_believed(server: KeygenServer) -> None:
    with pytest.raises(LicenceServerSilent, match="not the licence's authority"):
        await ask(settings(server, VITRAIL_LICENSE_PUBLIC_KEY="ab" * 32))


async def test_nobody_there() -> None:
    with KeygenServer() as gone:
        where = gone.variables(KEY)
    with pytest.raises(LicenceServerSilent, match="can't be reached"):
        await ask(load_settings(**where))


async def test_a_wrong_account_is_told_by_its_status(server: KeygenServer) -> None:
    with pytest.raises(LicenceServerSilent) as silent:
        await ask(settings(server, VITRAIL_LICENSE_ACCOUNT="../other"))
    assert "VITRAIL_LICENSE_ACCOUNT" in silent.value.cure
    assert server.asked[0][1].startswith("/v1/accounts/..%2Fother/licenses/")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"VITRAIL_LICENSE_ENDPOINT": "http://licences.example.com/v1"}, "https"),
        ({"VITRAIL_LICENSE_ENDPOINT": "https://user:pw@licences.example.com/v1"}, "https"),
        ({"VITRAIL_LICENSE_ENDPOINT": "https://licences.example.com/v1?x=1"}, "more than a path"),
        ({"VITRAIL_LICENSE_ENDPOINT": "licences"}, "https"),
        ({"VITRAIL_LICENSE_ENDPOINT": "https://licences.example.com/v1"}, "VITRAIL_LICENSE_ACCOUNT"),
    ],
)
def test_a_wrong_address_is_named(variables: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_settings(**variables)
    assert words in refused.value.cause
    assert "pw" not in refused.value.cause
