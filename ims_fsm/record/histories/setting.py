"""The settings of histories: what the supplier may report, three 2B periods, and the moments at which anything happens.

Imports the calendar and the terms; explores nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import day_over
from ims_fsm.record.scene import Scene
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.terms.document import Document, Ineligible, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod, midnight
from ims_fsm.terms.vocabulary import Filing, Form, Kind, TaxpayerKind

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
PERIODS = 3
MORNING = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Content:
    """What a version of the document says: its tax in paise, and what takes it out of IMS."""

    tax: int
    reverse_charge: bool = False
    ineligible: Ineligible | None = None
    pending_blocked: bool | None = None


SAME, LESS, MORE = 100_00, 80_00, 120_00
RCM, POS = Content(SAME, reverse_charge=True), Content(SAME, ineligible="pos")
IN_IMS = (Content(SAME), Content(LESS), Content(MORE))


@dataclass(frozen=True, slots=True)
class Station:
    """A moment (aware, UTC) at which something may happen, of the tax period that is then being closed.

    `opens` says that the supplier's window for that period is open, `drafts` that it is the 14th.
    """

    at: datetime
    period: TaxPeriod
    opens: bool = False
    drafts: bool = False


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How far the histories of a setting go."""

    unknown: bool = False
    originals: tuple[Content, ...] = (Content(SAME),)
    amendments: tuple[Content, ...] = (*IN_IMS, RCM, POS)
    versions: int = 3
    #: In how many periods the supplier reports.
    reported: int = PERIODS
    form: Form = Form.GSTR_1
    #: Whether the recipient acts on what is only saved too, declares half a reduction, and the supplier deletes.
    acts_on_saved: bool = True
    halves: bool = True
    deletes: bool = True
    #: The day of the month after a period on which the supplier's form is open.
    window_day: int = 5
    #: Whether the documents are of a financial year whose 30 November lies between the first two periods.
    last_year: bool = False
    recipient: TaxpayerKind = TaxpayerKind.NORMAL


@dataclass(frozen=True, kw_only=True)
class Setting(Bounds):
    """One world of histories: who reports what to whom, from which period on, within which bounds."""

    name: str
    book: LawBook
    kind: Kind
    filing: Filing
    first: TaxPeriod
    day: date

    @cached_property
    def periods(self) -> tuple[TaxPeriod, ...]:
        """The tax periods in which the supplier reports, and one more for what waits."""
        months = self.book.calendar.months(self.filing)
        return tuple(self.first.plus(number * months) for number in range(self.reported + 1))

    @cached_property
    def taxpayer(self) -> Taxpayer:
        """The recipient."""
        return Taxpayer(gstin=BUYER, kind=self.recipient, filing=self.filing, registered_from=self.first)

    @cached_property
    def stations(self) -> tuple[Station, ...]:
        """The moments in order: in the window of each period, on the 14th, and after GSTR-3B was due."""
        return tuple(sorted(self._stations(), key=lambda station: station.at))

    def scene(self, station: Station) -> Scene:
        """Return what records are read against at a station."""
        return Scene(now=station.at, book=self.book, recipient=self.taxpayer)

    def contents(self, number: int) -> tuple[Content, ...]:
        """Return what a version of the document may say, the first one with number 1."""
        return self.originals if number == 1 and not self.unknown else self.amendments

    def document(self, number: int, content: Content, amended: int | None = None) -> Document:
        """Return a version of the document, the first one with number 1; `amended` is the number of what it amends."""
        return Document(
            kind=self.kind,
            supplier=SELLER,
            recipient=BUYER,
            number=f"D/{number}",
            date=self.day,
            taxable=1_000_00,
            tax=Heads(igst=content.tax),
            reverse_charge=content.reverse_charge,
            ineligible=content.ineligible,
            pending_blocked=content.pending_blocked,
            amends=None if amended is None else OriginalReference(f"D/{amended}", self.day),
        )

    def _stations(self) -> Iterator[Station]:
        calendar = self.book.calendar
        for number, period in enumerate(self.periods):
            following = period.plus(1)
            opens = midnight(date(following.year, following.month, self.window_day)) + MORNING
            drafted = calendar.two_b_opens(period) + MORNING
            due = day_over(calendar.due_gstr3b(period, self.filing, self.taxpayer.state)) + MORNING
            if number < self.reported:
                yield Station(opens, period, opens=True)
            yield Station(drafted, period, drafts=True)
            yield Station(due, period)
