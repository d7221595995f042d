"""What a return makes of records, in SQL: outcomes, worth and entries, and the lines of GSTR-2B written from them.

Imports the tables and the facts in SQL; decides nothing that the law does not. Its twin in Python is `record.settling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Select,
    String,
    Subquery,
    Table,
    and_,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from ims_fsm.law.ledger import Outcome
from ims_fsm.law.routing import LeftOutReason
from ims_fsm.store.sql.chains import CHAIN, as_read
from ims_fsm.store.sql.facts import FactsInSql, credit, not_below_zero, with_effect
from ims_fsm.store.sql.moving import source
from ims_fsm.store.sql.prepared import built, counting, given, run, word, words
from ims_fsm.store.sql.scene import NEGATIVE, Scope, Shape, of_record
from ims_fsm.store.tables import AT, LINES, RECORD
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import RemovedFor, Route, Section, State, SupplierStatus

IN_IMS = AT.route == word(Route.IMS)
# The 2B period that a statement is about.
PERIOD = given("period", String)


def considered(shape: Shape) -> Shape:
    """Return the shape of what GSTR-2B of a period considers: filed by its cut-off and not yet decided (FAQ 15)."""
    return shape.narrowed(
        AT.supplier_status == word(SupplierStatus.FILED),
        AT.two_b_period <= PERIOD,
        AT.settled_in.is_(None),
        AT.state != word(State.REMOVED),
    )


def superseded() -> ColumnElement[bool]:
    """Return the condition that by a 2B period a later version prevails over a record (FAQ 13, 32, 33)."""
    return func.coalesce(CHAIN.c.prevailed_from <= PERIOD, false())


def held_back(shape: Shape) -> ColumnElement[bool]:
    """Return the condition that an amendment waits whole for its original (FAQ 13); what gives no credit does not."""
    facts = FactsInSql(shape)
    waits = and_(facts["original"].among(["unsettled", "unsettled_rejected"]), facts["same_period"].among(["no"]))
    return and_(AT.route.in_(words(with_effect(shape, "credit"))), or_(waits, facts["original"].among(["unknown"])))


def shown(shape: Shape) -> ColumnElement[bool]:
    """Return the condition that the GSTR-2B of a period shows a record that it considers (FAQ 13, 14)."""
    return and_(~_PENDING, ~superseded(), ~held_back(shape)) if shape.amended else ~_PENDING


_PENDING = and_(IN_IMS, AT.state == word(State.PENDING))


def left_out(connection: Connection, scope: Scope, period: TaxPeriod) -> list[tuple[LeftOutReason, datetime, int]]:
    """Count what the GSTR-2B of a period considers and does not show, by the reason and the end of its time limit.

    What section 16(4) removed is among it, whenever that was. The chains are read by the statement itself.
    """
    return [tuple(row) for row in run(connection, _left_out(scope.shape), scope, period=str(period))]


@built
def _left_out(shape: Shape) -> Select[Any]:
    late = func.coalesce(AT.removed_for == word(RemovedFor.SEC_16_4), false())
    alone: _Reasons = [(late, "out_of_time"), (_PENDING, "pending")]
    if not shape.amended:
        return _by_reason(_hidden(RECORD, alone, shape.of(RECORD)).subquery("hidden"))
    unknown, held = FactsInSql(shape)["original"].among(["unknown"]), held_back(shape)
    chained: _Reasons = [
        (superseded(), "superseded"),
        (and_(held, unknown), "original_unknown"),
        (held, "original_waits"),
    ]
    amending = RECORD.alias("amending")
    same_chain = (amending.c.recipient_gstin == AT.recipient_gstin, amending.c.chain_id == AT.chain_id)
    is_chained = exists().where(shape.of(amending), *same_chain, amending.c.original_date.is_not(None))
    # Of all that they have only what is pending or late is looked at twice: most belong to no chain.
    rows = union_all(
        _hidden(RECORD, alone, shape.of(RECORD), ~is_chained),
        _hidden(CHAIN.join(RECORD, of_record(CHAIN)), [alone[0], *chained, alone[1]], shape.of(RECORD)),
    )
    return _by_reason(rows.subquery("hidden")).add_cte(as_read(shape))


_Reasons = list[tuple[ColumnElement[bool], LeftOutReason]]


def _hidden(rows: FromClause, reasons: _Reasons, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return what of the rows has one of the reasons, the first of which is that section 16(4) removed it."""
    (late, _), *others = reasons
    hidden = or_(late, and_(AT.state != word(State.REMOVED), or_(*(condition for condition, _ in others))))
    filed = (AT.supplier_status == word(SupplierStatus.FILED), AT.two_b_period <= PERIOD, AT.settled_in.is_(None))
    reason = case(*((condition, word(why)) for condition, why in reasons))
    return select(reason.label("reason"), AT.cutoff_at).select_from(rows).where(hidden, *filed, *conditions)


