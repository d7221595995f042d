"""New records of a download: their numbers, and the rows in which they are staged and kept.

Imports the store's staging and the law. What many rows share is asked once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import Any

from ims_fsm.record.evidence import Evidence
from ims_fsm.record.sighting import BY_ACTION, SHOWN_BY, Shown, content_of, declaration_of, declared_with, logged_with
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import database_of
from ims_fsm.store.staging.columns import StagedRow
from ims_fsm.store.staging.loading import Stored
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, Route, State, SupplierStatus
from ims_fsm.workflow.reception.placing import Placing
from ims_fsm.workflow.unit import UnitOfWork

# `StagedRow._make` without its check of the length.
_row: Callable[[tuple[Any, ...]], StagedRow] = partial(tuple.__new__, StagedRow)
_SIGNS = {kind: kind.sign for kind in Kind}
_WORDS = {word: str(word) for words in (Kind, Form, State, SupplierStatus) for word in words}
_NOTHING = (0, 0, 0, 0)
_UNDECIDED = (str(State.NO_ACTION), 0, 1, None, None, None, *_NOTHING)


class Preparer:
    """Prepares the rows of one download; `rest` is called before anything is asked of the database.

    `seen_at` is when the portal showed them.
    """

    def __init__(
        self, unit: UnitOfWork, recipient: str, seen_at: datetime, placing: Placing, rest: Callable[[], None]
    ) -> None:
        """Begin with nothing known."""
        self._unit, self._recipient, self._placing, self._rest = unit, recipient, placing, rest
        self._shown_at = seen_at
        self._scene = unit.scene(recipient)
        self.stored = Stored(unit.connection)
        self._seen_at = self.stored.moment(seen_at)
        self._day = self.stored.day
        self._machines: dict[tuple[Kind, bool], tuple[str, int]] = {}
        self._years: dict[tuple[Kind, date], tuple[str, str | None]] = {}
        self._annual: dict[str, Any] = {}
        self._fixed: dict[tuple[Form, TaxPeriod, TaxPeriod | None, bool, str, Filing], str] = {}
        self._filings: dict[str, Filing] = {}
        self._saved: dict[tuple[Form, TaxPeriod, Filing], TaxPeriod] = {}
        self._moves: dict[tuple[str, State, TaxPeriod], tuple[str, str]] = {}
        self._oddities: dict[tuple[Kind, Form, TaxPeriod], tuple[str, ...]] = {}
        self._odd: Counter[str] = Counter()

    def prepare(self, ordinal: int, record_id: int, sighting: Shown) -> StagedRow:
        """Return the row of what is shown as the n-th; `record_id` is the id of its record, or 0 for now."""
        (_, kind, supplier, name, number, day, taxable, igst, cgst, sgst, cess, value, pos, invoice_type, reverse,
         ineligible, original, original_date, form, period, status, action, pending_blocked, reduction_blocked,
         itc_reduction, declared, remarks, portal_hash, itc_period) = sighting  # fmt: skip
        oddities = self._oddities.get((kind, form, period))
        for oddity in self._oddity(sighting) if oddities is None else oddities:
            self._odd[oddity] += 1
        fy, cutoff = self._years.get((kind, day)) or self._year(kind, day)
        machine, declaration_id = self._machines.get((kind, original is not None)) or self._machine(sighting)
        filed = status is SupplierStatus.FILED
        standing, fixed = _NOTHING, None
        if filed:
            sign = 0 if reverse else _SIGNS[kind]
            standing = (sign * igst, sign * cgst, sign * sgst, sign * cess)
            often = self._filing(supplier) if self._placing.wholes else Filing.MONTHLY
            key = (form, period, itc_period, action is State.PENDING, machine, often)
            fixed = self._fixed.get(key) or self._period(*key)
        taken, rules, declaration, beside = _UNDECIDED, None, None, ""
        if action is not State.NO_ACTION:
            taken, rules, declaration, beside = self._taken(sighting, machine, fixed)
        claimed = itc_reduction is not None or declared is not None or remarks is not None
        content, content_hash = content_of(sighting)
        return _row((
            ordinal, number.upper(), original and original.upper(), original_date and self._fy(original_date),
            _WORDS[action], declaration, declared is not None,
            _statement(itc_reduction, declared, remarks) if claimed else None, rules, beside, content,
            record_id, record_id, machine, declaration_id, _WORDS[kind], supplier, name, number,
            self._day(day), fy, taxable, igst, cgst, sgst, cess, value, pos, invoice_type,
            reverse, ineligible, original, original_date and self._day(original_date), _WORDS[form], str(period),
            _WORDS[status], self._seen_at if filed else None, itc_period, fixed, cutoff, *standing,
            *taken, pending_blocked, reduction_blocked, _WORDS[action], declaration, portal_hash, content_hash,
        ))  # fmt: skip

    def _oddity(self, sighting: Shown) -> tuple[str, ...]:
        """Return what is odd about records of a kind, form and return period: each a sentence without its number."""
        book, taxpayer = self._unit.book, self._scene.recipient
        form, since = sighting.form, taxpayer.registered_from
        led = sighting.itc_period or max(
            book.calendar.form_period(form, sighting.return_period), book.calendar.first_period
        )
        route = book.routing.route(sighting.document, form, led, book.calendar.first_period, out_of_time=False)
        oddities = []
        if route.name is not Route.IMS:
            oddities.append(
                f"shown from {form}, which the law leads past IMS ({route.rule}); taken in as the portal shows it"
            )
        if led < since and not taxpayer.guessed:
            oddities.append(
                f"of a period before {since}, the first for which GSTR-3B is due; taken for that one unless pending"
            )
        return self._oddities.setdefault((sighting.kind, form, sighting.return_period), tuple(oddities))

    @property
    def notes(self) -> Iterator[str]:
        """What is odd about what was prepared, in a line each."""
        return (f"{number:,} {'record' if number == 1 else 'records'} {what}" for what, number in self._odd.items())

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

    def _period(self, *key: Any) -> str:
        """Return the 2B period of a new record that is shown as filed; no download tells when it was."""
        form, period, named, pending, machine, filing = key
        evidence = Evidence(form, period, named, pending, self._shown_at, None, self._placing.wholes.get(machine, ()))
        fixed = str(self._placing.period(evidence, filing))
        self._fixed[key] = fixed
        return fixed

    def _filing(self, supplier: str) -> Filing:
        filing = self._filings.get(supplier)
        if filing is None:
            self._rest()
            filing = self._filings[supplier] = self._scene.suppliers.get(supplier, Filing.MONTHLY)
        return filing

    def _taken(self, sighting: Shown, machine: str, fixed: str | None) -> tuple[tuple[Any, ...], str, str | None, str]:
        """Return what the portal's action makes of a new record that carries nothing, and what the log says of it."""
        action, sign = sighting.action, 0 if sighting.reverse_charge else _SIGNS[sighting.kind]
        tax = Heads(sighting.igst, sighting.cgst, sighting.sgst, sighting.cess)
        reduction, declared = declared_with(sighting, (tax * -sign).not_below_zero())
        declaration = declaration_of(action, reduction, declared, sighting.remarks)
        key = (machine, action, self._expected(sighting) if fixed is None else TaxPeriod(fixed))
        dest, rules = self._moves.get(key) or self._move(*key)
        # No download tells when an action was taken there.
        taken = (dest, 1, 2, None, sighting.remarks or None, reduction, *declared)
        beside = logged_with(sighting)
        return taken, rules, declaration, "" if beside == SHOWN_BY else json.dumps(beside, sort_keys=True)

    def _expected(self, sighting: Shown) -> TaxPeriod:
        filing, form, period = self._filing(sighting.supplier), sighting.form, sighting.return_period
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


