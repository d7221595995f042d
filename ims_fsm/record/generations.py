"""The generations of a GSTR-2B as values: what one has otherwise than another, and why.

Imports the record and its log; runs no statement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.record.returns import Entry, TwoBLine
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import ChangeReason, Correction, State, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A generation of a GSTR-2B: its number from 1, when it was generated (UTC) and by whom, how many lines it has.

    `changed` is how many lines it has otherwise than the one before, `place` where it stands in the order of events.
    """

    number: int
    at: datetime
    actor: str
    lines: int
    changed: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a line changed: the reason and its rule, the record that changed it, and its step, if it was one."""

    reason: ChangeReason
    rule: str | None
    by: Record
    step: TransitionEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBChange:
    """A line that two generations of a GSTR-2B have otherwise: as the older and as the newer one has it, and why.

    None where a generation has no such line.
    """

    record: Record
    before: TwoBLine | None
    after: TwoBLine | None
    why: Why

    @property
    def entry(self) -> Entry:
        """Which of its record's lines it is."""
        line = self.after or self.before
        assert line is not None  # noqa: S101 -- one of both has it
        return line.entry


class Page(NamedTuple):
    """Which of the lines are given, by record: those behind a record's, and how many at most (None: all)."""

    after: int = 0
    limit: int | None = None


#: A line in the older and in the newer one of two generations; None where it is not in it.
Pair = tuple[TwoBLine | None, TwoBLine | None]
#: The steps of records between two generations, by record, oldest first.
Steps = Mapping[int, Sequence[TransitionEntry]]
_BY_TRIGGER: Mapping[str, ChangeReason] = {
    Trigger.EXPIRE: ChangeReason.TIME_LIMIT,
    Trigger.LAPSE: ChangeReason.DEADLINE,
    Trigger.FREEZE: ChangeReason.ORIGINAL,
    Correction.STATE: ChangeReason.ORIGINAL,
    Correction.PLACE: ChangeReason.IMPORT,
    Correction.RESTORE: ChangeReason.IMPORT,
}
_OUT = frozenset({State.PENDING, State.REMOVED})


def why(
    record: Record, line: Pair, chain: Sequence[Record], steps: Steps, moved: Collection[int], period: TaxPeriod
) -> Why:
    """Return why a record's line changed from the one to the other, by what happened between the two generations.

    `chain` are all versions of its document, oldest first, `steps` theirs, `moved` the records that another calendar
    has moved. What the record itself did comes first, then a version that prevails over it, then the rest of its chain.
    """
    before, after = line
    if its := [step for step in steps.get(record.id, ()) if _moves(step, line)]:
        return _by_step(record, its[-1])
    if record.id in moved:
        return Why(reason=ChangeReason.CALENDAR, rule="window.2b", by=record)
    if after is None and (later := _prevailing(record, chain, period)) is not None:
        return Why(reason=ChangeReason.AMENDMENT, rule="faq.13.2", by=later)
    others = [(member, step) for member in chain if member.id != record.id for step in steps.get(member.id, ())]
    if before is None:
        # What waited for its original comes in once that is decided; else it was not here before.
        others = [(member, step) for member, step in others if step.trigger == Trigger.FREEZE]
    if others:
        return _by_step(*others[-1])
    if before is None:
        return Why(reason=_arrival(record), rule="window.2b", by=record)
    return Why(reason=ChangeReason.OTHER, rule=None, by=record)


def _moves(step: TransitionEntry, line: Pair) -> bool:
    """Say whether a step of a record may change its line so: what was not in it was pending, or not here."""
    before, after = line
    if step.trigger in _BY_TRIGGER:
        return True
    return (before is not None or step.source == State.PENDING) and (after is not None or step.dest in _OUT)


def _by_step(record: Record, step: TransitionEntry) -> Why:
    is_shown = '"shown_by"' in (step.detail or "")
    reason = ChangeReason.IMPORT if is_shown else _BY_TRIGGER.get(step.trigger, ChangeReason.ACTION)
    return Why(reason=reason, rule=step.rules[0] if step.rules else None, by=record, step=step)


def _prevailing(record: Record, chain: Sequence[Record], period: TaxPeriod) -> Record | None:
    ids = [member.id for member in chain]
    later = [
        member
        for member in chain[ids.index(record.id) + 1 :]
        if member.filed and member.two_b_period is not None and member.two_b_period <= period
    ]
    return later[-1] if later else None


def _arrival(record: Record) -> ChangeReason:
    if record.document.amends is not None:
        return ChangeReason.AMENDMENT
    return ChangeReason.OTHER if record.portal is None else ChangeReason.IMPORT
