"""A record as a line of a list: its actions as radio buttons, which of them the law refuses, and why.

Imports the face; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ims_fsm import ListedRecord, Match, RecipientDesk, Recommendation, State, Told

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


def choices(state: State, may: Mapping[str, tuple[Told, ...]], chosen: str | None = None) -> tuple[Choice, ...]:
    """Return the radio buttons of a record; none where nothing may be done with it.

    `chosen` is the action that stands chosen in place of the one that was taken.
    """
    if state not in STANDING:
        return ()
    made = []
    for action in ACTIONS:
        refusals = may[action]
        to_declare = bool(refusals) and {refusal.code for refusal in refusals} == {UNDECLARED}
        made.append(Choice(action, (chosen or STANDING[state]) == action, refusals, to_declare))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the last matching has of the records of a page, by their ids; nothing where there was none."""

    matches: Mapping[int, Match] = field(default_factory=dict)
    recommended: Mapping[int, Recommendation] = field(default_factory=dict)

    @classmethod
    def of(cls, buyer: RecipientDesk, ids: Sequence[int]) -> Beside:
        """Return what the last matching has of some records."""
        if not ids:
            return cls()
        matches = {of.record.id: of for of in buyer.matches(records=ids) if of.record is not None}
        return cls(matches, {of.record.id: of for of in buyer.recommend(records=ids)})

    def action(self, record_id: int) -> str | None:
        """Return what is recommended for a record."""
        advice = self.recommended.get(record_id)
        return None if advice is None else str(advice.action)

    def and_also(self, other: Beside) -> Beside:
        """Return this with what another has."""
        return Beside({**self.matches, **other.matches}, {**self.recommended, **other.recommended})


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list; `said` is what became of an action on it just now, where it was refused."""

    listed: ListedRecord
    choices: tuple[Choice, ...]
    said: tuple[Told, ...] = ()
    #: How it stands to the purchase register, and what is recommended; None where no matching has it.
    match: Match | None = None
    recommended: Recommendation | None = None
    #: Whether what is recommended stands chosen, and is not done yet.
    taken: bool = False

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


def rows_of(
    listed: Sequence[ListedRecord], refused: Mapping[int, tuple[Told, ...]], beside: Beside, *, take: bool = False
) -> list[Row]:
    """Return the lines of a page; `refused` has what became of actions on them just now.

    `beside` is what the last matching has of them; with `take` what it recommends stands chosen.
    """
    made = []
    for row in listed:
        advice = beside.recommended.get(row.record.id)
        taken = take and advice is not None and advice.to_do
        chosen = str(advice.action) if taken and advice is not None else None
        of = choices(row.record.state, row.may, chosen)
        match = beside.matches.get(row.record.id)
        made.append(Row(row, of, refused.get(row.record.id, ()), match, advice, taken))
    return made
