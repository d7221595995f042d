"""A time of everybody's work, step by step, for calm and for wild runs: the same seed, the same people.

It is given an IMS, a way to set the clock, and a way to wait for the schedulers; it is no test.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from ims_fsm import IMS, Document, Filing, Form, Heads, Kind, RefusedError, Taxpayer, TaxPeriod
from ims_fsm.law.instants import instants
from ims_fsm.store import cohorts, jobs, returns
from ims_fsm.store.connection import reading
from ims_fsm.store.log import STEPS
from ims_fsm.store.tables import LOG, Table
from ims_fsm.terms.period import in_india, indian
from ims_fsm.terms.vocabulary import TwoBState
from ims_fsm.workflow.calendar import planning

SELLER = "29AABCT1332L1ZA"
# The machine sleeps over these instants, and its clock goes back for a while after those.
SLEPT_OVER = {"2025-11-14", "2026-02-21"}
GOES_BACK = {"2025-12-14", "2025-12-31"}


@dataclass
class People:
    """Everybody in the year: what they do depends on the seed and the day alone."""

    ims: IMS
    gstin: Callable[..., str]
    set_clock: Callable[[datetime], None]
    settle: Callable[[], None]
    since: str
    recipients: int
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 -- the same year each time
    number: int = 0

    def __post_init__(self) -> None:
        self.everyone = [self.gstin(one, "27" if one % 3 else "33") for one in range(1, self.recipients + 1)]

    def begin(self) -> None:
        """Register everyone, every fifth a quarterly taxpayer."""
        for place, gstin in enumerate(self.everyone):
            filing = Filing.QUARTERLY if place % 5 == 4 else Filing.MONTHLY
            self.ims.register(Taxpayer(gstin=gstin, filing=filing, registered_from=TaxPeriod(self.since)))

    def live(self, start: str, end: str) -> None:
        """Live from one day to another, step by step; the schedulers are waited for before and after each."""
        for moment in steps(self.ims, indian(datetime.fromisoformat(start)), indian(datetime.fromisoformat(end))):
            self.set_clock(moment)
            self.settle()
            day = in_india(moment)
            if day.hour:
                self.act(day.date())
                self.settle()

    def act(self, day: date) -> None:
        """Do what people do on a day: report until the 10th, decide, and file late in the month."""
        period = TaxPeriod.of(day).plus(-1)
        if day.day <= 10:
            self.report(period, day)
        else:
            self.decide()
            self.file()

    def report(self, period: TaxPeriod, day: date) -> None:
        for gstin in self.everyone:
            for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
                self.number += 1
                old = self.chance.random() < 0.4
                document = Document(
                    kind=kind,
                    supplier=SELLER,
                    recipient=gstin,
                    number=f"Y/{self.number}",
                    # Of the financial year before, whose time limit is the next 1 December.
                    date=date(day.year, 3, 5) if old and day.month > 3 else date(period.year, period.month, 5),
                    taxable=100_000,
                    tax=Heads(igst=self.chance.randrange(1, 20) * 1_000),
                )
                self.ims.supplier(document.supplier, actor="seller").save(document, Form.GSTR_1, period)
        self.ims.supplier(SELLER, actor="seller").file(Form.GSTR_1, period)
        self.decide()

    def decide(self) -> None:
        for gstin in self.everyone:
            for record in self.ims.recipient(gstin, actor="reader").records():
                # What is pending mostly stays so, and its time runs out.
                likely = {"no_action": 0.5, "pending": 0.15}.get(str(record.state), 0)
                if self.chance.random() < likely:
                    trigger = self.chance.choice(["accept", "reject", "keep_pending", "keep_pending", "keep_pending"])
                    self.quietly(
                        lambda g=gstin, one=record.id, t=trigger: self.ims.recipient(g, actor="buyer").act(t, one)
                    )

    def file(self) -> None:
        for gstin in self.everyone:
            for two_b in self.two_bs(gstin):
                if self.chance.random() < 0.7:
                    self.quietly(lambda g=gstin, p=two_b: self.ims.recipient(g, actor="buyer").generate_2b(p))
                    self.quietly(lambda g=gstin, p=two_b: self.ims.recipient(g, actor="buyer").file_3b(p, consent=True))

    def two_bs(self, gstin: str) -> list[TaxPeriod]:
        with reading(self.ims._workspace.engine) as connection:
            return [one.period for one in returns.two_bs(connection, gstin) if one.state is not TwoBState.FINAL]

    def quietly(self, call: Callable[[], object]) -> None:
        with contextlib.suppress(RefusedError):
            call()


def steps(ims: IMS, start: datetime, end: datetime) -> Iterator[datetime]:
    """Give the moments of a year: its instants, days on which people work, and what the clock does wrong."""
    due = {one.at for one in instants(ims.book, start, end)}
    working = {
        indian(datetime.combine(day, time(11)))
        for day in (in_india(start + timedelta(days=n)).date() for n in range((end - start).days))
        if day.day in {8, 16, 27}
    }
    for moment in sorted(due | working):
        day = in_india(moment)
        if day.hour == 0 and day.date().isoformat() in SLEPT_OVER:
            continue
        yield moment
        if day.hour == 0 and day.date().isoformat() in GOES_BACK:
            yield moment - timedelta(days=2)
            yield moment + timedelta(hours=1)


def is_settled(ims: IMS) -> bool:
    """Say whether nothing is due: planned or not, in nobody's hands, and nobody is to be reminded at the next look."""
    with ims._workspace.asking() as unit:
        if jobs.claim(unit.connection, unit.now, lock=False) is not None:
            return False
        left = [*planning.to_take_up(unit), *planning.due(unit)]
        waits = any(cohorts.size(unit.connection, one.cohort) for one in left)
        return not waits and next(planning.late_and_unaware(unit), None) is None


def content(ims: IMS) -> dict[str, list[str]]:
    """Return every row of every table, but when and in which order they were written, and how calls were cut."""
    with reading(ims._workspace.engine) as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(_compared(table)))
            for table in Table.metadata.sorted_tables
            if table.name not in {"ims_job_run", "ims_counter", "ims_log_call"}
        }


def _compared(table: Any) -> Any:
    query = STEPS if table is LOG else table.select()
    columns = (column for column in query.selected_columns if column.name not in {"place", "recorded_at"})
    return query.with_only_columns(*columns)
