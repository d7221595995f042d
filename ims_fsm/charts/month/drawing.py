"""Lays the story of a tax period out on a page: a strip of days, three lanes below it, the notes at the foot.

Days with a name are wide, those after the draft wider, what is far off is cut out. Imports the story and the paper.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, zip_longest

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.story import Bar, Lane, Mark, Note, Row, Story, Tone, story_of
from ims_fsm.charts.paper import LEFT, PAD, RIGHT, fitting, heading
from ims_fsm.draw.measure import TEXT, TRIGGER, folded, width
from ims_fsm.draw.paper import LINE, Anchor, Box, Group, Line, Page, Rect, Shape, Text
from ims_fsm.draw.theme import LIGHT, Paint, Palette, Theme
from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import ONE_DAY
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

# The left column, in which rows are named; the strip's two lines; a bar, the room between rows, a lane's title.
_NAMES, _STRIP, _BAR, _GAP, _LANE = 66.0, 11.0, 19.0, 4.0, 13.0
# The tip of a bar that goes on; the arrows of a loop; half a diamond or cross; words that are kept apart.
_TIP, _LOOP, _HALF, _APART = 5.0, 4.0, 4.0, 4.0
# The number of a note, raised behind words or before its sentences; the gap between two columns of notes.
_RAISED, _BEHIND, _NUMBER, _GUTTER = 1.8, 1.6, 10.0, 12.0
_COLUMN = (RIGHT - LEFT - _GUTTER) / 2
# A day that is named, what is cut out, and all days between the draft and GSTR-3B at least, in points.
NAMED, CUT, BUSIEST = 14.0, 9.0, 105.0
# The days that are shown before what is cut out and before the first day after it; fewer days than this are not cut.
_BEFORE, _AFTER, _WORTH_CUTTING = 7, 2, 35

Run = tuple[dt.date, dt.date]


def month_page(
    book: LawBook, period: TaxPeriod, recipient: Recipient, theme: Theme = LIGHT, *, notes: bool = True
) -> Page:
    """Return the picture of the tax period in which a month lies, as a page of shapes.

    Every date is the calendar's, every sentence of a note the register's. Raises `InputError` with every problem of
    what is asked. Without `notes` their sentences stand elsewhere.
    """
    days = Days.read(book, period, recipient)
    story = story_of(book, days)
    begins = "" if recipient.filing == Filing.MONTHLY else f"{days.months[0].month_in_words} to "
    place = f", {days.calendar.states[recipient.state]}" if recipient.state else ""
    rule_set = book.law.machine("credit_note").at(days.period).rule_set.id
    title = f"Tax period {begins}{days.period.in_words}"
    below = f"the recipient files {recipient.filing}{place} \N{MIDDLE DOT} {rule_set}"
    top, above = heading(title, below, theme)
    drawing = _Drawing(story, scale_of(story), theme.palette)
    top += 5
    at = top + 2 * _STRIP + _GAP
    for lane in (story.supplier, story.portal, story.recipient):
        at = drawing.lane(lane, at) + _GAP
    bottom, foot = _foot(story.notes, theme.palette, at + _GAP) if notes else (at, [])
    behind = (*drawing.lanes, *drawing.stripes(top + 2 * _STRIP, at - _GAP), *drawing.strip(top))
    shapes = (*above, *behind, *drawing.shapes, *drawing.cuts(top, at - _GAP), *foot)
    said = (f"{note.when}: {note.says} ({note.cited})" for note in story.notes)
    says = f"{below[0].upper()}{below[1:]}. {' '.join(said)}"
    return Page(f"month-{days.period}-{recipient.filing}", title, says, bottom + 2, shapes, theme)


def runs_of(begins: dt.date, busy_until: dt.date, ends: dt.date, named: Sequence[dt.date]) -> tuple[Run, ...]:
    """Return the days that are shown, each run from its first to its last: one, or two where much can be cut out."""
    near = busy_until + _BEFORE * ONE_DAY
    far = min((day for day in named if day > near), default=near)
    if (far - near).days > _WORTH_CUTTING:
        return (begins, near), (far - _AFTER * ONE_DAY, ends)
    return ((begins, ends),)


@dataclass(frozen=True)
class Scale:
    """The days of the runs between `left` and `right`; the runs are cut apart.

    `named` days are wide enough for their number; those from `busy[0]` to `busy[1]` have more room than others.
    """

    runs: tuple[Run, ...]
    named: Collection[dt.date]
    busy: Run
    left: float
    right: float

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """Every day that has a place, in order."""
        return tuple(first + step * ONE_DAY for first, last in self.runs for step in range((last - first).days + 1))

    def start(self, day: dt.date) -> float:
        """Return where a day begins; the edge for a day outside, the end of the cut for one that is cut out."""
        later = next((other for other in self.days if other >= day), None)
        return self.right if later is None else self._places[later][0]

    def end(self, day: dt.date) -> float:
        """Return where a day is over; the edge for a day outside, the beginning of the cut for one that is cut out."""
        sooner = next((other for other in reversed(self.days) if other <= day), None)
        return self.left if sooner is None else self._places[sooner][1]

    def middle(self, day: dt.date) -> float:
        """Return the middle of a day."""
        return (self.start(day) + self.end(day)) / 2

    @cached_property
    def cuts(self) -> tuple[float, ...]:
        """The middle of each cut."""
        return tuple(self._places[first][0] - CUT / 2 for first, _ in self.runs[1:])

    def pieces(self, left: float, right: float) -> list[tuple[float, float]]:
        """Return what the cuts leave of the room between two places, from left to right."""
        inside = [cut for cut in self.cuts if left < cut < right]
        begins, ends = [left, *(cut + CUT / 2 for cut in inside)], [*(cut - CUT / 2 for cut in inside), right]
        return list(zip(begins, ends, strict=True))

    @cached_property
    def _places(self) -> Mapping[dt.date, tuple[float, float]]:
        unnamed = [day for day in self.days if day not in self.named]
        busy = sum(self.busy[0] <= day <= self.busy[1] for day in unnamed)
        room = self.right - self.left - CUT * (len(self.runs) - 1) - NAMED * (len(self.days) - len(unnamed))
        wide = max(room / (len(unnamed) or 1), BUSIEST / (busy + 2))
        ordinary = (room - wide * busy) / (len(unnamed) - busy or 1)
        places, at = {}, self.left
        opening = {first for first, _ in self.runs[1:]}
        for day in self.days:
            at += CUT if day in opening else 0
            is_busy = self.busy[0] <= day <= self.busy[1]
            places[day] = (at, at + (NAMED if day in self.named else wide if is_busy else ordinary))
            at = places[day][1]
        return places


def scale_of(story: Story) -> Scale:
    """Return where the days of a story lie."""
    days, named = story.days, story.named_days
    busy = min(days.draft, days.due), max(days.draft, days.due)
    return Scale(runs_of(days.begins, days.due, days.ends, named), frozenset(named), busy, LEFT + _NAMES, RIGHT)


@dataclass
class _Drawing:
    """The picture while it is drawn, from top to bottom: each part is drawn at a place and returns where it ends."""

    story: Story
    scale: Scale
    palette: Palette
    lanes: list[Shape] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)

    # --- the strip of days and what runs through all lanes ------------------------------------------------------------

    def strip(self, top: float) -> Iterator[Shape]:
        """Give the months, a tick a day, and each named day's number; those of the draft and of GSTR-3B stand out."""
        scale, palette, days = self.scale, self.palette, self.story.days
        middle, bottom = top + _STRIP, top + 2 * _STRIP
        for _, month in groupby(scale.days, key=lambda day: (day.year, day.month)):
            first, *rest = month
            box = Box(scale.start(first), top, scale.end(rest[-1] if rest else first), middle)
            period = TaxPeriod.of(first)
            inside = f"M{days.months.index(period) + 1}: " if len(days.months) > 1 and period in days.months else ""
            names = tuple(f"{inside}{name}" for name in (period.in_words, f"{first:%B}", f"{first:%b}"))
            words = fitting(names, box.wide - 2 * PAD, bold=True)
            yield Rect(box, palette.frame.fill, palette.frame.line, thick=0.6)
            yield Text(box.middle[0], middle - 3, words, palette.ink, "middle", bold=True)
            yield Rect(Box(box.left, middle, box.right, bottom), palette.paper, palette.frame.line, thick=0.6)
        for day in scale.days:
            box = Box(scale.start(day), middle, scale.end(day), bottom)
            if day not in scale.named:
                yield Line(((box.left, bottom - 3), (box.left, bottom)), palette.frame.line, 0.4)
                continue
            is_strong = day in {days.draft, days.due}
            paint = palette.blue if is_strong else palette.blue_grey
            fill, color = (paint.line, palette.paper) if is_strong else (paint.fill, paint.line)
            yield Rect(box, fill, paint.line, thick=0.6)
            yield Text(box.middle[0], bottom - 3, str(day.day), color, "middle", bold=True)

    def stripes(self, top: float, bottom: float) -> Iterator[Shape]:
        """Give the line of each named day down through the lanes; the draft's and GSTR-3B's stand out."""
        for day in self.story.named_days:
            x = self.scale.middle(day)
            yield Line(((x, top), (x, bottom)), self.palette.frame.line, 0.4, "1.5 2")
        for x in (self.scale.start(self.story.days.draft), self.scale.end(self.story.days.due)):
            yield Line(((x, top), (x, bottom)), self.palette.blue.line, 0.7)

    def cuts(self, top: float, bottom: float) -> Iterator[Shape]:
        """Give what is cut out, over everything else."""
        for x in self.scale.cuts:
            box = Box(x - CUT / 2 + 1.5, top - 2, x + CUT / 2 - 1.5, bottom + 2)
            yield Rect(box, self.palette.paper)
            for edge in (box.left, box.right):
                yield Line(((edge, box.top), (edge, box.bottom)), self.palette.frame.line, 0.5, "3 1.5")

    # --- lanes and rows -----------------------------------------------------------------------------------------------

    def lane(self, lane: Lane, top: float) -> float:
        """Draw a lane, its key and its rows."""
        palette, y, at = self.palette, top + 9, LEFT + _NAMES
        self.shapes.append(Text(LEFT + PAD, y, lane.title, palette.ink, size=TRIGGER, bold=True))
        for tone, words in lane.key:
            self.shapes.append(self._outline(Box(at, y - 5.5, at + 9, y + 1), tone, 1))
            at = self._words(at + 12, y, words, palette.aside).box.right + 12
        self._words(at, y, lane.says, palette.aside)
        bottom = top + _LANE
        bar_bottom = bottom
        for row in lane.rows:
            bar_bottom, bottom = self._row(row, bottom, bar_bottom)
            bottom += _GAP
        self.lanes.append(Rect(Box(LEFT, top, RIGHT, bottom), palette.frame.fill, palette.frame.line, 3))
        return bottom

    def _row(self, row: Row, top: float, above: float) -> tuple[float, float]:
        """Draw a row below another whose bars end at `above`; return where its bars end, and where it does."""
        top += _LOOP if row.loop else 0
        self._words(LEFT + PAD, top + 8, row.name, self.palette.ink)
        self._words(LEFT + PAD, top + 8 + LINE, row.below, self.palette.aside)
        for bar, following in zip_longest(row.bars, row.bars[1:]):
            left, right = self.scale.start(bar.first), self.scale.end(bar.last)
            # Where extended time lets one bar run into the next, it is drawn up to that, and says its own day.
            right = right if following is None else min(right, self.scale.start(following.first))
            box = Box(left, top, right, top + _BAR)
            if row.loop:
                self._arrows(row.loop, box, above)
            shapes = tuple(self._bar(bar, box))
            self.shapes += [Group(f"{bar.note.says} ({bar.note.cited})", shapes)] if bar.note else shapes
        bar_bottom = top + (_BAR if row.bars else 0)
        return bar_bottom, self._marks(row, bar_bottom) if row.marks else bar_bottom

    def _bar(self, bar: Bar, box: Box) -> Iterator[Shape]:
        color = self._paint(bar.tone).line
        yield self._outline(box, bar.tone, 2, tip=_TIP if bar.goes_on else 0, broken=not bar.final)
        if bar.final:
            yield Rect(Box(box.left + 1.6, box.top + 1.6, box.right - 1.6, box.bottom - 1.6), "none", color, 1, 0.5)
        # Words stand where most of the bar is in one piece.
        left, right = max(self.scale.pieces(box.left, box.right), key=lambda piece: piece[1] - piece[0])
        left, right = left + PAD, right - PAD - (_TIP if bar.goes_on else 0)
        number = str(self.story.notes.index(bar.note) + 1) if bar.note else ""
        noted = width(number, TEXT) + _BEHIND if bar.note else 0
        first = fitting(bar.lines[0], right - left - noted, bold=True)
        lines = [first, *(fitting(choices, right - left) for choices in bar.lines[1:])]
        lines = [words for words in lines if words]
        after = left
        for index, words in enumerate(lines):
            text = Text(left, box.baseline(len(lines)) + index * LINE, words, color, bold=words is first)
            yield text
            if words is first:
                after = text.box.right + noted
                yield Text(text.box.right + _BEHIND, text.y - _RAISED, number, self.palette.aside)
        tail = fitting(bar.tail, right - after - 2 * PAD)
        yield Text(right, box.baseline(), tail, color, "end")

    def _arrows(self, words: Sequence[str], box: Box, above: float) -> None:
        """Draw an arrow down to a bar and one up again, each with its words beside it where there is room."""
        ink, y = self.palette.ink, (above + box.top) / 2 + 2.5
        down, up = (box.left + box.wide * part for part in (0.42, 0.58))
        fits = all(width(name, TEXT) + 2 * PAD <= down - box.left for name in words)
        for x, start, end in ((down, above, box.top), (up, box.top, above)):
            self.shapes.append(Line(((x, start), (x, end)), ink, arrow=True))
        self._words(down - PAD, y, words[0] if fits else "", ink, "end")
        self._words(up + PAD, y, words[1] if fits else "", ink)

    # --- marks --------------------------------------------------------------------------------------------------------

    def _marks(self, row: Row, top: float) -> float:
        """Draw the marks of a row, each with its words on the first level that keeps them apart; return the bottom."""
        ends: list[float] = []
        lines = {mark: self._lines(row, mark) for mark in row.marks}
        first, high = top + (9.5 if row.bars else 16), max(map(len, lines.values())) * LINE
        for mark in row.marks:
            self.shapes += self._sign(row, mark, top)
            half = max(width(words, TEXT) for words in lines[mark]) / 2
            left, right = self._bounds(row, mark)
            x = max(min(self.scale.middle(mark.day), right - half), left + half)
            level = next((level for level, end in enumerate(ends) if end + _APART <= x - half), len(ends))
            ends[level : level + 1] = [x + half]
            for index, words in enumerate(lines[mark]):
                color = self._paint(mark.tone).line if row.bars else self.palette.ink
                self._words(x, first + level * high + index * LINE, words, color, "middle")
        return first + len(ends) * high - LINE + 2

    def _sign(self, row: Row, mark: Mark, top: float) -> Iterator[Shape]:
        """Give the sign of a mark: a cross in the bar, a tick below it, or a diamond where there is no bar."""
        x, color = self.scale.middle(mark.day), self._paint(mark.tone).line
        if mark.crossed:
            y = top - _BAR / 2
            for rise in (_HALF, -_HALF):
                yield Line(((x - _HALF, y - rise), (x + _HALF, y + rise)), color, 1.2)
        elif row.bars:
            yield Line(((x, top - 4), (x, top + 3)), color, 1.6)
        else:
            y = top + 5
            corners = ((x, y - _HALF), (x + _HALF, y), (x, y + _HALF), (x - _HALF, y))
            yield Line(corners, color, 1, fill=color)

    def _lines(self, row: Row, mark: Mark) -> tuple[str, ...]:
        left, right = self._bounds(row, mark)
        joined = ": ".join(mark.lines)
        return (joined,) if row.bars and width(joined, TEXT) <= right - left else mark.lines

    def _bounds(self, row: Row, mark: Mark) -> tuple[float, float]:
        """Return between which places the words of a mark stand: those of its bar, up to what is cut out."""
        x = self.scale.middle(mark.day)
        edges = [(self.scale.start(bar.first), self.scale.end(bar.last)) for bar in row.bars]
        left, right = next((edge for edge in edges if edge[0] <= x <= edge[1]), (self.scale.left, RIGHT - PAD))
        left, right = next(piece for piece in self.scale.pieces(left, right) if piece[0] <= x <= piece[1])
        # GSTR-3B of the period ends at a line that no words may cross.
        return left, self.scale.end(mark.day) - 2 if mark.tone is Tone.OWN else right

    # --- strokes ------------------------------------------------------------------------------------------------------

    def _paint(self, tone: Tone) -> Paint:
        paint: Paint = getattr(self.palette, tone)
        return paint

    def _outline(self, box: Box, tone: Tone, radius: float, tip: float = 0, *, broken: bool = True) -> Shape:
        """Return a bar without its words; what belongs to another tax period is broken, to be told apart in grey."""
        paint, dash = self._paint(tone), "3 1.6" if broken and tone is Tone.OTHER else ""
        if not tip:
            return Rect(box, paint.fill, paint.line, radius, dash=dash)
        left, top, right, bottom = box
        corners = ((left, top), (right - tip, top), (right, box.middle[1]), (right - tip, bottom), (left, bottom))
        return Line(corners, paint.line, 0.8, dash, paint.fill)

    def _words(self, x: float, y: float, words: str, color: str, anchor: Anchor = "start") -> Text:
        text = Text(x, y, words, color, anchor, behind=self.palette.frame.fill)
        self.shapes.append(text)
        return text


