"""What follows from all sightings of a recipient's records, in whatever order they came: worked out with each of them.

The 2B periods of what is filed, the first period of a recipient who stated none, and what the portal no longer shows.
Imports the store and the evidence; runs over a recipient's records as sets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ims_fsm.formats.gstn.sections import machines_of
from ims_fsm.record.evidence import Evidence
from ims_fsm.record.record import Record
from ims_fsm.store import returns, sightings, taxpayers
from ims_fsm.store.sightings import Earliest, Sort
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Filing, Form, State, TwoBState
from ims_fsm.workflow.returns import mark_stale_where
from ims_fsm.workflow.unit import UnitOfWork


class Placing:
    """Works out what follows for one recipient, whose records are held."""

    def __init__(self, unit: UnitOfWork, recipient: str) -> None:
        """Read what is kept of downloads and returns; raises `InputError` for a recipient who is not registered here.

        Nothing more is asked while rows are written: on PostgreSQL nothing else may use the connection then.
        """
        self._unit, self._recipient = unit, recipient
        self._taxpayer = unit.taxpayer(recipient)
        self._standing = returns.standings(unit.connection, [recipient])[recipient]
        #: The moments at which everything of a machine was shown, by machine, in order.
        self.wholes = self._whole_moments()
        self._owed: dict[datetime, TaxPeriod] = {}
        #: Sorts of which it matters how often their suppliers file, which is not known, with the other 2B period.
        self.uncertain: list[tuple[Sort, TaxPeriod, TaxPeriod]] = []

    def _whole_moments(self) -> Mapping[str, Sequence[datetime]]:
        moments: dict[str, set[datetime]] = defaultdict(set)
        for at, sections in whole_downloads(sightings.downloads(self._unit.connection, self._recipient)):
            for machine in machines_of(sections):
                moments[machine].add(at)
        return {machine: sorted(of_machine) for machine, of_machine in moments.items()}

    def keep(self, at: datetime, sections: Iterable[str], numbers: Iterable[int] = (1,), files: int = 1) -> None:
        """Keep that a download shows everything of some sections, in so many files, of which these numbers came."""
        for number in sorted(numbers):
            keys = " ".join(sorted(sections))
            sightings.put_download(self._unit.connection, self._recipient, at, keys, number, files)
        self.wholes = self._whole_moments()

    @property
    def newest(self) -> Mapping[str, datetime]:
        """The newest of these moments, by machine: what the portal last showed before has gone from it."""
        return {machine: moments[-1] for machine, moments in self.wholes.items()}

    def owed(self, by: datetime) -> TaxPeriod:
        """Return the first period whose GSTR-3B was not filed by a moment; a guess of the first one says nothing."""
        calendar, filing = self._unit.book.calendar, self._taxpayer.filing
        first = calendar.first_period if self._taxpayer.guessed else self._taxpayer.registered_from
        filed = [
            calendar.next(period, filing)
            for period, two_b in self._standing.items()
            if two_b.state is TwoBState.FINAL and two_b.filed_at is not None and two_b.filed_at <= by
        ]
        return calendar.period_for(max([first, calendar.first_period, *filed]), filing)

    def is_filed_by(self, period: TaxPeriod, moment: datetime) -> bool:
        """Say whether the GSTR-3B of a period was filed here by a moment."""
        two_b = self._standing.get(period)
        return two_b is not None and two_b.filed_at is not None and two_b.filed_at <= moment

    def period_of(self, record: Record) -> TaxPeriod:
        """Return the 2B period of a filed record that the portal has shown."""
        assert record.filed_at is not None  # noqa: S101 -- it is filed
        evidence = Evidence(
            form=record.form,
            return_period=record.return_period,
            named=record.named_period,
            pending=record.state is State.PENDING,
            filed_at=record.filed_at,
            unfiled_at=record.unfiled_at,
            wholes=self.wholes.get(record.machine, ()),
        )
        return self.period(evidence, self._unit.filing_of(record.document.supplier))

    def place(self) -> TaxPeriod | None:
        """Write each 2B period as it follows by now; returns the earliest that gained or lost a record, or None."""
        moved: list[tuple[Sort, TaxPeriod]] = []
        self.uncertain = []
        for sort in sightings.sorts(self._unit.connection, self._recipient):
            evidence = self._evidence(sort)
            period = self.period(evidence, Filing(sort.filing or Filing.MONTHLY))
            if sort.filing is None and (other := self.period(evidence, Filing.QUARTERLY)) != period:
                self.uncertain.append((sort, period, other))
            if str(period) != sort.two_b_period:
                moved.append((sort, period))
        sightings.place(self._unit.connection, self._recipient, moved)
        return min((TaxPeriod(min(sort.two_b_period or period, period)) for sort, period in moved), default=None)

    def _evidence(self, sort: Sort) -> Evidence:
        return Evidence(
            form=Form(sort.form),
            return_period=TaxPeriod(sort.return_period),
            named=None if sort.named_period is None else TaxPeriod(sort.named_period),
            pending=bool(sort.pending),
            filed_at=sort.filed_at,
            unfiled_at=sort.unfiled_at,
            wholes=self.wholes.get(sort.machine, ()),
        )

    def period(self, evidence: Evidence, filing: Filing) -> TaxPeriod:
        """Return the 2B period that follows from what is known; `filing` is how often the supplier files."""
        at = evidence.filed_at
        owed = self._owed.get(at) or self._owed.setdefault(at, self.owed(at))
        return evidence.two_b_period(self._unit.book.calendar, filing, self._taxpayer.filing, owed)

    def guess(self) -> None:
        """Work the first period out again that owes a GSTR-3B, where nobody stated it: that of the first record."""
        if not self._taxpayer.guessed:
            return
        calendar = self._unit.book.calendar
        first = min(map(self._earliest, sightings.earliest(self._unit.connection, self._recipient)), default=None)
        if first is not None:
            period = calendar.period_for(max(first, calendar.first_period), self._taxpayer.filing)
            if period != self._taxpayer.registered_from:
                self._taxpayer = replace(self._taxpayer, registered_from=period)
                taxpayers.put(self._unit.connection, self._taxpayer, self._unit.actor, self._unit.moments)
                self._unit.forget(self._recipient)

    def _earliest(self, sort: Earliest) -> TaxPeriod:
        if sort.two_b_period is not None:
            return TaxPeriod(sort.two_b_period)
        if sort.named_period is not None:
            return TaxPeriod(sort.named_period)
        calendar, form = self._unit.book.calendar, Form(sort.form)
        led = calendar.form_period(form, TaxPeriod(sort.return_period))
        if sort.portal_seen_at is None:
            return led
        return max(led, calendar.window_period(form, Filing.MONTHLY, sort.portal_seen_at))


def has_gone(record: Record, newest: Mapping[str, datetime]) -> bool:
    """Say whether the portal showed a record, and no more when it last showed everything of its machine (`newest`)."""
    whole_at = newest.get(record.machine)
    return record.portal is not None and whole_at is not None and record.portal.seen_at < whole_at


def whole_downloads(rows: Iterable[Any]) -> Iterator[tuple[datetime, frozenset[str]]]:
    """Give the moment and the sections of each whole download: those of a day that say they are its files are one.

    What is joined counts from the first of its files.
    """
    joined: dict[tuple[int, date], list[Any]] = defaultdict(list)
    for row in rows:
        if row.files == 1:
            yield row.at, frozenset(row.sections.split())
        else:
            joined[row.files, in_india(row.at).date()].append(row)
    for (files, _), parts in joined.items():
        if {row.file for row in parts} >= set(range(1, files + 1)):
            sections = frozenset(section for row in parts for section in row.sections.split())
            yield min(row.at for row in parts), sections


def follow(unit: UnitOfWork, gstin: str) -> None:
    """Work out again what hangs on a taxpayer who is registered otherwise now: theirs, and that of whom they supply.

    Their records must be held. Raises nothing for a supplier's recipients who are not registered here.
    """
    for recipient in dict.fromkeys([gstin, *sightings.buyers_of(unit.connection, gstin)]):
        if taxpayers.find(unit.connection, recipient) is not None:
            touched = (placing := Placing(unit, recipient)).place()
            placing.guess()
            if touched is not None:
                mark_from(unit, recipient, touched)


def mark_from(unit: UnitOfWork, recipient: str, since: TaxPeriod) -> None:
    """Mark the drafts of a period and after it (FAQ 24, 29)."""
    mark_stale_where(unit, recipient, lambda period: period >= since)
