"""What suppliers are chased for, in SQL: each document under the first declared reason that holds, and their sums.

Imports the tables and the outcome of a matching; reads only. The database orders and adds up; a page is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from ims_fsm.law.chasing import ChasingDeclaration, ReasonDeclaration
from ims_fsm.record.chasing import ChaseFilter
from ims_fsm.store.chases import CHASE
from ims_fsm.store.connection import among
from ims_fsm.store.purchase_tables import DOCUMENT
from ims_fsm.store.purchases.matches import stands
from ims_fsm.store.purchases.sides import MONEY, kind_of
from ims_fsm.store.staging.loading import streamed
from ims_fsm.store.tables import AT, RECORD, AnnualReturnRow, core
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.vocabulary import Disposition, Kind, State

_D, _C, _R = DOCUMENT.c, CHASE.c, core(AnnualReturnRow).c
_CREDIT, _IMPORTED = str(Kind.CREDIT_NOTE), str(Kind.BILL_OF_ENTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose documents are asked for, by which reasons, as of which moment (UTC) and which day in India."""

    recipient: str | Sequence[str]
    declared: ChasingDeclaration
    where: ChaseFilter
    now: datetime
    today: date
    #: The kinds that section 16(4) binds.
    limited: Sequence[str]
    #: The financial years that it still gives time by its day, with their first and last days.
    years: Mapping[str, tuple[date, date]]


def documents(connection: Connection, question: Question) -> Iterator[Any]:
    """Give each document: the supplier with most at stake first, theirs by what is at stake, the oldest first."""
    of = _rows(question).subquery()
    whole = [func.sum(of.c.stake).over(partition_by=of.c.supplier).label("whole")]
    whole.append(func.min(of.c.day).over(partition_by=of.c.supplier).label("oldest"))
    ranked = select(of, *whole).subquery()
    query = select(ranked).where(ranked.c.whole >= question.where.min_tax)
    order = (ranked.c.stake.desc(), ranked.c.day, ranked.c.document_id, ranked.c.record_id)
    query = query.order_by(ranked.c.whole.desc(), ranked.c.oldest, ranked.c.supplier, *order)
    return (row for part in streamed(connection, query) for row in part)


