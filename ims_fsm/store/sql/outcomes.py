"""What a GSTR-3B would make of records, in SQL: their outcome, and what settling them so moves, in paise per head.

Imports the readings of facts; runs no statement. The Python readings are `outcome_of` and `settlement_of` of the
workflow and the ledger's `settle`.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, func, literal, or_

from ims_fsm.law.ledger import Outcome
from ims_fsm.store.sql.columns import AT
from ims_fsm.store.sql.facts import FactsInSql, credit, not_below_zero, with_effect
from ims_fsm.store.sql.scope import Question, Scope
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Route, State, SupplierStatus, Trigger

IN_IMS = AT.route == str(Route.IMS)


def considered(scope: Scope, period: TaxPeriod) -> Scope:
    """Return the scope of what GSTR-2B of a period considers: filed by its cut-off and not yet decided (FAQ 15)."""
    return scope.narrowed(
        AT.supplier_status == str(SupplierStatus.FILED),
        AT.two_b_period <= str(period),
        AT.settled_in.is_(None),
        AT.state != str(State.REMOVED),
    )


def superseded(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an amendment of the same 2B period prevails over a record (FAQ 13)."""
    return _facts(scope)["superseded"].among(["yes"])


def shown(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that GSTR-2B shows a record that it considers (FAQ 13, 14)."""
    pending = ~and_(IN_IMS, AT.state == str(State.PENDING))
    if not scope.amended:
        return pending
    facts = _facts(scope)
    waits = and_(facts["original"].among(["unsettled", "unsettled_rejected"]), facts["same_period"].among(["no"]))
    return and_(pending, ~superseded(scope), ~waits, ~facts["original"].among(["unknown"]))


def outcome(scope: Scope) -> ColumnElement[str]:
    """Return what GSTR-3B makes of a record as it stands (FAQ 10, 14; its route's effect where it is not in IMS)."""
    ways = [(and_(IN_IMS, AT.state != str(State.NO_ACTION)), AT.state)]
    for effect, comes_to in (("reversed", Outcome.REVERSED), ("shown", Outcome.PENDING)):
        names = with_effect(scope, effect)
        if names:
            ways.append((AT.route.in_(names), literal(str(comes_to))))
    return case(*ways, else_=literal(str(Outcome.DEEMED_ACCEPTED)))


def worth(scope: Scope, head: str) -> ColumnElement[int]:
    """Return the credit that a record gives in a head: out of time it may take back, not give."""
    names, carried = with_effect(scope, "out_of_time"), AT[f"carried_{head}"]
    whole = credit(head)
    if not names:
        return whole
    return case((and_(AT.route.in_(names), whole > carried), carried), else_=whole)


def itc(scope: Scope, head: str, decided: ColumnElement[str]) -> ColumnElement[int]:
    """Return the entry in the recipient's GSTR-3B for a record settled as `decided` (Annexure-A)."""
    full = worth(scope, head) - AT[f"carried_{head}"]
    less = and_(decided == str(Outcome.ACCEPTED), AT.reduction.in_(["none", "partial"]), full < 0)
    return case(
        (less, -AT[f"declared_{head}"]),
        (decided.in_([str(Outcome.ACCEPTED), str(Outcome.DEEMED_ACCEPTED)]), full),
        else_=literal(0),
    )


def itc_in_ims(head: str) -> ColumnElement[int]:
    """Return the entry of a record that is in IMS and shown, in its GSTR-2B; a rejected one's is what it would be."""
    gain = credit(head) - AT[f"carried_{head}"]
    less = and_(AT.reduction.in_(["none", "partial"]), AT.state == str(State.ACCEPTED), gain < 0)
    return case((less, -AT[f"declared_{head}"]), else_=gain)


def carried_after(scope: Scope, head: str, decided: ColumnElement[str]) -> ColumnElement[int]:
    """Return E of a record's chain once it is settled as `decided`."""
    return case(
        (decided.in_([str(Outcome.ACCEPTED), str(Outcome.DEEMED_ACCEPTED)]), worth(scope, head)),
        (decided == str(Outcome.REVERSED), literal(0)),
        else_=AT[f"carried_{head}"],
    )


def added_back(head: str, decided: ColumnElement[str]) -> ColumnElement[int]:
    """Return the liability added to the supplier's next GSTR-3B (FAQ 34)."""
    back = not_below_zero(AT[f"carried_{head}"] - credit(head))
    return case((decided == str(Outcome.REJECTED), back), else_=literal(0))


def document_credit(head: str) -> ColumnElement[int]:
    """Return a document's tax in a head, reverse charge or not, in paise; negative for a credit note."""
    negative = [str(kind) for kind in Kind if kind.sign < 0]
    return case((AT.kind.in_(negative), -AT[head]), else_=AT[head])


def any_head(*amounts: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that one of the amounts is not nothing."""
    return or_(*(func.coalesce(amount, 0) != 0 for amount in amounts))


def _facts(scope: Scope) -> FactsInSql:
    return FactsInSql(Question(trigger=Trigger.FREEZE, scope=scope))
