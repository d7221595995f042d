"""What filing GSTR-3B would do, worked out and not kept: what stands in its way, what it decides, what stays for later.

Imports the returns and the consent. All that filing lays out is laid out, and taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.record.returns import TimeLimited
from ims_fsm.record.settling import LeftOutGroup
from ims_fsm.store import returns
from ims_fsm.store.connection import serialise
from ims_fsm.store.sql import filing
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import TwoBState
from ims_fsm.workflow.consent import asked
from ims_fsm.workflow.left_out import counted_left_out
from ims_fsm.workflow.returns import (
    AddedBack,
    end_pending,
    permit,
    supplier_periods,
    time_limited,
)
from ims_fsm.workflow.unit import UnitOfWork, scope_of

# What a GSTR-2B leaves out and a later one may still bring.
_LATER = frozenset({"pending", "original_waits", "original_unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """How many records GSTR-3B would decide alike, how many of them freeze in IMS, and their entry in it, in paise."""

    records: int = 0
    frozen: int = 0
    itc: Heads = NIL


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeBForecast:
    """What filing GSTR-3B would do now; nothing of it was kept.

    `refusals` are why it may not be filed, `consent` what its filer would be asked. Without a draft that holds nothing
    is foreseen.
    """

    recipient: str
    period: TaxPeriod
    state: TwoBState
    #: The generation of GSTR-2B on which it would be filed.
    generation: int
    refusals: tuple[Told, ...] = ()
    consent: tuple[Told, ...] = ()
    #: What is pending and would end first, by section 16(4) and by its deadline.
    expired: int = 0
    lapsed: int = 0
    #: By outcome.
    decided: Mapping[str, Foreseen] = field(default_factory=dict)
    added_back: tuple[AddedBack, ...] = ()
    time_limited: tuple[TimeLimited, ...] = ()
    #: What stays undecided, for a later GSTR-2B.
    rolls_over: tuple[LeftOutGroup, ...] = ()

    @property
    def frozen(self) -> int:
        """How many records freeze in IMS."""
        return sum(of.frozen for of in self.decided.values())

    @property
    def itc(self) -> Heads:
        """The entry in GSTR-3B, all outcomes together, in paise."""
        return sum((of.itc for of in self.decided.values()), NIL)


class _TakenBackError(Exception):
    """What was tried is not kept; `forecast` is what it came to."""

    def __init__(self, forecast: ThreeBForecast) -> None:
        """Keep what it came to."""
        self.forecast = forecast
        super().__init__()


def weigh_3b(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> ThreeBForecast:
    """Work out what filing the GSTR-3B of a period would do, and keep nothing (FAQ 5, 12, 20, 25, 29, 34).

    `unit` must be one that may write: what is tried is written and taken back.
    """
    try:
        with unit.part() as part:
            return _taken_back(_foreseen(part, recipient, period))
    except _TakenBackError as taken_back:
        return taken_back.forecast


def _taken_back(forecast: ThreeBForecast) -> NoReturn:
    raise _TakenBackError(forecast)


def _foreseen(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> ThreeBForecast:
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    ended, _ = end_pending(unit, recipient)
    two_b = returns.two_b(unit.connection, recipient, period)
    refusals: tuple[Told, ...] = ()
    try:
        permit(unit, two_b, "file_3b")
    except RefusedError as error:
        refusals = tuple(error.refusals)
    is_draft = two_b.state is TwoBState.DRAFT
    return ThreeBForecast(
        recipient=recipient,
        period=period,
        state=two_b.state,
        generation=two_b.generation,
        refusals=refusals,
        consent=() if refusals else tuple(asked(unit, recipient, period)[0]),
        expired=ended.expired,
        lapsed=ended.lapsed,
        decided=_decided(unit, recipient, period) if is_draft else {},
        added_back=_added_back(unit, period) if is_draft else (),
        time_limited=time_limited(unit, recipient, period) if is_draft else (),
        rolls_over=tuple(of for of in counted_left_out(unit, recipient, period) if of.reason in _LATER),
    )


def _decided(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> Mapping[str, Foreseen]:
    filing.lay_out(unit.connection, scope_of(unit, [recipient]), period)
    return {
        outcome: Foreseen(records=size, frozen=frozen, itc=itc)
        for outcome, size, frozen, itc in filing.foreseen(unit.connection)
    }


def _added_back(unit: UnitOfWork, period: TaxPeriod) -> tuple[AddedBack, ...]:
    """Return what of that would be added back to suppliers."""
    owing = filing.owing(unit.connection, lambda suppliers: supplier_periods(unit, suppliers, period))
    return tuple(AddedBack(supplier, TaxPeriod(owed), size, Heads(*tax)) for supplier, owed, size, tax in owing)
