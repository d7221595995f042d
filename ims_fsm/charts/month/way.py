"""One record's way through a 2B period, day by day: what is done to it, what becomes of it and of the GSTR-2B.

Every day is the calendar's or lies in the middle between two of its days; every step is decided by the law.
Imports the law and the days; draws nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Refused
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form

SUBJECT = "timeline"
GSTR2B = "gstr2b"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens on a day: a sentence of the law with its rules, and the states in which it leaves both machines.

    Before a step the record may not be there yet: its state is `ENTRY` then.
    """

    day: dt.date
    says: str
    rules: tuple[str, ...]
    record: str
    two_b: str


@dataclass(frozen=True, slots=True)
class Way:
    """The whole way: the days of the period, both machines as they hold in it, and the steps in order."""

    days: Days
    record: Edition
    two_b: Edition
    steps: tuple[Step, ...]


def way_of(book: LawBook, machine: str, period: TaxPeriod, recipient: Recipient) -> Way:
    """Return the way of a record of a machine: saved, filed, acted on, drafted, decided anew, frozen.

    Raises `InputError` for a machine that is not one of records, for one that the law does not let go this way (a bill
    of entry is not rejected), and what reading the days raises.
    """
    days = Days.read(book, period, recipient)
    if machine not in {declared.name for declared in book.law.record_machines}:
        names = ", ".join(declared.name for declared in book.law.record_machines)
        raise InputError(SUBJECT, [Problem(machine, "is not a machine of records", f"name one of {names}")])
    two_b, record = (book.law.machine(name).at(days.period) for name in (GSTR2B, machine))
    return Way(days, record, two_b, tuple(_steps(book, days, record, two_b)))


def _steps(book: LawBook, days: Days, record: Edition, two_b: Edition) -> Iterator[Step]:
    window = next(of for of in days.windows(Form.GSTR_1, Filing.MONTHLY) if of.month == days.months[-1])
    filed, due = book.law.rule("window.2b"), max(days.due, days.draft)
    at = {record.name: ENTRY, two_b.name: two_b.initial}
    doings: list[tuple[dt.date, tuple[tuple[Edition, str], ...]]] = [
        (_middle(days.opens, window.last), ((record, "save"),)),
        (window.last, ()),
        (_middle(window.last, days.draft), ((record, "accept"),)),
        (days.draft, ((two_b, "generate"),)),
        (_middle(days.draft, due), ((record, "reject"), (two_b, "change"))),
        (_middle(_middle(days.draft, due), due), ((two_b, "generate"),)),
        (due, ((record, "freeze"), (two_b, "file_3b"))),
    ]
    for day, moves in doings:
        says, rules = (f"{Form.GSTR_1} is filed. {filed.title}", [filed.id]) if not moves else (_says(*moves[0]), [])
        for edition, trigger in moves:
            decided = decide(edition, at[edition.name], trigger, edition.facts())
            if isinstance(decided, Refused):
                raise InputError(SUBJECT, [Problem(edition.machine.name, f"refuses {trigger}", "name another machine")])
            at[edition.name] = decided.dest
            rules += decided.rules
        yield Step(day, says, tuple(dict.fromkeys(rules)), at[record.name], at[two_b.name])


def _says(edition: Edition, trigger: str) -> str:
    return edition.triggers[trigger].says


def _middle(first: dt.date, last: dt.date) -> dt.date:
    return first + (last - first + dt.timedelta(days=1)) // 2
