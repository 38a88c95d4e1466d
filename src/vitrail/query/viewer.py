"""Who asks, as a value: all that the query path knows of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Viewer:
    """`attributes` maps a user attribute to the values the person holds; `email` is set only when verified.

    A missing attribute is a refusal wherever a rule or a row filter names it, never an empty filter (FIELD §3).
    """

    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    email: str | None = None
