"""A statement: one thing that was looked at in a proof, in words, and whether it holds.

Imports the errors.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.errors import printable


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that was looked at, in words, and whether it holds; None where there was nothing to look at."""

    says: str
    holds: bool | None

    def __post_init__(self) -> None:
        """Keep what it says so that it can be printed, whatever was read."""
        object.__setattr__(self, "says", printable(self.says))
