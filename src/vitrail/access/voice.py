"""Whom a reason speaks to: the person themselves (`You may not …`), or somebody who asks about them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """The words for one person in a sentence."""

    they: str
    their: str
    have: str
    are: str

    @classmethod
    def about(cls, name: str) -> Voice:
        """For a sentence about somebody else."""
        return cls(they=name, their=f"{name}’s", have="has", are="is")


YOU = Voice(they="you", their="your", have="have", are="are")
