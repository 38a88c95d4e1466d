"""The instance's secret: signatures and encryption, each good for one purpose only."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitrail.secret import DataDirUnusable, SecretBox, SecretChanged, make_data_dir, open_secret
from vitrail.settings import load_settings

BOX = SecretBox(b"one secret")


def test_what_was_encrypted_comes_back_and_looks_different_each_time() -> None:
    first, second = (BOX.encrypt("warehouse", "postgresql://u:p@h/d") for _ in range(2))
    assert first != second
    assert "postgresql" not in first
    assert BOX.decrypt("warehouse", first) == BOX.decrypt("warehouse", second) == "postgresql://u:p@h/d"


def test_another_secret_another_purpose_or_a_changed_text_is_refused() -> None:
    sealed = BOX.encrypt("warehouse", "x")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for box, purpose, text in (
        (SecretBox(b"another"), "warehouse", sealed),
        (BOX, "other", sealed),
        (BOX, "warehouse", changed),
        (BOX, "warehouse", ""),
        (BOX, "warehouse", "not base64!"),
    ):
        with pytest.raises(SecretChanged) as refused:
            box.decrypt(purpose, text)
        assert "LIGHTDASH_SECRET" in refused.value.cure


def test_a_signature_is_good_for_its_purpose_and_its_value() -> None:
    signature = BOX.sign("csrf", "a")
    assert BOX.signed("csrf", "a", signature)
    assert not BOX.signed("csrf", "b", signature)
    assert not BOX.signed("session", "a", signature)
    assert not BOX.signed("csrf", "a", "é")


def test_without_a_secret_one_is_made_and_kept(tmp_path: Path) -> None:
    settings = load_settings(VITRAIL_DATA_DIR=str(tmp_path))
    sealed = open_secret(settings).encrypt("x", "kept")
    assert open_secret(settings).decrypt("x", sealed) == "kept"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "data", Path("/proc/vitrail")):
        with pytest.raises(DataDirUnusable) as refused:
            make_data_dir(folder)
        assert str(folder) in refused.value.cause
        assert "VITRAIL_DATA_DIR" in refused.value.cure
