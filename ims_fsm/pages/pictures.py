"""Every picture of the pages by its name: machines, what a change of law does to them, tax periods, two tales.

Imports the drawing rooms; what is drawn, and how, is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise

from ims_fsm.charts.month.days import Recipient
from ims_fsm.charts.month.drawing import month_page
from ims_fsm.charts.month.motion import moving_month
from ims_fsm.charts.month.way import way_of
from ims_fsm.charts.sequence.drawing import page_of
from ims_fsm.charts.sequence.sequence import SEQUENCES, sequence, tale_of
from ims_fsm.draw.comparison import comparison_sheet, comparisons, stem_of
from ims_fsm.draw.diagrams import Drawing, drawings, drawn, file_name
from ims_fsm.draw.paper import Page
from ims_fsm.draw.picture import Links
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import DARK, LIGHT, Theme
from ims_fsm.law.book import LawBook
from ims_fsm.law.comparison import Comparison
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

# A recipient who files quarterly, in Maharashtra, is the example of one.
MONTHLY, QUARTERLY = Recipient(Filing.MONTHLY), Recipient(Filing.QUARTERLY, "27")


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture that needs no drawing program: its title, a sentence, its page in a theme, its Mermaid if any."""

    title: str
    says: str
    page: Callable[[Theme], Page]
    mermaid: str = ""


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
        changes = (change for before, after in rule_sets for change in comparisons(self.book.law, before.id, after.id))
        return {stem_of(comparison): comparison for comparison in changes}

    @cached_property
    def _periods(self) -> list[tuple[str, TaxPeriod]]:
        """Each rule set with its first tax period, the newest first."""
        first = self.book.calendar.first_period
        return [(item.id, max(item.since or first, first)) for item in reversed(self.book.law.rule_sets)]

    @cached_property
    def moving(self) -> Mapping[str, str]:
        """The pictures that move, as SVG: one document's way through the first tax period of the newest rule set."""
        (_, period), *_ = self._periods
        return {"way_invoice": moving_month(way_of(self.book, "invoice", period, MONTHLY))}

    @cached_property
    def charts(self) -> Mapping[str, Chart]:
        """The first tax period of the newest rule set, monthly and quarterly, that of every older one, every tale."""
        newest, *older = self._periods
        return {
            "timeline_monthly": self._timeline(newest[1], MONTHLY),
            "timeline_quarterly": self._timeline(newest[1], QUARTERLY),
            **{f"timeline_monthly.{rule_set}": self._timeline(period, MONTHLY) for rule_set, period in older},
            **{f"sequence_{name.replace('-', '_')}": self._tale(name) for name in SEQUENCES},
        }

    @property
    def names(self) -> frozenset[str]:
        """The names of all of them, which a checkout keeps in its folder of diagrams, light and dark."""
        return frozenset({*self.drawings, *self.comparisons, *self.charts})

    def files(self, names: Collection[str]) -> dict[str, bytes]:
        """Return the named pictures as SVG files, by name, each for light and for dark pages.

        Raises what drawing raises where one of them needs Graphviz.
        """
        themed = ((theme, self._svg(names, theme)) for theme in (LIGHT, DARK))
        return {file_name(name, "svg", theme): content for theme, svg in themed for name, content in svg.items()}

    def inline(self) -> dict[str, str]:
        """Return every picture as SVG to stand inside a page; machines lead to their lines there, without their notes.

        Raises what drawing raises.
        """
        return {name: content.decode() for name, content in self._svg(self.names, LIGHT, inside=True).items()}

    def _svg(self, names: Collection[str], theme: Theme, *, inside: bool = False) -> dict[str, bytes]:
        sheets = {
            name: Sheet(replace(drawing.picture, notes=()), theme, Links()) if inside else Sheet(drawing.picture, theme)
            for name, drawing in self.drawings.items()
            if name in names
        }
        sheets |= {name: comparison_sheet(change, theme) for name, change in self.comparisons.items() if name in names}
        svg = dict(zip(sheets, drawn([*sheets.values()], "svg"), strict=True))
        return svg | {name: chart.page(theme).svg().encode() for name, chart in self.charts.items() if name in names}

    def _timeline(self, period: TaxPeriod, recipient: Recipient) -> Chart:
        page = month_page(self.book, period, recipient)
        says = page.says.partition(". ")[0]
        return Chart(page.title, says[0].lower() + says[1:], partial(month_page, self.book, period, recipient))

    def _tale(self, name: str) -> Chart:
        tale = tale_of(self.book, name)
        page = partial(page_of, tale, self.book.calendar.phrases())
        return Chart(tale.title, tale.says, page, sequence(self.book, tale, "mermaid").decode())
