"""The whole law on a sheet of A2 for the wall: the machine of an invoice, what differs in others, GSTR-2B, a month.

Everything on it is declared: it imports the law, the pictures of machines and the month, and sets them side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.drawing import month_page
from ims_fsm.charts.month.story import story_of
from ims_fsm.charts.poster.differences import Column, Difference, columns, differences
from ims_fsm.draw import legend
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.diagrams import drawn
from ims_fsm.draw.legend import Block, Entry, typeset
from ims_fsm.draw.measure import COLUMN, LINE, TEXT, folded, width
from ims_fsm.draw.paper import Box, Inset, Line, Page, Point, Rect, Shape, Text
from ims_fsm.draw.picture import picture_of
from ims_fsm.draw.ratio import Notes
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import LIGHT, Palette, Theme, strokes
from ims_fsm.law.book import LawBook
from ims_fsm.law.edition import Edition
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

# A2 across, in points, and how much larger it is shown than it is set: the smallest capitals are 2.5 mm high then.
A2 = 594 / 25.4 * 72, 420 / 25.4 * 72
SCALE = 2.5 / 25.4 * 72 / (TEXT * 0.716)
SUBJECT, FIRST, GSTR2B = "poster", "invoice", "gstr2b"
_EDGE, _GUTTER, _BLOCK = 18.0, 18.0, 10.0
_BAND, _TITLE, _BELOW, _HEADING = 53.0, 24.0, 10.0, 10.0
_MARK, _APART, _DOT, _TWO_B = 24.0, 8.0, 3.0, 319.0

# What the lines and the signs of the pictures say.
_KEY = (
    *(
        Entry("", f"the {actor}", "acts", stroke)
        for actor, stroke in strokes(("recipient", "supplier", "clock")).items()
    ),
    Entry("1 2", "numbers", "what may refuse it, below; in the month, the rules above"),
    Entry(CROSS, "crossed", "always refused"),
    Entry("\N{BLACK CIRCLE}", "in the table", "so it is with the document, or with its amendment"),
)


class _Bare(Sheet):
    """A machine without its legend, which stands elsewhere on the poster."""

    def legend(self) -> Iterator[Block]:
        """Give nothing."""
        yield from ()


def poster(book: LawBook, period: TaxPeriod | None = None, theme: Theme = LIGHT) -> Page:
    """Return the law as it is for a 2B period, the first of the newest rule set where none is named, on A2.

    Raises `InputError` for a period before IMS, and what drawing raises.
    """
    period = period or max(book.law.rule_sets[-1].since or book.calendar.first_period, book.calendar.first_period)
    days = Days.read(book, period, Recipient(Filing.MONTHLY), SUBJECT)
    editions = [machine.at(period) for machine in book.law.record_machines]
    wide, tall = (side / SCALE for side in A2)
    drawing = _Poster(book, days, editions, theme, wide - 2 * _EDGE - COLUMN - _GUTTER)
    rule_set = editions[0].rule_set
    title = "The Invoice Management System of India's GST"
    below = f"{rule_set.id}: {rule_set.title} \N{MIDDLE DOT} as it is for the 2B period {period.in_words}"
    foot = "Drawn from declarations. The FAQ and the advisories are GSTN's; this is not advice on the law."
    paint, paper = theme.palette.blue.line, theme.palette.paper
    shapes = [
        Rect(Box(0, 0, wide, _BAND), paint),
        Text(_EDGE, _BAND - 23, title, paper, size=_TITLE, bold=True),
        Text(_EDGE, _BAND - 8, below, paper, size=_BELOW),
        Text(wide - _EDGE, _BAND - 8, foot, paper, "end"),
        *drawing.left(_EDGE, _BAND + 4),
        *drawing.right(_EDGE + COLUMN + _GUTTER, _BAND + 4),
    ]
    says = f"{below}. {' '.join(f'{of.triggers}: {of.says}' for of in differences(editions))}"
    return Page(f"poster-{rule_set.id}", title, says, tall, tuple(shapes), theme, width=wide, scale=SCALE)


@dataclass(frozen=True)
class _Poster:
    """The poster: a column of pictures at its left, and so much width for tables at its right."""

    book: LawBook
    days: Days
    editions: Sequence[Edition]
    theme: Theme
    wide: float

    @property
    def first(self) -> Edition:
        """The machine that the others are told from."""
        return next(edition for edition in self.editions if edition.name == FIRST)

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return self.theme.palette

    def left(self, x: float, y: float) -> Iterator[Shape]:
        """Give the machine that the others are told from, and a month."""
        yield (inset := Inset.fitting(self._machine(self.first, Notes.FULL), x, y, COLUMN))
        month = month_page(self.book, self.days.period, self.days.recipient, self.theme, notes=False)
        yield Inset.fitting(month.svg(), x, inset.box.bottom + _BLOCK, COLUMN)

    def right(self, x: float, y: float) -> Iterator[Shape]:
        """Give GSTR-2B beside the rules of the month, what differs between the machines, what may refuse the first."""
        two_b = self.book.law.machine(GSTR2B).at(self.days.period)
        yield (inset := Inset.fitting(self._machine(two_b, Notes.NONE), x, y, _TWO_B))
        beside, left = x + _TWO_B + _GUTTER, self.wide - _TWO_B - _GUTTER
        notes = enumerate(story_of(self.book, self.days).notes, 1)
        entries = tuple(Entry(str(at), "", f"{note.when}: {note.cited}") for at, note in notes)
        bottom, shapes = self._put([Block(entries)], "The rules of the tax period", beside, y, left)
        yield from shapes
        yield from self._put([Block(_KEY)], "How to read it", beside, bottom + _BLOCK, left)[1]
        bottom, shapes = self._matrix(x, inset.box.bottom + _BLOCK)
        yield from shapes
        title = f"{self.first.machine.title}: what moves it, and what may refuse it"
        yield from self._put([*legend.blocks(picture_of(self.first))], title, x, bottom + _BLOCK, self.wide)[1]

    def _put(self, blocks: Sequence[Block], title: str, x: float, y: float, wide: float) -> tuple[float, list[Shape]]:
        """Return how far down blocks below a title reach, and their shapes."""
        heading = Text(x, y + _HEADING, title, self.palette.blue.line, size=_HEADING, bold=True)
        bottom, shapes = typeset(blocks, self.palette, y + _HEADING + 4, x, wide)
        return bottom, [heading, *shapes]

    def _machine(self, edition: Edition, notes: Notes) -> str:
        return drawn([_Bare(picture_of(edition), self.theme, notes=notes)], "svg")[0].decode()

    def _matrix(self, x: float, y: float) -> tuple[float, list[Shape]]:
        """Return how far down the table of differences reaches, and its shapes."""
        listed = columns(self.editions, FIRST)
        title = "What differs between documents: what may refuse a trigger, and where one leads"
        places = _places(listed, x + self.wide)
        limit = min(places.values()) - _MARK / 2 - x - _DOT
        y, heads = self._heads(listed, places, y + _HEADING)
        shapes = [Text(x, y - 4, title, self.palette.blue.line, size=_HEADING, bold=True), *heads]
        for difference in differences(self.editions):
            shapes.append(Line(((x, y), (x + self.wide, y)), self.palette.frame.line, 0.5))
            y, row = self._row(difference, (x, y), limit, places)
            shapes += row
        return y, shapes

    def _heads(self, listed: Sequence[Column], places: Mapping[str, float], y: float) -> tuple[float, list[Shape]]:
        """Return how far down the names of the columns reach, and their shapes; the lowest lines stand level."""
        shapes: list[Shape] = []
        names = [folded(of.machine.machine.title, len(of.editions) * _MARK, bold=True) for of in listed]
        deep = y + max(map(len, names)) * LINE
        for column, lines in zip(listed, names, strict=True):
            middle = sum(places[edition.name] for edition in column.editions) / len(column.editions)
            for at, words in enumerate(reversed(lines)):
                shapes.append(Text(middle, deep - at * LINE, words, self.palette.ink, "middle", bold=True))
            for edition, words in zip(column.editions, ("first", "amended"), strict=False):
                shapes.append(Text(places[edition.name], deep + LINE, words, self.palette.aside, "middle"))
        return deep + LINE + 4, shapes

    def _row(
        self, difference: Difference, corner: Point, limit: float, places: Mapping[str, float]
    ) -> tuple[float, list[Shape]]:
        x, y = corner
        lead, cited = f"{difference.triggers}: ", f" ({difference.cited})" if difference.cited else ""
        first, *more = folded(f"{lead}{difference.says}{cited}", limit - width(lead, bold=True) + width(lead))
        base, ink, aside = y + TEXT + 0.8, self.palette.ink, self.palette.aside
        shapes: list[Shape] = [
            Text(x, base, lead.strip(), ink, bold=True),
            Text(x + width(lead, bold=True), base, first.removeprefix(lead), aside),
            *(Text(x, base + at * LINE, words, aside) for at, words in enumerate(more, 1)),
        ]
        bottom = y + 3 + (1 + len(more)) * LINE
        middle, color = (y + bottom) / 2, self.palette.blue.line
        shapes += [
            Rect(Box(place, middle, place, middle).grown(_DOT), color, radius=_DOT)
            for name, place in places.items()
            if name in difference.machines
        ]
        return bottom, shapes


def _places(listed: Sequence[Column], right: float) -> dict[str, float]:
    """Return the middle of each machine's column of marks."""
    names = [(edition.name, at) for at, column in enumerate(listed) for edition in column.editions]
    left = right - len(names) * _MARK - (len(listed) - 1) * _APART
    return {name: left + _MARK * (index + 0.5) + at * _APART for index, (name, at) in enumerate(names)}
