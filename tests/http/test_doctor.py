"""`GET /api/v1/doctor`: for administrators, every part with cause and cure."""

from __future__ import annotations

import httpx
import pytest

from vitrail.doctor import PROBES
from vitrail.errors import Unavailable
from vitrail.identity.person import Person
from vitrail.services import Services

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


async def works(_services: Services, _person: Person | None) -> str:
    return "seen"


async def fails(_services: Services, _person: Person | None) -> str:
    raise Unavailable("It is gone.", cure="Bring it back.")


async def breaks(_services: Services, _person: Person | None) -> str:
    raise RuntimeError("password=hunter2")


@pytest.fixture(autouse=True)
def _only_quick_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    probes = (("works", "Works", works), ("breaks", "Breaks", breaks), ("fails", "Fails", fails))
    monkeypatch.setattr("vitrail.apps.probes.PROBES", probes)


async def test_only_administrators_see_it(stranger: httpx.AsyncClient, vera: httpx.AsyncClient) -> None:
    assert (await stranger.get("/api/v1/doctor")).status_code == 401
    answer = await vera.get("/api/v1/doctor")
    assert answer.status_code == 403
    assert "manage:Organization" in answer.json()["cause"]


async def test_each_part_is_tried_and_one_that_breaks_hides_no_other(ada: httpx.AsyncClient) -> None:
    answer = await ada.get("/api/v1/doctor")
    found = {check["name"]: check for check in answer.json()}
    assert list(found) == [name for name, _, _ in PROBES] + ["works", "breaks", "fails"]
    assert (found["works"]["ok"], found["works"]["detail"]) == (True, "seen")
    assert (found["fails"]["ok"], found["fails"]["cause"], found["fails"]["cure"]) == (
        False,
        "It is gone.",
        "Bring it back.",
    )
    assert found["breaks"]["ok"] is False
    assert "hunter2" not in answer.text
    for check in found.values():
        assert check["ok"] or (check["cause"] and check["cure"])


async def test_a_part_that_hangs_is_given_up(ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    async def hangs(_services: Services, _person: Person | None) -> str:
        await asyncio.sleep(60)
        return "never"

    monkeypatch.setattr("vitrail.doctor.TIMEOUT_S", 0.05)
    monkeypatch.setattr("vitrail.apps.probes.PROBES", (("hangs", "Hangs", hangs),))
    found = (await ada.get("/api/v1/doctor")).json()[-1]
    assert found["ok"] is False
    assert "did not answer" in found["cause"]


async def test_it_is_not_run_more_than_a_few_times_a_minute(ada: httpx.AsyncClient) -> None:
    answers = [(await ada.get("/api/v1/doctor")).status_code for _ in range(7)]
    assert answers == [200] * 6 + [429]
