"""A recipient's action on a set of records: what it sets beside the state, and whether it touches a draft.

Imports the tables and the readings of facts; decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal, null, or_, select

from ims_fsm.store.sql.columns import AT
from ims_fsm.store.sql.facts import full_reduction, same_as_full
from ims_fsm.store.sql.moving import source
from ims_fsm.store.sql.predicate import Predicate
from ims_fsm.store.sql.scope import Question
from ims_fsm.terms.money import HEADS, NIL, Heads
from ims_fsm.terms.vocabulary import SupplierStatus, Trigger


def acted_columns(question: Question, at: datetime) -> dict[str, Any]:
    """Return the columns that an action sets: when, the remarks, and what is declared with an acceptance."""
    request = question.request
    chosen, amounts = _declaration(question)
    return {
        "acted_at": literal(at, AT.acted_at.type),
        "remarks": literal(request.remarks, AT.remarks.type),
        "reduction": chosen,
        **{f"declared_{head}": amount for head, amount in zip(HEADS, amounts, strict=True)},
    }


def acted_detail(question: Question) -> ColumnElement[str | None] | str | None:
    """Return what the log says of an action, as JSON: remarks and what is declared, where anything is."""
    said = {"remarks": question.request.remarks} if question.request.remarks else {}
    declared = question.request.reduce_itc if question.trigger is Trigger.ACCEPT else None
    if isinstance(declared, Heads):
        full, partial = (_told({**said, "reduction": word}) for word in ("full", declared.in_paise()))
        return case((same_as_full(declared), literal(full)), else_=literal(partial))
    return _told({**said, "reduction": declared} if declared else said)


def decides_otherwise(question: Question, law: Predicate) -> ColumnElement[bool]:
    """Return the condition that an action changes what a record was decided as, or what is declared with it."""
    declared = acted_columns(question, question.scope.scene.now)
    changed = [AT[name].is_distinct_from(declared[name]) for name in declared if name not in {"acted_at", "remarks"}]
    return or_(AT.state != law.dest, *changed)


def allowed_saved(connection: Connection, question: Question, law: Predicate) -> int:
    """Return how many records that are only saved the action may be taken on."""
    if not question.scope.saved:
        return 0
    saved = (*question.scope.meant, AT.supplier_status == str(SupplierStatus.SAVED), law.allowed)
    return int(connection.execute(select(func.count()).select_from(source(question.scope)).where(*saved)).scalar_one())


def _declaration(question: Question) -> tuple[ColumnElement[Any], tuple[ColumnElement[int] | int, ...]]:
    declared = question.request.reduce_itc if question.trigger is Trigger.ACCEPT else None
    match declared:
        case None:
            return null(), tuple(NIL)
        case "full":
            return literal("full"), tuple(full_reduction(head) for head in HEADS)
        case "none":
            return literal("none"), tuple(NIL)
        case heads:
            return case((same_as_full(heads), "full"), else_="partial"), tuple(heads)


def _told(said: Mapping[str, Any]) -> str | None:
    return json.dumps(said, sort_keys=True) if said else None
