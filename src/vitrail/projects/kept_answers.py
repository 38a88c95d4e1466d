"""Answers kept in the object store, for other processes and after a restart (`RESULTS_CACHE_ENABLED`).

An object is the answer as JSON, packed, with the moment at which the engine gave it. What can't be read, written or
understood is as if it were not there: a cache never stands between a person and a number. Objects lie in a folder for
each stretch of time as long as answers are kept, so that what is old goes a folder at a time, unread.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson

from vitrail.errors import VitrailError
from vitrail.storage.store import ObjectStore
from vitrail.warehouse.protocol import Rows, WarehouseColumn

log = logging.getLogger(__name__)

FOLDER = "results"
LARGEST_BYTES = 64 * 1024 * 1024
"""Of an answer unpacked: what is larger was not put there by us."""


class KeptAnswers:
    """The answers of one project, kept for `keep`."""

    def __init__(
        self,
        store: ObjectStore,
        project_id: str,
        keep: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._folder = f"{FOLDER}/{project_id}"
        self._keep = keep
        self._now = now

    async def get(self, key: str) -> Rows | None:
        """The answer, of now or of the stretch before."""
        stretch = self._stretch(self._now())
        for number in (stretch, stretch - 1):
            try:
                packed = await self._store.get(f"{self._folder}/{number}/{key}")
                return await asyncio.to_thread(_unpacked, packed)
            except (VitrailError, zlib.error, ValueError, KeyError, TypeError):
                continue
        return None

    async def put(self, key: str, rows: Rows) -> None:
        assert rows.as_of is not None
        try:
            packed = await asyncio.to_thread(_packed, rows)
            await self._store.put(f"{self._folder}/{self._stretch(rows.as_of)}/{key}", packed)
        except VitrailError as error:
            log.warning("An answer could not be kept in the object store: %s", error)
        except TypeError:  # a value that is no JSON: then this answer is not kept
            return

    async def sweep(self) -> int:
        """Take away what nobody will be given any more; how many answers that were."""
        stretch = self._stretch(self._now())
        old: set[str] = set()
        async for name in self._store.list(self._folder):
            number = name.removeprefix(f"{self._folder}/").partition("/")[0]
            if number not in (str(stretch), str(stretch - 1), str(stretch + 1)):
                old.add(number)
        return sum([await self._store.delete_prefix(f"{self._folder}/{number}") for number in old])

    def _stretch(self, moment: datetime) -> int:
        return int(moment.timestamp() // max(1.0, self._keep.total_seconds()))


def _packed(rows: Rows) -> bytes:
    assert rows.as_of is not None
    columns = [(column.name, column.type) for column in rows.columns]
    return zlib.compress(orjson.dumps({"columns": columns, "rows": rows.rows, "as_of": rows.as_of.isoformat()}), 1)


def _unpacked(packed: bytes) -> Rows:
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(packed, LARGEST_BYTES)
    if unpacking.unconsumed_tail:
        raise ValueError("larger than any answer that is kept")
    found = orjson.loads(data)
    columns = tuple(WarehouseColumn(str(name), str(kind)) for name, kind in found["columns"])
    as_of = datetime.fromisoformat(found["as_of"])
    if as_of.tzinfo is None or not isinstance(found["rows"], list):
        raise ValueError("not an answer")
    return Rows(columns, found["rows"], as_of)
