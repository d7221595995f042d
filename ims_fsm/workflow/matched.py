"""The last matching as it stands: what it adds up to, what other rules would come to, what may be paired by hand.

Imports the store and the matching; what it tries it takes back.
"""

from __future__ import annotations

from typing import NoReturn

from ims_fsm.errors import InputError, MissingError, Problem
from ims_fsm.law.matching_reading import cascade_with
from ims_fsm.law.overlay import Overlay
from ims_fsm.record.register import Gone, KeptRegister, Match, Matching
from ims_fsm.store.purchases import candidates, documents
from ims_fsm.terms.border import checked_id, checked_period, checked_text
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.purchases import PurchasesDesk, classes_of, match
from ims_fsm.workflow.settings import checked_toml
from ims_fsm.workflow.unit import UnitOfWork

MOST = 25


class MatchedDesk(PurchasesDesk):
    """What a recipient sees of their last matching. Amounts are paise."""

    def matched(self, *, period: TaxPeriod | None = None) -> Matching:
        """Return what the last matching adds up to, of a period or in all; nothing is matched anew.

        Its classes are those of the rules that are in force now, which `rules` names.
        """
        of = None if period is None else checked_period(period)
        return self._asked(_matched, self.gstin, of, self._rules(None))

    def preview_rules(self, text: str, *, period: TaxPeriod | None = None) -> Matching:
        """Return what matching by other rules would come to; nothing of it is kept.

        `text` is TOML, laid over `machines/matching.toml`; empty is what ships. Raises `DeclarationError` with all that
        is wrong with it.
        """
        of = None if period is None else checked_period(period)
        laid = Overlay("the rules", rules) if (rules := checked_toml(text)) else None
        cascade_with(laid)
        return self._workspace.tried_by(self.principal, _tried, self.gstin, of, laid)

    def registers(self) -> list[KeptRegister]:
        """Return the purchase registers that are here, by period."""
        return self._asked(lambda unit: documents.registers(unit.connection, self.gstin))

    def candidates(
        self, *, document_id: int | None = None, record_id: int | None = None, number: str | None = None
    ) -> list[Match]:
        """Return what a document of the register, or a record, may be paired with, the nearest first.

        Near is what is alone on the other side and of the same kind: of the same PAN, or of the same taxable value;
        with a `number` whatever has that in its own, in a pair or not. Each comes as the match that it would be, with
        the class in which the other stands now. Raises `MissingError` for what is not here.
        """
        if (document_id is None) is (record_id is None):
            problem = Problem("candidates", "are of a document or of a record", "give document_id or record_id")
            raise InputError("candidates", [problem])
        which = checked_id(record_id if document_id is None else document_id)
        sought = None if number is None else checked_text("number", number)
        return self._asked(_candidates, self.gstin, which, sought, of_document=document_id is not None)


class _TakenBackError(Exception):
    """What was tried is not kept; `matching` is what it came to."""

    def __init__(self, matching: Matching) -> None:
        """Keep what it came to."""
        self.matching = matching
        super().__init__()


def _take_back(matching: Matching) -> NoReturn:
    raise _TakenBackError(matching)


def _tried(unit: UnitOfWork, recipient: str, period: TaxPeriod | None, laid: Overlay | None) -> Matching:
    try:
        with unit.part() as part:
            _take_back(match(part, recipient, None, period, laid))
    except _TakenBackError as taken_back:
        return taken_back.matching


def _matched(unit: UnitOfWork, recipient: str, period: TaxPeriod | None, rules: Overlay | None) -> Matching:
    unit.taxpayer(recipient)
    classes = tuple(classes_of(unit, recipient, period, cascade_with(rules)))
    none = Gone()
    return Matching(
        recipient=recipient, period=period, classes=classes, kept=None, parted=none, waiting=none, rules=rules
    )


def _candidates(unit: UnitOfWork, recipient: str, which: int, number: str | None, *, of_document: bool) -> list[Match]:
    if not of_document:
        return _nearest(candidates.of_record(unit.connection, recipient, unit.record(which, recipient), number, MOST))
    document = documents.find_many(unit.connection, recipient, [which]).get(which)
    if document is None:
        raise MissingError("document", [Problem(str(which), "is not a document of the register here", "see matches()")])
    return _nearest(candidates.of_document(unit.connection, recipient, document, number, MOST))


def _nearest(near: list[Match]) -> list[Match]:
    """Return candidates in order: the same supplier first, then by what differs, then by the days between them."""

    def distance(of: Match) -> tuple[bool, int, int]:
        assert of.document is not None and of.record is not None  # noqa: S101, PT018 -- a candidate has both
        amounts = abs(of.taxable_off) + abs(of.tax_off.total)
        return of.document.supplier != of.record.document.supplier, amounts, abs(of.days_off)

    return sorted(near, key=distance)
