"""A copy of each chain's head outside the database.

Whoever may write to the database could put back an older head together with its own seal, and drop what came after.
The object store remembers how far a chain had come; it is written by the server every minute, and only forward.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from vitrail.audit.chain import Sealer, Values
from vitrail.errors import NotFound, VitrailError
from vitrail.storage.store import ObjectStore

FOLDER = "audit"


def key_of(organization_id: str, chain: str) -> str:
    return f"{FOLDER}/{organization_id}/{chain}.json"


async def testify(store: ObjectStore, head: Values, sealer: Sealer) -> None:
    """Stores a head as it stands."""
    pruned = head["pruned_at"]
    kept = {**head, "pruned_at": pruned.isoformat() if pruned else None, "seal": sealer.head(head)}
    await store.put(key_of(head["organization_id"], head["chain"]), json.dumps(kept).encode(), "application/json")


async def testimony(store: ObjectStore, organization_id: str, chain: str, sealer: Sealer) -> dict[str, Any] | None:
    """The head that the store remembers; None when it remembers none, or nothing that we wrote."""
    try:
        found = json.loads(await store.get(key_of(organization_id, chain)))
        found["pruned_at"] = datetime.fromisoformat(found["pruned_at"]) if found["pruned_at"] else None
        genuine = found.pop("seal") == sealer.head(found) and found["organization_id"] == organization_id
    except NotFound:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found if genuine and found["chain"] == chain else None


async def witnessed(store: ObjectStore) -> set[tuple[str, str]]:
    """The chains that the store remembers."""
    found = set()
    try:
        async for key in store.list(f"{FOLDER}/"):
            organization_id, _, name = key.removeprefix(f"{FOLDER}/").partition("/")
            found.add((organization_id, name.removesuffix(".json")))
    except VitrailError:
        return set()
    return found
