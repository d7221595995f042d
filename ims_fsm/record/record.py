"""A record as the law and the workflow see it.

Imports the terms; runs no statement. `store.records` says how it lies in its row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ims_fsm.record.moments import newest
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form, RemovedFor, Route, State, SupplierStatus


@dataclass(frozen=True, slots=True)
class PortalView:
    """What the portal last showed of a record: its action, what was declared with it, its hash, and when."""

    action: State
    declaration: str | None
    hash: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One version-chain member, whole and immutable; a change makes a new value with `changed`.

    Amounts are in paise, moments aware and in UTC.
    """

    #: Its number in the store, and the content that it has now.
    id: int
    document: Document
    #: The financial year of the document's date, like "2024-25".
    fy: str
    #: The form and return period in which the supplier reports it, whether it is filed there, and since when.
    form: Form
    return_period: TaxPeriod
    supplier_status: SupplierStatus
    filed_at: datetime | None
    #: The GSTR-2B that it belongs to; None until its supplier files.
    two_b_period: TaxPeriod | None
    #: Whether it goes through IMS, or else why it goes straight to GSTR-2B (FAQ 8).
    route: Route
    #: The first instant at which the time limit of section 16(4) has passed; None where it never does.
    cutoff_at: datetime | None
    #: The chain that it is a version of: the id of its oldest version.
    chain_id: int
    #: What the recipient states of an original that is not here.
    stated_original: Disposition | None
    #: E and S of the whole chain: the credit that the recipient carries, and what stands at the supplier.
    carried: Heads
    standing: Heads
    #: Where it stands now, the number of its transitions, and of its versions: each change of the row counts.
    state: State
    seq: int
    version: int
    #: How many contents it has had, and the SHA-256 of the newest.
    contents: int
    content_hash: str
    #: The declared machine that governs it, and the id of the declaration that it was last written under.
    machine: str
    declaration_id: int
    #: When the recipient last acted, with what: remarks, and the reduction of ITC ("full", "none", "partial").
    acted_at: datetime | None = None
    remarks: str | None = None
    reduction: str | None = None
    #: The declared reduction per head, where it is full or partial.
    declared: Heads = NIL
    #: What a filed GSTR-3B decided, and the period whose GSTR-3B it was (also where it never was in IMS).
    disposition: Disposition | None = None
    removed_for: RemovedFor | None = None
    settled_in: TaxPeriod | None = None
    #: The portal's flag isItcRedReqBlocked, and what the portal last showed.
    reduction_blocked: bool | None = None
    portal: PortalView | None = None
    #: The newest moment in its log and among its contents: nothing is dated before it (docs/adr/0019).
    last_at: datetime | None = None
    #: When it was last known not to be filed, and the 2B period that the portal itself names.
    unfiled_at: datetime | None = None
    named_period: TaxPeriod | None = None

    @property
    def recipient(self) -> str:
        """The recipient's GSTIN, which leads every key."""
        return self.document.recipient

    @property
    def age(self) -> tuple[str, bool, int]:
        """What orders the versions of a chain, oldest first: the original, then its amendments as they are reported.

        A GSTR-1A comes after the GSTR-1 of its period; when a version came here says nothing.
        """
        return ("", False, self.id) if self.document.amends is None else (*self.turn, self.id)

    @property
    def turn(self) -> tuple[TaxPeriod, bool]:
        """What orders the returns of a supplier: the return period, and whether it is its GSTR-1A."""
        return (self.return_period, self.form is Form.GSTR_1A)

    @property
    def in_ims(self) -> bool:
        """Whether the record is for IMS at all, and not straight for GSTR-2B (FAQ 8)."""
        return self.route is Route.IMS

    @property
    def filed(self) -> bool:
        """Whether the supplier has filed it (FAQ 15)."""
        return self.supplier_status is SupplierStatus.FILED

    @property
    def credit(self) -> Heads:
        """What the record is worth under forward charge, in paise: nothing under reverse charge."""
        return NIL if self.document.reverse_charge else self.document.credit

    def stepped(self, at: datetime, **changes: Any) -> Record:
        """Return a copy as a step of its log at a moment leaves it, with the named fields changed."""
        return replace(self, seq=self.seq + 1, last_at=newest(self.last_at, at), **changes)

    def changed(self, **changes: Any) -> Record:
        """Return a copy with the named fields changed."""
        return replace(self, **changes)


def cut_off_by(record: Record, moment: datetime) -> bool:
    """Say whether the time limit of section 16(4) has passed for a record."""
    return record.cutoff_at is not None and record.cutoff_at <= moment
