"""A record as the workflow sees it, and how it lies in its row.

Imports the tables and the terms; runs no statement.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form, RemovedFor, Route, State, SupplierStatus

if TYPE_CHECKING:
    pass


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

    `carried` and `standing` are E and S of its chain in paise; `settled_in` is the period whose GSTR-3B decided
    it (also where it never was in IMS); `two_b_period` is None until its supplier files.
    """

    id: int
    document: Document
    fy: str
    form: Form
    return_period: TaxPeriod
    supplier_status: SupplierStatus
    filed_at: datetime | None
    two_b_period: TaxPeriod | None
    route: Route
    cutoff_at: datetime | None
    chain_id: int
    amends_id: int | None
    stated_original: Disposition | None
    carried: Heads
    standing: Heads
    state: State
    seq: int
    version: int
    contents: int
    content_hash: str
    machine: str
    declaration_id: int
    acted_at: datetime | None = None
    remarks: str | None = None
    reduction: str | None = None
    declared: Heads = NIL
    disposition: Disposition | None = None
    removed_for: RemovedFor | None = None
    settled_in: TaxPeriod | None = None
    reduction_blocked: bool | None = None
    portal: PortalView | None = None

    @property
    def recipient(self) -> str:
        """The recipient's GSTIN, which leads every key."""
        return self.document.recipient

    @property
    def age(self) -> tuple[bool, int]:
        """What orders the versions of a chain, oldest first: the original, then its amendments as they came."""
        return (self.document.amends is not None, self.id)

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
        """What the record is worth under forward charge, in paise: nothing where the recipient pays himself."""
        return NIL if self.document.reverse_charge else self.document.credit

    def changed(self, **changes: Any) -> Record:
        """Return a copy with the named fields changed."""
        return replace(self, **changes)


# A field lies in a column of its own name, but for these.


# Rows repeat a handful of periods.


def cut_off_by(record: Record, moment: datetime) -> bool:
    """Say whether the time limit of section 16(4) has passed for a record."""
    return record.cutoff_at is not None and record.cutoff_at <= moment
