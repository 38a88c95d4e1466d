"""The catalog as TypeScript: what `.vitrail/catalog.ts` of a data app holds, so that a wrong name fails the type check.

It is also what the agent reads to know what there is, so labels and descriptions stand beside the ids as JSDoc. Both
come from people's YAML and may hold anything: nothing of them may end a comment or a string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from vitrail.catalog.model import Catalog, Dimension, DimensionType, Explore, Metric, MetricType, Parameter, Table

HEAD = """\
// Written by Vitrail from the project's semantic layer; changes are overwritten.
// Every explore, dimension and metric that may be asked. Field ids are `table_field`.

"""

METRIC_TYPES = {
    MetricType.STRING: "string",
    MetricType.DATE: "date",
    MetricType.BOOLEAN: "boolean",
}
MAX_DESCRIPTION = 400
MAX_OPTIONS = 100
_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


def typescript(catalog: Catalog) -> str:
    """The declarations for a catalog that is already narrowed to what its reader may see. Hidden fields are left out.

    Tables that several explores share in the same form are written once.
    """
    tables = _Tables()
    explores = [_explore(explore, tables) for explore in catalog.explores.values() if not explore.hidden]
    body = "".join(tables.written)
    return (
        f"{HEAD}{body}declare module '@vitrail/sdk' {{\n  interface VitrailCatalog {{\n"
        f"{''.join(explores)}  }}\n}}\n\nexport {{}};\n"
    )


class _Tables:
    """Interfaces of tables' fields, each written once: content → name."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._names: dict[str, str] = {}

    def interface(self, kind: str, table: Table, fields: Iterable[Dimension | Metric]) -> str | None:
        """The name of the interface with these fields; `None` when there are none."""
        lines = "".join(_field(field, table) for field in fields if not field.hidden)
        if not lines:
            return None
        name = self._names.get(lines)
        if name is None:
            name = f"{kind}{len(self._names) + 1}"
            self._names[lines] = name
            self.written.append(f"/** {kind} of {_text(table.label)} */\ninterface {name} {{\n{lines}}}\n\n")
        return name


def _explore(explore: Explore, tables: _Tables) -> str:
    dimensions = [tables.interface("Dimensions", t, _of(t.dimensions)) for t in explore.tables.values()]
    metrics = [tables.interface("Metrics", t, _of(t.metrics)) for t in explore.tables.values()]
    parameters = "".join(_parameter(parameter) for parameter in explore.parameters.values())
    taken = f"; parameters: {{\n{parameters}    }}" if parameters else ""
    return (
        f"    {_comment(explore.label, ' '.join(filter(None, (explore.description, _required(explore)))))}\n"
        f"    {_name(explore.name)}: {{ dimensions: {_joined(dimensions)}; metrics: {_joined(metrics)}{taken} }};\n"
    )


def _required(explore: Explore) -> str:
    """The filters that hold in every question without one of its own on the field."""
    told = []
    for given in explore.default_filters:
        if given.required:
            table, _, name = given.filter.dimension.rpartition(".")
            words = [str(value) for value in given.filter.values] + ([given.filter.unit] if given.filter.unit else [])
            told.append(" ".join((f"{table or explore.base_table}_{name}", given.filter.operator, *words)))
    return f"(Unless filtered otherwise: {'; '.join(told)})" if told else ""


def _parameter(parameter: Parameter) -> str:
    """What a question may set: its type, or its options where only they are taken."""
    kind = "number" if parameter.type == "number" else "string"
    if 0 < len(parameter.options) <= MAX_OPTIONS and not parameter.custom and parameter.options_from is None:
        kind = " | ".join(json.dumps(option.value) for option in parameter.options)
    if parameter.multiple:
        kind = f"{kind} | readonly ({kind})[]"
    default = ", ".join(str(value) for value in parameter.default)
    told = " ".join(filter(None, (parameter.description, f"(default: {default})" if default else "(must be given)")))
    return f"      {_comment(parameter.label, told)}\n      {_name(parameter.name)}: {kind};\n"


def _of(fields: Mapping[str, Dimension | Metric]) -> Iterable[Dimension | Metric]:
    return fields.values()


def _joined(names: Iterable[str | None]) -> str:
    # One name may stand for two joined tables of the same form.
    return " & ".join(dict.fromkeys(name for name in names if name)) or "{}"


def _field(field: Dimension | Metric, table: Table) -> str:
    if isinstance(field, Metric):
        kind = METRIC_TYPES.get(field.type, "number")
        what = field.type.value
    else:
        kind = "string" if field.type is DimensionType.STRING else field.type.value
        what = field.interval.value.lower().replace("_", " ") if field.interval else ""
    label = f"{table.label}: {field.label}" + (f" ({what})" if what and not field.label.lower().endswith(what) else "")
    return f"  {_comment(label, field.description)}\n  {_name(field.id)}: '{kind}';\n"


def _comment(label: str, description: str | None) -> str:
    text = _text(label)
    if description and description.strip():
        told = _text(description)
        text += f" – {told[:MAX_DESCRIPTION]}{'…' if len(told) > MAX_DESCRIPTION else ''}"
    return f"/** {text} */"


def _text(text: str) -> str:
    """One line that can't end the comment it stands in, nor be read as one of its tags."""
    line = " ".join(_BREAKING.sub(" ", text).split())
    return line.replace("*/", "*\u2215").replace("@", "＠")


def _name(name: str) -> str:
    """A property name: plain where it can be, else a quoted string."""
    if re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", name, re.ASCII):
        return name
    return json.dumps(name)  # ASCII only: a JSON string is a TypeScript string
