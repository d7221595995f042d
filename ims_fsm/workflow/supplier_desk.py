"""The supplier's desk: what one supplier reports, and what came of it.

Imports the use cases; a call is one transaction, and finds no record but those that the supplier reported.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, BinaryIO

from ims_fsm.record.record import Record
from ims_fsm.record.returns import Liability
from ims_fsm.store import returns, versions
from ims_fsm.terms.border import checked_id, checked_output, checked_period, checked_value, checked_word
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form
from ims_fsm.workflow import supplier
from ims_fsm.workflow.supplier import Filed
from ims_fsm.workflow.views import workbook
from ims_fsm.workflow.views.workbook import Workbook
from ims_fsm.workflow.workspace import Desk


class SupplierDesk(Desk):
    """What one supplier does on the portal; reached as `ims.supplier(gstin, actor=…)`.

    The supplier "" is customs: bills of entry come from ICEGATE, and have none. Every id is looked up among the
    records that this supplier reported. With a `key` a call that is repeated answers what the first one answered, and
    does nothing. Raises `RefusedError` where the rules refuse, `InputError` for what cannot be read.
    """

    def save(self, document: Document, form: Form, period: TaxPeriod, *, key: str | None = None) -> int:
        """Save a document in a form of a return period; returns its record's id (FAQ 4, 6)."""
        document, period = checked_value(document, Document), checked_period(period)
        return self._done(supplier.save, key, document, _form(form), period)

    def edit(self, record_id: int, changes: Mapping[str, Any], *, key: str | None = None) -> bool:
        """Change a saved document (amounts in paise); returns whether anything changed (FAQ 16)."""
        return self._done(supplier.edit, key, record_id, changes)

    def delete(self, record_id: int, *, key: str | None = None) -> None:
        """Delete a saved document (FAQ 16)."""
        self._done(supplier.delete, key, record_id)

    def file(self, form: Form, period: TaxPeriod, *, key: str | None = None) -> Filed:
        """File a form: everything saved in it counts from now on, in the 2B period that this moment gives (FAQ 15)."""
        period = checked_period(period)
        return self._done(supplier.file, key, _form(form), period)

    def outward(
        self, period: TaxPeriod | None = None, *, form: Form | None = None, after: int | None = None
    ) -> Generator[Record, None, None]:
        """Give what the supplier has reported, in one return period and form or in all, with what recipients did.

        By recipient and id (FAQ 18); `after` is the id of the last one that was given before, and behind one that is
        not theirs there is nothing. All as of one moment; a page of it is held. A loop that ends early gives its
        connection back with `close()`.
        """
        chosen = None if period is None else checked_period(period)
        named, last = (None if form is None else _form(form)), (None if after is None else checked_id(after))
        return self._streamed(lambda unit: versions.of_supplier(unit.connection, self.gstin, chosen, named, last))

    def export_workbook(self, out: BinaryIO, *, period: TaxPeriod | None = None) -> Workbook:
        """Write `outward` and `liabilities` as a workbook (.xlsx) into a file that is open for bytes."""
        chosen = None if period is None else checked_period(period)
        return self._asked(workbook.write_reported, self.gstin, checked_output(out), chosen)

    def liabilities(self, period: TaxPeriod | None = None) -> list[Liability]:
        """Return the liability added back to the supplier, in one of their periods or in all (FAQ 34)."""
        chosen = None if period is None else checked_period(period)
        return self._asked(lambda unit: returns.liabilities(unit.connection, self.gstin, chosen))


def _form(form: Form) -> Form:
    return checked_word(Form, form, "form of a return")