# --- the foot ---------------------------------------------------------------------------------------------------------


def _foot(notes: Sequence[Note], palette: Palette, top: float) -> tuple[float, list[Shape]]:
    """Return how far down the notes reach, in two columns of nearly one height, and their shapes."""
    texts = [_note(note, palette) for note in notes]
    highs = [len(lines) * LINE + 2.4 for lines in texts]
    split = min(range(len(notes) + 1), key=lambda count: max(sum(highs[:count]), sum(highs[count:])))
    numbered = list(zip(range(1, len(notes) + 1), texts, highs, strict=True))
    shapes: list[Shape] = []
    bottoms = []
    for left, column in ((LEFT, slice(split)), (LEFT + _COLUMN + _GUTTER, slice(split, None))):
        at = top
        for number, lines, high in numbered[column]:
            shapes.append(Text(left, at + 7, str(number), palette.aside))
            for index, (words, color, is_bold) in enumerate(lines):
                shapes.append(Text(left + _NUMBER, at + 7 + index * LINE, words, color, bold=is_bold))
            at += high
        bottoms.append(at)
    return max(bottoms), shapes


def _note(note: Note, palette: Palette) -> list[tuple[str, str, bool]]:
    """Return the lines of a note, each with its colour and whether it is bold."""
    parts = ((note.when, palette.ink, True), (note.says, palette.ink, False), (note.cited, palette.aside, False))
    return [
        (words, color, is_bold)
        for says, color, is_bold in parts
        for words in folded(says, _COLUMN - _NUMBER, bold=is_bold)
    ]
