"""The facts of records in SQL: beside each Python reading in `store.readings`, the same fact of a whole set.

Imports the scene, the tables and the chains' readings; runs no statement. A reading is a fixed value, where all
records of the set share it, or an expression over the record's columns; tests prove the two readings equal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, false, func, literal, not_, or_, true

from ims_fsm.law.routing import Condition, RouteDeclaration
from ims_fsm.record.scene import NO_REQUEST, Request
from ims_fsm.store.sql.chain import CHAIN
from ims_fsm.store.sql.scene import Firing, Scope, expected_period, pending_window_passed
from ims_fsm.store.tables import AT
from ims_fsm.terms.money import HEADS, NIL, Heads
from ims_fsm.terms.vocabulary import Kind, SupplierStatus

# What only an amendment has otherwise than this, and what its chain's reading says of it.
OF_A_CHAIN: Mapping[str, str] = {"original": "none", "same_period": "yes", "direction": "original"}
AMENDED = AT.original_date.is_not(None)


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact in SQL: the value that all records of the set have, or the condition under which it has each value."""

    value: str | None = None
    when: Mapping[str, ColumnElement[bool]] | None = None
    column: ColumnElement[str] | None = None

    @property
    def possible(self) -> frozenset[str] | None:
        """The values that the fact can have at all in this set; None where it may have any."""
        if self.value is not None:
            return frozenset([self.value])
        return None if self.when is None else frozenset(self.when)

    def among(self, values: Collection[str]) -> ColumnElement[bool]:
        """Return the condition that the fact has one of the values."""
        if self.value is not None:
            return true() if self.value in values else false()
        if self.column is not None:
            return self.column.in_(sorted(values))
        return or_(false(), *(condition for value, condition in (self.when or {}).items() if value in values))

    @property
    def text(self) -> ColumnElement[str]:
        """The fact's value as text."""
        if self.value is not None:
            return literal(self.value)
        if self.column is not None:
            return self.column
        return case(*((condition, literal(value)) for value, condition in (self.when or {}).items()))


class FactsInSql:
    """Every fact of the records that a firing is about."""

    def __init__(self, firing: Firing) -> None:
        """Keep the firing; a reading is made when it is asked for."""
        self._scope = firing.scope
        self._request = firing.request
        self._made: dict[str, Reading] = {}

    def __getitem__(self, fact: str) -> Reading:
        """Return the reading of a fact; raises `KeyError` for one that no record has."""
        if fact not in self._made:
            self._made[fact] = READINGS[fact](self._scope, self._request)
        return self._made[fact]


def route(scope: Scope) -> ColumnElement[str]:
    """Return the route of a record: the one that filing it gave, or the one that filing it now would give."""
    taken: ColumnElement[str] = AT.route
    if not scope.saved:
        return taken
    period = expected_period(scope.saved)
    ways = []
    for declared in scope.scene.book.routing.routes:
        met: list[ColumnElement[bool]] = [_condition(scope, name, values) for name, values in declared.when.items()]
        met += [period >= str(declared.since)] if declared.since else []
        met += [period <= str(declared.until)] if declared.until else []
        ways.append((and_(true(), *met), literal(str(declared.name))))
    return case((AT.supplier_status == str(SupplierStatus.FILED), taken), *ways)


def with_effect(scope: Scope, *effects: str) -> list[str]:
    """Return the names of the routes with one of these effects."""
    declared: Sequence[RouteDeclaration] = scope.scene.book.routing.routes
    return sorted({str(route.name) for route in declared if route.effect in effects})


def credit(head: str) -> ColumnElement[int]:
    """Return what a record is worth under forward charge in a head, in paise; negative for a credit note."""
    return case((AT.reverse_charge, 0), (AT.kind.in_(_negative()), -AT[head]), else_=AT[head])


def full_reduction(head: str) -> ColumnElement[int]:
    """Return by how much accepting a record lowers the recipient's credit in a head, in paise; never negative."""
    return not_below_zero(AT[f"carried_{head}"] - credit(head))


def not_below_zero(amount: ColumnElement[int]) -> ColumnElement[int]:
    """Return an amount with a negative one set to zero."""
    return case((amount < 0, 0), else_=amount)


def _negative() -> list[str]:
    return [str(kind) for kind in Kind if kind.sign < 0]


