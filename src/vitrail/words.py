"""Text and ids as they come in: bounded, and free of what no database keeps."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Control characters have no place in a name; a text may have tabs and line ends. Postgres keeps no NUL at all.
_IN_NAMES = re.compile(r"[\x00-\x1f\x7f]")
_IN_TEXTS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _clean_name(text: str) -> str:
    if _IN_NAMES.search(text):
        raise ValueError("no line ends and no control characters, please")
    return text


def _clean_text(text: str) -> str:
    if _IN_TEXTS.search(text):
        raise ValueError("no control characters, please")
    return text


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_clean_name)
]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_clean_name)]
Description = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_clean_text)]
Text = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_clean_text)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
PartId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
"""The id of a tab, tile or filter, made by whoever writes the dashboard."""
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_clean_name)]
