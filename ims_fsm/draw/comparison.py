"""Two editions of a machine in one picture and one table: what a change of law adds, takes away and changes.

What is added is green, what is gone red and dashed, what is changed amber, the rest grey. Imports the law's comparison,
the sheet and the formats; decides no difference itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from ims_fsm.draw.citation import bracketed, cite, cite_all, worded
from ims_fsm.draw.description import CROSS, span
from ims_fsm.draw.diagrams import PLAIN, Style, checked, written
from ims_fsm.draw.legend import Block, Entry
from ims_fsm.draw.notes import reason_of
from ims_fsm.draw.picture import Arrow, Card, Label, Links, Picture, picture_of
from ims_fsm.draw.ratio import Notes
from ims_fsm.draw.sheet import ArrowLook, CardLook, LabelLook, Sheet, Wording
from ims_fsm.draw.theme import LIGHT, Paint, Palette, Theme
from ims_fsm.errors import Problem
from ims_fsm.files.writing import Outputs
from ims_fsm.law.comparison import Change, Comparison, MoveChange, compare
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.register import Law


class Mark(NamedTuple):
    """How a change is shown: its sign, which a grey print says as well, heading, colour, and word on a state."""

    sign: str
    heading: str
    color: str
    badge: str


# In the order in which they are listed; what is not here is as it was.
MARKS: Mapping[Change, Mark] = {
    Change.ADDED: Mark("+", "What is added", "green", "added"),
    Change.CHANGED: Mark("~", "What is changed", "amber", "changed"),
    Change.GONE: Mark("\N{MINUS SIGN}", "What is gone", "red", "gone"),
}
KEY = "+ green: added, \N{MINUS SIGN} red: gone, ~ amber: changed, grey: unchanged"


def sign_of(change: Change) -> str:
    """Return the sign of a change; nothing where there is none."""
    return MARKS[change].sign if change in MARKS else ""


def change_paint(change: Change, palette: Palette) -> Paint:
    """Return the colours of a change; grey where there is none."""
    if change not in MARKS:
        return Paint(palette.paper, palette.never.line)
    paint: Paint = getattr(palette, MARKS[change].color)
    return paint


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in refusing, with its number in the picture: guards that say the same of the same are one."""

    number: int
    change: Change
    rule: str
    triggers: tuple[str, ...]
    says: str
    code: str
    guards: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The sign and number by which it is met."""
        return f"{sign_of(self.change)}{self.number}"


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


@dataclass(frozen=True)
class ComparisonSheet(Sheet):
    """The picture of everything that either edition has, with what became of each part."""

    comparison: Comparison = field(kw_only=True)

    @property
    def marks(self) -> Mapping[Change, Mark]:
        """How each change is shown."""
        return MARKS

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """The guards that differ, numbered: what is added first, then what is changed, what is gone last."""
        alike: dict[tuple[Change, str, tuple[str, ...], str, str], list[str]] = {}
        for change in MARKS:
            for guard in (entry.guard for entry in self.comparison.guards if entry.change is change):
                alike.setdefault((change, guard.rule, guard.triggers, reason_of(guard).says, guard.code), []).append(
                    guard.name
                )
        numbered = enumerate(alike.items(), start=1)
        return tuple(Difference(number, *key, tuple(names)) for number, (key, names) in numbered)

    @cached_property
    def wording(self) -> Wording:
        """The machine and both rule sets, with their periods and what signs and colours say; every difference."""
        before, after, picture = self.comparison.before, self.comparison.after, self.picture
        periods = [f"{before.counts} to {before.until}"] if before.until else []
        periods += [f"from {after.since}"] if after.since else []
        heading = _heading(self.comparison)
        sentences = [f"{picture.title} under {span(before)}, beside {span(after)}.", *self.sentences()]
        return Wording(
            heading=heading,
            subheading="\n".join([*([" beside those ".join(periods)] if periods else []), KEY]),
            caption=heading,
            title=heading,
            said=" ".join(sentences).replace("..", "."),
            below=(picture.left_out,) if picture.left_out else (),
        )

    def sentences(self) -> Iterator[str]:
        """Give every difference in words, and what is left out."""
        for block in replace(self, notes=Notes.FULL).legend():
            yield from (f"{block.heading}: {block.aside}",) if block.aside else ()
            yield from (f"{_worded(entry.mark)} {entry.name}: {entry.says}." for entry in block.entries)
        yield from (self.picture.left_out,) if self.picture.left_out else ()

    def moves(self, arrow: Arrow, trigger: str) -> list[MoveChange]:
        """Return the moves that an arrow's trigger stands for."""
        sources = self.picture.sources(arrow)
        return [
            move
            for move in self.comparison.moves
            if (move.trigger, move.dest) == (trigger, arrow.head) and move.source in sources
        ]

    def change(self, arrow: Arrow, trigger: str) -> Change:
        """Return what became of an arrow's trigger."""
        return change_of(self.moves(arrow, trigger))

    def card_look(self, card: Card) -> CardLook:
        """Return how a state looks: by whether the editions can bring a record to it."""
        change = next(state.change for state in self.comparison.states if state.name == card.name)
        if change is Change.SAME:
            paint = self.palette.neutral if card.reached else Paint(self.palette.paper, self.palette.never.line)
            return CardLook(paint, self.palette.ink if card.reached else paint.line, dashed=not card.reached)
        return CardLook(
            change_paint(change, self.palette),
            self.palette.ink,
            dashed=change is Change.GONE,
            badge=f"{sign_of(change)} {self.marks[change].badge}",
        )

    def arrow_look(self, arrow: Arrow) -> ArrowLook:
        """Return how an arrow looks; `comparison_sheet` has parted those whose triggers differ."""
        change = self.change(arrow, arrow.labels[0].trigger) if arrow.labels else Change.SAME
        pen = 1.0 if change is Change.SAME else 1.7
        stroke = "dashed" if change is Change.GONE else ""
        return ArrowLook(change_paint(change, self.palette).line, pen, barred=arrow.never, stroke=stroke)

    def label_look(self, arrow: Arrow, label: Label) -> LabelLook:
        """Return how a trigger looks: the sign of its change, and the numbers of the guards that differ on it."""
        change = self.change(arrow, label.trigger)
        named = {name for move in self.moves(arrow, label.trigger) for name in move.guards}
        aside = " ".join(entry.mark for entry in self.changes if named & {*entry.guards})
        if change is Change.SAME:
            return LabelLook(self.palette.aside, CROSS if arrow.never else "", aside)
        return LabelLook(change_paint(change, self.palette).line, sign_of(change), aside)

    def card_notes(self, _card: Card) -> str:
        """Return nothing: the numbers of this picture are those of what differs."""
        return ""

    def kept(self, card: Card, label: Label) -> str:
        """Return the sign of what became of a trigger that keeps a state."""
        keeping = (card.name, label.trigger, card.name)
        return sign_of(change_of(m for m in self.comparison.moves if (m.source, m.trigger, m.dest) == keeping))

    def legend(self) -> Iterator[Block]:
        """Give what is added, changed and gone: first what moves, then what refuses."""
        if not self.numbered:
            return
        if not self.comparison.differs:
            yield Block((), "Nothing differs", f"{self.comparison.title} is the same on both sides.")
        for change, mark in self.marks.items():
            entries = [*self._moving(change), *self._refusing(change)]
            yield from (Block((entry,), "" if at else mark.heading) for at, entry in enumerate(entries))

    def _moving(self, change: Change) -> Iterator[Entry]:
        color, edition = change_paint(change, self.palette).line, self.comparison.whole
        for (trigger, dest), moves in moved(self.comparison).items():
            if change_of(moves) is change and change is not Change.CHANGED and self._shows(trigger):
                says = f"It leads to {edition.states[dest].title}. {edition.triggers[trigger].says}"
                says += bracketed(*moves[0].rules)
                yield Entry(self.marks[change].sign, worded(trigger), says if self.full else "", color=color)

    def _refusing(self, change: Change) -> Iterator[Entry]:
        color = change_paint(change, self.palette).line
        for difference in self.changes:
            if difference.change is change and self._shows(*difference.triggers):
                said = difference.says if self.full else worded(difference.code)
                says = f"On {', '.join(map(worded, difference.triggers))}: {said}"
                yield Entry(difference.mark, cite(difference.rule), says, color=color)

    def _shows(self, *triggers: str) -> bool:
        """Say whether one of some triggers is shown: a part of a picture leaves some out."""
        return not self.picture.left_out or any(key.trigger.name in triggers for key in self.picture.keys)


