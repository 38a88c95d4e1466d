"""Where a catalog can come from, and which comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.ossie_models import dataset, document, written
from tests.catalog.projects import write_project
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.sources import Kind, find_source, source_files

TABLE = "models: [{name: t, columns: [{name: id}]}]"


def test_the_target_comes_before_ossie_and_ossie_before_the_checkout(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    assert find_source(tmp_path).kind is Kind.CHECKOUT
    written(tmp_path, document(dataset("t", "id")))
    assert find_source(tmp_path).kind is Kind.OSSIE
    write_project(tmp_path, TABLE)
    assert find_source(tmp_path).kind is Kind.MANIFEST


def test_an_ossie_file_may_be_named_itself(tmp_path: Path) -> None:
    written(tmp_path, document(dataset("t", "id")), "a.ossie.json")
    written(tmp_path, document(dataset("t", "id")), "b.ossie.json")
    assert [path.name for path in find_source(tmp_path).files] == ["a.ossie.json", "b.ossie.json"]
    assert [path.name for path in find_source(tmp_path / "b.ossie.json").files] == ["b.ossie.json"]


def test_ossie_files_that_lead_outside_are_not_there(tmp_path: Path) -> None:
    written(tmp_path / "elsewhere", document(dataset("t", "id")))
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "x.ossie.yaml").symlink_to(tmp_path / "elsewhere" / "shop.ossie.yaml")
    with pytest.raises(ProjectUnreadable):
        find_source(folder)


@pytest.mark.parametrize(
    ("name", "what"),
    [("none", "There is no folder"), ("file.txt", "is not a folder"), ("empty", "target/manifest.json")],
)
def test_a_place_with_nothing_to_read_is_refused(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectUnreadable) as refused:
        find_source(tmp_path / name)
    assert what in refused.value.cause and refused.value.cure


def test_the_files_that_are_watched_are_those_that_are_read(tmp_path: Path) -> None:
    write_project(tmp_path, TABLE)
    (tmp_path / "target" / "catalog.json").write_text("{}")
    (tmp_path / "lightdash.config.yml").write_text("")
    names = [str(path.relative_to(tmp_path)) for path in source_files(tmp_path)]
    assert names == ["target/manifest.json", "target/catalog.json", "lightdash.config.yml"]
    (tmp_path / "target" / "manifest.json").unlink()
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    names = [str(path.relative_to(tmp_path)) for path in source_files(tmp_path)]
    assert names == ["dbt_project.yml", "lightdash.config.yml", "models/schema.yml"]
