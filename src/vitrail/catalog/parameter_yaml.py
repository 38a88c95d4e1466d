"""`parameters:` of a model or of `lightdash.config.yml` → `Parameter`s."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.manifest import Project, RawModel
from vitrail.catalog.model import Origin, Parameter, ParameterOption, Problem, Table
from vitrail.catalog.yaml_keys import unknown
from vitrail.catalog.yaml_values import Looks, Wrong

CONFIG = "lightdash.config.yml"
MAX_OPTIONS = 1_000
MAX_PARAMETERS = 1_000

_NAME = re.compile(r"[\w-]{1,100}\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?\Z", re.ASCII)
_TYPES = ("string", "number", "date")

Tell = Callable[[str, str, str, bool], None]
"""(name of the parameter, title, what is wrong, whether it was left out)."""


def read_parameters(given: Mapping[str, Any], model: str | None, tell: Tell) -> dict[str, Parameter]:
    """By full name: a model's own are called `model.name`."""
    found: dict[str, Parameter] = {}
    for name, value in given.items():
        shown = str(name)[:60]
        if len(found) >= MAX_PARAMETERS:
            tell(shown, "Parameters left out", f"more than {MAX_PARAMETERS} parameters", True)
            break
        if not isinstance(name, str) or not _NAME.match(name):
            tell(shown, "Parameter left out", f"the name {shown!r} is not a plain word", True)
        elif not isinstance(value, dict):
            tell(shown, "Parameter left out", "it must be a mapping with a `label`", True)
        else:
            looks = Looks()
            try:
                parameter = _parameter(f"{model}.{name}" if model else name, value, looks)
            except Wrong as wrong:
                tell(shown, "Parameter left out", str(wrong), True)
                continue
            found[parameter.name] = parameter
            for _, note in looks.notes:
                tell(shown, "Property ignored", note, False)
            for key, near in unknown(value, "parameter"):
                tell(
                    shown,
                    "Unknown property",
                    f"`{key}` is not read{f'; did you mean `{near}`?' if near else ''}",
                    False,
                )
    return found


def model_parameters(project: Project) -> dict[str, Parameter]:
    """The parameters of every model, by full name; what is wrong becomes a problem of the project."""
    found: dict[str, Parameter] = {}
    for model in project.models.values():
        if model.meta.get("parameters") is not None:
            found |= _of_model(project, model)
    return found


def _of_model(project: Project, model: RawModel) -> dict[str, Parameter]:
    def tell(name: str, title: str, cause: str, fatal: bool) -> None:
        origin = project.origin(model, "parameters", name)
        text = f"Model {model.name}, parameter {name}: {cause}"
        project.problems.append(Problem(title, text, "Correct it in the model's YAML.", origin, fatal))

    try:
        return read_parameters(read.mapping(model.meta, "parameters"), model.name, tell)
    except Wrong as wrong:
        tell("", "Parameters left out", str(wrong), True)
        return {}


def check_options(project: Project, parameters: Mapping[str, Parameter], tables: Mapping[str, Table]) -> None:
    """Tell of parameters whose options come from a dimension that is not there."""
    for name, parameter in parameters.items():
        holder, _, dimension = (parameter.options_from or "").rpartition(".")
        if parameter.options_from and (holder not in tables or dimension not in tables[holder].dimensions):
            owner = project.models.get(name.rpartition(".")[0])
            origin = project.origin(owner, "parameters") if owner else Origin(CONFIG, CONFIG)
            cause = f"Parameter {name}: its options come from {parameter.options_from[:100]}, which does not exist."
            project.problems.append(
                Problem("Options not found", cause, "Name a model and a dimension of it.", origin, fatal=False)
            )


def _parameter(name: str, given: Mapping[str, Any], looks: Looks) -> Parameter:
    kind = (read.text(given, "type") or "string").lower()
    if kind not in _TYPES:
        raise Wrong(f"`type: {kind[:40]}` is not one of {', '.join(_TYPES)}")
    options = tuple(dict.fromkeys(_option(option, kind) for option in _listed(given, "options")))
    multiple, custom = read.flag(given, "multiple"), read.flag(given, "allow_custom_values")
    source = _source(given)
    default = tuple(_value(value, kind, "default") for value in _listed(given, "default"))
    if len(default) > 1 and not multiple:
        raise Wrong("`default` has several values; say `multiple: true`")
    offered = {option.value for option in options}
    if offered and not custom and source is None and (odd := [value for value in default if value not in offered]):
        raise Wrong(f"`default` is {str(odd[0])[:60]!r}, which is not one of its options")
    return Parameter(
        name=name,
        label=looks(read.text, given, "label", None) or read.words(name.rpartition(".")[2]),
        type=kind,
        description=looks(read.text, given, "description", None),
        options=options,
        options_from=source,
        default=default,
        multiple=multiple,
        custom=custom,
    )


def _listed(given: Mapping[str, Any], key: str) -> list[Any]:
    value = given.get(key)
    listed = [] if value is None else value if isinstance(value, list) else [value]
    if len(listed) > MAX_OPTIONS:
        raise Wrong(f"`{key}` has more than {MAX_OPTIONS} entries")
    return listed


def _option(given: Any, kind: str) -> ParameterOption:
    if isinstance(given, dict):
        value = _value(given.get("value"), kind, "options")
        return ParameterOption(value, read.text(given, "label") or str(value))
    value = _value(given, kind, "options")
    return ParameterOption(value, str(value))


def _value(given: Any, kind: str, key: str) -> str | int | float:
    if isinstance(given, date):
        given = given.isoformat()
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise Wrong(f"`{key}` must hold texts or numbers")
    if kind == "number":
        if isinstance(given, str) and not _NUMBER.match(given):
            raise Wrong(f"`{key}` holds {given[:40]!r}, which is not a number")
        number = given if not isinstance(given, str) else float(given) if "." in given else int(given)
        if not abs(number) < 1e40:
            raise Wrong(f"`{key}` holds a number that is not finite, or too long")
        return number
    text = str(given)
    if len(text) > read.MAX_TEXT:
        raise Wrong(f"`{key}` holds a text of more than {read.MAX_TEXT} characters")
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise Wrong(f"`{key}` holds {text[:40]!r}, which is not a date such as 2024-03-31") from None
    return text


def _source(given: Mapping[str, Any]) -> str | None:
    found = read.mapping(given, "options_from_dimension")
    if not found:
        return None
    model, dimension = read.text(found, "model"), read.text(found, "dimension")
    if model is None or dimension is None:
        raise Wrong("`options_from_dimension` needs `model` and `dimension`")
    return f"{model}.{dimension}"
