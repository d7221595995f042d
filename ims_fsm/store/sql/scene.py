"""Which records a statement is about, and the scene that they share, in SQL.

Imports the tables and the scene. Its twin in Python is `record.scene`; the period of what is only saved is read by
`Scene.expected_period` itself: there are few forms and return periods, however many records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    exists,
    literal,
    or_,
    select,
)

from ims_fsm.law.edition import EARLIEST
from ims_fsm.record.scene import NO_REQUEST, Request, Scene
from ims_fsm.store.connection import among
from ims_fsm.store.tables import AT, RECORD, TaxpayerRow, core
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import (
    Filing,
    Form,
    Kind,
    SupplierStatus,
    Trigger,
)

_taxpayer = core(TaxpayerRow)
_QUARTERLY = exists(
    select(_taxpayer.c.gstin).where(_taxpayer.c.gstin == AT.supplier_gstin, _taxpayer.c.filing == str(Filing.QUARTERLY))
)


@dataclass(frozen=True, slots=True)
class SavedPeriod:
    """The 2B period of what is only saved in a form and return period, by how often its supplier files."""

    form: Form
    return_period: TaxPeriod
    filing: Filing
    period: TaxPeriod


def saved_periods(connection: Connection, whose: ColumnElement[bool], scene: Scene) -> tuple[SavedPeriod, ...]:
    """Return the 2B periods that filing now would give to what is only saved; none where nothing is."""
    asked = (AT.form, AT.return_period, case((_QUARTERLY, str(Filing.QUARTERLY)), else_=str(Filing.MONTHLY)))
    saved = select(*asked).where(whose, AT.supplier_status == str(SupplierStatus.SAVED)).distinct()
    periods = []
    for form, return_period, filing in sorted(tuple(row) for row in connection.execute(saved)):
        key = (Form(form), TaxPeriod(return_period), Filing(filing))
        period = scene.book.calendar.two_b_period(key[0], key[1], scene.now, key[2], scene.recipient.filing)
        periods.append(SavedPeriod(*key, period))
    return tuple(periods)


def expected_period(saved: Sequence[SavedPeriod]) -> ColumnElement[str]:
    """Return a record's 2B period, fixed or expected (rule window.2b)."""
    fixed: ColumnElement[str] = AT.two_b_period
    if not saved:
        return fixed
    ways = [(and_(AT.form == str(entry.form), AT.return_period == str(entry.return_period),
                  _QUARTERLY if entry.filing is Filing.QUARTERLY else ~_QUARTERLY), literal(str(entry.period)))
            for entry in saved]  # fmt: skip
    if len({entry.period for entry in saved}) == 1:
        return case((fixed.is_not(None), fixed), else_=literal(str(saved[0].period)))
    return case((fixed.is_not(None), fixed), *ways)


def passed_periods(scene: Scene) -> tuple[str, ...]:
    """Return the 2B periods, from the beginning of GST, whose records may by now no longer be pending.

    Raises `InputError` where the calendar has no due day for the recipient's state.
    """
    recipient, month = scene.recipient, TaxPeriod.of(in_india(scene.now).date())
    deadlines = scene.book.calendar.pending_deadlines(month, *recipient.due_by)
    return tuple(str(period) for period, deadline in deadlines if deadline <= scene.now)


def pending_window_passed(scene: Scene, saved: Sequence[SavedPeriod]) -> ColumnElement[bool]:
    """Return the condition that the one tax period for which a record may be pending has passed.

    Raises `InputError` as `passed_periods` does.
    """
    expected, passed = expected_period(saved), passed_periods(scene)
    open_from = EARLIEST
    while open_from in passed:
        open_from = open_from.plus(1)
    # A deadline that was put off may fall after that of a later period, so what comes after it is named.
    later = [period for period in passed if period > open_from]
    return or_(expected < str(open_from), *([expected.in_(later)] if later else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The records meant: those of recipients that share a scene, narrowed by conditions on the record's columns."""

    #: The recipients' GSTINs.
    recipients: Sequence[str]
    #: The scene of any of them: they file as often, are eligible alike, and their deadlines fall alike.
    scene: Scene
    #: Whether any of them has an amendment at all.
    amended: bool
    #: The 2B periods of what is only saved by its supplier.
    saved: tuple[SavedPeriod, ...] = ()
    #: What narrows the records.
    conditions: tuple[ColumnElement[bool], ...] = ()

    def of(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a table's row belongs to one of the recipients."""
        column: ColumnElement[str] = table.c.recipient_gstin
        return column == self.recipients[0] if len(self.recipients) == 1 else among(column, self.recipients)

    @property
    def meant(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that a record is one of those meant."""
        return (self.of(RECORD), *self.conditions)

    def narrowed(self, *conditions: ColumnElement[bool]) -> Scope:
        """Return the scope with further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """May this trigger fire on the records of a scope, with what comes with it?"""

    trigger: Trigger
    scope: Scope
    request: Request = field(default=NO_REQUEST)


AMENDS = AT.original_date.is_not(None)
# The kinds of documents that take credit back.
NEGATIVE = [str(kind) for kind in Kind if kind.sign < 0]


def any_amended(connection: Connection, scope: Scope) -> bool:
    """Say whether any record of the scope's recipients is an amendment."""
    return bool(connection.execute(select(exists(select(AT.id).where(scope.of(RECORD), AMENDS)))).scalar())
