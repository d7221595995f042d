"""The lines of GSTR-2B for one recipient or many, written by a statement for each entry that a record can bring.

Imports the tables and the outcomes in SQL; decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, literal, select

from ims_fsm.law.ledger import Outcome
from ims_fsm.store.sql.facts import credit, not_below_zero, with_effect
from ims_fsm.store.sql.moving import source
from ims_fsm.store.sql.scene import Scope
from ims_fsm.store.sql.settling import IN_IMS, any_head, considered, document_credit, itc, itc_in_ims, outcome, shown
from ims_fsm.store.tables import AT, LINES
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Route, Section, State

AVAILABLE = literal(str(Section.ITC_AVAILABLE))


def write_lines(connection: Connection, scope: Scope, period: TaxPeriod) -> dict[str, int]:
    """Write the lines of a period's GSTR-2B in place of those before; returns how many each recipient has."""
    connection.execute(delete(LINES).where(scope.of(LINES), LINES.c.period == str(period)))
    counts: Counter[str] = Counter()
    meant = considered(scope, period)
    written = _write(connection, meant, period, _documents(meant))
    for entry in (_forward_reductions(meant), _reversals(meant)):
        written += 0 if entry is None else _write(connection, meant, period, entry)
    if len(scope.recipients) == 1:
        return {scope.recipients[0]: written}
    of = LINES.c.recipient_gstin
    query = select(of, func.count()).where(scope.of(LINES), LINES.c.period == str(period)).group_by(of)
    counts.update(dict(tuple(row) for row in connection.execute(query)))
    return {gstin: counts[gstin] for gstin in scope.recipients}


class _Entry:
    """One kind of line: its name, where it stands, whether it counts, its amounts, and which records bring it."""

    def __init__(
        self,
        name: str,
        section: ColumnElement[str],
        counts: ColumnElement[bool],
        amounts: Sequence[ColumnElement[int]],
        *conditions: ColumnElement[bool],
    ) -> None:
        self.name, self.section, self.counts, self.amounts = name, section, counts, amounts
        self.conditions = conditions


def _write(connection: Connection, scope: Scope, period: TaxPeriod, entry: _Entry) -> int:
    values = {
        "recipient_gstin": AT.recipient_gstin,
        "period": literal(str(period)),
        "record_id": AT.id,
        "entry": literal(entry.name),
        "section": entry.section,
        "counts": entry.counts,
        "decision": outcome(scope),
        "record_version": AT.version,
        **dict(zip(HEADS, entry.amounts, strict=True)),
    }
    chosen = select(*values.values()).select_from(source(scope)).where(*scope.meant, shown(scope), *entry.conditions)
    options = {"preserve_rowcount": True}
    return connection.execute(insert(LINES).from_select(list(values), chosen), execution_options=options).rowcount


def _documents(scope: Scope) -> _Entry:
    # Nearly every record is in IMS: what holds there is said first, and only what is not goes through the routes.
    rejected = and_(IN_IMS, AT.state == str(State.REJECTED))
    routes = sorted(_routes(scope), key=lambda route: route.name != str(Route.IMS))
    sections = [(AT.route == str(route.name), literal(str(route.section))) for route in routes]
    apart = [str(route.name) for route in routes if not route.counts]
    return _Entry(
        "document",
        case((rejected, literal(str(Section.ITC_REJECTED))), *sections, else_=AVAILABLE),
        case((AT.route.in_(apart), literal(value=False)), else_=literal(value=True)),
        [_document(scope, head) for head in HEADS],
    )


def _document(scope: Scope, head: str) -> ColumnElement[int]:
    gain = credit(head) - AT[f"carried_{head}"]
    ways: list[tuple[ColumnElement[bool], ColumnElement[int]]] = [(IN_IMS, itc_in_ims(head))]
    whole, late = with_effect(scope, "self_paid", "reversed", "shown"), with_effect(scope, "out_of_time")
    ways += [(AT.route.in_(whole), document_credit(head))] if whole else []
    ways += [(AT.route.in_(late), not_below_zero(gain))] if late else []
    return case(*ways, else_=itc(scope, head, outcome(scope)))


def _forward_reductions(scope: Scope) -> _Entry | None:
    """Return the entries that take a chain's forward-charge credit back (FAQ 32), or what is out of time."""
    names = with_effect(scope, "self_paid", "out_of_time")
    amounts = [itc(scope, head, outcome(scope)) for head in HEADS]
    conditions = (_apart(names), outcome(scope) != str(Outcome.REJECTED), any_head(*amounts))
    return _Entry("forward_reduction", AVAILABLE, literal(value=True), amounts, *conditions) if names else None


def _reversals(scope: Scope) -> _Entry | None:
    """Return the entries of what the recipient reverses in table 4(B)(1) (FAQ 33)."""
    names = with_effect(scope, "reversed")
    sections = [
        (AT.route == str(route.name), literal(str(route.section))) for route in _routes(scope) if route.name in names
    ]
    counted = [str(route.name) for route in _routes(scope) if route.counts]
    amounts = [AT[f"carried_{head}"] for head in HEADS]
    counts = case((AT.route.in_(counted), literal(value=True)), else_=literal(value=False))
    conditions = (_apart(names), outcome(scope) == str(Outcome.REVERSED), any_head(*amounts))
    return _Entry("reversal_4b1", case(*sections, else_=AVAILABLE), counts, amounts, *conditions) if names else None


def _apart(names: Sequence[str]) -> ColumnElement[bool]:
    # Said first in the words of the small index over what is not in IMS.
    return and_(AT.route != literal("ims", literal_execute=True), AT.route.in_(names))


def _routes(scope: Scope) -> list[Any]:
    """Return the declared routes, the first of each name."""
    first: dict[str, Any] = {}
    for route in scope.scene.book.routing.routes:
        first.setdefault(str(route.name), route)
    return list(first.values())
