"""Makes the row in which something shown by the portal is staged, and kept where it is new.

Imports the store's staging and the law; writes nothing. What many rows share is asked once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from ims_fsm.record.sighting import BY_ACTION, Shown, content_of, declaration_of, declared_with
from ims_fsm.store import taxpayers
from ims_fsm.store.staging.columns import StagedRow
from ims_fsm.store.staging.loading import Stored
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, State, SupplierStatus
from ims_fsm.workflow.unit import UnitOfWork

# `StagedRow._make` without its check of the length.
_row: Callable[[tuple[Any, ...]], StagedRow] = partial(tuple.__new__, StagedRow)
_SIGNS = {kind: kind.sign for kind in Kind}
_WORDS = {word: str(word) for words in (Kind, Form, State, SupplierStatus) for word in words}
_NOTHING = (0, 0, 0, 0)
_UNDECIDED = (str(State.NO_ACTION), 0, 1, None, None, None, *_NOTHING)


class Preparer:
    """Prepares the rows of one download; `rest` is called before anything is asked of the database.

    `owed` is the first 2B period whose GSTR-3B the recipient has not filed.
    """

    def __init__(self, unit: UnitOfWork, recipient: str, owed: TaxPeriod, rest: Callable[[], None]) -> None:
        """Begin with nothing known."""
        self._unit, self._recipient, self._owed, self._rest = unit, recipient, owed, rest
        self._scene = unit.scene(recipient)
        self.stored = Stored(unit.connection)
        self._now = self.stored.moment(unit.now)
        self._day = self.stored.day
        self._machines: dict[tuple[Kind, bool], tuple[str, int]] = {}
        self._years: dict[tuple[Kind, date], tuple[str, str | None]] = {}
        self._annual: dict[str, Any] = {}
        self._fixed: dict[tuple[Form, TaxPeriod, TaxPeriod | None, bool], str] = {}
        self._filings: dict[str, Filing] = {}
        self._saved: dict[tuple[Form, TaxPeriod, Filing], TaxPeriod] = {}
        self._moves: dict[tuple[str, State, TaxPeriod], tuple[str, str]] = {}

    def prepare(self, ordinal: int, record_id: int, sighting: Shown) -> StagedRow:
        """Return the row of what is shown as the n-th; `record_id` is the id of its record, or 0 for now."""
        (_, kind, supplier, name, number, day, taxable, igst, cgst, sgst, cess, value, pos, invoice_type, reverse,
         ineligible, original, original_date, form, period, status, action, pending_blocked, reduction_blocked,
         itc_reduction, declared, remarks, portal_hash, itc_period) = sighting  # fmt: skip
        fy, cutoff = self._years.get((kind, day)) or self._year(kind, day)
        machine, declaration_id = self._machines.get((kind, original is not None)) or self._machine(sighting)
        filed = status is SupplierStatus.FILED
        standing, fixed = _NOTHING, None
        if filed:
            sign = 0 if reverse else _SIGNS[kind]
            standing = (sign * igst, sign * cgst, sign * sgst, sign * cess)
            key = (form, period, itc_period, action is State.PENDING)
            fixed = self._fixed.get(key) or self._period(*key)
        taken, rules, declaration = _UNDECIDED, None, None
        if action is not State.NO_ACTION:
            taken, rules, declaration = self._taken(sighting, machine)
        claimed = itc_reduction is not None or declared is not None or remarks is not None
        content, content_hash = content_of(sighting)
        return _row((
            ordinal, number.upper(), original and original.upper(), original_date and self._fy(original_date),
            _WORDS[action], declaration, declared is not None, itc_period,
            _statement(itc_reduction, declared, remarks) if claimed else None, rules, content,
            record_id, record_id, machine, declaration_id, _WORDS[kind], supplier, name, number,
            self._day(day), fy, taxable, igst, cgst, sgst, cess, value, pos, invoice_type,
            reverse, ineligible, original, original_date and self._day(original_date), _WORDS[form], str(period),
            _WORDS[status], self._now if filed else None, fixed, cutoff, *standing,
            *taken, pending_blocked, reduction_blocked, _WORDS[action], declaration, portal_hash, content_hash,
        ))  # fmt: skip

    def _year(self, kind: Kind, day: date) -> tuple[str, str | None]:
        calendar = self._unit.book.calendar
        fy = calendar.financial_year(day)
        if fy not in self._annual:
            self._rest()
            self._annual[fy] = taxpayers.annual_return_at(self._unit.connection, self._recipient, fy)
        cutoff = calendar.cutoff(kind, day, self._annual[fy])
        self._years[kind, day] = fy, None if cutoff is None else self.stored.moment(cutoff)
        return self._years[kind, day]

    def _fy(self, day: date) -> str:
        return self._unit.book.calendar.financial_year(day)

    def _machine(self, sighting: Shown) -> tuple[str, int]:
        machine = sighting.document.machine
        self._rest()
        governing = (machine, self._unit.declaration_id(machine))
        self._machines[sighting.kind, sighting.original_number is not None] = governing
        return governing

    def _period(self, form: Form, period: TaxPeriod, itc_period: TaxPeriod | None, pending: bool) -> str:  # noqa: FBT001
        """Return the earliest 2B period of a new record that is shown as filed; no download tells when it was."""
        calendar = self._unit.book.calendar
        earliest = itc_period or max(calendar.form_period(form, period), calendar.first_period)
        if itc_period is None and not pending:
            # What a filed GSTR-3B decided has left IMS (FAQ 5), and this has not.
            earliest = max(earliest, self._owed)
        fixed = str(calendar.period_for(earliest, self._scene.recipient.filing))
        self._fixed[form, period, itc_period, pending] = fixed
        return fixed

    def _taken(self, sighting: Shown, machine: str) -> tuple[tuple[Any, ...], str, str | None]:
        """Return what the portal's action makes of a new record that carries nothing."""
        action, sign = sighting.action, 0 if sighting.reverse_charge else _SIGNS[sighting.kind]
        tax = Heads(sighting.igst, sighting.cgst, sighting.sgst, sighting.cess)
        reduction, declared = declared_with(sighting, (tax * -sign).not_below_zero())
        declaration = declaration_of(action, reduction, declared, sighting.remarks)
        key = (machine, action, self._expected(sighting))
        dest, rules = self._moves.get(key) or self._move(*key)
        taken = (dest, 1, 2, self._now, sighting.remarks or None, reduction, *declared)
        return taken, rules, declaration

    def _expected(self, sighting: Shown) -> TaxPeriod:
        pending = sighting.action is State.PENDING
        if sighting.supplier_status is SupplierStatus.FILED:
            key = (sighting.form, sighting.return_period, sighting.itc_period, pending)
            return TaxPeriod(self._fixed.get(key) or self._period(*key))
        filing = self._filings.get(sighting.supplier)
        if filing is None:
            self._rest()
            filing = self._filings[sighting.supplier] = self._scene.suppliers.get(sighting.supplier, Filing.MONTHLY)
        form, period = sighting.form, sighting.return_period
        expected = self._saved.get((form, period, filing))
        if expected is None:
            of_recipient, now = self._scene.recipient.filing, self._unit.now
            expected = self._unit.book.calendar.two_b_period(form, period, now, filing, of_recipient)
            self._saved[form, period, filing] = expected
        return expected

    def _move(self, machine: str, action: State, period: TaxPeriod) -> tuple[str, str]:
        edition = self._unit.book.law.machine(machine).at(period)
        move = edition.transition(str(State.NO_ACTION), BY_ACTION[action])
        assert move is not None  # noqa: S101 -- every action is open from every active state
        self._moves[machine, action, period] = move.dest, " ".join(move.rules)
        return self._moves[machine, action, period]


def _statement(itc_reduction: str | None, declared: Heads | None, remarks: str | None) -> str:
    return json.dumps([itc_reduction, None if declared is None else list(declared), remarks])