C = TypeVar("C", bound=ComparisonSheet)


def comparison_sheet(comparison: Comparison, theme: Theme = LIGHT, links: Links | None = None) -> ComparisonSheet:
    """Return the picture of two editions, one beside the other."""
    return parted(ComparisonSheet(whole_picture(comparison), theme, links, comparison=comparison))


def parted(sheet: C) -> C:
    """Return a comparison with those arrows parted whose triggers differ."""

    def kind(arrow: Arrow, label: Label) -> object:
        return sheet.change(arrow, label.trigger)

    return replace(sheet, picture=sheet.picture.apart(kind))


def whole_picture(comparison: Comparison) -> Picture:
    """Return the picture of both: never is what neither can take, not reached is what neither can reach."""
    whole = picture_of(comparison.whole)
    taken = {(move.source, move.trigger, move.dest) for move in comparison.moves if move.taken}
    reached = {state.name for state in comparison.states if state.reached}
    merged: dict[tuple[str, str, str, bool], tuple[Label, ...]] = {}
    for arrow in whole.arrows:
        sources = whole.sources(arrow)
        ever = any((source, label.trigger, arrow.head) in taken for source in sources for label in arrow.labels)
        ends = arrow.tail, arrow.head, arrow.actor, bool(arrow.labels) and not ever
        merged[ends] = merged.get(ends, ()) + arrow.labels
    return replace(
        whole,
        arrows=tuple(Arrow(tail, head, actor, labels, never) for (tail, head, actor, never), labels in merged.items()),
        cards=tuple(replace(card, reached=card.name in reached) for card in whole.cards),
    )


