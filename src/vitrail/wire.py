"""How values look on the wire: camelCase names, nothing beyond what is declared."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Strict, model_validator
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """The base of every request and answer. An unknown field of a request is refused, not ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, data: Any) -> Any:
        """No text holds U+0000: Postgres can't keep it, and whoever sends it is trying something."""
        if isinstance(data, dict) and _holds_nul(data):
            raise ValueError("holds the character U+0000, which no text has")
        return data


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key for key in value if isinstance(key, str)) or any(map(_holds_nul, value.values()))
    return isinstance(value, list) and any(map(_holds_nul, value))


def _written_out(value: Any) -> Any:
    """A bare number would be taken for seconds since 1970, which is hardly what anybody meant."""
    if isinstance(value, int | float) or (isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value)):
        raise ValueError("write it as 2030-01-31, a moment as 2030-01-31T08:00:00Z")
    return value


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day of a request."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""A moment of a request, with its time zone."""
Flag = Annotated[bool, Strict()]
"""Yes or no in a request's body: `true` or `false`, not 1, "on" or "y"."""
