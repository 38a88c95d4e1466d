"""Reading single values out of YAML that anybody may have written: each function gives a typed value or `Wrong`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from vitrail.catalog.model import AttributeRule, DimensionType, Format, GroupDetail, Link, Spotlight

MAX_TEXT = 4_000
MAX_NAMES = 1_000
MAX_GROUPS = 5
"""How deep groups may be nested."""

_TYPE_WORDS: tuple[tuple[tuple[str, ...], DimensionType], ...] = (
    (("timestamp", "datetime", "smalldatetime"), DimensionType.TIMESTAMP),
    (("date",), DimensionType.DATE),
    (("bool",), DimensionType.BOOLEAN),
    (
        (
            *("int", "bigint", "smallint", "tinyint", "hugeint", "uint", "ubigint", "byteint", "long", "short"),
            *("serial", "number", "numeric", "bignumeric", "dec", "float", "double", "real", "money"),
        ),
        DimensionType.NUMBER,
    ),
)
_SIZES = ("thousand", "million", "billion", "trillion")
_BYTES = tuple(f"{size}{unit}" for unit in ("byte",) for size in ("kilo", "mega", "giga", "tera", "peta"))
_BIBYTES = tuple(f"{size}byte" for size in ("kibi", "mebi", "gibi", "tebi", "pebi"))
_COMPACT = {
    **{word: f"{word}s" for word in (*_SIZES, *_BYTES, *_BIBYTES)},
    **{f"{word}s": f"{word}s" for word in (*_SIZES, *_BYTES, *_BIBYTES)},
    **dict(zip(("k", "m", "b", "t"), (f"{word}s" for word in _SIZES), strict=True)),
    **dict(zip(("kb", "mb", "gb", "tb", "pb"), (f"{word}s" for word in _BYTES), strict=True)),
    **dict(zip(("kib", "mib", "gib", "tib", "pib"), (f"{word}s" for word in _BIBYTES), strict=True)),
    "auto": "auto",
}
SEPARATORS = ("default", "commaPeriod", "spacePeriod", "periodComma", "noSeparatorPeriod", "apostrophePeriod")
_FORMATS = frozenset(("km", "mi", "percent", "id"))
_CURRENCY = re.compile(r"[a-z]{3}\Z")
# Letters of which a spreadsheet makes dates: `dddd`, `yyyy`.
_DATES_ONLY = re.compile(r"[dmyhsGeb]+\Z", re.IGNORECASE)

_Read = TypeVar("_Read")
_Other = TypeVar("_Other")


class Wrong(Exception):
    """A value that can't be used; the text says which and why."""


class Looks:
    """Reads what only changes how a thing looks: a value that is wrong is left out and noted, the thing stays."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []
        """(the key, what is wrong with it)."""

    def __call__(
        self, read: Callable[[Mapping[str, Any], str], _Read], holder: Mapping[str, Any], key: str, otherwise: _Other
    ) -> _Read | _Other:
        if key not in holder:
            return otherwise
        try:
            return read(holder, key)
        except Wrong as wrong:
            self.notes.append((key, str(wrong)))
            return otherwise


def text(holder: Mapping[str, Any], key: str) -> str | None:
    """A text, stripped; numbers are read as they are written. Blank is None."""
    value = holder.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(f"`{key}` must be a text")
    if len(str(value)) > MAX_TEXT and key != "sql":
        raise Wrong(f"`{key}` has more than {MAX_TEXT} characters")
    return str(value).strip() or None


def flag(holder: Mapping[str, Any], key: str) -> bool:
    value = holder.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Wrong(f"`{key}` must be true or false")


def mapping(holder: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Wrong(f"`{key}` must be a mapping")
    return value


def names(holder: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A text or a list of texts."""
    value = holder.get(key)
    if value is None:
        return ()
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in given):
        raise Wrong(f"`{key}` must be a text or a list of texts")
    if len(given) > MAX_NAMES:
        raise Wrong(f"`{key}` has more than {MAX_NAMES} entries")
    return tuple(given)


