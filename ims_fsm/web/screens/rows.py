"""A record as a line of a list: its actions as radio buttons, which of them the law refuses, and why.

Imports the face; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ims_fsm import ListedRecord, State, Told

#: The actions in the order of the radio buttons, and which of them stands chosen in each state.
ACTIONS = ("accept", "reject", "keep_pending", "reset")
STANDING: Mapping[State, str] = {
    State.NO_ACTION: "reset",
    State.ACCEPTED: "accept",
    State.REJECTED: "reject",
    State.PENDING: "keep_pending",
}
#: What refuses an acceptance only until it is said how much ITC is reduced.
UNDECLARED = "itc_reduction_required"


@dataclass(frozen=True, slots=True)
class Choice:
    """A radio button: an action, whether it stands chosen, and every refusal of it."""

    action: str
    checked: bool
    refusals: tuple[Told, ...]
    #: Whether it is refused only until a reduction of ITC is declared.
    to_declare: bool = False

    @property
    def refused(self) -> bool:
        """Whether it cannot be chosen."""
        return bool(self.refusals) and not self.checked and not self.to_declare


def choices(state: State, may: Mapping[str, tuple[Told, ...]]) -> tuple[Choice, ...]:
    """Return the radio buttons of a record; none where nothing may be done with it."""
    if state not in STANDING:
        return ()
    made = []
    for action in ACTIONS:
        refusals = may[action]
        to_declare = bool(refusals) and {refusal.code for refusal in refusals} == {UNDECLARED}
        made.append(Choice(action, STANDING[state] == action, refusals, to_declare))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list; `said` is what became of an action on it just now, where it was refused."""

    listed: ListedRecord
    choices: tuple[Choice, ...]
    said: tuple[Told, ...] = ()

    @property
    def id(self) -> int:
        """The record's id."""
        return self.listed.record.id

    @property
    def closed(self) -> list[tuple[str, tuple[Told, ...]]]:
        """The actions that are refused, with the refusals."""
        return [(choice.action, choice.refusals) for choice in self.choices if choice.refused]

    @property
    def declares(self) -> bool:
        """Whether accepting it asks for a declaration."""
        return any(choice.to_declare for choice in self.choices)


def rows_of(listed: Sequence[ListedRecord], refused: Mapping[int, tuple[Told, ...]]) -> list[Row]:
    """Return the lines of a page; `refused` has what became of actions on them just now."""
    return [Row(row, choices(row.record.state, row.may), refused.get(row.record.id, ())) for row in listed]
