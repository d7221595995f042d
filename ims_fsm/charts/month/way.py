"""One record's way through a 2B period, day by day: what is done to it, what becomes of it and of the GSTR-2B.

Every day is the calendar's or lies in the middle between two of its days; every step is decided by the law.
Imports the law and the days; draws nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import itemgetter

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.charts.month.story import day_in_words
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY, RuleDeclaration
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Refused
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form

SUBJECT = "timeline"
RECORD, GSTR2B = "record", "gstr2b"
# A day, and what is done on it: to the record or to the GSTR-2B, by which trigger.
Doing = tuple[dt.date, tuple[tuple[str, str], ...]]


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
    of entry is not rejected), for days that leave no time to decide anew, and what reading the days raises.
    """
    days = Days.read(book, period, recipient)
    doings, filed = _doings(days), book.law.rule("window.2b")
    two_b = book.law.machine(GSTR2B).at(days.period)
    records = {declared.name: declared.at(days.period) for declared in book.law.record_machines}

    def going(name: str) -> tuple[Step, ...] | Problem:
        if name not in records:
            return Problem(name, "is not a machine of records", "")
        return _steps(records[name], two_b, doings, filed)

    steps = going(machine)
    if isinstance(steps, Problem):
        others = (name for name in records if not isinstance(going(name), Problem))
        raise InputError(SUBJECT, [replace(steps, remedy=f"name one of {', '.join(others)}")])
    return Way(days, records[machine], two_b, steps)


def _doings(days: Days) -> list[Doing]:
    """Return the days of the way in order, each with what is done to which machine, or nothing where GSTR-1 is filed.

    Where that is filed after the draft the record is accepted before, as it is saved. Raises `InputError` where GSTR-3B
    is due before there is both.
    """
    window = next(of for of in days.windows(Form.GSTR_1, Filing.MONTHLY) if of.month == days.months[-1])
    draft, filed, due = days.draft, window.last, days.due
    complete = max(draft, filed)
    if complete >= due:
        late = f"{Form.GSTR_1} is filed until" if filed >= draft else "GSTR-2B is drafted on"
        what = (
            f"leaves no time to decide anew: {late} {day_in_words(complete)}, and GSTR-3B is due on {day_in_words(due)}"
        )
        raise InputError(SUBJECT, [Problem(days.period, what, "name another period")])
    saved = _middle(days.opens, min(filed, draft))
    doings: list[Doing] = [
        (saved, ((RECORD, "save"),)),
        (_middle(filed if filed < draft else saved, draft), ((RECORD, "accept"),)),
        (draft, ((GSTR2B, "generate"),)),
        (filed, ()),
        (_middle(complete, due), ((RECORD, "reject"), (GSTR2B, "change"))),
        (_middle(_middle(complete, due), due), ((GSTR2B, "generate"),)),
        (due, ((RECORD, "freeze"), (GSTR2B, "file_3b"))),
    ]
    return sorted(doings, key=itemgetter(0))


def _steps(
    record: Edition, two_b: Edition, doings: Iterable[Doing], filed: RuleDeclaration
) -> tuple[Step, ...] | Problem:
    """Return the steps, or what the law refuses of them."""
    steps: list[Step] = []
    machines = {RECORD: record, GSTR2B: two_b}
    at = {RECORD: ENTRY, GSTR2B: two_b.initial}
    for day, moves in doings:
        says, rules = (f"{Form.GSTR_1} is filed. {filed.title}", [filed.id])
        if moves:
            says, rules = machines[moves[0][0]].triggers[moves[0][1]].says, []
        for which, trigger in moves:
            decided = decide(machines[which], at[which], trigger, machines[which].facts())
            if isinstance(decided, Refused):
                return Problem(record.name, f"refuses {trigger}", "")
            at[which] = decided.dest
            rules += decided.rules
        steps.append(Step(day, says, tuple(dict.fromkeys(rules)), at[RECORD], at[GSTR2B]))
    return tuple(steps)


def _middle(first: dt.date, last: dt.date) -> dt.date:
    return first + (last - first + dt.timedelta(days=1)) // 2
