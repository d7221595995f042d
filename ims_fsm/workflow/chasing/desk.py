"""A recipient's desk for chasing: whom, for what, who was written to, and which payments to hold.

Imports the readings; a call is one transaction, and acts on no record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import TypedDict, TypeVar, Unpack

from ims_fsm.law.chasing import ChasingDeclaration, chasing_with
from ims_fsm.record.chasing import Chased, ChaseFilter, ChaseTotals, HeldPayment, SupplierToChase, ToChase
from ims_fsm.store import chases
from ims_fsm.store.purchases.chasing import Question
from ims_fsm.terms.border import checked_path, looked_at
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.chasing import reading
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Desk

T = TypeVar("T")


class ChaseOnly(TypedDict, total=False):
    """What narrows a chase, as `ChaseFilter` says it; `rules` is a file laid over `machines/chasing.toml`."""

    period: TaxPeriod | None
    reasons: Collection[str]
    suppliers: Collection[str]
    min_tax: int
    older_than: int | None
    again_after: int | None
    rules: Path | None


class ChasingDesk(Desk):
    """What a recipient asks of their suppliers; the part of `RecipientDesk` that chases. Amounts are paise.

    All is read from the last matching and the records as they stand. Nothing is sent.
    """

    def chase(self, *, limit: int | None = None, **only: Unpack[ChaseOnly]) -> Generator[SupplierToChase, None, None]:
        """Give the suppliers to chase, with what their documents come to: who has most at stake first.

        All as of one moment; a page is held. Raises `InputError` for a filter, `DeclarationError` for a file that
        cannot be used.
        """
        return self._chase(reading.suppliers, limit, only)

    def chase_totals(self, **only: Unpack[ChaseOnly]) -> ChaseTotals:
        """Return what all suppliers to chase come to, by reason and by the band of age; raises as `chase`."""
        declared, where = chosen(only)
        return self._asked(lambda unit: reading.totals(unit, reading.question_of(unit, self.gstin, declared, where)))

    def chase_documents(self, *, limit: int | None = None, **only: Unpack[ChaseOnly]) -> Generator[ToChase, None, None]:
        """Give the documents that suppliers are chased for, each with why, what is at stake and what they are asked.

        In the order of `chase`; a supplier's by what is at stake, the oldest first. Raises as `chase`.
        """
        return self._chase(reading.to_chase, limit, only)

    def payments_to_hold(self, **only: Unpack[ChaseOnly]) -> Generator[HeldPayment, None, None]:
        """Give the payments to hold: of each document with tax at stake, in the order of `chase_documents`."""
        return self._chase(lambda unit, question: reading.held(reading.to_chase(unit, question)), None, only)

    def chase_log(self, *, limit: int | None = None) -> list[Chased]:
        """Return the letters that were written to suppliers, the newest first."""
        most = looked_at("chase", lambda border: border.limit(limit, "letters"))
        return self._asked(lambda unit: list(chases.listed(unit.connection, self.gstin, most)))

    def _chase(
        self, read: Callable[[UnitOfWork, Question], Iterator[T]], limit: int | None, only: ChaseOnly
    ) -> Generator[T, None, None]:
        most = looked_at("chase", lambda border: border.limit(limit, "rows"))
        declared, where = chosen(only)
        return self._streamed(
            lambda unit: islice(read(unit, reading.question_of(unit, self.gstin, declared, where)), most)
        )


def chosen(only: ChaseOnly) -> tuple[ChasingDeclaration, ChaseFilter]:
    """Return the reasons and the filter that a call asks for; raises `InputError` and `DeclarationError`."""
    rules = only.get("rules")
    declared = chasing_with(None if rules is None else checked_path("rules", rules))
    named = {name: value for name, value in only.items() if name != "rules"}
    return declared, ChaseFilter(**named).checked(declared.reasons)  # type: ignore[arg-type]  # it looks at each
