"""The notes below a picture: when, and the titles of the rules that say it, numbered as they are first named.

Imports the law's register and how a citation reads; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ims_fsm.charts.paper.citing import cited
from ims_fsm.law.register import Law


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its number, its days in words, its sentences and their citation."""

    number: int
    when: str
    says: str
    cited: str


@dataclass(slots=True)
class Notes:
    """The notes of one picture, taken in as its parts are told."""

    law: Law
    _taken: list[Note] = field(default_factory=list)

    @property
    def taken(self) -> tuple[Note, ...]:
        """Every note, in order."""
        return tuple(self._taken)

    def taken_in(self, when: str, rules: Iterable[str], see: Iterable[str] = ()) -> tuple[int, ...]:
        """Take in a note that says what rules of the register say; return its number, as the notes of a part.

        `see` are rules that are cited only. Raises `InputError` for a rule that is not in the register.
        """
        told, listed = [self.law.rule(rule) for rule in rules], [self.law.rule(rule) for rule in see]
        says = " ".join(rule.title for rule in told)
        citation = cited(rule.id for rule in (*told, *listed))
        self._taken.append(Note(len(self._taken) + 1, when, says, citation))
        return (len(self._taken),)

    def add(self, when: str, says: str, source: str) -> None:
        """Add a note in words of its own, with where it comes from."""
        self._taken.append(Note(len(self._taken) + 1, when, says, source))

    def citation(self, notes: tuple[int, ...]) -> str:
        """Return what the notes of a part cite."""
        return "; ".join(self._taken[number - 1].cited for number in notes)
