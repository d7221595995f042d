"""The stage that a scenario runs on: an IMS on a store of its own, a clock that the steps set, what handles name.

Imports the workflow and the declaration; knows no verb and expects nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.scenario.declaration import Scenario
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.period import SettableClock
from ims_fsm.workflow.desks import RecipientDesk
from ims_fsm.workflow.ims import IMS, Scratch
from ims_fsm.workflow.supplier_desk import SupplierDesk


class NotSavedError(RefusedError):
    """A document was named that no step has saved, or whose saving was refused."""

    def __init__(self, name: str) -> None:
        """Refuse what was to be done with it."""
        super().__init__(name, "", [Told("not_in_ims", "", (), f"{name} was never saved", "save it first")])


class Stage:
    """An IMS with the scenario's taxpayers, and the clock that the steps set."""

    def __init__(self, scenario: Scenario, ims: IMS, clock: SettableClock) -> None:
        """Register the taxpayers."""
        self.scenario = scenario
        self.ims = ims
        self.clock = clock
        #: The record that each document was saved as, and what edits have made of a document, by handle.
        self.ids: dict[str, int] = {}
        self.contents: dict[str, Document] = {}
        #: The machine, the owner and the number of each case that was opened, by its key.
        self.cases: dict[str, tuple[str, str, int]] = {}
        #: Whose each sign-off is, by GSTIN, and its id, by its name.
        self.signoffs: dict[str, tuple[str, int]] = {}
        for taxpayer in scenario.taxpayers.values():
            self.ims.register(taxpayer.taxpayer())

    @classmethod
    @contextmanager
    def built(cls, scenario: Scenario, databases: Scratch) -> Iterator[Self]:
        """Give a stage on a fresh database, for a `with` block; raises `StoreError`."""
        clock = SettableClock(scenario.steps[0].at if scenario.steps else "2024-10-01")
        with databases.ims(clock=clock, book=scenario.book, signoff=scenario.signoff) as ims:
            yield cls(scenario, ims, clock)

    def gstin(self, taxpayer: str) -> str:
        """Return the GSTIN of a taxpayer's handle."""
        return self.scenario.taxpayers[taxpayer].gstin

    def recipient(self, taxpayer: str) -> RecipientDesk:
        """Return the desk of a taxpayer's handle as a recipient."""
        return self.ims.recipient(self.gstin(taxpayer), actor=taxpayer)

    def supplier(self, taxpayer: str) -> SupplierDesk:
        """Return the desk of a taxpayer's handle as a supplier."""
        return self.ims.supplier(self.gstin(taxpayer), actor=taxpayer)

    def document(self, name: str) -> Document:
        """Return a document as it stands: as declared, with what edits have changed."""
        if name not in self.contents:
            entry = self.scenario.documents[name]
            original = None if entry.amends is None else self.document(entry.amends)
            amends = None if original is None else OriginalReference(original.number, original.date)
            self.contents[name] = entry.document(self.gstin(entry.supplier), self.gstin(entry.recipient), amends)
        return self.contents[name]

    def recipient_of(self, document: str) -> RecipientDesk:
        """Return the desk of a document's recipient."""
        return self.recipient(self.scenario.documents[document].recipient)

    def supplier_of(self, document: str) -> SupplierDesk:
        """Return the desk of a document's supplier."""
        return self.supplier(self.scenario.documents[document].supplier)

    def record_id(self, name: str) -> int:
        """Return the id of a document's record; raises `NotSavedError` for one that was never saved."""
        if name not in self.ids:
            raise NotSavedError(name)
        return self.ids[name]
