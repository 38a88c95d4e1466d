"""Where dbt writes its semantic layer: the semantic parts of a target folder's artefacts, as one document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

SEMANTIC = "semantic_manifest.json"
KEYS = ("semantic_models", "metrics", "saved_queries")
MAX_BYTES = 512 * 1024 * 1024


def semantic_document(manifest: Path, document: Mapping[str, Any]) -> dict[str, Any]:
    """The semantic parts of a target folder: those of `manifest.json` (`document`, at path `manifest`), where files are
    named, and what only `semantic_manifest.json` beside it has."""
    found: dict[str, Any] = {}
    for key in KEYS:
        entries = document.get(key)
        found[key] = list(entries.values()) if isinstance(entries, dict) else []
    found["nodes"] = [
        node
        for node in (document.get("nodes") or {}).values()
        if isinstance(node, dict) and isinstance(node.get("time_spine"), dict)
    ]
    beside = manifest.with_name(SEMANTIC)
    try:
        if beside.is_file() and beside.stat().st_size <= MAX_BYTES:
            return merged(found, orjson.loads(beside.read_bytes()))
    except (OSError, ValueError):
        pass  # The manifest has the same things.
    return found


def merged(found: dict[str, Any], semantic: Any) -> dict[str, Any]:
    """`semantic_manifest.json`'s own entries, each with the file that `manifest.json` names for it."""
    if not isinstance(semantic, dict):
        return found
    for key in KEYS:
        entries = semantic.get(key)
        if not isinstance(entries, list):
            continue
        known = {entry.get("name"): entry for entry in found.get(key, []) if isinstance(entry, dict)}
        places = ("original_file_path", "package_name", "depends_on")
        found[key] = [
            {**{k: v for k, v in known.get(entry.get("name"), {}).items() if k in places}, **entry}
            if isinstance(entry, dict)
            else entry
            for entry in entries
        ]
    found["project_configuration"] = semantic.get("project_configuration")
    return found
