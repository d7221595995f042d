"""Which records a statement is about, and the scene that they share, in SQL.

Imports the tables and the scene. Its twin in Python is `record.scene`; the period of what is only saved is read by
`Scene.expected_period` itself: there are few forms and return periods, however many records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    true,
)

from ims_fsm.errors import InputError
from ims_fsm.law.book import LawBook
from ims_fsm.law.declaration import HELD, LACKING
from ims_fsm.law.edition import EARLIEST
from ims_fsm.record.moments import latest_before
from ims_fsm.record.scene import NO_REQUEST, Request, Scene
from ims_fsm.store.connection import NUMBERS, TEXTS, among
from ims_fsm.store.sql.prepared import built, given, run, word
from ims_fsm.store.tables import AT, RECORD, TaxpayerRow, core
from ims_fsm.terms.money import HEADS, NIL, Heads
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import (
    Filing,
    Form,
    Kind,
    State,
    SupplierStatus,
    Trigger,
)

_taxpayer = core(TaxpayerRow)


def of_record(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a table's row is of the record beside it."""
    return and_(table.c.recipient_gstin == AT.recipient_gstin, table.c.record_id == AT.id)


def is_quarterly(at: Any = AT) -> ColumnElement[bool]:
    """Return the condition that a record's supplier is known to file quarterly."""
    quarterly = (_taxpayer.c.gstin == at.supplier_gstin, _taxpayer.c.filing == str(Filing.QUARTERLY))
    return exists(select(_taxpayer.c.gstin).where(*quarterly))


@dataclass(frozen=True, slots=True)
class SavedPeriod:
    """The 2B period of what is only saved in a form and return period, by how often its supplier files."""

    form: Form
    return_period: TaxPeriod
    filing: Filing
    period: TaxPeriod


def expected_period(shape: Shape, at: Any = AT) -> ColumnElement[str]:
    """Return a record's 2B period, fixed or expected (rule window.2b)."""
    fixed: ColumnElement[str] = at.two_b_period
    if shape.saved is None:
        return fixed
    if not shape.saved:
        return case((fixed.is_not(None), fixed), else_=given("saved_period", String))
    ways = [
        (
            and_(
                at.form == given(f"saved_form_{number}", String),
                at.return_period == given(f"saved_return_{number}", String),
                is_quarterly(at) if filing is Filing.QUARTERLY else ~is_quarterly(at),
            ),
            given(f"saved_period_{number}", String),
        )
        for number, filing in enumerate(shape.saved)
    ]
    return case((fixed.is_not(None), fixed), *ways)


def passed_periods(scene: Scene) -> tuple[str, ...]:
    """Return the 2B periods, from the beginning of GST, whose records may by now no longer be pending.

    Raises `InputError` where the calendar has no due day for the recipient's state.
    """
    recipient, month = scene.recipient, TaxPeriod.of(in_india(scene.now).date())
    deadlines = scene.book.calendar.pending_deadlines(month, *recipient.due_by)
    return tuple(str(period) for period, deadline in deadlines if deadline <= scene.now)


def pending_window_passed(shape: Shape) -> ColumnElement[bool]:
    """Return the condition that the one tax period for which a record may be pending has passed."""
    expected = expected_period(shape)
    return or_(expected < given("open_from", String), among(expected, given("passed_later", TEXTS)))