def _heading(comparison: Comparison) -> str:
    return f"{comparison.title}: from {comparison.before.id} to {comparison.after.id}"


def _worded(mark: str) -> str:
    """Return a sign with its number as words."""
    words = next((str(change) for change, look in MARKS.items() if mark.startswith(look.sign)), "")
    return f"{words} {mark[1:]}".strip()


def comparisons(law: Law, before: str, after: str, names: Iterable[str] | None = None) -> list[Comparison]:
    """Compare the named machines under two rule sets; where none is named, return those that differ.

    Raises `InputError` with every unknown name.
    """
    itself = [Problem(before, "is compared with itself", "name two rule sets")] if before == after else []
    listed = checked(law, "comparison", names, (before, after), *itself)
    changes = [compare(*(law.machines[name].editions[rule_set] for rule_set in (before, after))) for name in listed]
    return [change for change in changes if names is not None or change.differs]


def write_comparisons(
    changes: Sequence[Comparison],
    folder: Path,
    formats: Sequence[str] = ("svg",),
    style: Style = PLAIN,
    outputs: Outputs | None = None,
) -> list[Path]:
    """Draw comparisons into a folder, `MACHINE.OLD-to-NEW` each, with their table `OLD-to-NEW.md`; return the files.

    Everything is drawn before the first file is written; raises what drawing raises.
    """
    sheets = style.all_dressed({stem_of(change): comparison_sheet(change, style.theme) for change in changes})
    heading = f"# From {changes[0].before.id} to {changes[0].after.id}" if changes else ""
    beside = {f"{_span(changes[0])}.md": f"{heading}\n\n{markdown(changes)}"} if changes else {}
    return written(sheets, folder, formats, beside, outputs)


def stem_of(comparison: Comparison) -> str:
    """Return the name that the files of a comparison bear, without their ending."""
    return f"{comparison.machine}.{_span(comparison)}"


def _span(comparison: Comparison) -> str:
    return f"{comparison.before.id}-to-{comparison.after.id}"


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
    return tuple(row for change in MARKS for row in rows if row.change is change)


def markdown(comparisons: Sequence[Comparison]) -> str:
    """Return comparisons as Markdown: heading and table for each machine that differs, and the names of the rest."""
    lines: list[str] = []
    for comparison in comparisons:
        if rows := difference_table(comparison):
            lines += [f"## {_heading(comparison)}", ""]
            lines += [f"{span(comparison.before)}; {span(comparison.after)}.", "", *_table(rows), ""]
    if same := [comparison.title for comparison in comparisons if not comparison.differs]:
        lines += [f"Nothing differs in: {', '.join(same)}.", ""]
    return "\n".join(lines)


def _states(comparison: Comparison) -> Iterator[DifferenceRow]:
    for state in comparison.states:
        if state.change is not Change.SAME:
            was, now = ("not reached", "reached")[:: 1 if state.change is Change.ADDED else -1]
            rules = comparison.whole.states[state.name].rules
            yield DifferenceRow(state.change, "state", state.title, was, now, rules)


def _moves(comparison: Comparison) -> Iterator[DifferenceRow]:
    titles = {name: state.title for name, state in comparison.whole.states.items()} | {ENTRY: "nothing"}
    possible = {
        Change.ADDED: ("not possible", "possible"),
        Change.GONE: ("possible", "not possible"),
        Change.CHANGED: ("possible", "possible, under other guards or rules"),
    }
    for (trigger, dest), moves in moved(comparison).items():
        if (change := change_of(moves)) is not Change.SAME:
            way = f"{worded(trigger)}: {', '.join(titles[move.source] for move in moves)} → {titles[dest]}"
            was, now = possible[change]
            yield DifferenceRow(change, "transition", way, was, now, moves[0].rules)


def _guards(comparison: Comparison) -> Iterator[DifferenceRow]:
    for entry in comparison.guards:
        if entry.change is not Change.SAME:
            guard, editions = entry.guard, (entry.before, entry.after)
            was, now = ("refuses nothing" if edition is None else reason_of(edition).says for edition in editions)
            name = f"on {', '.join(map(worded, guard.triggers))}"
            yield DifferenceRow(entry.change, "guard", name, was, now, (guard.rule, *guard.see))


def _table(rows: Sequence[DifferenceRow]) -> Iterator[str]:
    yield from ("| | What | Before | After | Rules |", "|---|---|---|---|---|")
    for row in rows:
        cells = (
            f"{sign_of(row.change)} {row.change}",
            f"{row.part} {row.name}",
            row.before,
            row.after,
            cite_all(row.rules),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