def _by_reason(hidden: Subquery) -> Select[Any]:
    by = (hidden.c.reason, hidden.c.cutoff_at)
    return select(*by, func.count()).group_by(*by)


def outcome(shape: Shape) -> ColumnElement[str]:
    """Return what GSTR-3B makes of a record as it stands (FAQ 10, 14; its route's effect where it is not in IMS)."""
    ways = [(and_(IN_IMS, AT.state != str(State.NO_ACTION)), AT.state)]
    for effect, comes_to in (("reversed", Outcome.REVERSED), ("shown", Outcome.PENDING)):
        names = with_effect(shape, effect)
        if names:
            ways.append((AT.route.in_(words(names)), literal(str(comes_to))))
    return case(*ways, else_=literal(str(Outcome.DEEMED_ACCEPTED)))


def worth(shape: Shape, head: str) -> ColumnElement[int]:
    """Return the credit that a record gives in a head: out of time it may take back, not give."""
    names, carried = with_effect(shape, "out_of_time"), AT[f"carried_{head}"]
    whole = credit(head)
    if not names:
        return whole
    return case((and_(AT.route.in_(words(names)), whole > carried), carried), else_=whole)


def itc(shape: Shape, head: str, decided: ColumnElement[str]) -> ColumnElement[int]:
    """Return the entry in the recipient's GSTR-3B for a record settled as `decided` (Annexure-A)."""
    full = worth(shape, head) - AT[f"carried_{head}"]
    less = and_(decided == str(Outcome.ACCEPTED), AT.reduction.in_(words(["none", "partial"])), full < 0)
    return case(
        (less, _reduced(head, full)),
        (decided.in_(words([str(Outcome.ACCEPTED), str(Outcome.DEEMED_ACCEPTED)])), full),
        else_=literal(0),
    )


def itc_in_ims(head: str) -> ColumnElement[int]:
    """Return the entry of a record that is in IMS and shown, in its GSTR-2B; a rejected one's is what it would be."""
    gain = credit(head) - AT[f"carried_{head}"]
    less = and_(AT.reduction.in_(words(["none", "partial"])), AT.state == str(State.ACCEPTED), gain < 0)
    return case((less, _reduced(head, gain)), else_=gain)


def _reduced(head: str, full: ColumnElement[int]) -> ColumnElement[int]:
    """Return the declared reduction in a head as an entry: no more than accepting the record takes away now."""
    declared = -AT[f"declared_{head}"]
    return case((declared < full, full), else_=declared)


def carried_after(shape: Shape, head: str, decided: ColumnElement[str]) -> ColumnElement[int]:
    """Return E of a record's chain once it is settled as `decided`."""
    carried = AT[f"carried_{head}"]
    return case((decided == str(Outcome.REVERSED), literal(0)), else_=carried + itc(shape, head, decided))


def added_back(shape: Shape, head: str, decided: ColumnElement[str]) -> ColumnElement[int]:
    """Return the liability added to the supplier's next GSTR-3B (FAQ 34): not of what was declared never availed."""
    unreduced = func.coalesce(CHAIN.c[f"unreduced_{head}"], 0) if shape.amended else literal(0)
    back = not_below_zero(AT[f"carried_{head}"] - unreduced - credit(head))
    return case((decided == str(Outcome.REJECTED), back), else_=literal(0))


def document_credit(head: str) -> ColumnElement[int]:
    """Return a document's tax in a head, reverse charge or not, in paise; negative for a credit note."""
    return case((AT.kind.in_(words(NEGATIVE)), -AT[head]), else_=AT[head])


