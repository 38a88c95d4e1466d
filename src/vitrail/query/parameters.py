"""Parameters: values that a question sets, and the project's SQL takes.

A value is read as its parameter's type and held to its options before anything is written, and then written as a
literal by the dialect: nothing of it reaches the statement otherwise. What a question does not set has its default. A
parameter with neither is told only when the statement needs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rapidfuzz import fuzz, process

from vitrail.catalog.model import Explore, Parameter
from vitrail.catalog.snippets import ParameterRef, SnippetError, parameters
from vitrail.query.errors import Finding, InvalidQuery
from vitrail.query.metric_query import MetricQuery, Scalar, SqlDimension
from vitrail.warehouse.dialect import Dialect, UnwritableValue

MAX_VALUES = 1000
MAX_TEXT = 2000

_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)

Value = str | int | float


class BadParameter(ValueError):
    """What is wrong with a value; the text completes "The parameter x …"."""


@dataclass(frozen=True, slots=True)
class ParameterValues:
    """The values of one question by name; `labels` names those that have none."""

    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    _unset: set[str] = field(default_factory=set)
    _several: set[str] = field(default_factory=set)
    _unwritable: set[str] = field(default_factory=set)

    def fresh(self) -> ParameterValues:
        """The same values for another statement."""
        return replace(self, _unset=set(), _several=set(), _unwritable=set())

    def text(self, reference: ParameterRef, dialect: Dialect) -> str:
        """The literal, or literals separated by commas where a list may stand. What can't be written is remembered."""
        given = self.values.get(reference.name, ())
        if not given:
            self._unset.add(reference.name)
            return "NULL"
        if len(given) > 1 and not reference.many:
            self._several.add(reference.name)
        try:
            return ", ".join(dialect.text(v) if isinstance(v, str) else dialect.number(v) for v in given)
        except UnwritableValue:
            self._unwritable.add(reference.name)
            return "NULL"

    def findings(self) -> list[Finding]:
        """Why the statement can't be asked as it is."""
        found = []
        for name in sorted(self._unset):
            called = f" ({self.labels[name]})" if self.labels.get(name) else ""
            cause = f'The question needs a value for the parameter "{name}"{called}, which has no default.'
            found.append(Finding(InvalidQuery, cause, f'Give it under `parameters`: {{"{name}": …}}.', name))
        for name in sorted(self._several):
            cause = f'The parameter "{name}" has several values, and the project\'s SQL compares it with one.'
            found.append(Finding(InvalidQuery, cause, "Give one value, or write the SQL with `in (…)`.", name))
        for name in sorted(self._unwritable):
            cause = f'The parameter "{name}" has a value that is not a text.'
            found.append(Finding(InvalidQuery, cause, "Correct the value.", name))
        return found


def parameter_values(
    query: MetricQuery, explore: Explore, project: Mapping[str, Parameter]
) -> tuple[ParameterValues, list[Finding]]:
    """The values for a question to an explore, and what is wrong with those that were given. `project`: all its
    parameters, which SQL of the question's own may take too.

    A parameter that the project has and the explore does not take is let be: a page sets its parameters for all that
    stands on it. A parameter that is unknown is refused, since with its name mistyped the default would be used.
    """
    known, given = explore.parameters, query.parameters
    findings: list[Finding] = []
    if own := _taken(query):
        known = {**known, **{name: project[name] for name in own if name in project}}
        findings += [_unknown(name, project) for name in own if name not in project]
    if not known and not given:
        return _NONE, findings
    values = {name: parameter.default for name, parameter in known.items() if parameter.default}
    for name, value in given.items():
        parameter = known.get(name) or known.get(f"{explore.base_table}.{name}")
        if parameter is None:
            if name not in project:
                findings.append(_unknown(name, known))
            continue
        try:
            values[parameter.name] = read_values(value, parameter)
        except BadParameter as error:
            cause = f'The parameter "{parameter.name}" {error}.'
            findings.append(Finding(InvalidQuery, cause, "Change its value.", name[:60]))
    return ParameterValues(values, {name: parameter.label for name, parameter in known.items()}), findings


_NONE = ParameterValues()


def _taken(query: MetricQuery) -> list[str]:
    """The parameters that the question's own SQL takes."""
    written = [calculation.sql for calculation in query.table_calculations]
    written += [custom.sql for custom in query.custom_dimensions if isinstance(custom, SqlDimension)]
    written += [extra.sql for extra in query.additional_metrics]
    found: list[str] = []
    for sql in written:
        if sql and "parameter" in sql:
            try:
                found += parameters(sql)
            except SnippetError:  # Whoever reads the SQL says what is wrong with it.
                continue
    return list(dict.fromkeys(found))


def _unknown(name: str, known: Mapping[str, Parameter]) -> Finding:
    near = tuple(m[0] for m in process.extract(name[:100], list(known), scorer=fuzz.WRatio, limit=3, score_cutoff=70))
    cause = f'There is no parameter "{name[:60]}"'
    listed = " or ".join(f'"{found}"' for found in near)
    cause += f", did you mean {listed}?" if near else "."
    return Finding(InvalidQuery, cause, "Use the name of one of the explore's parameters.", name[:60], near)


def read_values(given: Scalar | Sequence[Scalar], parameter: Parameter) -> tuple[Value, ...]:
    """What is given, as values of the parameter's type. Raises `BadParameter`."""
    listed = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    if not listed:
        raise BadParameter("needs at least one value")
    if len(listed) > MAX_VALUES:
        raise BadParameter(f"takes at most {MAX_VALUES} values")
    if len(listed) > 1 and not parameter.multiple:
        raise BadParameter("takes one value")
    values = tuple(_value(each, parameter) for each in listed)
    if parameter.options and not parameter.custom and parameter.options_from is None:
        offered = {option.value for option in parameter.options}
        for value in values:
            if value not in offered:
                shown = ", ".join(repr(option.value) for option in parameter.options[:10])
                more = ", …" if len(parameter.options) > 10 else ""
                raise BadParameter(f"can't be {value!r:.60}; it is one of {shown}{more}")
    return tuple(dict.fromkeys(values))


def _value(given: Scalar, parameter: Parameter) -> Value:
    if given is None or isinstance(given, bool):
        raise BadParameter(f"needs a {_WORDS[parameter.type]}, not {str(given).lower()}")
    if parameter.type == "number":
        if isinstance(given, str):
            text = given.strip(" ")
            if not _NUMBER.match(text):
                raise BadParameter(f"needs a number, not {given!r:.60}")
            given = int(text) if text.lstrip("+-").isdigit() else float(text)
        if not abs(given) < 1e40:  # Neither infinite nor none, nor longer than any engine's numbers.
            raise BadParameter("needs a number that is finite and not longer than 40 digits")
        return given
    text = str(given)
    if len(text) > MAX_TEXT:
        raise BadParameter(f"has more than {MAX_TEXT} characters")
    if parameter.type == "date":
        if not _DATE.match(text):
            raise BadParameter(f"needs a date such as 2024-03-31, not {text!r:.60}")
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise BadParameter(f"needs a date that exists, not {text!r:.60}") from None
    return text


_WORDS = {"string": "text", "number": "number", "date": "date"}
