"""The object store: sources, builds, thumbnails, conversations. One protocol over a local folder, S3 and memory.

Content types and hashes live in our own rows; nothing rests on what a store remembers of an object, and nothing on
conditional writes: keys are written once (they carry a version or a hash) or the last write wins.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from vitrail.db.base import new_id
from vitrail.settings import Settings
from vitrail.storage.errors import ObjectMissing, StoreUnusable, classified
from vitrail.storage.keys import KEY, checked

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig  # in the stubs only

RETRY: RetryConfig = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}


class ObjectStore:
    """Keys to bytes. `where` says in words where they are, for messages and for the doctor."""

    def __init__(self, store: LocalStore | S3Store | MemoryStore, where: str, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder
        self.where = where

    async def put(self, key: str, content: bytes, content_type: str = "application/octet-stream") -> None:
        """Stores `content` whole or not at all; a local file is on the disk when this returns."""
        checked(key)
        try:
            if self._folder is not None:
                await asyncio.to_thread(_write_durably, self._folder / key, content)
            else:
                await obstore.put_async(self._store, key, content, attributes={"Content-Type": content_type})
        except (BaseError, OSError) as error:
            raise classified(error, self.where) from error

    async def get(self, key: str) -> bytes:
        """What was put. Raises `ObjectMissing`."""
        try:
            answer = await obstore.get_async(self._store, checked(key))
            return bytes(await answer.bytes_async())
        except (BaseError, OSError) as error:
            raise classified(error, self.where) from error

    async def put_file(self, key: str, source: Path) -> None:
        """Stores a file's content whole or not at all, without holding it in memory."""
        checked(key)
        try:
            if self._folder is not None:
                await asyncio.to_thread(_copy_durably, self._folder / key, source)
            else:
                await obstore.put_async(self._store, key, source)
        except (BaseError, OSError) as error:
            raise classified(error, self.where) from error

    async def get_file(self, key: str, target: Path) -> None:
        """Writes what was put into a file, piece by piece. Raises `ObjectMissing`."""
        try:
            answer = await obstore.get_async(self._store, checked(key))
            with await asyncio.to_thread(target.open, "wb") as file:
                async for piece in answer.stream():
                    await asyncio.to_thread(file.write, piece)
        except (BaseError, OSError) as error:
            raise classified(error, self.where) from error

    async def exists(self, key: str) -> bool:
        try:
            await obstore.head_async(self._store, checked(key))
        except (BaseError, OSError) as error:
            mapped = classified(error, self.where)
            if isinstance(mapped, ObjectMissing):
                return False
            raise mapped from error
        return True

    async def list(self, prefix: str = "") -> AsyncIterator[str]:
        """Every key under a prefix of whole parts (`apps/123`), in no order."""
        try:
            async for batch in obstore.list(self._store, checked(prefix) if prefix else None):
                for item in batch:
                    if KEY.fullmatch(item["path"]):  # else an unfinished write, or somebody's own file
                        yield str(item["path"])
        except (BaseError, OSError) as error:
            raise classified(error, self.where) from error

    async def delete(self, key: str) -> None:
        """Removes one object; one that is not there is no error."""
        try:
            await obstore.delete_async(self._store, checked(key))
        except (BaseError, OSError) as error:
            mapped = classified(error, self.where)
            if not isinstance(mapped, ObjectMissing):
                raise mapped from error

    async def delete_prefix(self, prefix: str) -> int:
        """Removes every object under a prefix; the answer is how many."""
        keys = [key async for key in self.list(checked(prefix))]
        for key in keys:
            await self.delete(key)
        return len(keys)

    async def check(self) -> None:
        """Writes, reads, lists and deletes a small object. Raises `StoreUnusable`."""
        key, content = f"checks/{new_id()}", os.urandom(32)
        await self.put(key, content)
        if await self.get(key) != content:
            raise StoreUnusable(
                f"{self.where} gave back something else than was stored.", cure="Look for a proxy that changes answers."
            )
        await self.delete(key)


def _write_durably(path: Path, content: bytes) -> None:
    _put_durably(path, lambda file: file.write(content))


def _copy_durably(path: Path, source: Path) -> None:
    with source.open("rb") as given:
        _put_durably(path, lambda file: shutil.copyfileobj(given, file, 1024 * 1024))


def _put_durably(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Beside, to the disk, then into place: a crash leaves the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # `#` is in no key, so a file that a crash left half written is never listed or read.
    partial = path.with_name(f"{path.name}#{os.getpid()}{os.urandom(4).hex()}")
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def memory_store() -> ObjectStore:
    """A store that forgets; for tests."""
    return ObjectStore(MemoryStore(), "memory")


def local_store(folder: Path) -> ObjectStore:
    """A store in a folder, made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise classified(error, f"the folder {folder}") from None
    return ObjectStore(LocalStore(folder.absolute()), f"the folder {folder}", folder.absolute())


def s3_store(settings: Settings) -> ObjectStore:
    """The bucket of data apps. Each `APPS_S3_…` falls back to its `S3_…` (FIELD §1)."""
    bucket = settings.apps_s3_bucket or settings.s3_bucket
    assert bucket is not None
    config: dict[str, Any] = {"bucket": bucket, "virtual_hosted_style_request": not settings.s3_force_path_style}
    client: ClientConfig = {"timeout": timedelta(seconds=30), "connect_timeout": timedelta(seconds=5)}
    if region := settings.apps_s3_region or settings.s3_region:
        config["region"] = region
    if settings.s3_endpoint:
        config["endpoint"] = settings.s3_endpoint.rstrip("/")
        config.setdefault("region", "us-east-1")
        client["allow_http"] = settings.s3_endpoint.startswith("http://")
        if not settings.s3_force_path_style:
            # With an endpoint of its own, the store takes the bucket's host name from there.
            scheme, _, host = config["endpoint"].partition("://")
            config["endpoint"] = f"{scheme}://{bucket}.{host}"
    access, secret = (
        settings.apps_s3_access_key or settings.s3_access_key,
        settings.apps_s3_secret_key or settings.s3_secret_key,
    )
    if bool(access) != bool(secret):
        raise StoreUnusable(
            "One half of the store's key pair is missing.",
            cure="Set both S3_ACCESS_KEY and S3_SECRET_KEY (or both APPS_S3_…), or neither.",
        )
    if access and secret:
        config["access_key_id"] = access.get_secret_value()
        config["secret_access_key"] = secret.get_secret_value()
    try:
        store = S3Store(**config, client_options=client, retry_config=RETRY)
    except (BaseError, ValueError) as error:
        raise classified(error, f"the bucket {bucket}") from None
    return ObjectStore(store, f"the bucket {bucket}")


def open_store(settings: Settings) -> ObjectStore:
    """The bucket where one is named, else a folder in the data folder."""
    if settings.apps_s3_bucket or settings.s3_bucket:
        return s3_store(settings)
    return local_store(settings.data_dir / "store")
