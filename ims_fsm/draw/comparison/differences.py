"""The differences of two editions as a reader meets them: numbered guards, and the triggers that move otherwise.

Imports the law's comparison and the words; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ims_fsm.draw.citation import cite, cite_all, worded
from ims_fsm.draw.legend import Block, Entry
from ims_fsm.draw.notes import reason_of
from ims_fsm.draw.palette import Paint, Palette
from ims_fsm.law.comparison import Change, Comparison, MoveChange

# The sign of a change, beside its colour: a grey print says as much.
SIGNS: Mapping[Change, str] = {
    Change.ADDED: "+",
    Change.GONE: "\N{MINUS SIGN}",
    Change.CHANGED: "~",
    Change.SAME: "",
}
HEADINGS: Mapping[Change, str] = {
    Change.ADDED: "What is added",
    Change.GONE: "What is gone",
    Change.CHANGED: "What is changed",
}
KEY = "+ green: added, \N{MINUS SIGN} red: gone, ~ amber: changed, grey: unchanged"


def change_paint(change: Change, palette: Palette) -> Paint:
    """Return the colours of a change; grey where there is none."""
    match change:
        case Change.ADDED:
            return palette.green
        case Change.GONE:
            return palette.red
        case Change.CHANGED:
            return palette.amber
    return Paint(palette.paper, palette.never.line)


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
    alike: dict[tuple[Change, str, tuple[str, ...], str], list[str]] = {}
    for change in ORDER:
        for guard in (entry.guard for entry in comparison.guards if entry.change is change):
            alike.setdefault((change, guard.rule, guard.triggers, reason_of(guard).says), []).append(guard.name)
    return tuple(Difference(number, *key, tuple(names)) for number, (key, names) in enumerate(alike.items(), start=1))


def change_of(moves: Iterable[MoveChange]) -> Change:
    """Return what became of several moves together: what became of each, or changed where that differs."""
    changes = {move.change for move in moves}
    return changes.pop() if len(changes) == 1 else Change.CHANGED if changes else Change.SAME


def moved(comparison: Comparison) -> Mapping[tuple[str, str], list[MoveChange]]:
    """Return the moves by trigger and dest, in order."""
    moves: dict[tuple[str, str], list[MoveChange]] = {}
    for move in comparison.moves:
        moves.setdefault((move.trigger, move.dest), []).append(move)
    return moves


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
            means = edition.triggers[trigger].says
            says = f"It leads to {edition.states[dest].title}. {means} ({cite_all(moves[0].rules)})"
            yield Entry(SIGNS[change], worded(trigger), says, color=color)


def _refusing(comparison: Comparison, change: Change, color: str) -> Iterator[Entry]:
    for difference in differences(comparison):
        if difference.change is change:
            on = ", ".join(map(worded, difference.triggers))
            yield Entry(difference.mark, cite(difference.rule), f"On {on}: {difference.says}", color=color)