def texts(holder: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A text or a list of texts, without blank ones, cut to what may be shown."""
    return tuple(word.strip()[:MAX_TEXT] for word in names(holder, key) if word.strip())


def groups(holder: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A path of groups, the outermost first."""
    path = texts(holder, key)
    if len(path) > MAX_GROUPS:
        raise Wrong(f"`{key}` is nested more than {MAX_GROUPS} deep")
    return path


def dimension_type(given: str | None, data_type: str | None) -> DimensionType:
    """The type named in YAML, else the one of the column in the warehouse, else string."""
    if given is not None:
        try:
            return DimensionType(given.lower())
        except ValueError:
            raise Wrong(f"`type: {given[:40]}` is not one of {', '.join(DimensionType)}") from None
    word = (data_type or "").strip().lower()
    for starts, kind in _TYPE_WORDS:
        if word.startswith(starts):
            return kind
    return DimensionType.STRING


def shape(holder: Mapping[str, Any], looks: Looks) -> Format | None:
    """`format`, `round`, `compact` and `separator` together."""
    kind = looks(_format, holder, "format", None)
    compact = looks(_compact, holder, "compact", None)
    decimals = looks(_round, holder, "round", None)
    separator = looks(_separator, holder, "separator", None)
    if kind is None and compact is None and decimals is None and separator is None:
        return None
    return Format(kind, decimals, compact, separator)


def _format(holder: Mapping[str, Any], key: str) -> str | None:
    word = text(holder, key)
    if word and word.isalpha() and word.isascii() and not _DATES_ONLY.match(word):
        plain = word.lower()
        if plain not in _FORMATS and not _CURRENCY.match(plain) and plain != "general":
            raise Wrong(
                f"`{key}: {word[:40]}` is no format; use usd, eur, percent, km, id, … or an expression such as #,##0.00"
            )
    return word


def _compact(holder: Mapping[str, Any], key: str) -> str | None:
    word = text(holder, key)
    if word is None:
        return None
    found = _COMPACT.get(word.lower())
    if found is None:
        raise Wrong(f"`{key}: {word[:40]}` is not thousands, millions, billions, trillions, kilobytes, kibibytes, …")
    return None if found == "auto" else found


def _round(holder: Mapping[str, Any], key: str) -> int | None:
    value = holder.get(key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or abs(value) > 20):
        raise Wrong(f"`{key}` must be a whole number of decimals")
    return value


def _separator(holder: Mapping[str, Any], key: str) -> str | None:
    word = text(holder, key)
    if word is not None and word not in SEPARATORS:
        raise Wrong(f"`{key}: {word[:40]}` is not one of {', '.join(SEPARATORS)}")
    return None if word == "default" else word


def links(holder: Mapping[str, Any], key: str) -> tuple[Link, ...]:
    """`urls`: templates kept as they are written. Whoever makes a link of one looks at where it leads first."""
    given = holder.get(key)
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > 50 or not all(isinstance(item, dict) for item in given):
        raise Wrong(f"`{key}` must be a list of `label` and `url`")
    found = []
    for item in given:
        url = text(item, "url")
        if url is None:
            raise Wrong(f"an entry of `{key}` has no `url`")
        found.append(Link(text(item, "label") or url, url))
    return tuple(found)


def image(holder: Mapping[str, Any], key: str) -> str | None:
    return text(mapping(holder, key), "url")


def colors(holder: Mapping[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    given = mapping(holder, key)
    if len(given) > MAX_NAMES:
        raise Wrong(f"`{key}` has more than {MAX_NAMES} entries")
    if not all(isinstance(colour, str) and len(colour) <= 100 for colour in given.values()):
        raise Wrong(f"`{key}` must give a colour for each value")
    return tuple((str(value)[:MAX_TEXT], colour) for value, colour in given.items())


def group_details(holder: Mapping[str, Any], key: str) -> dict[str, GroupDetail]:
    found = {}
    for name, given in mapping(holder, key).items():
        if not isinstance(given, dict):
            raise Wrong(f"`{key}.{str(name)[:60]}` must be a mapping with a `label`")
        label = text(given, "label") or words(str(name)[:MAX_TEXT])
        found[str(name)] = GroupDetail(label, text(given, "description"), texts(given, "ai_hint"))
    return found


def spotlight(holder: Mapping[str, Any], key: str) -> Spotlight:
    given = mapping(holder, key)
    visibility = text(given, "visibility") or "show"
    if visibility not in ("show", "hide"):
        raise Wrong(f"`{key}.visibility` must be `show` or `hide`")
    return Spotlight(visibility == "show", texts(given, "categories"), text(given, "owner"))


def sensitive(holder: Mapping[str, Any], key: str) -> bool | None:
    return None if holder.get(key) is None else flag(holder, key)


def rule(holder: Mapping[str, Any]) -> AttributeRule:
    """`required_attributes` and `any_attributes`."""
    if "required_attributes" not in holder and "any_attributes" not in holder:
        return _NO_RULE
    return AttributeRule(_required(holder, "required_attributes"), _required(holder, "any_attributes"))


_NO_RULE = AttributeRule()


def _required(holder: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, value in mapping(holder, key).items():
        given = value if isinstance(value, list) else [value]
        if not given or not all(isinstance(item, str | int | float) for item in given):
            raise Wrong(f"`{key}.{str(name)[:60]}` must be a value or a list of values")
        # YAML reads a bare yes as true; the attribute's value is the word itself.
        found[str(name)] = tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in given)
    return found


def words(name: str) -> str:
    """`order_count` → `Order count`: the label of a thing that has none."""
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
