"""E and S of records that stand alone and of what waits, what each GSTR-3B moved and added back, worked out again.

Imports the ledger's twins in SQL and the tables; chains with an amendment are `audit.chains`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, cast, exists, func, literal, or_, select

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.store.audit.comparison import differing, findings
from ims_fsm.store.audit.standing import LAST_DETAIL, LAST_SOURCE, SUBJECT, compared, detail_of, with_last_step
from ims_fsm.store.sql.facts import credit, not_below_zero
from ims_fsm.store.sql.filing import settled_detail
from ims_fsm.store.sql.members import age_of
from ims_fsm.store.sql.prepared import built, words
from ims_fsm.store.sql.said import said
from ims_fsm.store.sql.scene import AMENDS, of_record
from ims_fsm.store.tables import AT, CALL, LOG, PAISE, RECORD, LiabilityRow, TwoBLogRow, TwoBRow, core
from ims_fsm.store.versions import not_deleted
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Correction, Disposition, State, SupplierStatus

_two_b, _log, _liabilities = core(TwoBRow), core(TwoBLogRow), core(LiabilityRow)
_REJECTED = AT.disposition == str(Disposition.REJECTED)
_FILING = "file_3b"


def problems(connection: Connection, book: LawBook, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give what of records that stand alone, of those that wait and of add-backs does not follow."""
    for query in (_alone(book), _frozen(), _waiting(), _stated(), _owed()):
        yield from findings(connection, query, AT.recipient_gstin, gstin, "what was decided makes it", most)
    yield from findings(connection, _owing(), _liabilities.c.recipient_gstin, gstin, "what was decided makes it", most)


# --- records that stand alone -----------------------------------------------------------------------------------------


def is_alone() -> ColumnElement[bool]:
    """Return the condition that no amendment is in a record's chain."""
    amending = RECORD.alias("amending")
    same = (amending.c.recipient_gstin == AT.recipient_gstin, amending.c.chain_id == AT.chain_id)
    return and_(AT.original_date.is_(None), ~exists().where(*same, amending.c.original_date.is_not(None)))


@built
def _alone(book: LawBook) -> Select[Any]:
    """Return what selects the records that stand alone and whose E or S is not what they were decided as."""
    effects: dict[str, list[str]] = {}
    for route in book.routing.routes:
        effects.setdefault(route.effect, []).append(str(route.name))
    late, nothing = effects.get("out_of_time", []), [*effects.get("reversed", []), *effects.get("shown", [])]
    ended = AT.disposition.in_(words([Disposition.REJECTED, Disposition.SUPERSEDED]))
    nil = or_(AT.settled_in.is_(None), AT.route.in_(words(nothing)), func.coalesce(ended, literal(value=False)))
    reduced = and_(AT.disposition == str(Disposition.ACCEPTED), AT.reduction.in_(words(["none", "partial"])))
    expected: dict[str, ColumnElement[Any]] = {}
    for head in HEADS:
        worth, declared = credit(head), -AT[f"declared_{head}"]
        expected[f"carried_{head}"] = case(
            (nil, 0),
            (and_(AT.route.in_(words(late)), worth > 0), 0),
            (and_(reduced, worth < 0, declared > worth), declared),
            else_=worth,
        )
        expected[f"standing_{head}"] = case(
            (AT.supplier_status != str(SupplierStatus.FILED), 0),
            (and_(AT.settled_in.is_not(None), _REJECTED), worth + not_below_zero(-worth)),
            else_=worth,
        )
    return compared(expected).where(is_alone())


@built
def _frozen() -> Select[Any]:
    """Return what selects the frozen records that stand alone and of which the log says another decision."""
    whole = settled_detail(
        AT.disposition, AT.settled_in, {head: AT[f"carried_{head}"] for head in HEADS}, _added_back()
    )
    # It was decided as it stood before it froze.
    left = case((str(State.NO_ACTION) == LAST_SOURCE, str(Disposition.DEEMED_ACCEPTED)), else_=LAST_SOURCE)
    pairs = {"decision": (LAST_DETAIL, whole), "disposition": (AT.disposition, left)}
    query = differing(SUBJECT, pairs, with_last_step())
    return query.where(AT.state == str(State.FROZEN), is_alone())


def _added_back() -> dict[str, ColumnElement[int]]:
    return {head: AT[f"standing_{head}"] - credit(head) for head in HEADS}


# --- chains with an amendment -----------------------------------------------------------------------------------------