_BLOCK = 5_000
BITS = 27
_MASK = (1 << BITS) - 1

Identity = tuple[str, str, str, str]


class Numbers:
    """Numbers taken as they are needed; `rest` is called before any are taken, and `used` has what was given out.

    On PostgreSQL they are taken in blocks once a block's worth is given out, and the rest of the last one stays unused:
    asking interrupts what is being written. A small download leaves no gap, and on SQLite none does.
    """

    def __init__(self, unit: UnitOfWork, rest: Callable[[], None]) -> None:
        """Begin with none."""
        self._unit, self._rest = unit, rest
        self._in_blocks = not database_of(unit.connection).single_writer
        self._taken = 0
        self._left = range(0)
        self.used: list[range] = []

    def take(self, count: int) -> Iterator[int]:
        """Give so many numbers, in order."""
        given, self._left = self._left[:count], self._left[count:]
        more = range(0)
        if len(given) < count:
            self._rest()
            wanted = count - len(given)
            number = max(wanted, _BLOCK) if self._in_blocks and self._taken >= _BLOCK else wanted
            first = self._unit.take_ids(number)
            self._taken += number
            block = range(first, first + number)
            more, self._left = block[:wanted], block[wanted:]
        self.used += [block for block in (given, more) if block]
        return chain(given, more)


class Sieve:
    """Notes identities (kind, supplier, number in capitals, financial year) as two bits of many, each.

    `caught` has those that may have been noted before: one of some ten thousand where a million are noted.
    """

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self._bits = bytearray(1 << (BITS - 3))
        self.caught: list[Identity] = []

    def add(self, identity: Identity) -> None:
        """Note an identity, and catch it where it may have been noted before."""
        number, bits = hash(identity), self._bits
        low, high = number & _MASK, (number >> BITS) & _MASK
        first, second = 1 << (low & 7), 1 << (high & 7)
        low >>= 3
        high >>= 3
        if bits[low] & first and bits[high] & second:
            self.caught.append(identity)
        bits[low] |= first
        bits[high] |= second
