"""The differences of two editions as a reader meets them: numbered guards, and the triggers that move otherwise.

Imports the law's comparison and the words; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ims_fsm.draw.citation import cite, cite_all, worded
from ims_fsm.draw.comparison.signs import HEADINGS, SIGNS, change_paint
from ims_fsm.draw.legend import Block, Entry
from ims_fsm.draw.notes import reason_of
from ims_fsm.draw.palette import Palette
from ims_fsm.law.comparison import Change, Comparison, MoveChange

ORDER = (Change.ADDED, Change.CHANGED, Change.GONE)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in refusing, with its number in the picture: guards that say the same of the same are one."""

    number: int
    change: Change
    rule: str
    triggers: tuple[str, ...]
    says: str
    guards: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The sign and number by which it is met."""
        return f"{SIGNS[self.change]}{self.number}"


def differences(comparison: Comparison) -> tuple[Difference, ...]:
    """Return the guards that differ, numbered: what is added first, then what is changed, what is gone last."""
    told: dict[tuple[Change, str, tuple[str, ...], str], list[str]] = {}
    for change in ORDER:
        for guard in (each.guard for each in comparison.guards if each.change is change):
            told.setdefault((change, guard.rule, guard.triggers, reason_of(guard).says), []).append(guard.name)
    return tuple(Difference(number, *key, tuple(names)) for number, (key, names) in enumerate(told.items(), start=1))


def change_of(moves: Iterable[MoveChange]) -> Change:
    """Return what became of several moves together: what became of each, or changed where that differs."""
    found = {move.change for move in moves}
    return found.pop() if len(found) == 1 else Change.CHANGED if found else Change.SAME


def moved(comparison: Comparison) -> Mapping[tuple[str, str], list[MoveChange]]:
    """Return the moves by trigger and dest, in order."""
    found: dict[tuple[str, str], list[MoveChange]] = {}
    for move in comparison.moves:
        found.setdefault((move.trigger, move.dest), []).append(move)
    return found


def blocks(comparison: Comparison, palette: Palette) -> Iterator[Block]:
    """Give the legend: what is added, changed and gone, first what moves, then what refuses."""
    if not comparison.differs:
        yield Block((), "Nothing differs", f"{comparison.title} is the same under both rule sets.")
    for change in ORDER:
        heading, color = HEADINGS[change], change_paint(change, palette).line
        for entry in (*_moving(comparison, change, color), *_refusing(comparison, change, color)):
            yield Block((entry,), heading)
            heading = ""


def _moving(comparison: Comparison, change: Change, color: str) -> Iterator[Entry]:
    edition = comparison.whole
    for (trigger, dest), moves in moved(comparison).items():
        if change_of(moves) is change and change is not Change.CHANGED:
            says = edition.triggers[trigger].says
            told = f"It leads to {edition.states[dest].title}. {says} ({cite_all(moves[0].rules)})"
            yield Entry(SIGNS[change], worded(trigger), told, color=color)


def _refusing(comparison: Comparison, change: Change, color: str) -> Iterator[Entry]:
    for each in differences(comparison):
        if each.change is change:
            on = ", ".join(map(worded, each.triggers))
            yield Entry(each.mark, cite(each.rule), f"On {on}: {each.says}", color=color)
