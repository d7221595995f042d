"""The supplier's desk of an `IMS`: save, edit, delete, file, and what he sees.

Imports the use cases; a call is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ims_fsm.record.record import Record
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form
from ims_fsm.workflow.suppliers import supplier
from ims_fsm.workflow.suppliers.supplier import Filed
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views import views
from ims_fsm.workflow.workspace import Workspace


class SupplierDesk:
    """What suppliers do on the portal; reached as `ims.supplier`."""

    def __init__(self, workspace: Workspace) -> None:
        """Keep the workspace whose database it works on."""
        self._workspace = workspace

    def save(self, document: Document, form: Form, period: TaxPeriod, *, actor: str, key: str | None = None) -> int:
        """Save a document in a form of a return period; returns its record's id (FAQ 4, 6). Raises `RefusedError`."""

        def work(unit: UnitOfWork) -> int:
            return supplier.save(unit, document, form, period)

        return self._workspace.run("save", actor, key, [document.content(), form, period], work, int)

    def edit(self, record_id: int, changes: Mapping[str, Any], *, actor: str, key: str | None = None) -> bool:
        """Change a saved document (amounts in paise); returns whether anything changed (FAQ 16).

        Raises `RefusedError` for a filed, frozen or removed record.
        """

        def work(unit: UnitOfWork) -> bool:
            return supplier.edit(unit, record_id, changes)

        return self._workspace.run("edit", actor, key, [record_id, dict(changes)], work, bool)

    def delete(self, record_id: int, *, actor: str, key: str | None = None) -> None:
        """Delete a saved document (FAQ 16). Raises `RefusedError` for a filed one."""

        def work(unit: UnitOfWork) -> None:
            supplier.delete(unit, record_id)

        self._workspace.run("delete", actor, key, [record_id], work, type(None))

    def file(self, gstin: str, form: Form, period: TaxPeriod, *, actor: str, key: str | None = None) -> Filed:
        """File a form: everything saved in it counts from now on, in the 2B period that this moment gives (FAQ 15)."""

        def work(unit: UnitOfWork) -> Filed:
            return supplier.file(unit, gstin, form, period)

        return self._workspace.run("file", actor, key, [gstin, form, period], work, Filed)

    def state_original(
        self, record_id: int, disposition: Disposition, original: Document | None = None, *, actor: str
    ) -> None:
        """State how the unknown original of an amendment was decided, and its content where that is known (FAQ 13)."""

        def work(unit: UnitOfWork) -> None:
            supplier.state_original(unit, record_id, disposition, original)

        told = [record_id, disposition, original.content() if original else None]
        self._workspace.run("state_original", actor, None, told, work, type(None))

    @contextmanager
    def each(self, gstin: str, period: TaxPeriod | None = None) -> Iterator[Iterator[Record]]:
        """Give, for a `with` block, what `outward` returns one by one, all as of one moment; a page of it is held."""
        with self._workspace.asking() as unit:
            yield views.outward(unit, gstin, period)

    def outward(self, gstin: str, period: TaxPeriod | None = None) -> list[Record]:
        """Return what a supplier has reported, with what his recipients did (FAQ 18)."""
        with self._workspace.asking() as unit:
            return list(views.outward(unit, gstin, period))
