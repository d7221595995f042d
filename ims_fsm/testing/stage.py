"""The stage for tests: a buyer and a seller with their desks on one database, and short words for what they do.

Imports the face; pytest is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from typing import Any, ClassVar, Self

from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import SettableClock, TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, TaxpayerKind
from ims_fsm.workflow.desks import RecipientDesk
from ims_fsm.workflow.ims import IMS
from ims_fsm.workflow.supplier_desk import SupplierDesk


class Stage:
    """A buyer and a seller, both registered, with their desks; a clock that the test sets.

    Periods are written like "2024-10"; amounts are paise, as everywhere in Python.

    >>> from ims_fsm.testing import Scratch
    >>> clock = SettableClock("2024-11-09 12:00")
    >>> with Scratch() as databases, databases.ims(clock=clock) as ims:
    ...     stage = Stage(ims, clock)
    ...     record = stage.filed(stage.document("credit_note", igst=18_000))
    ...     with stage.refused("pending_not_allowed", rule="faq.11.a"):
    ...         stage.desk.keep_pending(record)
    ...     stage.desk.reject(record).state
    <State.REJECTED: 'rejected'>
    """

    #: The GSTIN of the buyer, who files monthly.
    buyer: ClassVar[str] = "27AAPFU0939F1ZV"
    #: The GSTIN of the seller.
    seller: ClassVar[str] = "29AABCT1332L1ZA"

    def __init__(self, ims: IMS, clock: SettableClock) -> None:
        """Register the buyer and the seller on an IMS whose clock this is."""
        self.ims = ims
        self.clock = clock
        self._numbers = count(1)
        for gstin in (self.buyer, self.seller):
            self.taxpayer(gstin)

    @property
    def desk(self) -> RecipientDesk:
        """The buyer's desk."""
        return self.ims.recipient(self.buyer, actor="buyer")

    @property
    def shop(self) -> SupplierDesk:
        """The seller's desk."""
        return self.ims.supplier(self.seller, actor="seller")

    def at(self, moment: datetime | str) -> Self:
        """Set the clock: "2024-11-14 06:00" or "2024-11-14" (at noon), in Indian time, or an aware moment."""
        at_noon = isinstance(moment, str) and len(moment) == len("2024-11-14")
        self.clock.set(f"{moment} 12:00" if at_noon else moment)
        return self

    def taxpayer(
        self, gstin: str, kind: str = "normal", filing: str = "monthly", registered_from: str = "2024-10"
    ) -> None:
        """Register a taxpayer, the first period that owes a GSTR-3B being `registered_from`."""
        taxpayer = Taxpayer(
            gstin=gstin,
            kind=TaxpayerKind(kind),
            filing=Filing(filing),
            registered_from=TaxPeriod(registered_from),
        )
        self.ims.register(taxpayer)

    def document(
        self, kind: str = "invoice", igst: int = 18_000, *, amends: Document | None = None, **content: Any
    ) -> Document:
        """Return a document of the seller for the buyer with a number of its own; `content` replaces what it has."""
        usual: dict[str, Any] = {
            "kind": Kind(kind),
            "supplier": self.seller,
            "recipient": self.buyer,
            "number": f"S/{next(self._numbers)}",
            "date": date(2024, 10, 5),
            "taxable": 100_000,
            "tax": Heads(igst=igst),
            "amends": OriginalReference(amends.number, amends.date) if amends else None,
        }
        return Document(**{**usual, **content})

    def saved(self, document: Document | None = None, period: str = "2024-10", form: str = "GSTR-1") -> int:
        """Have a document (without one, a new one) saved by its supplier; returns the record's id."""
        document = document or self.document()
        desk = self.ims.supplier(document.supplier, actor="seller")
        return desk.save(document, Form(form), TaxPeriod(period))

    def filed(self, document: Document | None = None, period: str = "2024-10", form: str = "GSTR-1") -> int:
        """Have a document saved, and the form that carries it filed; returns the record's id."""
        document = document or self.document()
        record_id = self.saved(document, period, form)
        self.ims.supplier(document.supplier, actor="seller").file(Form(form), TaxPeriod(period))
        return record_id

    def close(self, period: str = "2024-10", gstin: str | None = None) -> None:
        """Have GSTR-2B generated, at the earliest on the day when it opens, and GSTR-3B filed: all is decided then."""
        desk = self.ims.recipient(gstin or self.buyer, actor="buyer")
        opens = self.ims.book.calendar.two_b_opens(TaxPeriod(period))
        self.clock.set(max(self.clock(), opens))
        desk.generate_2b(TaxPeriod(period), consent=True)
        desk.file_3b(TaxPeriod(period), consent=True)

    @contextmanager
    def refused(self, code: str, rule: str | None = None) -> Iterator[list[Told]]:
        """Expect a refusal with this code that cites the rule or one below it; gives a list that takes up all refusals.

        Raises `AssertionError` where nothing was refused, or something else.
        """
        refusals: list[Told] = []
        try:
            yield refusals
        except RefusedError as error:
            refusals.extend(error.refusals)
        if not any(refusal.code == code and (rule is None or refusal.cites(rule)) for refusal in refusals):
            citing = f" citing {rule}" if rule else ""
            happened = "; ".join(f"{refusal.code} ({', '.join(refusal.rules)})" for refusal in refusals)
            raise AssertionError(f"expected a refusal with {code}{citing}; got {happened or 'none'}")