def any_head(*amounts: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that one of the amounts is not nothing."""
    return or_(*(func.coalesce(amount, 0) != 0 for amount in amounts))


AVAILABLE = literal(str(Section.ITC_AVAILABLE))


def write_lines(connection: Connection, scope: Scope, period: TaxPeriod, into: Table = LINES) -> int:
    """Write the lines of a period's GSTR-2B into a table that has none of it; returns how many there are."""
    entries = _entries(scope.shape, into)
    return sum(run(connection, entry, scope, period=str(period)).rowcount for entry in entries)


@built
def _entries(shape: Shape, into: Table) -> tuple[Insert, ...]:
    meant = considered(shape)
    entries = (_documents(meant), _forward_reductions(meant), _reversals(meant))
    return tuple(_write(meant, entry, into) for entry in entries if entry is not None)


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


def _write(shape: Shape, entry: _Entry, into: Table) -> Insert:
    values = {
        "recipient_gstin": AT.recipient_gstin,
        "period": PERIOD,
        "record_id": AT.id,
        "entry": literal(entry.name),
        "section": entry.section,
        "counts": entry.counts,
        "decision": outcome(shape),
        "record_version": AT.version,
        **dict(zip(HEADS, entry.amounts, strict=True)),
    }
    chosen = select(*values.values()).select_from(source(shape)).where(*shape.meant, shown(shape), *entry.conditions)
    return counting(insert(into).from_select(list(values), chosen))


def _documents(shape: Shape) -> _Entry:
    # Nearly every record is in IMS: what holds there is said first, and only what is not goes through the routes.
    rejected = and_(IN_IMS, AT.state == str(State.REJECTED))
    routes = sorted(_routes(shape), key=lambda route: route.name != str(Route.IMS))
    sections = [(AT.route == str(route.name), literal(str(route.section))) for route in routes]
    apart = [str(route.name) for route in routes if not route.counts]
    return _Entry(
        "document",
        case((rejected, literal(str(Section.ITC_REJECTED))), *sections, else_=AVAILABLE),
        case((AT.route.in_(words(apart)), literal(value=False)), else_=literal(value=True)),
        [_document(shape, head) for head in HEADS],
    )


def _document(shape: Shape, head: str) -> ColumnElement[int]:
    gain = credit(head) - AT[f"carried_{head}"]
    ways: list[tuple[ColumnElement[bool], ColumnElement[int]]] = [(IN_IMS, itc_in_ims(head))]
    whole, late = with_effect(shape, "self_paid", "shown"), with_effect(shape, "out_of_time")
    moved = with_effect(shape, "reversed")
    ways += [(AT.route.in_(words(whole)), document_credit(head))] if whole else []
    ways += [(AT.route.in_(words(moved)), gain)] if moved else []
    ways += [(AT.route.in_(words(late)), not_below_zero(gain))] if late else []
    return case(*ways, else_=itc(shape, head, outcome(shape)))


def _forward_reductions(shape: Shape) -> _Entry | None:
    """Return the entries that take a chain's forward-charge credit back (FAQ 32), or what is out of time."""
    names = with_effect(shape, "self_paid", "out_of_time")
    amounts = [itc(shape, head, outcome(shape)) for head in HEADS]
    conditions = (_apart(names), outcome(shape) != str(Outcome.REJECTED), any_head(*amounts))
    return _Entry("forward_reduction", AVAILABLE, literal(value=True), amounts, *conditions) if names else None


def _reversals(shape: Shape) -> _Entry | None:
    """Return the entries of what the recipient reverses in table 4(B)(1) (FAQ 33)."""
    names = with_effect(shape, "reversed")
    sections = [
        (AT.route == str(route.name), literal(str(route.section))) for route in _routes(shape) if route.name in names
    ]
    counted = [str(route.name) for route in _routes(shape) if route.counts]
    amounts = [AT[f"carried_{head}"] for head in HEADS]
    counts = case((AT.route.in_(words(counted)), literal(value=True)), else_=literal(value=False))
    conditions = (_apart(names), outcome(shape) == str(Outcome.REVERSED), any_head(*amounts))
    return _Entry("reversal_4b1", case(*sections, else_=AVAILABLE), counts, amounts, *conditions) if names else None


def _apart(names: Sequence[str]) -> ColumnElement[bool]:
    # Said first in the words of the small index over what is not in IMS.
    return and_(AT.route != word(Route.IMS), AT.route.in_(words(names)))


def _routes(shape: Shape) -> list[Any]:
    """Return the declared routes, the first of each name."""
    first: dict[str, Any] = {}
    for route in shape.book.routing.routes:
        first.setdefault(str(route.name), route)
    return list(first.values())
