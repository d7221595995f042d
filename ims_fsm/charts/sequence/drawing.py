"""Lays a tale out on a page: three lifelines, a message a row, the liability to the left, the ITC to the right.

Imports the tale, the paper and a theme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.charts.paper import LEFT, PAD, RIGHT, heading
from ims_fsm.charts.sequence.telling import Actor, Entry, Step, Tale, balance, signed
from ims_fsm.draw.measure import TEXT, TRIGGER, balanced, folded, width
from ims_fsm.draw.paper import LINE, Box, Line, Page, Rect, Shape, Text
from ims_fsm.draw.theme import Paint, Theme, strokes
from ims_fsm.law.refusal import Refusal

# The days, a column of money at least, and the room between it and a lifeline.
_DAY, _MONEY, _BESIDE = 24.0, 44.0, 31.0
# The heads of the lifelines, half of one, and the room between two steps.
_HEAD, _HALF, _GAP = 17.0, 24.0, 6.0
_DASHES = {"solid": "", "dashed": "4 2.5", "dotted": "1.2 2", "bold": ""}


def page_of(tale: Tale, fields: Mapping[str, str], theme: Theme) -> Page:
    """Return a tale as a page of shapes; `fields` fill in the sentences of its refusals."""
    below = f"{tale.says} \N{MIDDLE DOT} {tale.rule_set}, amounts in rupees"
    top, shapes = heading(tale.title, below, theme)
    drawing = _Drawing(tale, theme)
    at = top + 8 + _HEAD + LINE
    before: set[Refusal] = set()
    for step in tale.steps:
        at = drawing.step(step, step.refused(None if before.issuperset(step.refusals) else fields), at)
        before.update(step.refusals)
    bottom = at + 4
    drawn = (*shapes, *drawing.heads(top + 8, bottom), *drawing.shapes, *drawing.ending(bottom))
    return Page(f"sequence-{tale.name}", tale.title, tale.said(fields), bottom + 20, drawn, theme)


class _Drawing:
    """A tale while it is drawn, step by step: each is drawn at a place and returns where the next one begins."""

    def __init__(self, tale: Tale, theme: Theme) -> None:
        """Place the columns: wide amounts take room from the messages."""
        self.tale = tale
        self.palette = theme.palette
        self.shapes: list[Shape] = []
        lines = strokes(("supplier", "clock", "recipient"))
        self.dashes = {actor: _DASHES[lines["clock" if actor is Actor.PORTAL else str(actor)]] for actor in Actor}
        entries = [entry for step in tale.steps for entry in (step.liability, step.credit) if entry]
        amounts = [words for entry in entries for words in (signed(entry.amount), balance(entry.total))]
        self.column = max(_MONEY, *(width(words, TEXT, bold=True) + 2 * PAD for words in amounts))
        # The right edges of the supplier's liability and of the recipient's ITC.
        self.liability, self.credit = LEFT + _DAY + self.column, RIGHT
        supplier, recipient = self.liability + _BESIDE, self.credit - self.column - _BESIDE
        portal = (supplier + recipient) / 2
        self.lifelines = {Actor.SUPPLIER: supplier, Actor.PORTAL: portal, Actor.RECIPIENT: recipient}

    def heads(self, top: float, bottom: float) -> Iterator[Shape]:
        """Give the lifelines with their heads, and what the columns hold: what a step moves, and below it the total."""
        palette, y = self.palette, top + 9
        for actor, x in self.lifelines.items():
            box = Box(x - _HALF, top, x + _HALF, top + _HEAD - 3)
            yield Line(((x, box.bottom), (x, bottom)), palette.frame.line, 0.8, self.dashes[actor])
            yield Rect(box, palette.frame.fill, palette.ink, 3, 0.9, self.dashes[actor])
            yield Text(x, box.bottom - 4, actor.title(), palette.ink, "middle", size=TRIGGER, bold=True)
        yield Text(LEFT, y, "day", palette.aside)
        for right, title in ((self.liability, "liability"), (self.credit, "ITC")):
            yield Text(right - PAD, y - LINE / 2, title, palette.ink, "end", bold=True)
            yield Text(right - PAD, y + LINE / 2, "total", palette.aside, "end")

    def step(self, step: Step, refused: tuple[str, ...], top: float) -> float:
        """Draw a step: words over an arrow, its money beside it, and below it what comes of it."""
        palette, (start, end) = self.palette, (self.lifelines[step.source], self.lifelines[step.target])
        color = palette.red.line if step.refusals else palette.ink
        middle, room = (start + end) / 2, abs(end - start) - 4 * PAD
        lines = [(words, color) for words in balanced(step.says, room)]
        lines += [(words, palette.aside) for words in folded(step.cited, room)]
        self.shapes.append(Text(LEFT, top + 6, step.when, palette.aside))
        for index, (words, ink) in enumerate(lines):
            self.shapes.append(Text(middle, top + 6 + index * LINE, words, ink, "middle"))
        y = top + len(lines) * LINE + 1
        reach = end - (5 if end > start else -5) * bool(step.refusals)
        self.shapes.append(Line(((start, y), (reach, y)), color, dash=self.dashes[step.source], arrow=True))
        if step.liability:
            self._entry(step.liability, palette.amber, self.liability, y)
        if step.credit:
            self._entry(step.credit, palette.green, self.credit, y)
        if step.refusals:
            for rise in (3.0, -3.0):
                self.shapes.append(Line(((end - 3, y - rise), (end + 3, y + rise)), color, 1.4))
        at = y + 3
        for clause in refused:
            at = self._refusal(clause, at)
        if step.becomes:
            words, paint = step.becomes.words, palette.paint(step.becomes.state)
            x, half = self.lifelines[Actor.PORTAL], width(words, TEXT) / 2 + PAD
            self.shapes.append(Rect(Box(x - half, at, x + half, at + 11), paint.fill, paint.line, 3, 0.7))
            self.shapes.append(Text(x, at + 8, words, paint.line, "middle"))
            at += 12
        return at + _GAP

    def ending(self, top: float) -> Iterator[Shape]:
        """Give the last line: where both sides stand."""
        ink, after = self.palette.ink, self.tale.after
        yield Line(((LEFT, top), (RIGHT, top)), ink)
        for right, heads in ((self.liability, after.standing), (self.credit, after.carried)):
            yield Text(right - PAD, top + 11, balance(heads.total), ink, "end", bold=True)
        yield Text(self.lifelines[Actor.PORTAL], top + 11, self.tale.ending.partition(":")[0], ink, "middle")

    def _refusal(self, clause: str, top: float) -> float:
        paint, left, right = self.palette.red, self.lifelines[Actor.SUPPLIER] + 10, self.lifelines[Actor.RECIPIENT] - 10
        lines = folded(f"refused: {clause}", right - left - 2 * PAD)
        box = Box(left, top + 2, right, top + 6 + len(lines) * LINE)
        self.shapes.append(Rect(box, paint.fill, paint.line, 2, 0.7))
        for index, words in enumerate(lines):
            self.shapes.append(Text(left + PAD, top + 9.5 + index * LINE, words, paint.line))
        return box.bottom + 1

    def _entry(self, entry: Entry, paint: Paint, right: float, y: float) -> None:
        """Draw what a step moves and what stands after it, beside the step's arrow."""
        box = Box(right - self.column, y - 7 - LINE, right, y + 4)
        self.shapes.append(Rect(box, paint.fill, paint.line, 2, 0.6))
        self.shapes.append(Text(right - PAD, y + 1 - LINE, signed(entry.amount), paint.line, "end", bold=True))
        self.shapes.append(Text(right - PAD, y + 1, balance(entry.total), self.palette.ink, "end"))