def sums(connection: Connection, question: Question) -> Iterator[Any]:
    """Give what each supplier's come to, by reason and band: the supplier with most at stake first."""
    of = _rows(question).subquery()
    by = (of.c.supplier, of.c.reason, of.c.band)
    amounts = [func.sum(of.c[head]).label(head) for head in HEADS]
    days = [func.min(of.c.day).label("first"), func.max(of.c.day).label("last")]
    days += [func.min(of.c.cutoff_at).label("cutoff_at"), func.min(of.c.limited_day).label("limited_day")]
    names = [func.max(of.c.name).label("name"), func.count().label("documents"), func.sum(of.c.stake).label("stake")]
    grouped = select(*by, *names, *amounts, *days).group_by(*by).subquery()
    whole = [func.sum(grouped.c.stake).over(partition_by=grouped.c.supplier).label("whole")]
    whole.append(func.min(grouped.c.first).over(partition_by=grouped.c.supplier).label("oldest"))
    ranked = select(grouped, *whole).subquery()
    query = select(ranked).where(ranked.c.whole >= question.where.min_tax)
    query = query.order_by(ranked.c.whole.desc(), ranked.c.oldest, *(ranked.c[name] for name in ("supplier", "reason")))
    return (row for part in streamed(connection, query) for row in part)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many suppliers a recipient chases, for how many documents, and the tax that is at stake."""

    recipient: str
    suppliers: int
    documents: int
    tax: Heads


def counted(connection: Connection, question: Question) -> Iterator[Counted]:
    """Give what each of several recipients chases for, in one statement; left out is who has no purchase register."""
    booked = select(_D.recipient_gstin).where(among(_D.recipient_gstin, question.recipient)).distinct()
    with_register = sorted(connection.execute(booked).scalars())
    if with_register:
        of = _rows(replace(question, recipient=with_register)).subquery()
        sums = (func.sum(of.c[head]) for head in HEADS)
        numbers = (func.count(func.distinct(of.c.supplier)), func.count())
        query = select(of.c.recipient, *numbers, *sums).group_by(of.c.recipient)
        for recipient, suppliers, number, *tax in connection.execute(query):
            yield Counted(recipient, suppliers, number, Heads(*map(int, tax)))


def name_of(connection: Connection, recipient: str, supplier: str) -> str:
    """Return what the portal calls a supplier, blank where it does not."""
    theirs = (AT.recipient_gstin == recipient, AT.supplier_gstin == supplier)
    return connection.execute(select(func.max(AT.supplier_name)).where(*theirs)).scalar() or ""


def _rows(question: Question) -> Select[Any]:
    """Return what selects the documents, each with its reason, band and stake."""
    of = union_all(*stands(question.recipient, question.where.period)).subquery("stands")
    rows = of.outerjoin(DOCUMENT, and_(_D.recipient_gstin == of.c.recipient, _D.id == of.c.document_id))
    rows = rows.outerjoin(RECORD, and_(AT.recipient_gstin == of.c.recipient, AT.id == of.c.record_id))
    reasons = question.declared.reasons.values()
    day, kind = func.coalesce(_D.document_date, AT.document_date), func.coalesce(_D.kind, kind_of())
    over = _over(of, kind, question)
    # Whatever a reason holds of whose time is over stands under `over`; at stake is what is at stake by that reason.
    held = [(_holds(reason, of, question), reason) for reason in reasons if not reason.over]
    holds = {reason.name: condition for condition, reason in held}
    ended = and_(over, or_(false(), *holds.values()))
    in_time = {reason.name: ~over for _, reason in held if reason.ends_within is not None}
    named = [(and_(holds[name], in_time[name]) if name in in_time else holds.get(name, ended), name)
             for name in question.declared.reasons]  # fmt: skip
    stake = {head: case(*((condition, _stake(reason, head)) for condition, reason in held)) for head in HEADS}
    columns: dict[str, ColumnElement[Any]] = {
        **{name: of.c[name] for name in ("recipient", "gives", "rule", "document_id", "record_id")},
        "supplier": func.coalesce(_D.supplier_gstin, AT.supplier_gstin),
        "name": case((_D.supplier_gstin != AT.supplier_gstin, ""), else_=func.coalesce(AT.supplier_name, "")),
        "reason": case(*named),
        "day": day,
        "band": _band(day, question),
        **stake,
        "stake": sum(list(stake.values())[1:], stake[HEADS[0]]),
        "cutoff_at": AT.cutoff_at,
        "limited_day": case((and_(AT.id.is_(None), kind.in_(question.limited)), day)),
    }
    chosen = select(*(column.label(name) for name, column in columns.items())).select_from(rows)
    chosen = chosen.where(kind != _IMPORTED, or_(AT.id.is_(None), ~AT.reverse_charge))
    within = chosen.subquery("within")
    return select(within).where(*_chosen(within, question))


def _chosen(within: Any, question: Question) -> Iterator[ColumnElement[bool]]:
    where, supplier = question.where, within.c.supplier
    yield within.c.reason.in_(where.reasons) if where.reasons else within.c.reason.is_not(None)
    if where.suppliers:
        yield supplier.in_(where.suppliers)
    if where.older_than is not None:
        yield within.c.day < question.today - timedelta(days=where.older_than)
    if where.again_after is not None:
        since = question.now - timedelta(days=where.again_after)
        mine = (_C.recipient_gstin == within.c.recipient, _C.supplier_gstin == supplier)
        other = true() if where.key is None else func.coalesce(_C.request_key != where.key, true())
        yield ~exists().where(*mine, _C.at > since, other)


def _holds(reason: ReasonDeclaration, of: Any, question: Question) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if reason.classes:
        conditions.append(of.c.gives.in_(reason.classes))
    if reason.record == "pending":
        conditions.append(AT.state == str(State.PENDING))
    if reason.record == "rejected":
        conditions.append(_rejected())
    if reason.status is not None:
        conditions.append(AT.supplier_status == reason.status)
    if reason.differs:
        unequal = (_D[name] != AT[name] for name in (*MONEY, "document_date", "supplier_gstin"))
        conditions.append(or_(false(), *unequal))
    if reason.other_gstin:
        conditions.append(_D.supplier_gstin != AT.supplier_gstin)
    if reason.ends_within is not None:
        conditions.append(AT.cutoff_at <= question.now + timedelta(days=reason.ends_within))
    return and_(*conditions)


def _rejected() -> ColumnElement[bool]:
    return func.coalesce(or_(AT.state == str(State.REJECTED), AT.disposition == str(Disposition.REJECTED)), false())


def _over(of: Any, kind: Any, question: Question) -> ColumnElement[bool]:
    """Say whether the time of section 16(4) is over: the record's own, else that of the year and the annual return."""
    first = min(day for day, _ in question.years.values())
    filed, day = (_R.gstin == of.c.recipient, _R.filed_at <= question.now), _D.document_date
    returned = (
        and_(_D.document_date.between(*days), exists().where(*filed, _R.fy == fy))
        for fy, days in question.years.items()
    )
    booked = and_(AT.id.is_(None), kind.in_(question.limited), or_(day < first, *returned))
    return or_(func.coalesce(AT.cutoff_at <= question.now, false()), booked)


def _stake(reason: ReasonDeclaration, head: str) -> ColumnElement[Any]:
    """Return the tax of a head that is at stake: nothing below zero, and nothing of a credit note's own."""
    booked = func.coalesce(_D[head] * case((_D.kind == _CREDIT, -1), else_=1), 0)
    reported = func.coalesce(AT[head] * case((AT.kind == _CREDIT, -1), else_=1), 0)
    if reason.stake == "lacking":
        counts = and_(AT.supplier_status == "filed", ~_rejected())
        amount = booked - case((counts, reported), else_=0)
    else:
        amount = booked if reason.stake == "booked" else case((_D.id.is_not(None), booked), else_=reported)
    return case((amount > 0, amount), else_=0)


def _band(day: ColumnElement[Any], question: Question) -> ColumnElement[str]:
    bands = question.declared.band
    ends = [(day >= question.today - timedelta(days=band.up_to), band.name) for band in bands if band.up_to is not None]
    last = next(band.name for band in bands if band.up_to is None)
    return func.coalesce(case(*ends), last) if ends else func.coalesce(last, type_=String)