def _deadlines(scene: Scene) -> dict[str, Any]:
    """Return the first 2B period whose records may still be pending, and the later ones of which that is over."""
    passed, open_from = passed_periods(scene), EARLIEST
    while open_from in passed:
        open_from = open_from.plus(1)
    # A deadline that was put off may fall after that of a later period, so what comes after it is named.
    return {"open_from": str(open_from), "passed_later": [period for period in passed if period > open_from]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the text of a statement depends on, and no value: two scopes of one shape share their statements."""

    book: LawBook
    #: Whether there are several recipients.
    many: bool
    #: Whether any of them has an amendment at all.
    amended: bool
    #: Of what is only saved how often each form and return period files; empty where one 2B period is that of all.
    saved: tuple[Filing, ...] | None
    eligible: bool
    #: Whether IMS is open, and what a recipient reduces must be declared.
    opened: bool
    mandatory: bool
    #: Whether what is done may be dated before what was done last.
    backdated: bool = False
    #: In which of the roles that triggers are kept to whoever acts does so.
    roles: frozenset[str] = frozenset()
    #: What narrows the records; a condition is made once, or the statement is built anew each time.
    conditions: tuple[ColumnElement[bool], ...] = ()
    trigger: Trigger | None = None
    too_long: bool = False
    #: Which of a record's version and previous action the request names.
    chosen_on: tuple[str, ...] = ()
    #: What is declared about the reduction, as the fact says it, and whether an amount of it is below zero.
    declared: str | None = None
    negative: bool = False

    def holding(self, role: str) -> str:
        """Return the fact whether whoever acts does so in a role."""
        return HELD if role in self.roles else LACKING

    def of(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a table's row belongs to one of the recipients."""
        column: ColumnElement[str] = table.c.recipient_gstin
        return among(column, given("gstins", TEXTS)) if self.many else column == given("gstin", String)

    @property
    def meant(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that a record is one of those meant."""
        return (self.of(RECORD), *self.conditions)

    def narrowed(self, *conditions: ColumnElement[bool]) -> Shape:
        """Return the shape with further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))


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
    #: What narrows the records, and the values that it names.
    conditions: tuple[ColumnElement[bool], ...] = ()
    narrowing: Mapping[str, Any] = field(default_factory=dict)

    def narrowed(self, *conditions: ColumnElement[bool], **values: Any) -> Scope:
        """Return the scope with further conditions, and the values that they name."""
        return replace(self, conditions=(*self.conditions, *conditions), narrowing={**self.narrowing, **values})

    @property
    def shape(self) -> Shape:
        """What the text of a statement about the scope depends on."""
        calendar, alike = self.scene.book.calendar, len({entry.period for entry in self.saved}) == 1
        return Shape(
            book=self.scene.book,
            many=len(self.recipients) != 1,
            amended=self.amended,
            saved=None if not self.saved else () if alike else tuple(entry.filing for entry in self.saved),
            eligible=self.scene.eligible,
            opened=self.scene.now >= calendar.opens_at,
            mandatory=self.scene.now >= calendar.declaration_mandatory_from,
            backdated=self.scene.backdated,
            roles=frozenset(self.scene.book.law.role_facts.values()).intersection(self.scene.principal.roles),
            conditions=self.conditions,
        )

    @property
    def values(self) -> dict[str, Any]:
        """What is given to a statement about the scope."""
        whose = {"gstin": self.recipients[0]} if len(self.recipients) == 1 else {"gstins": list(self.recipients)}
        saved = {"saved_period": str(self.saved[0].period)} if self.saved else {}
        for number, entry in enumerate(self.saved):
            saved[f"saved_form_{number}"] = str(entry.form)
            saved[f"saved_return_{number}"] = str(entry.return_period)
            saved[f"saved_period_{number}"] = str(entry.period)
        return {**whose, **saved, "now": self.scene.now, "latest": latest_before(self.scene.now), **self.narrowing}


