"""Datasets of an Ossie model and their fields → raw models whose meta is in the Lightdash form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from vitrail.catalog.manifest import MAX_NAME, NAME, is_relation
from vitrail.catalog.ossie_sql import OssieWrong, chosen, own_column, parsed, snippet

VENDOR = "VITRAIL"
MAX_TEXT = 3_900
_RULES = frozenset({"required_attributes", "any_attributes"})
_SHOWN = frozenset({"label", "hidden", "groups", "format", "round", "compact"})
OF_DATASET = _RULES | {"label", "sql_filter", "sql_filter_scope"}
OF_FIELD = _RULES | _SHOWN | {"time_intervals"}
OF_METRIC = _RULES | _SHOWN | {"name"}
OF_RELATIONSHIP = frozenset({"type", "always", "hidden"})
"""What our own extension may say of each."""

_DATATYPES = {
    **dict.fromkeys(("Integer", "Decimal", "Float"), "number"),
    **dict.fromkeys(("DateTime", "DateTimeTz"), "timestamp"),
    **dict.fromkeys(("String", "Time", "Opaque"), "string"),
    "Boolean": "boolean",
    "Date": "date",
}
_CASTS = {
    **dict.fromkeys((exp.DataType.Type.DATE, exp.DataType.Type.DATE32), "date"),
    **dict.fromkeys((exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPTZ), "timestamp"),
    **dict.fromkeys((exp.DataType.Type.BOOLEAN,), "boolean"),
    **dict.fromkeys(exp.DataType.NUMERIC_TYPES, "number"),
}


@dataclass(slots=True)
class Dataset:
    """A dataset being read. `columns`: the field that is nothing but a column, by that column; `hidden` ones are made
    for keys that no field names."""

    name: str
    written: Mapping[str, Any]
    relation: str
    file: str
    meta: dict[str, Any]
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Names as written → names here."""
    columns: dict[str, str] = field(default_factory=dict)

    def of_column(self, column: str) -> str:
        """The field that a column is, made hidden where there is none."""
        if column in self.columns:
            return self.columns[column]
        if column in self.names:
            return self.names[column]
        name = plain_word(column)
        while name in self.fields:
            name += "_key"
        sql = own_column(exp.column(column, quoted=not NAME.match(column)))
        self.fields[name] = {"dimension": {"sql": sql, "hidden": True, "type": "string"}}
        self.columns[column] = name
        return name


def plain_word(name: str) -> str:
    """A name as a plain word. Raises `OssieWrong` when nothing of it is left."""
    word = name if NAME.match(name) else re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    if not NAME.match(word) or len(word) > MAX_NAME:
        raise OssieWrong(f"the name {name[:60]!r} is not a plain word", "Use letters, digits and underscores.")
    return word


def relation(source: str, warehouse: str) -> str:
    """What to select from: a table's name, or a query in parentheses. Raises `OssieWrong`."""
    text = source.strip().rstrip(";")
    if is_relation(text):
        return text
    if not re.match(r"(?:select|with)\b|\(", text, re.IGNORECASE):
        raise OssieWrong(
            f"its source {source[:60]!r} is neither a table's name nor a query", "Write database.schema.table."
        )
    if len(text) > 50_000 or "\0" in text or "${" in text:
        raise OssieWrong("its source is a query that is too long or holds `${`", "Make a view of it.")
    try:
        statements = sqlglot.parse(text, read=warehouse)
    except (SqlglotError, RecursionError):
        statements = []
    query = statements[0] if len(statements) == 1 else None
    if not isinstance(query, exp.Query) or query.find(exp.Into, exp.Lock, exp.DML, exp.Command):
        raise OssieWrong("its source is not one query that only reads", "Write one SELECT, or the name of a view.")
    return f"({query.sql(dialect=warehouse, comments=False)})"


def described(given: Mapping[str, Any]) -> str | None:
    """The description with the synonyms, by which the thing is then found too."""
    words = given.get("ai_context")
    if isinstance(words, dict):
        listed = words.get("synonyms")
        words = ", ".join(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else None
    text = str(given.get("description") or "").strip()
    if isinstance(words, str) and words.strip():
        text = f"{text} Also called: {words.strip()}.".strip()
    return text[:MAX_TEXT] or None


def extension(given: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """What our own `custom_extensions` entry says. Raises `OssieWrong`: it may hold a row filter, so one that can't be
    read, or says something that is not known, closes what it stands on."""
    found: dict[str, Any] = {}
    for each in given.get("custom_extensions") or ():
        if each["vendor_name"] == VENDOR:
            try:
                data = orjson.loads(each["data"])
            except ValueError:
                data = None
            if not isinstance(data, dict):
                raise OssieWrong(f"its {VENDOR} extension is not a JSON object, so it stays closed")
            found |= data
    if unknown := sorted(set(found) - known):
        raise OssieWrong(f"its {VENDOR} extension says {unknown[0][:40]!r}, which is not known, so it stays closed")
    return found


def read_fields(dataset: Dataset, warehouse: str, problem: Any) -> None:
    """Fill `dataset.fields`. `problem(field, wrong)` is told of each that is left out."""
    for given in dataset.written.get("fields") or ():
        try:
            name = plain_word(given["name"])
            if name in dataset.fields:
                raise OssieWrong("another field of the dataset has this name", "Rename one of the two.")
            text, dialect = chosen(given["expression"], warehouse)
            dataset.fields[name] = {"dimension": _dimension(given, name, parsed(text, dialect), dataset, warehouse)}
            dataset.names[given["name"]] = name
        except OssieWrong as wrong:
            problem(given["name"], wrong)


def _dimension(given: Mapping[str, Any], name: str, tree: exp.Expr, dataset: Dataset, warehouse: str) -> dict[str, Any]:
    if tree.find(exp.AggFunc):
        raise OssieWrong("a field can't aggregate; make it a metric")

    def reference(node: exp.Expr) -> str | None:
        if not isinstance(node, exp.Column):
            return None
        if node.table not in ("", dataset.written["name"]) or node.args.get("db"):
            raise OssieWrong(f"it reads {node.sql()[:60]}, which is not a column of its dataset")
        return own_column(node)

    bare = tree.unnest()
    sql = (
        own_column(bare)
        if bare is tree and isinstance(bare, exp.Column) and not bare.table
        else snippet(tree, warehouse, reference)
    )
    if isinstance(bare, exp.Column):
        dataset.columns.setdefault(bare.name, name)
    kind, cut = _type(given, bare)
    found: dict[str, Any] = {"sql": sql, "type": kind}
    if not cut:
        found["time_intervals"] = []
    if label := given.get("label") or (given["name"] if given["name"] != name else None):
        found["label"] = label
    if description := described(given):
        found["description"] = description
    return found | extension(given, OF_FIELD)


def _type(given: Mapping[str, Any], tree: exp.Expr) -> tuple[str, bool]:
    """(type, whether it is cut to intervals). Without a data type: a cast's, else a moment for what plays the part of
    time, else text."""
    role = (given.get("dimension") or {}).get("is_time")
    kind = _DATATYPES.get(given.get("datatype", ""))
    if kind is None and isinstance(tree, exp.Cast):
        kind = _CASTS.get(tree.to.this)
    if kind is None:
        kind = "timestamp" if role else "string"
    return kind, role is not False and kind in ("date", "timestamp")
