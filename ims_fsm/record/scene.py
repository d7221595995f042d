"""What a record is read against: the moment, the law and its recipient; and what comes with an action.

Imports the calendar and the record; runs no statement and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.edition import Edition
from ims_fsm.law.routing import RouteDeclaration
from ims_fsm.record.record import Record, cut_off_by
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.terms.border import looked_at
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, State

ReduceItc = Literal["full", "none"] | Heads


class Filings(Protocol):
    """How often suppliers file, by GSTIN: a mapping, or what reads one of them when it is asked for."""

    def get(self, gstin: str, default: Filing, /) -> Filing:
        """Return how often a supplier files, or the default where that is not known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a recipient's records are read against: the moment, the law book, the recipient, how suppliers file."""

    now: datetime
    book: LawBook
    recipient: Taxpayer
    suppliers: Filings = field(default_factory=dict[str, Filing])

    @property
    def eligible(self) -> bool:
        """Whether the recipient is of a kind that has an IMS (FAQ 9)."""
        return self.recipient.kind in self.book.routing.eligible

    def route(self, record: Record) -> RouteDeclaration:
        """Return the route that a record has taken; of a saved one, the route that filing it now would give."""
        return self.book.routing.declared(record.route) if record.filed else self.route_at(record, self.now)

    def route_at(self, record: Record, moment: datetime) -> RouteDeclaration:
        """Return the route of a record that is filed at a moment (FAQ 4, 8)."""
        return self.book.routing.route(
            record.document,
            record.form,
            self.expected_period(record),
            self.book.calendar.first_period,
            out_of_time=cut_off_by(record, moment),
        )

    def expected_period(self, record: Record) -> TaxPeriod:
        """Return a record's 2B period: fixed by its filing, until then the one that filing it now would give."""
        if record.two_b_period is not None:
            return record.two_b_period
        filing = self.suppliers.get(record.document.supplier, Filing.MONTHLY)
        return self.book.calendar.two_b_period(
            record.form, record.return_period, self.now, filing, self.recipient.filing
        )

    def edition(self, record: Record) -> Edition:
        """Return the edition of the record's machine that its 2B period chooses."""
        return self.book.law.machine(record.machine).at(self.expected_period(record))

    def pending_until(self, record: Record) -> datetime:
        """Return the first instant at which a specified record may no longer be pending."""
        period = self.expected_period(record)
        return self.book.calendar.pending_until(period, self.recipient.filing, self.recipient.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What comes with an action: remarks, and what is declared about the ITC to be reduced (paise per head).

    `version` is the record's version, and `previous` its action, that the action was chosen on, where it says.
    """

    remarks: str | None = None
    reduce_itc: ReduceItc | None = None
    version: int | None = None
    previous: State | None = None

    def __post_init__(self) -> None:
        """Refuse what declares nothing; raises `InputError`."""
        if self.reduce_itc not in (None, "full", "none") and not isinstance(self.reduce_itc, Heads):
            remedy = "declare full, none, or the amounts per head in paise"
            raise InputError("reduction of ITC", [Problem(repr(self.reduce_itc), "declares nothing", remedy)])
        if self.remarks is not None:
            looked_at("action", lambda border: border.remarks(self.remarks))

    def checked(self) -> Request:
        """Return the request, its types and sizes looked at; what the rules say of it is decided later."""
        if isinstance(self.reduce_itc, Heads):
            # A reduction below zero is refused by its rule.
            looked_at("action", lambda border: border.heads("reduce_itc", self.reduce_itc, signed=True))
        if self.version is not None:
            looked_at("action", lambda border: border.record_id(self.version))
        return self

    def as_dict(self) -> dict[str, Any]:
        """Return the request as plain data that does not change with this class; amounts in paise per head."""
        given = {
            "remarks": self.remarks,
            "reduce_itc": self.reduce_itc.in_paise() if isinstance(self.reduce_itc, Heads) else self.reduce_itc,
            "version": self.version,
            "previous": self.previous and str(self.previous),
        }
        return {name: value for name, value in given.items() if value is not None}

    def chosen_on(self, record: Record) -> bool:
        """Say whether the action was chosen on the record as it stands."""
        return self.version in {None, record.version} and self.previous in {None, record.state}


NO_REQUEST = Request()
