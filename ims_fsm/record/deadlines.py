"""The days that concern a record: until when it may be pending or give credit, and when its returns are due.

Imports the law and the scene; runs no statement. What ends pending is asked of the declared machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from ims_fsm.law.decision import decide
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene
from ims_fsm.terms.period import TaxPeriod, last_day_before
from ims_fsm.terms.vocabulary import State, Trigger, TwoBState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDates:
    """The days (in India) of a recipient's returns of one tax period, and how its GSTR-2B stands."""

    period: TaxPeriod
    two_b: TwoBState
    #: The day of the draft GSTR-2B; a record without an action is deemed accepted in it (FAQ 23).
    drafted_on: date
    #: The last day on which its GSTR-3B is in time.
    file_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The last days (in India) on which something can be done about a record."""

    #: The last day on which it may be pending, and the rule that ends it; None where it may not be pending, as `may`
    #: then says, or where nothing ends it.
    pending_until: date | None
    pending_rule: str | None
    #: The last day on which a GSTR-3B can take its credit (section 16(4)); None where there is none, or it is decided.
    credit_until: date | None
    #: Those of the returns that decide it next, or that have decided it.
    returns: ReturnDates


def dates_of(scene: Scene, period: TaxPeriod, two_b: TwoBState) -> ReturnDates:
    """Return the days of a recipient's returns of the tax period of a month, with the state of its GSTR-2B."""
    calendar = scene.book.calendar
    whole = calendar.period_for(period, scene.recipient.filing)
    return ReturnDates(
        period=whole,
        two_b=two_b,
        drafted_on=calendar.two_b_day(whole),
        file_by=calendar.due_gstr3b(whole, *scene.recipient.due_by),
    )


def deadlines_of(record: Record, facts: Facts, scene: Scene, returns: ReturnDates) -> Deadlines:
    """Return the deadlines of a record with these facts; `returns` are the days of what decides it."""
    day, rule = pending_end(record, facts, scene)
    limited = record.cutoff_at is not None and record.settled_in is None and record.state is not State.REMOVED
    return Deadlines(
        pending_until=day,
        pending_rule=rule,
        credit_until=last_day_before(record.cutoff_at) if record.cutoff_at is not None and limited else None,
        returns=returns,
    )


def pending_end(record: Record, facts: Facts, scene: Scene) -> tuple[date, str] | tuple[None, None]:
    """Return the last day on which a record may be pending, passed or not, with the rule; None where none is set.

    It is the first moment at which the machine refuses pending for the clock alone: of the deadline of a specified
    record (from 2B period 2025-10) and of section 16(4).
    """
    ends = {"pending_window": scene.pending_until(record), "time_limit": record.cutoff_at}
    return first_end(scene.edition(record), record.state, facts, ends)


def first_end(
    edition: Edition, state: State, facts: Facts, declared: Mapping[str, datetime | None]
) -> tuple[date, str] | tuple[None, None]:
    """Return what `pending_end` does of records of an edition, a state and facts, by the clocks that may end pending.

    A clock is the fact that it passes, with its first moment after.
    """
    schema = facts.schema
    clocks = {fact: at for fact, at in declared.items() if at and "passed" in schema.values[schema.names.index(fact)]}
    still = {**facts, **dict.fromkeys(clocks, "open")}

    def refused(now: Mapping[str, str]) -> tuple[Refusal, ...]:
        decision = decide(edition, str(state), Trigger.KEEP_PENDING, schema.facts({**still, **now}))
        return decision.refusals if isinstance(decision, Refused) else ()

    ends = [(at, refused({fact: "passed"})) for fact, at in clocks.items()]
    at, refusals = min(filter(itemgetter(1), ends), key=itemgetter(0), default=(None, ()))
    return (None, None) if at is None or refused({}) else (last_day_before(at), refusals[0].rule)
