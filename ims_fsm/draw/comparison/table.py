"""The differences of two editions as rows, and those rows as a table in Markdown.

Imports the law's comparison and the words; draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ims_fsm.draw.citation import cite_all, worded
from ims_fsm.draw.comparison.differences import ORDER, SIGNS, change_of, moved
from ims_fsm.draw.description import span
from ims_fsm.draw.notes import reason_of
from ims_fsm.law.comparison import Change, Comparison, GuardChange
from ims_fsm.law.declaration import ENTRY


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One difference: what became of a state, transition or guard, what it was and what it is, under which rules."""

    change: Change
    part: str
    name: str
    before: str
    after: str
    rules: tuple[str, ...]


def difference_table(comparison: Comparison) -> tuple[DifferenceRow, ...]:
    """Return a row for each difference: states, transitions, guards, each added, then changed, then gone."""
    rows = (*_states(comparison), *_moves(comparison), *_guards(comparison))
    return tuple(row for change in ORDER for row in rows if row.change is change)


def markdown(comparisons: Sequence[Comparison]) -> str:
    """Return comparisons as Markdown: heading and table for each machine that differs, and the names of the rest."""
    lines: list[str] = []
    for comparison in comparisons:
        if rows := difference_table(comparison):
            lines += [f"## {comparison.title}: from {comparison.before.id} to {comparison.after.id}", ""]
            lines += [f"{span(comparison.before)}; {span(comparison.after)}.", "", *_table(rows), ""]
    if same := [comparison.title for comparison in comparisons if not comparison.differs]:
        lines += [f"Nothing differs in: {', '.join(same)}.", ""]
    return "\n".join(lines)


def _states(comparison: Comparison) -> Iterator[DifferenceRow]:
    reach = {Change.ADDED: ("not reached", "reached"), Change.GONE: ("reached", "not reached")}
    for change in comparison.states:
        if change.change in reach:
            rules = comparison.whole.states[change.name].rules
            yield DifferenceRow(change.change, "state", change.title, *reach[change.change], rules)


def _moves(comparison: Comparison) -> Iterator[DifferenceRow]:
    titles = {name: state.title for name, state in comparison.whole.states.items()} | {ENTRY: "nothing"}
    for (trigger, dest), moves in moved(comparison).items():
        change = change_of(moves)
        if change is Change.SAME:
            continue
        sources = ", ".join(titles[move.source] for move in moves)
        way = f"{worded(trigger)}: {sources} → {titles[dest]}"
        was, now = {
            Change.ADDED: ("not possible", "possible"),
            Change.GONE: ("possible", "not possible"),
        }.get(change, ("possible", "possible, under other guards or rules"))
        yield DifferenceRow(change, "transition", way, was, now, moves[0].rules)


def _guards(comparison: Comparison) -> Iterator[DifferenceRow]:
    for change in comparison.guards:
        if change.change is not Change.SAME:
            yield _guard(change)


def _guard(change: GuardChange) -> DifferenceRow:
    was, now = (
        "refuses nothing" if guard is None else reason_of(guard).says for guard in (change.before, change.after)
    )
    guard = change.guard
    on = ", ".join(map(worded, guard.triggers))
    return DifferenceRow(change.change, "guard", f"on {on}", was, now, (guard.rule, *guard.see))


def _table(rows: Sequence[DifferenceRow]) -> Iterator[str]:
    yield "| | What | Before | After | Rules |"
    yield "|---|---|---|---|---|"
    for row in rows:
        cells = (
            f"{SIGNS[row.change]} {row.change}",
            f"{row.part} {row.name}",
            row.before,
            row.after,
            cite_all(row.rules),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