@dataclass(frozen=True, kw_only=True)
class Firing:
    """May this trigger fire on the records of a scope, with what comes with it?"""

    trigger: Trigger
    scope: Scope
    request: Request = field(default=NO_REQUEST)

    @cached_property
    def shape(self) -> Shape:
        """What the text of a statement about the firing depends on."""
        request = self.request
        return replace(
            self.scope.shape,
            trigger=self.trigger,
            too_long=len(request.remarks or "") > self.scope.scene.book.calendar.remarks_limit,
            chosen_on=tuple(name for name in ("version", "previous") if getattr(request, name) is not None),
            declared=request.of_a_part if isinstance(request.reduce_itc, Heads) else request.reduce_itc,
            negative=isinstance(request.reduce_itc, Heads) and request.reduce_itc.below(NIL),
        )

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What is given to a statement about the firing.

        Raises `InputError` as `passed_periods` does, where the trigger asks for the deadline of what is pending.
        """
        request = self.request
        declared = request.reduce_itc if isinstance(request.reduce_itc, Heads) else NIL
        scene = self.scope.scene
        deadlines = _deadlines(scene) if "pending_window" in watched(scene.book, self.trigger) else {}
        return {
            **self.scope.values,
            **deadlines,
            "version": request.version,
            "previous": request.previous and str(request.previous),
            "remarks": request.remarks,
            **{f"declared_{head}": amount for head, amount in zip(HEADS, declared, strict=True)},
        }


def alike(scene_of: Callable[[str], Scene], recipients: Sequence[str]) -> list[list[str]]:
    """Return the recipients in parts that share a scene: filing as often, eligible alike, with the same deadlines."""
    parts: dict[tuple[object, ...], list[str]] = {}
    deadlines: dict[tuple[object, ...], object] = {}
    for gstin in recipients:
        scene = scene_of(gstin)
        due_by = scene.recipient.due_by
        if due_by not in deadlines:
            try:
                deadlines[due_by] = passed_periods(scene)
            except InputError:
                deadlines[due_by] = scene.recipient.state
        parts.setdefault((scene.eligible, scene.recipient.filing, deadlines[due_by]), []).append(gstin)
    return list(parts.values())


def in_turn(shape: Shape) -> ColumnElement[bool]:
    """Return the condition that a step would not be dated before those of a record's log, or may be (docs/adr/0019).

    Its twin in Python is `record.refusals.out_of_turn`.
    """
    last_at = given("latest", AT.last_at.type)
    return true() if shape.backdated else func.coalesce(AT.last_at <= last_at, true())


# What narrows a scope: the records named by `ids`, those of one recipient named by `of_one`, those that are pending.
NAMED = among(AT.id, given("ids", NUMBERS))
OF_ONE = AT.recipient_gstin == given("of_one", String)
PENDING = AT.state == str(State.PENDING)


# The fact that tells what a later version of its chain does to a record.
BY_LATER = "superseded"


@lru_cache
def watched(book: LawBook, trigger: str) -> frozenset[str]:
    """Return the facts that a guard on a trigger reads in any edition of any record's machine."""
    editions = (edition for machine in book.law.record_machines for edition in machine.editions.values())
    return frozenset(fact for edition in editions if trigger in edition.triggers for fact in edition.watched(trigger))


AMENDS = AT.original_date.is_not(None)
# The kinds of documents that take credit back.
NEGATIVE = [str(kind) for kind in Kind if kind.sign < 0]


# An amendment of the chain of a record that is meant.
AMENDING = RECORD.alias("amending")


def amending(shape: Shape) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `AMENDING`."""
    amends = (shape.of(AMENDING), AMENDING.c.original_date.is_not(None))
    if not shape.conditions:
        return amends
    return (*amends, AMENDING.c.chain_id.in_(select(AT.chain_id).where(*shape.meant)))


@built
def _any_amended(shape: Shape) -> Select[tuple[bool]]:
    return select(exists(select(AMENDING.c.id).where(*amending(shape))))


def any_amended(connection: Connection, scope: Scope) -> bool:
    """Say whether any record of the chains of those meant is an amendment."""
    return bool(run(connection, _any_amended(scope.shape), scope).scalar())


@built
def _saved(shape: Shape) -> Select[tuple[str, str, str]]:
    filing = case((is_quarterly(), str(Filing.QUARTERLY)), else_=str(Filing.MONTHLY))
    # SQLite takes the index over what is saved only where a second column of it is asked for.
    meant = (shape.of(RECORD), AT.supplier_status == word(SupplierStatus.SAVED), AT.form > "")
    return select(AT.form, AT.return_period, filing).distinct().where(*meant)


def saved_periods(connection: Connection, scope: Scope) -> tuple[SavedPeriod, ...]:
    """Return the 2B periods that filing now would give to what is only saved; none where nothing is."""
    scene, periods = scope.scene, []
    for form, return_period, filing in sorted(tuple(row) for row in run(connection, _saved(scope.shape), scope)):
        key = (Form(form), TaxPeriod(return_period), Filing(filing))
        period = scene.book.calendar.two_b_period(key[0], key[1], scene.now, key[2], scene.recipient.filing)
        periods.append(SavedPeriod(*key, period))
    return tuple(periods)
