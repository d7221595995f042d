"""What is highlighted on a machine's picture, as plain data: a path taken, the ways open now and the ways closed.

Imports nothing of the package: whoever knows a record fills it in.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A transition that was taken: its number in the log (none for the entry), when, as it is to be read, by whom."""

    number: int | None
    trigger: str
    source: str
    dest: str
    when: str
    actor: str

    @property
    def mark(self) -> str:
        """The number as it is drawn; a dot for the entry."""
        return "•" if self.number is None else str(self.number)


@dataclass(frozen=True, slots=True)
class Way:
    """A trigger that may be fired now, where it leads, and the rules that carry it."""

    trigger: str
    dest: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Barrier:
    """A trigger that may not be fired now: the rule of each refusal with its short sentence."""

    trigger: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A record on its machine: `key` tells its picture from every other; the state in which it stands, and its path.

    `heading` and `subheading` are drawn above the picture.
    """

    key: str
    heading: str
    subheading: str
    state: str
    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    barriers: tuple[Barrier, ...]

    @property
    def visited(self) -> frozenset[str]:
        """The states that it has been in, with the one in which it stands."""
        return frozenset({self.state, *(state for step in self.steps for state in (step.source, step.dest))})
