"""`GET /organization/licence`: for administrators, everything but the key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.apps.platform import licensed
from tests.kit.instance import Instance
from tests.wire.keygen_server import Issued, KeygenServer
from vitrail.db.base import now
from vitrail.licence.features import Feature

PATH = "/api/v1/organization/licence"
KEY = "C1B6DE-39A6E3-DE1529-8559A0-4AF593-V3"
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def variables() -> dict[str, Any]:
    return {**licensed(), "EMBEDDING_ENABLED": "false"}


async def test_only_administrators_see_it(stranger: httpx.AsyncClient, vera: httpx.AsyncClient) -> None:
    assert (await stranger.get(PATH)).status_code == 401
    refused = await vera.get(PATH)
    assert refused.status_code == 403
    assert "manage:Organization" in refused.json()["cause"]


async def test_it_tells_what_is_allowed_and_why_not_more(ada: httpx.AsyncClient, variables: dict[str, Any]) -> None:
    answer = await ada.get(PATH)
    licence = answer.json()
    assert (licence["status"], licence["source"], licence["holder"]) == ("valid", "key", "Tests")
    assert licence["server"] is None
    features = {each["feature"]: each for each in licence["features"]}
    assert set(features) == {each.value for each in Feature}
    assert features["data_apps"]["enabled"] is True
    embedding = features["embedding"]
    assert (embedding["enabled"], embedding["switchedOn"], embedding["named"]) == (False, False, True)
    assert "EMBEDDING_ENABLED" in embedding["cause"]
    assert features["groups"]["named"] is None
    secret = answer.request.url  # the key is in nothing that was said
    assert variables["LIGHTDASH_LICENSE_KEY"] not in f"{answer.text}{answer.headers}{secret}"


async def test_nobody_signed_in_learns_the_key_anywhere(
    ada: httpx.AsyncClient, vera: httpx.AsyncClient, variables: dict[str, Any]
) -> None:
    key = variables["LIGHTDASH_LICENSE_KEY"]
    for client in (ada, vera):
        for path in (PATH, "/api/v1/auth/me", "/api/v1/data-apps/status", "/api/v1/audit", "/api/v1/openapi.json"):
            answer = await client.get(path)
            assert key not in answer.text
            assert key.split(".")[0] not in answer.text


class TestNoLicence:
    @pytest.fixture
    def variables(self) -> dict[str, Any]:
        return {}

    async def test_none_is_a_state_too(self, ada: httpx.AsyncClient) -> None:
        licence = (await ada.get(PATH)).json()
        assert (licence["status"], licence["id"], licence["source"]) == ("none", None, "none")
        assert all(each["reason"] == "no-licence" for each in licence["features"])
        assert all(each["named"] is None for each in licence["features"])


class TestLicenceServer:
    @pytest.fixture
    def server(self) -> Any:
        with KeygenServer() as running:
            running.licences[KEY] = Issued(expiry=now() + timedelta(days=100))
            yield running

    @pytest.fixture
    def variables(self, server: KeygenServer) -> dict[str, Any]:
        return {**server.variables(KEY), "APPS_RUNTIME_ENABLED": "true", "VITRAIL_BUILDS_AT_ONCE": "0"}

    async def test_a_server_is_asked_at_the_start_and_on_request(
        self, ada: httpx.AsyncClient, instance: Instance, server: KeygenServer
    ) -> None:
        licence = (await ada.get(PATH)).json()
        assert (licence["status"], licence["source"]) == ("valid", "online")
        assert licence["server"]["host"].startswith("127.0.0.1:")
        assert licence["server"]["answeredAt"]
        assert instance.services.data_apps.enabled

        server.licences[KEY].code = "SUSPENDED"
        checked = await ada.post("/api/v1/data-apps/checks", json={"names": ["licence"]})
        [part] = checked.json()
        assert (part["state"], part["note"]) == ("wrong", "Asks the licence server now.")
        assert "suspended" in part["cause"]
        assert (await ada.get(PATH)).json()["status"] == "suspended"
        assert not instance.services.data_apps.enabled

        server.licences[KEY].code = "VALID"
        [part] = (await ada.post("/api/v1/data-apps/checks", json={"names": ["licence"]})).json()
        assert part["state"] == "ok"

        server.broken = "down"
        await ada.post("/api/v1/data-apps/checks", json={"names": ["licence"]})
        licence = (await ada.get(PATH)).json()
        assert licence["status"] == "valid"
        assert licence["server"]["graceUntil"]
        assert "503" in licence["server"]["error"]
        assert KEY not in str(licence)
