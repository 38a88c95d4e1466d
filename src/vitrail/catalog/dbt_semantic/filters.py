"""dbt's filters: SQL with `{{ Dimension('user__country') }}` and its like in it → `Filter`.

No template engine runs. What stands between the braces is parsed as a Python expression and must be one of four calls
with plain texts as arguments; the SQL around it must be one expression with nothing but those calls for columns.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container
from typing import Any

from vitrail.catalog.dbt_semantic_model import DATE_PARTS, GRAINS, METRIC_TIME, Filter, Item, MetricCall
from vitrail.catalog.snippets import SnippetError, check
from vitrail.catalog.yaml_values import Wrong

_CALL = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)
MAX_CHARACTERS = 10_000


def spelled(name: str, custom: Container[str], *, entity: bool = False) -> Item:
    """dbt's spelling of an item (`listing__user__country`, `metric_time__month`, `order__day__extract_dow`). Raises
    `Wrong`."""
    words = name.strip().lower().split("__")
    if not all(_NAME.match(word) for word in words) or len(name) > 400:
        raise Wrong(f"{name[:80]!r} is not a name such as entity__dimension")
    grain = part = None
    last = words[-1]
    if len(words) > 1 and last.startswith("extract_") and last[8:] in DATE_PARTS:
        part = last[8:]
        words.pop()
    elif (len(words) > 2 or (len(words) == 2 and words[0] == METRIC_TIME)) and (last in GRAINS or last in custom):
        grain = last
        words.pop()
    return Item(tuple(words[:-1]), words[-1], grain, part, entity or (len(words) == 1 and words[0] != METRIC_TIME))


def read_filters(given: Any, custom: Container[str], dialect: str) -> tuple[Filter, ...]:
    """A text, a list of texts, or `where_filters` with `where_sql_template`s. Raises `Wrong` or `SnippetError`."""
    if given is None or given == "" or given == []:
        return ()
    if isinstance(given, dict):
        if "where_filters" not in given:
            return read_filters(given.get("where_sql_template"), custom, dialect)
        given = given["where_filters"]
    if isinstance(given, str):
        return (read_filter(given, custom, dialect),)
    if not isinstance(given, list):
        raise Wrong("`filter` must be a text or a list of texts")
    return tuple(found for one in given for found in read_filters(one, custom, dialect))


def read_filter(template: str, custom: Container[str], dialect: str) -> Filter:
    if len(template) > MAX_CHARACTERS:
        raise Wrong(f"a filter has more than {MAX_CHARACTERS} characters")
    if "${" in template or "{%" in template or "{#" in template:
        raise Wrong("a filter may hold {{ Dimension() }} and its like, and no other template")
    parts: list[str | Item | MetricCall] = []
    checked: list[str] = []
    end = 0
    for place, match in enumerate(_CALL.finditer(template)):
        parts += [template[end : match.start()], read_call(match.group(1), custom)]
        checked += [template[end : match.start()], f"${{i{place}}}"]
        end = match.end()
    parts.append(template[end:])
    checked.append(template[end:])
    if any("{{" in part or "}}" in part for part in parts if isinstance(part, str)):
        raise Wrong("a filter has braces that are not closed")
    traits = check("".join(checked), dialect)
    if traits.aggregates or traits.windows:
        raise Wrong("a filter can't aggregate; use {{ Metric(…) }}")
    if traits.tables:
        raise Wrong("a filter can't hold a sub-query")
    if traits.columns:
        raise SnippetError(
            f"A filter names the column {traits.columns[0]!r} outright.",
            "Write {{ Dimension('entity__name') }} or {{ TimeDimension('metric_time', 'day') }}.",
        )
    return Filter(tuple(part for part in parts if part != ""))


def read_call(text: str, custom: Container[str]) -> Item | MetricCall:
    """One call, as it stands between braces or in a saved query's `group_by`. Raises `Wrong`."""
    wrong = Wrong(
        f"{text.strip()[:80]!r} is none of Dimension('…'), TimeDimension('…', 'grain'), Entity('…'), "
        "Metric('…', group_by=['…'])"
    )
    if len(text) > 1000:
        raise wrong
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise wrong from None
    modifiers: dict[str, str] = {}
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        given = _arguments(node, ("value",), wrong)
        if node.func.attr not in ("grain", "date_part", "descending", "ascending"):
            raise wrong
        if node.func.attr in ("grain", "date_part"):
            modifiers[node.func.attr] = _text(given.get("value"), wrong)
        node = node.func.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise wrong
    return _made(node.func.id, node, modifiers, custom, wrong)


def _made(
    kind: str, node: ast.Call, modifiers: dict[str, str], custom: Container[str], wrong: Wrong
) -> Item | MetricCall:
    if kind == "Metric":
        given = _arguments(node, ("metric_name", "group_by"), wrong)
        names = given.get("group_by")
        if not isinstance(names, list) or len(names) != 1 or modifiers:
            raise Wrong("Metric(…) needs `group_by` with exactly one entity")
        return MetricCall(_text(given.get("metric_name"), wrong).lower(), spelled(names[0], custom, entity=True))
    if kind == "Entity":
        given = _arguments(node, ("entity_name", "entity_path"), wrong)
        found = spelled(_text(given.get("entity_name"), wrong), (), entity=True)
    elif kind == "Dimension":
        given = _arguments(node, ("name", "entity_path"), wrong)
        found = spelled(_text(given.get("name"), wrong), custom)
    elif kind == "TimeDimension":
        given = _arguments(node, ("time_dimension_name", "time_granularity_name", "entity_path"), wrong)
        found = spelled(_text(given.get("time_dimension_name"), wrong), custom)
        if given.get("time_granularity_name") is not None:
            modifiers.setdefault("grain", _text(given["time_granularity_name"], wrong))
        if given.get("date_part_name") is not None:
            modifiers.setdefault("date_part", _text(given["date_part_name"], wrong))
    else:
        raise wrong
    path = given.get("entity_path")
    links = tuple(word for name in path for word in name.lower().split("__")) if isinstance(path, list) else ()
    grain, part = modifiers.get("grain", found.grain), modifiers.get("date_part", found.part)
    grain, part = grain.lower() if grain else None, part.lower() if part else None
    if grain is not None and grain not in GRAINS and grain not in custom:
        raise Wrong(f"{grain[:40]!r} is no granularity that is known")
    if part is not None and part not in DATE_PARTS:
        raise Wrong(f"{part[:40]!r} is no part of a date that is known")
    return Item((*links, *found.links), found.name, None if part else grain, part, found.entity and kind == "Entity")


def _arguments(node: ast.Call, names: tuple[str, ...], wrong: Wrong) -> dict[str, Any]:
    """The call's arguments by name; each a text or a list of texts."""
    known = {*names, "date_part_name", "group_by", "descending", "entity_path"}
    if len(node.args) > len(names) or any(keyword.arg not in known for keyword in node.keywords):
        raise wrong
    given = dict(zip(names, node.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
    try:
        values = {name: ast.literal_eval(value) for name, value in given.items()}
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise wrong from None
    for value in values.values():
        listed = list(value) if isinstance(value, list | tuple) else [value]
        if not all(item is None or isinstance(item, str | bool) for item in listed):
            raise wrong
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _text(value: Any, wrong: Wrong) -> str:
    if not isinstance(value, str):
        raise wrong
    return value
