"""A recipient's desk for chasing: whom, for what, who was written to, and which payments to hold.

Imports the readings; a call is one transaction, and acts on no record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, TypedDict, TypeVar, Unpack

from ims_fsm.formats.addresses import LARGEST, read_addresses
from ims_fsm.formats.content import content_of
from ims_fsm.formats.gstn.download import Source, named
from ims_fsm.formats.payments import write_csv
from ims_fsm.formats.workbooks.payments import write_payments
from ims_fsm.law.chasing import ChasingDeclaration, chasing_with
from ims_fsm.record.chasing import (
    Chased,
    ChaseFilter,
    ChaseTotals,
    Format,
    HeldPayment,
    Letter,
    SupplierToChase,
    ToChase,
)
from ims_fsm.store import chases
from ims_fsm.store.purchases.chasing import Question
from ims_fsm.terms.border import checked_output, checked_path, checked_value, looked_at
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.chasing import reading
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Desk

T = TypeVar("T")


class ChaseOnly(TypedDict, total=False):
    """What narrows a chase, as `ChaseFilter` says it; `rules` is a file laid over `machines/chasing.toml`.

    Nobody is left out by `again_after` for a letter that was logged under `key`.
    """

    period: TaxPeriod | None
    reasons: Collection[str]
    suppliers: Collection[str]
    min_tax: int
    older_than: int | None
    again_after: int | None
    rules: Path | None
    key: str | None


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

    def write_payments_to_hold(
        self, out: BinaryIO, *, fmt: Literal["csv", "xlsx"] = "csv", **only: Unpack[ChaseOnly]
    ) -> int:
        """Write the payments to hold into a file that is open for bytes, as CSV or a workbook; returns how many.

        The columns are those of docs/chasing.md, in that order, amounts in rupees. Raises as `chase`.
        """
        kind = looked_at("payments", lambda border: border.choice("fmt", fmt, Literal["csv", "xlsx"]))
        file, payments = checked_output(out), self.payments_to_hold(**only)
        if kind == "csv":
            return write_csv(file, payments)
        return write_payments(file, payments, self._workspace.now())

    def letters(
        self,
        *,
        fmt: Format = "text",
        template: Path | None = None,
        addresses: Source | None = None,
        limit: int | None = None,
        **only: Unpack[ChaseOnly],
    ) -> Generator[Letter, None, None]:
        """Give a letter to each supplier to chase, in the order of `chase`, the same bytes for the same moment.

        `fmt` is "text" or "eml": a mail that opens as a draft, to whom `addresses` (CSV with gstin and email) says.
        `template` is one of your own (Jinja2, in a sandbox). Nothing is sent, and nothing is logged: `chased` does
        that. Raises as `chase`, and `InputError` for a template or a table that cannot be used.
        """
        kind = looked_at("letters", lambda border: border.choice("fmt", fmt, Format))
        path = None if template is None else checked_path("template", template)
        to: Mapping[str, Collection[str]] = {}
        if addresses is not None:
            where, table = named(addresses)
            to = read_addresses(content_of(table, where, LARGEST), where)
        return self._chase(lambda unit, asked: reading.letters(unit, asked, kind, path, to), limit, only)

    def chased(self, letters: Iterable[Letter], *, key: str | None = None) -> list[Chased]:
        """Log that suppliers were written to: when, by whom, with which letter; append-only. Returns what is logged.

        With `key` the same letters again log nothing more, and answer as the first time; raises `IdempotencyError`
        where it was used for others.
        """
        written = [
            replace(checked_value(letter, Letter), content=b"")
            for letter in looked_at("letters", lambda border: border.several("letters", letters))
        ]
        return self._done(reading.chased, key, written)

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