@built
def _waiting() -> Select[Any]:
    """Return what selects the members of chains that wait, and do not carry what the chain was last decided to."""
    settled, filed = RECORD.alias("settled"), AT.supplier_status == str(SupplierStatus.FILED)
    same = (settled.c.recipient_gstin == AT.recipient_gstin, settled.c.chain_id == AT.chain_id)
    counts = settled.c.disposition.is_distinct_from(str(Disposition.SUPERSEDED))
    newest = (settled.c.settled_in.desc(), age_of(settled.c).desc())
    expected: dict[str, ColumnElement[Any]] = {}
    for head in HEADS:
        carried = select(settled.c[f"carried_{head}"]).where(*same, settled.c.settled_in.is_not(None), counts)
        stated = func.coalesce(cast(_statement(_stating(), "carried", head), PAISE), 0)
        expected[f"carried_{head}"] = func.coalesce(carried.order_by(*newest).limit(1).scalar_subquery(), stated)
        expected[f"standing_{head}"] = case((filed, credit(head)), else_=AT[f"standing_{head}"])
    return compared(expected).where(AT.settled_in.is_(None), AT.removed_for.is_(None), ~is_alone())


@built
def _stated() -> Select[Any]:
    """Return what selects the amendments whose original was stated otherwise than their log says."""
    return compared({"stated_original": case((AMENDS, _statement(AT.id, "original")))})


def _stating() -> ColumnElement[int]:
    """Return the number of the version that keeps what is stated of a chain's original (`record.chain.stating`)."""
    version, before = RECORD.alias("stating"), RECORD.alias("before_stating")
    same = [
        (at.recipient_gstin == of.recipient_gstin, at.chain_id == of.chain_id)
        for at, of in ((version.c, AT), (before.c, version.c))
    ]
    asks = and_(not_deleted(before.c), before.c.disposition.is_distinct_from(str(Disposition.SUPERSEDED)))
    headed = exists().where(*same[1], asks, age_of(before.c) < age_of(version.c))
    keeps = (*same[0], not_deleted(version.c), version.c.stated_original.is_not(None), ~headed)
    newest = select(version.c.id).where(*keeps).order_by(age_of(version.c).desc()).limit(1)
    return newest.correlate(RECORD).scalar_subquery()


def _statement(record_id: ColumnElement[int], *path: str) -> ColumnElement[Any]:
    """Return what the newest statement on a record's original says."""
    step, call = LOG.alias(), CALL.alias()
    of_record = (step.c.recipient_gstin == AT.recipient_gstin, step.c.record_id == record_id)
    of_call = and_(call.c.recipient_gstin == step.c.recipient_gstin, call.c.number == step.c.call)
    statement = select(said(detail_of(step, call), *path)).join_from(step, call, of_call)
    whole = statement.where(*of_record, call.c.trigger == str(Correction.STATE)).correlate(RECORD)
    return whole.order_by(step.c.seq.desc()).limit(1).scalar_subquery()


# --- what is added back -----------------------------------------------------------------------------------------------


@built
def _owed() -> Select[Any]:
    """Return what selects the rejected records whose add-back is not kept as they were decided (FAQ 34)."""
    back = _added_back()
    expected = {"supplier_gstin": AT.supplier_gstin, "recipient_period": AT.settled_in, **back}
    pairs = {name: (_liabilities.c[name], value) for name, value in expected.items()}
    rows = RECORD.outerjoin(_liabilities, of_record(_liabilities))
    subject = (AT.recipient_gstin, "add-back of record", AT.id)
    return differing(subject, pairs, rows).where(_REJECTED, or_(*(amount != 0 for amount in back.values())))


@built
def _owing() -> Select[Any]:
    """Return what selects the add-backs of what was not rejected, in no later period, or of another moment."""
    at = _liabilities.c
    in_period = and_(_two_b.c.recipient_gstin == at.recipient_gstin, _two_b.c.period == at.recipient_period)
    rows = _liabilities.outerjoin(RECORD, of_record(_liabilities)).outerjoin(_two_b, in_period)
    later = case((at.supplier_period <= at.recipient_period, "a later tax period"), else_=at.supplier_period)
    pairs = {
        "recipient_period": (at.recipient_period, case((_REJECTED, AT.settled_in))),
        "supplier_period": (at.supplier_period, later),
        "at": (at.at, _two_b.c.filed_at),
    }
    return differing((at.recipient_gstin, "add-back of record", at.record_id), pairs, rows)
