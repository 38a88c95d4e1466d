"""Lists of content: what one may open and no more, by space, by kind, by words, page by page."""

from __future__ import annotations

import httpx

from tests.content.kit import NOBODY, Content, let_in
from tests.kit.instance import VERA
from vitrail.access.placement import SpaceRole


async def test_a_stranger_is_asked_to_sign_in(stranger: httpx.AsyncClient, content: Content) -> None:
    for path in (f"{content.project}/content", f"/api/v1/spaces/{content.spaces['Sales']}/content"):
        assert (await stranger.get(path)).status_code == 401


async def test_a_space_that_one_may_not_see_has_no_list(vera: httpx.AsyncClient, content: Content) -> None:
    hidden = await vera.get(f"/api/v1/spaces/{content.spaces['Board papers']}/content")
    unknown = await vera.get(f"/api/v1/spaces/{NOBODY}/content")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json() == unknown.json()


async def test_each_sees_what_they_may_open(vera: httpx.AsyncClient, content: Content) -> None:
    await content.chart(name="Open")
    await content.chart("Board papers", name="Closed")
    await content.dashboard(space="Weekly review", name="Weekly")
    names = {each["name"]: each for each in (await content.ada.get(f"{content.project}/content")).json()["items"]}
    assert set(names) == {"Open", "Closed", "Weekly"}
    assert (names["Open"]["kind"], names["Open"]["look"], names["Weekly"]["kind"]) == ("chart", "bar", "dashboard")
    hers = (await vera.get(f"{content.project}/content")).json()
    assert (sorted(each["name"] for each in hers["items"]), hers["total"]) == (["Open", "Weekly"], 2)
    assert not any(each["canManage"] for each in hers["items"])
    await let_in(content, "Sales", VERA.email, SpaceRole.EDIT)
    may = {each["name"]: each["canManage"] for each in (await vera.get(f"{content.project}/content")).json()["items"]}
    assert may == {"Open": True, "Weekly": True}, "Weekly review takes what Sales lets in"


async def test_a_space_lists_its_own_and_not_what_lies_below(content: Content) -> None:
    await content.chart(name="Above")
    await content.dashboard(space="Weekly review", name="Below")
    found = (await content.ada.get(f"/api/v1/spaces/{content.spaces['Sales']}/content")).json()
    assert [each["name"] for each in found["items"]] == ["Above"]


async def test_by_kind_by_words_and_page_by_page(content: Content) -> None:
    for number in range(3):
        await content.chart(name=f"Chart {number}", description="100% of it")
    await content.dashboard(name="Board")
    path = f"{content.project}/content"
    assert [each["name"] for each in (await content.ada.get(f"{path}?kind=dashboard")).json()["items"]] == ["Board"]
    assert (await content.ada.get(f"{path}?q=CHART 1")).json()["total"] == 1
    assert (await content.ada.get(f"{path}?q=100%25")).json()["total"] == 3
    assert (await content.ada.get(f"{path}?q=_hart")).json()["total"] == 0, "a wildcard is a character"
    first = (await content.ada.get(f"{path}?limit=2")).json()
    second = (await content.ada.get(f"{path}?limit=2&offset=2")).json()
    assert (first["total"], len(first["items"]), len(second["items"])) == (4, 2, 2)
    assert {each["id"] for each in first["items"]}.isdisjoint(each["id"] for each in second["items"])
    assert first["items"][0]["name"] == "Board", "the newest change first"
    for wrong in ("limit=0", "limit=201", "offset=-1", "kind=secret", "q=" + "x" * 201):
        assert (await content.ada.get(f"{path}?{wrong}")).status_code == 422, wrong
    by_space = await content.ada.get(f"{content.project}/charts?space={content.spaces['Stores']}")
    assert by_space.json() == {"items": [], "total": 0}
