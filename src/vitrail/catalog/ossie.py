"""Apache Ossie (once OSI) → the same raw models that dbt's files give, in the Lightdash form.

Datasets become tables, fields dimensions, relationships many-to-one joins along every path, metrics aggregates on
their dataset and formulas over them. Each dataset on the many side of a relationship, or with metrics, has an explore.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlglot import exp

from vitrail.catalog.manifest import Project, RawColumn, RawModel
from vitrail.catalog.model import Origin, Problem
from vitrail.catalog.ossie_document import OssieFile, read_file
from vitrail.catalog.ossie_fields import (
    OF_DATASET,
    OF_METRIC,
    OF_RELATIONSHIP,
    VENDOR,
    Dataset,
    described,
    extension,
    plain_word,
    read_fields,
    relation,
)
from vitrail.catalog.ossie_metrics import split
from vitrail.catalog.ossie_paths import MAX_HOPS, MAX_JOINS, Paths, Relation
from vitrail.catalog.ossie_sql import OssieWrong, chosen
from vitrail.catalog.yaml_values import words

_READ_AS_NUMBERS = frozenset({"sum", "average", "median", "percentile"})


def read_ossie(folder: Path, paths: Sequence[Path], adapter: str | None, warehouse: str) -> Project:
    """Read Ossie files of a folder; `warehouse` is sqlglot's name of the SQL that is written. Raises
    `ProjectUnreadable` for a file of which nothing can be used."""
    found = [read_file(path, str(path.relative_to(folder))) for path in paths]
    whole = hashlib.sha256(b"\0".join(file.data for file in found)).hexdigest()[:16]
    project = Project(folder=folder, adapter=adapter or "duckdb", version=whole)
    for file in found:
        project.problems += file.problems
        for model in file.models:
            _Reader(project, file, model, warehouse).read()
        _foreign_extensions(project, file)
    return project


class _Reader:
    """Reads one semantic model."""

    def __init__(self, project: Project, file: OssieFile, model: Mapping[str, Any], warehouse: str) -> None:
        self.project, self.file, self.model, self.warehouse = project, file, model, warehouse
        self.datasets: dict[str, Dataset] = {}
        self.paths = Paths(())

    def read(self) -> None:
        for given in self.model.get("datasets") or ():
            self._dataset(given)
        relations = [each for given in self.model.get("relationships") or () if (each := self._relation(given))]
        self.paths = Paths(relations)
        with_metrics = {self._metric(given) for given in self.model.get("metrics") or ()}
        for dataset in self.datasets.values():
            self._joins(dataset)
            self._keys(dataset)
            if dataset.name in self.paths.incoming and not (
                dataset.name in with_metrics
                or dataset.name in self.paths.outgoing
                or self.paths.is_shared(dataset.name)
            ):
                self.project.joined_only.add(dataset.name)
            self.project.models[dataset.name] = RawModel(
                name=dataset.name,
                relation=dataset.relation,
                description=described(dataset.written),
                columns=tuple(RawColumn(name, None, None, meta) for name, meta in dataset.fields.items()),
                meta=dataset.meta,
                tags=(),
                file=self.file.name,
                line=getattr(dataset.written, "lines", {}).get("name", 1),
            )

    def _problem(self, title: str, what: str, wrong: OssieWrong, given: Mapping[str, Any], *, fatal: bool) -> None:
        line = getattr(given, "lines", {}).get("name")
        cause = f"{what}: {wrong.cause}."
        self.project.problems.append(
            Problem(title, cause, wrong.cure, Origin(str(given["name"])[:128], self.file.name, line), fatal)
        )

    # -- Datasets and relationships

    def _dataset(self, given: Mapping[str, Any]) -> None:
        try:
            name = plain_word(given["name"])
            if name in self.project.models or name in self.datasets:
                raise OssieWrong("another dataset has this name; the first one is used", "Rename one of the two.")
            meta = {"label": words(given["name"]), "metrics": {}} | extension(given, OF_DATASET)
            dataset = Dataset(name, given, relation(given["source"], self.warehouse), self.file.name, meta)
        except OssieWrong as wrong:
            self._problem("Dataset left out", f"Dataset {given['name'][:60]!r}", wrong, given, fatal=True)
            return

        def say(name: str, wrong: OssieWrong) -> None:
            entry = next(each for each in given["fields"] if each["name"] == name)
            self._problem("Field left out", f"Dataset {dataset.name}, field {name[:60]!r}", wrong, entry, fatal=True)

        read_fields(dataset, self.warehouse, say)
        self.datasets[name] = dataset

    def _known(self, name: str) -> Dataset:
        for dataset in self.datasets.values():
            if name in (dataset.written["name"], dataset.name):
                return dataset
        raise OssieWrong(f"there is no usable dataset {name[:60]!r} in the model", "Name a dataset of the model.")

    def _relation(self, given: Mapping[str, Any]) -> Relation | None:
        try:
            name = plain_word(given["name"])
            source, target = self._known(given["from"]), self._known(given["to"])
            if len(given["from_columns"]) != len(given["to_columns"]):
                raise OssieWrong("`from_columns` and `to_columns` are not equally long", "Name pairs of columns.")
            pairs = tuple(
                (source.of_column(one), target.of_column(other))
                for one, other in zip(given["from_columns"], given["to_columns"], strict=True)
            )
            key = source.written.get("primary_key") or []
            said = extension(given, OF_RELATIONSHIP)
            one_to_one = bool(key) and set(key) <= set(given["from_columns"])
            return Relation(name, source.name, target.name, pairs, one_to_one, said)
        except OssieWrong as wrong:
            what = f"Relationship {given['name'][:60]!r}"
            self._problem("Relationship left out", what, wrong, given, fatal=True)
            return None

    def _keys(self, dataset: Dataset) -> None:
        try:
            if key := dataset.written.get("primary_key"):
                dataset.meta["primary_key"] = [dataset.of_column(column) for column in key]
        except OssieWrong as wrong:
            what = f"Dataset {dataset.name}, primary key"
            self._problem("Primary key ignored", what, wrong, dataset.written, fatal=False)

    def _joins(self, dataset: Dataset) -> None:
        joins = []
        for step in self.paths.steps(dataset.name):
            join: dict[str, Any] = {"join": step.dataset, "sql_on": step.condition, "relationship": step.kind}
            if not step.back:
                join |= step.relation.said
            if step.alias != step.dataset:
                join |= {"alias": step.alias, "label": words(step.alias)}
            joins.append(join)
        if joins:
            dataset.meta["joins"] = joins
        if dataset.name in self.paths.cut:
            cause = (
                f"more than {MAX_JOINS} datasets, or more than {MAX_HOPS} steps, are reached; the nearest are joined"
            )
            what = f"Dataset {dataset.name}"
            self._problem("Joins left out", what, OssieWrong(cause, "Nothing."), dataset.written, fatal=False)

    # -- Metrics

    def _metric(self, given: Mapping[str, Any]) -> str | None:
        """Put a metric on its dataset; the answer is the dataset's name."""
        try:
            said = extension(given, OF_METRIC)
            name = plain_word(str(said.pop("name", given["name"])))
            text, dialect = chosen(given["expression"], self.warehouse)
            found = split(name, text, dialect, self.warehouse, self, self._free)
            owner = found[-1].dataset
            if not self._free(owner, name):
                raise OssieWrong(f"dataset {owner} has a field or metric of this name", "Rename one of the two.")
        except OssieWrong as wrong:
            self._problem("Metric left out", f"Metric {given['name'][:60]!r}", wrong, given, fatal=True)
            return None
        more: dict[str, Any] = {"description": described(given)} if described(given) else {}
        if given["name"] != name and "label" not in said:
            more["label"] = given["name"]
        for made in found:
            shown = (more | said) if made is found[-1] else {}
            self.datasets[made.dataset].meta["metrics"][made.name] = {**made.meta, **shown}
            self._is_number(made.dataset, made.meta)
        if found[-1].meets:
            cause = f"its parts meet in {owner}: rows that belong to no row of {owner} do not count in it"
            what = f"Metric {name}"
            self._problem("Only what meets counts", what, OssieWrong(cause, "Nothing, if all do."), given, fatal=False)
        return owner

    def _is_number(self, dataset: str, meta: Mapping[str, Any]) -> None:
        """A field without a data type that is added up is a number."""
        sql = str(meta.get("sql", ""))
        name = sql[2:-1] if sql.startswith("${") and sql.endswith("}") else ""
        known = self.datasets[dataset].fields.get(name)
        if known is None or meta["type"] not in _READ_AS_NUMBERS:
            return
        fields: list[dict[str, Any]] = self.datasets[dataset].written.get("fields") or []
        entry = next((each for each in fields if each["name"] == name), {})
        if "datatype" not in entry and known["dimension"]["type"] == "string":
            known["dimension"]["type"] = "number"

    def _free(self, dataset: str, name: str) -> bool:
        found = self.datasets[dataset]
        return name not in found.fields and name not in found.meta["metrics"]

    def of_column(self, column: exp.Column) -> tuple[str, str]:
        if column.args.get("db"):
            raise OssieWrong(f"{column.sql()[:60]} is not dataset.field", "Name dataset and field.")
        if column.table:
            dataset = self._known(column.table)
            return dataset.name, dataset.names.get(column.name) or dataset.of_column(column.name)
        holders = [each for each in self.datasets.values() if column.name in each.names]
        if len(holders) > 1:
            names = ", ".join(sorted(each.name for each in holders))
            raise OssieWrong(f"{column.name[:60]} is a field of {names}", "Write dataset.field.")
        if not holders and (only := self.only()):
            return only, self.datasets[only].of_column(column.name)
        if not holders:
            raise OssieWrong(f"{column.name[:60]} is a field of no dataset", "Write dataset.field.")
        return holders[0].name, holders[0].names[column.name]

    def root(self, datasets: set[str]) -> str:
        return self.paths.root(datasets)

    def meeting(self, datasets: set[str]) -> str | None:
        return self.paths.meeting(datasets)

    def only(self) -> str | None:
        return next(iter(self.datasets)) if len(self.datasets) == 1 else None


def _foreign_extensions(project: Project, file: OssieFile) -> None:
    """One note a file of the extensions that were passed over."""
    vendors: set[str] = set()
    waiting: list[Any] = list(file.models)
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            vendors |= {each["vendor_name"] for each in node.get("custom_extensions") or ()}
            waiting += [value for value in node.values() if isinstance(value, list)]
        elif isinstance(node, list):
            waiting += node
    if vendors - {VENDOR}:
        cause = f"{file.name}: custom extensions of {', '.join(sorted(vendors - {VENDOR}))[:200]} are not read."
        project.problems.append(
            Problem("Extensions passed over", cause, "Nothing: they belong to others.", Origin(file.name, file.name))
        )