def _condition(scope: Scope, name: Condition, values: Collection[str]) -> ColumnElement[bool]:
    first = scope.scene.book.calendar.first_period
    readings: dict[str, Callable[[], Reading]] = {
        "form": lambda: Reading(column=AT.form),
        "reverse_charge": lambda: _yes_or_no("yes", "no", AT.reverse_charge),
        "ineligible": lambda: Reading(column=func.coalesce(AT.ineligible, "no")),
        "era": lambda: _yes_or_no("before_ims", "ims", expected_period(scope.saved) < str(first)),
        "time_limit": lambda: _time_limit(scope, NO_REQUEST),
    }
    return readings[name]().among(values)


def _yes_or_no(yes: str, no: str, condition: ColumnElement[bool]) -> Reading:
    return Reading(when={yes: condition, no: not_(condition)})


def _always(value: str) -> Reading:
    return Reading(value=value)


def _of_chain(fact: str) -> Callable[[Scope, Request], Reading]:
    def reading(scope: Scope, _request: Request) -> Reading:
        if not scope.amended:
            return _always(OF_A_CHAIN[fact])
        return Reading(column=func.coalesce(CHAIN.c[fact], OF_A_CHAIN[fact]))

    return reading


def _superseded(scope: Scope, _request: Request) -> Reading:
    return Reading(column=func.coalesce(CHAIN.c.superseded, "no")) if scope.amended else _always("no")


def _time_limit(scope: Scope, _request: Request) -> Reading:
    return _yes_or_no("passed", "open", func.coalesce(AT.cutoff_at <= scope.scene.now, false()))


def _pending_window(scope: Scope, _request: Request) -> Reading:
    limited = [
        machine.name
        for machine in scope.scene.book.law.record_machines
        if "passed" in machine.schema.values[machine.schema.names.index("pending_window")]
    ]
    passed = and_(AT.machine.in_(limited), pending_window_passed(scope.scene, scope.saved))
    return _yes_or_no("passed", "open", passed)


def _portal_pending(_scope: Scope, _request: Request) -> Reading:
    return _yes_or_no("blocked", "open", func.coalesce(AT.pending_blocked, false()))


def _remarks(scope: Scope, request: Request) -> Reading:
    return _always("too_long" if len(request.remarks or "") > scope.scene.book.calendar.remarks_limit else "fit")


def _seen(_scope: Scope, request: Request) -> Reading:
    current: list[ColumnElement[bool]] = []
    if request.version is not None:
        current.append(AT.version == request.version)
    if request.previous is not None:
        current.append(AT.state == str(request.previous))
    return _yes_or_no("current", "stale", and_(*current)) if current else _always("current")


def _reduction(scope: Scope, request: Request) -> Reading:
    declared, scene = request.reduce_itc, scope.scene
    blocked = func.coalesce(AT.reduction_blocked, false())
    if declared is None:
        mandatory = scene.now >= scene.book.calendar.declaration_mandatory_from
        return _yes_or_no("absent", "missing", blocked) if mandatory else _always("absent")
    if isinstance(declared, str):
        return _yes_or_no("blocked", declared, blocked)
    exceeds, full = _more_than_full(declared), same_as_full(declared)
    return Reading(
        when={
            "blocked": blocked,
            "exceeds": and_(not_(blocked), exceeds),
            "full": and_(not_(blocked), not_(exceeds), full),
            "partial": and_(not_(blocked), not_(exceeds), not_(full)),
        }
    )


def same_as_full(declared: Heads) -> ColumnElement[bool]:
    """Return the condition that a declared reduction, in paise per head, is all that accepting a record takes back."""
    return and_(*(full_reduction(head) == amount for head, amount in zip(HEADS, declared, strict=True)))


def _more_than_full(declared: Heads) -> ColumnElement[bool]:
    if declared.below(NIL):
        return true()
    return or_(*(full_reduction(head) < amount for head, amount in zip(HEADS, declared, strict=True)))


def _eligible(scope: Scope, _request: Request) -> Reading:
    return _always("eligible" if scope.scene.eligible else "not_eligible")


def _ims(scope: Scope, _request: Request) -> Reading:
    return _always("open" if scope.scene.now >= scope.scene.book.calendar.opens_at else "not_yet")


READINGS: Mapping[str, Callable[[Scope, Request], Reading]] = {
    "supplier_status": lambda _scope, _request: Reading(column=AT.supplier_status),
    "direction": _of_chain("direction"),
    "original": _of_chain("original"),
    "same_period": _of_chain("same_period"),
    "superseded": _superseded,
    "route": lambda scope, _request: Reading(column=route(scope)),
    "taxpayer": _eligible,
    "ims": _ims,
    "time_limit": _time_limit,
    "pending_window": _pending_window,
    "portal_pending": _portal_pending,
    "reduction": _reduction,
    "seen": _seen,
    "remarks": _remarks,
}
