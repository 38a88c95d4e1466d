"""Where an app's things are kept in the object store, and how its source is packed.

The layout is flat and append-only: a version's folder is written once and never changed.

    apps/{app}/versions/{number}/source.json.zst    path → text of every file under src/
    apps/{app}/versions/{number}/build/{name}       entry, styles, manifest.json
    apps/{app}/versions/{number}/thumbnail.jpg
    apps/{app}/versions/{number}/history            the conversation with the model
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Mapping

import zstandard

from vitrail.errors import InvalidInput

MAX_FILES = 400
MAX_FILE_BYTES = 1_000_000
MAX_SOURCE_BYTES = 8_000_000


class SourceTooLarge(InvalidInput):
    """The agent (or a restore) left more source than an app may have."""

    title = "The app's source is too large"
    code = "source-too-large"


class SourceDamaged(InvalidInput):
    """A stored source does not match its hash or is not a source at all."""

    title = "The stored source is damaged"
    code = "source-damaged"


def app_prefix(app_id: str) -> str:
    return f"apps/{app_id}"


def version_prefix(app_id: str, number: int) -> str:
    return f"{app_prefix(app_id)}/versions/{number}"


def source_key(app_id: str, number: int) -> str:
    return version_prefix(app_id, number) + "/source.json.zst"


def build_key(app_id: str, number: int, name: str) -> str:
    return f"{version_prefix(app_id, number)}/build/{name}"


def thumbnail_key(app_id: str, number: int) -> str:
    return version_prefix(app_id, number) + "/thumbnail.jpg"


def history_key(app_id: str, number: int) -> str:
    return version_prefix(app_id, number) + "/history"


def pack_source(files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """`files` (paths like `src/App.tsx`) as one blob and its SHA-256. The same files give the same bytes.

    Raises `SourceTooLarge`, and for a file that is not UTF-8 text `SourceDamaged`.
    """
    total = sum(len(data) for data in files.values())
    largest = max(files.items(), key=lambda item: len(item[1]), default=("", b""))
    if len(files) > MAX_FILES or total > MAX_SOURCE_BYTES or len(largest[1]) > MAX_FILE_BYTES:
        raise SourceTooLarge(
            f"It has {len(files)} files and {total:,} bytes (largest: {largest[0]}, {len(largest[1]):,} bytes); an app "
            f"may have {MAX_FILES} files, {MAX_SOURCE_BYTES:,} bytes, and {MAX_FILE_BYTES:,} in one file.",
            cure="Ask for a smaller app; data belongs in queries, not in source files.",
        )
    try:
        texts = {path: files[path].decode() for path in sorted(files)}
    except UnicodeDecodeError as error:
        raise SourceDamaged(
            f"A source file is not UTF-8 text: {error.reason}.", cure="Remove the file from src/ and build again."
        ) from None
    plain = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
    blob = zstandard.ZstdCompressor(level=9).compress(plain)
    return blob, hashlib.sha256(blob).hexdigest()


def unpack_source(blob: bytes, sha256: str) -> dict[str, bytes]:
    """The files of a packed source. Raises `SourceDamaged` when a bit of it is not what was stored."""
    if hashlib.sha256(blob).hexdigest() != sha256:
        raise SourceDamaged(
            "What the object store gave back is not what was stored (its hash differs).",
            cure="Restore the object from the store's own versions or backup; other versions of the app still open.",
        )
    plain = zstandard.ZstdDecompressor().decompress(blob, max_output_size=4 * MAX_SOURCE_BYTES)
    texts = json.loads(plain)
    return {path: text.encode() for path, text in texts.items() if _safe(path)}


def _safe(path: str) -> bool:
    return path.startswith("src/") and posixpath.normpath(path) == path
