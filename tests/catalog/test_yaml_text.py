"""YAML from anywhere: plain values with their lines, and nothing that a small file could grow into."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitrail.catalog.yaml_text import MAX_VALUES, Lined, Listed, YamlWrong, parse, read_bytes


def test_values_are_those_of_dbts_own_reader_but_dates_stay_text() -> None:
    text = "a: 1\nb: yes\nc: 'yes'\nd: 1.5\ne: ~\nf: 2026-01-31\ng: 0x10\nh: 12:30\ni: [x, {y: z}]\nj: .inf\n"
    assert parse(text).value == {
        "a": 1,
        "b": True,
        "c": "yes",
        "d": 1.5,
        "e": None,
        "f": "2026-01-31",
        "g": 16,
        "h": "12:30",
        "i": ["x", {"y": "z"}],
        "j": float("inf"),
    }


def test_keys_and_entries_know_their_lines() -> None:
    value = parse("a:\n  b: 1\n\n  c:\n    - x\n    - y: 2\n").value
    assert isinstance(value, Lined)
    assert (value.lines["a"], value["a"].lines) == (1, {"b": 2, "c": 4})
    assert isinstance(value["a"]["c"], Listed)
    assert value["a"]["c"].lines == [5, 6]


def test_aliases_and_merge_keys_mean_what_they_say() -> None:
    value = parse("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\nd: {<<: [{y: 0}, *a]}\n").value
    assert value["b"] == {"x": 1, "y": 2}
    assert value["c"] == {"x": 1, "y": 3}
    assert value["d"] == {"y": 0, "x": 1}


def test_a_key_given_twice_is_told_and_the_second_holds() -> None:
    document = parse("a: 1\nb: {c: 1,\n  c: 2}\na: 2\n")
    assert document.value == {"a": 2, "b": {"c": 2}}
    assert document.duplicates == (("c", 3), ("a", 4))


def _laughs(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, levels)]
    return "\n".join(lines)


def _merges(levels: int) -> str:
    lines = ["a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(50)) + "}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 20)}]}}" for i in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "cause", "line"),
    [
        (_laughs(9), f"more than {MAX_VALUES:,} values", 6),
        (_merges(9), f"more than {MAX_VALUES:,} values", 4),
        ("a: &a [1, *a]", "holds itself", 1),
        ("a: *b", "names an anchor that is not there", 1),
        ("[" * 100_000, "nested more than 60 deep", 1),
        ("{a: " * 100_000, "nested more than 60 deep", 1),
        ("x: 1\na: !!python/object/apply:os.system [id]", "the tag", 2),
        ("a: !include /etc/passwd", "the tag", 1),
        ("a: !!binary aGk=", "the tag", 1),
        ("a: 1\n---\nb: 2", "several documents", 2),
        ("? [a]\n: b", "a key is not a plain word", 1),
        ("a: " + "9" * 5_000, "can't be read as int", 1),
        ("a: {b: 1", "did not find expected", None),
        ("a:\n\t- b", "found character that cannot start any token", 2),
        ("a: \x00", "control characters", None),
        (b"ok: 1\na: \xff", "not UTF-8", 2),
        ("<<: 1", "`<<` takes a mapping", 1),
    ],
)
def test_hostile_texts_are_refused_with_their_line(text: str | bytes, cause: str, line: int | None) -> None:
    with pytest.raises(YamlWrong) as refused:
        parse(text)
    assert cause in refused.value.cause
    if line is not None:
        assert refused.value.line == line


def test_files_that_are_too_large_or_no_files_are_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.yml"
    big.write_bytes(b"a" * 2_000_001)
    with pytest.raises(YamlWrong, match="larger than 1 MB"):
        read_bytes(big, 1024 * 1024)
    with pytest.raises(YamlWrong, match="can't be read"):
        read_bytes(tmp_path)
