"""Every picture of the pages by its name: machines, what a change of law does to them, a month, a quarter, two tales.

Imports the drawing rooms; what is drawn, and how, is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise

from ims_fsm.charts.sequence.sequence import SEQUENCES, sequence, tale_of
from ims_fsm.charts.timeline import month
from ims_fsm.draw import theme as themes
from ims_fsm.draw.comparison import compared, comparison_sheet, stem_of
from ims_fsm.draw.diagrams import Drawing, drawings, drawn, file_name
from ims_fsm.draw.picture import Links
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import Theme
from ims_fsm.law.book import LawBook
from ims_fsm.law.comparison import Comparison
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

MONTH, QUARTER = "month", "quarter"
# The tax periods that are drawn, each for taxpayers who file so.
PERIODS = {MONTH: Filing.MONTHLY, QUARTER: Filing.QUARTERLY}


def tale_stem(name: str) -> str:
    """Return the name of the picture of a tale."""
    return f"sequence-{name}"


@dataclass(frozen=True)
class Pictures:
    """The pictures that a law book gives rise to, each under the name that its file bears, without ending."""

    book: LawBook

    @cached_property
    def drawings(self) -> Mapping[str, Drawing]:
        """The pictures of machines: the newest under the machine's own name, each older one that differs."""
        return {drawing.stem: drawing for drawing in drawings(self.book.law)}

    @cached_property
    def comparisons(self) -> Mapping[str, Comparison]:
        """What each change of law does to each machine that it changes."""
        rule_sets = pairwise(self.book.law.rule_sets)
        changes = (change for before, after in rule_sets for change in compared(self.book.law, before.id, after.id))
        return {stem_of(comparison): comparison for comparison in changes}

    @cached_property
    def shapes(self) -> Mapping[str, Callable[[Theme], str]]:
        """The pictures that need no drawing program: the first month and quarter of IMS, and every tale."""
        book = self.book
        periods = {name: partial(_period, book, filing) for name, filing in PERIODS.items()}
        return periods | {tale_stem(name): partial(_tale, book, name) for name in SEQUENCES}

    @property
    def published(self) -> frozenset[str]:
        """The names of those that a checkout keeps in its folder of diagrams, light and dark."""
        return frozenset({*self.drawings, *self.comparisons})

    def files(self, names: Collection[str]) -> dict[str, bytes]:
        """Return the named pictures as SVG files, by name, each for light and for dark pages.

        Raises what drawing raises where one of them needs Graphviz.
        """
        themed = ((theme, self._svg(names, theme)) for theme in (themes.LIGHT, themes.DARK))
        return {file_name(name, "svg", theme): content for theme, svg in themed for name, content in svg.items()}

    def inline(self) -> dict[str, str]:
        """Return every picture as SVG to stand inside a page; machines lead to their lines there, without their notes.

        Raises what drawing raises.
        """
        every = {*self.published, *self.shapes}
        return {name: content.decode() for name, content in self._svg(every, themes.LIGHT, inside=True).items()}

    def _svg(self, names: Collection[str], theme: Theme, *, inside: bool = False) -> dict[str, bytes]:
        sheets = {
            name: Sheet(replace(drawing.picture, notes=()), theme, Links()) if inside else Sheet(drawing.picture, theme)
            for name, drawing in self.drawings.items()
            if name in names
        }
        sheets |= {name: comparison_sheet(change, theme) for name, change in self.comparisons.items() if name in names}
        svg = dict(zip(sheets, drawn([*sheets.values()], "svg"), strict=True))
        return svg | {name: draw(theme).encode() for name, draw in self.shapes.items() if name in names}


def first_period(book: LawBook, filing: Filing) -> TaxPeriod:
    """Return the tax period in which IMS began."""
    return book.calendar.period_for(book.calendar.first_period, filing)


def _period(book: LawBook, filing: Filing, theme: Theme) -> str:
    state = next(iter(book.calendar.states)) if filing is Filing.QUARTERLY else ""
    return month(book, first_period(book, filing), filing, state, theme)


def _tale(book: LawBook, name: str, theme: Theme) -> str:
    return sequence(book, tale_of(book, name), theme=theme).decode()
