"""Packing and unpacking of an app's source and of its conversation."""

from __future__ import annotations

import json

import pytest
import zstandard

from vitrail.agent.task import AgentResult, AgentUsage
from vitrail.apps.artefacts import MAX_FILES, SourceDamaged, SourceTooLarge, pack_source, unpack_source
from vitrail.apps.conversation import pack_result, unpack_result

FILES = {"src/App.tsx": b"export default () => 'r\xc3\xa9v\xc3\xa9'", "src/lib/a.ts": b""}


def test_source_comes_back_as_it_was() -> None:
    blob, sha256 = pack_source(FILES)
    assert unpack_source(blob, sha256) == FILES


def test_the_same_files_give_the_same_bytes_in_any_order() -> None:
    assert pack_source(FILES) == pack_source(dict(reversed(FILES.items())))


def test_one_changed_bit_is_noticed() -> None:
    blob, sha256 = pack_source(FILES)
    damaged = bytes([*blob[:-1], blob[-1] ^ 1])
    with pytest.raises(SourceDamaged, match="hash differs"):
        unpack_source(damaged, sha256)


def test_paths_that_lead_out_of_src_are_left_out() -> None:
    """A packed source that somebody made by hand: only names below src/ are ever written to a workspace."""
    import hashlib

    hostile = {"src/../../etc/passwd": "x", "/etc/passwd": "x", "src//a": "x", "src/./a": "x", "src/ok.ts": "x"}
    blob = zstandard.ZstdCompressor().compress(json.dumps(hostile).encode())
    assert set(unpack_source(blob, hashlib.sha256(blob).hexdigest())) == {"src/ok.ts"}


@pytest.mark.parametrize(
    "files",
    [
        {f"src/{n}.ts": b"" for n in range(MAX_FILES + 1)},
        {"src/big.ts": b"x" * 1_000_001},
        {f"src/{n}.ts": b"x" * 900_000 for n in range(10)},
    ],
    ids=["too many", "one too large", "too much"],
)
def test_too_much_source_is_refused_with_its_measure(files: dict[str, bytes]) -> None:
    with pytest.raises(SourceTooLarge) as refused:
        pack_source(files)
    assert f"{len(files)} files" in refused.value.cause
    assert refused.value.cure


def test_source_that_is_not_text_is_refused() -> None:
    with pytest.raises(SourceDamaged, match="UTF-8"):
        pack_source({"src/App.tsx": b"\xff\xfe"})


def test_a_result_comes_back_as_it_was() -> None:
    result = AgentResult(
        reply="Done",
        model="offline",
        usage=AgentUsage(requests=3, cost=None),
        history=b"\x00[1]",
        name="Sales",
        not_understood=("weather",),
        changed=("src/App.tsx",),
    )
    assert unpack_result(pack_result(result)) == result


@pytest.mark.parametrize("data", [b"", b"{}", zstandard.ZstdCompressor().compress(b"[1]")])
def test_a_conversation_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(SourceDamaged):
        unpack_result(data)
