"""The host's pages: files, the one page for every address, and nothing outside the folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from vitrail.app import create_app
from vitrail.settings import Settings


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "a web folder"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Vitrail</title>")
    (folder / "assets" / "index-abc123.js").write_text("export {}")
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.txt").write_text("what nobody may read")
    return folder


@pytest.fixture
def variables(web: Path) -> dict[str, Any]:
    return {"VITRAIL_WEB_DIR": str(web)}


@pytest.fixture
async def client(empty_settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(empty_settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://vitrail.test") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/login", "/projects/1/apps", "/apps/new", "/settings/data-apps"])
async def test_every_page_is_the_one_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert "<title>Vitrail</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_files_with_a_hash_in_their_name_are_kept_for_good(client: httpx.AsyncClient) -> None:
    answer = await client.get("/assets/index-abc123.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


async def test_other_files_are_asked_for_again(client: httpx.AsyncClient) -> None:
    answer = await client.get("/favicon.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/gone-1.js", "/assets/", "/vendor/", "/api/v1/x"])
async def test_what_is_no_page_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "//etc/passwd",
        "/%00",
        "/a%5c..%5csecret.txt",
    ],
)
async def test_nothing_outside_the_folder_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert "nobody may read" not in answer.text
    assert "root:" not in answer.text


async def test_a_link_out_of_the_folder_is_not_followed(client: httpx.AsyncClient, web: Path) -> None:
    (web / "out.txt").symlink_to(web.parent / "secret.txt")
    assert (await client.get("/out.txt")).text != "what nobody may read"


async def test_without_built_pages_the_server_says_how_to_build_them(client: httpx.AsyncClient, web: Path) -> None:
    (web / "index.html").unlink()
    answer = await client.get("/login")
    assert answer.status_code == 503
    assert "make setup" in answer.text
