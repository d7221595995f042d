"""The supplier's desk: save, edit, delete, file, and what the supplier sees of it, with who acts there.

Imports the use cases; a call is one transaction, and finds no record but those that the supplier reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ims_fsm.record.record import Record
from ims_fsm.record.returns import Liability
from ims_fsm.terms.border import checked_actor
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form
from ims_fsm.workflow.border import checked_document, checked_period, checked_word
from ims_fsm.workflow.suppliers import supplier
from ims_fsm.workflow.suppliers.supplier import Filed
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views import views
from ims_fsm.workflow.workspace import Workspace

T = TypeVar("T")


class SupplierDesk:
    """What one supplier does on the portal; reached as `ims.supplier(gstin, actor=…)`.

    The supplier "" is customs: bills of entry come from ICEGATE, and have none. Every id is looked up among the
    records that this supplier reported. With a `key` a call that is repeated answers what the first one answered, and
    does nothing. Raises `RefusedError` where the rules refuse, `InputError` for what cannot be read.
    """

    def __init__(self, workspace: Workspace, gstin: str, actor: str) -> None:
        """Keep whose desk it is and who acts at it."""
        self._workspace = workspace
        self.gstin = gstin
        self.actor = checked_actor(actor)

    def save(self, document: Document, form: Form, period: TaxPeriod, *, key: str | None = None) -> int:
        """Save a document in a form of a return period; returns its record's id (FAQ 4, 6)."""
        document, period, form = checked_document(document), checked_period(period), _form(form)

        def work(unit: UnitOfWork) -> int:
            return supplier.save(unit, document, form, period, self.gstin)

        return self._run("save", key, {"document": document.content(), "form": form, "period": period}, work, int)

    def edit(self, record_id: int, changes: Mapping[str, Any], *, key: str | None = None) -> bool:
        """Change a saved document (amounts in paise); returns whether anything changed (FAQ 16)."""

        def work(unit: UnitOfWork) -> bool:
            return supplier.edit(unit, record_id, changes, self.gstin)

        return self._run("edit", key, {"record": record_id, "changes": changes}, work, bool)

    def delete(self, record_id: int, *, key: str | None = None) -> None:
        """Delete a saved document (FAQ 16)."""

        def work(unit: UnitOfWork) -> None:
            supplier.delete(unit, record_id, self.gstin)

        self._run("delete", key, {"record": record_id}, work, type(None))

    def file(self, form: Form, period: TaxPeriod, *, key: str | None = None) -> Filed:
        """File a form: everything saved in it counts from now on, in the 2B period that this moment gives (FAQ 15)."""
        period, form = checked_period(period), _form(form)

        def work(unit: UnitOfWork) -> Filed:
            return supplier.file(unit, self.gstin, form, period)

        return self._run("file", key, {"form": form, "period": period}, work, Filed)

    def outward(self, period: TaxPeriod | None = None) -> Iterator[Record]:
        """Give what the supplier has reported, in one return period or in all, with what recipients did (FAQ 18).

        All as of one moment; a page of it is held. A loop that ends early gives its connection back with `close()`.
        """
        return self._workspace.streamed(lambda unit: views.outward(unit, self.gstin, period))

    def liabilities(self, period: TaxPeriod | None = None) -> list[Liability]:
        """Return the liability added back to the supplier, in one of their periods or in all (FAQ 34)."""
        with self._workspace.asking() as unit:
            return views.added_back(unit, self.gstin, period)

    def _run(
        self,
        use_case: str,
        key: str | None,
        arguments: Mapping[str, object],
        work: Callable[[UnitOfWork], T],
        kind: type[T],
        retries: int | None = None,
    ) -> T:
        return self._workspace.run(
            use_case,
            work,
            kind,
            actor=self.actor,
            owner=self.gstin,
            key=key,
            arguments=arguments,
            retries=retries,
        )


def _form(form: Form) -> Form:
    return checked_word(Form, form, "form of a return")
