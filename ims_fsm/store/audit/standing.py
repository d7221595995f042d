"""What a record's columns say beside its state: what the last action named, what ended it, where it belongs.

Imports the tables, the calendar and the log; each finding names the column and what the log makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Alias,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
)

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.store.audit.comparison import differing, findings
from ims_fsm.store.calendars import is_first
from ims_fsm.store.log import asked, of_recipient
from ims_fsm.store.sql.facts import credit, not_below_zero
from ims_fsm.store.sql.prepared import built, words
from ims_fsm.store.sql.said import said
from ims_fsm.store.sql.scene import AMENDS
from ims_fsm.store.tables import AT, CALL, LOG, PAISE, RECORD, AnnualReturnRow, TaxpayerRow, TwoBRow, core
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Filing, Form, Kind, RemovedFor, Route, State, SupplierStatus, Trigger

_annual, _taxpayers, _two_b = core(AnnualReturnRow), core(TaxpayerRow), core(TwoBRow)
_ACTIONS = words([Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET])
# What sets the remarks and the declaration of a record, or takes them back.
_SAYING = [*_ACTIONS, *words([Trigger.EDIT])]
# What links two versions of a document: the number of each, and that of what it amends.
_NUMBERS = ("number", "original_number")
_LAST, _SAID = LOG.alias("last_step"), LOG.alias("said_step")
_LAST_CALL, _SAID_CALL = CALL.alias("last_call"), CALL.alias("said_call")


def problems(connection: Connection, book: LawBook, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the columns of records that do not follow from the log and the calendar; the details must be readable."""
    yield from findings(connection, _beside(book), AT.recipient_gstin, gstin, "its log makes it", most)
    yield from findings(connection, _in_chain(), AT.recipient_gstin, gstin, "its chain makes it", most)
    yield from _by_calendar(connection, book, gstin, most)
    yield from _by_filing(connection, book, gstin, most)


SUBJECT = (AT.recipient_gstin, "record", AT.id)


def compared(expected: Mapping[str, ColumnElement[Any]], rows: Any = RECORD) -> Select[Any]:
    """Return what selects the records where a column is not what is expected."""
    return differing(SUBJECT, {name: (AT[name], value) for name, value in expected.items()}, rows)


def detail_of(step: Alias, call: Alias) -> ColumnElement[Any]:
    """Return the detail of a step beside its call."""
    return case((step.c.detail != "", step.c.detail), else_=call.c.detail)


def _of(step: Alias, seq: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(step.c.recipient_gstin == AT.recipient_gstin, step.c.record_id == AT.id, step.c.seq == seq)


def _of_call(call: Alias, step: Alias) -> ColumnElement[bool]:
    return and_(call.c.recipient_gstin == step.c.recipient_gstin, call.c.number == step.c.call)


def with_last_step() -> Any:
    """Return the records beside the last step of each."""
    return RECORD.outerjoin(_LAST, _of(_LAST, AT.seq)).outerjoin(_LAST_CALL, _of_call(_LAST_CALL, _LAST))


LAST_DETAIL, LAST_TRIGGER = detail_of(_LAST, _LAST_CALL), _LAST_CALL.c.trigger
LAST_SOURCE, LAST_AT = _LAST.c.source, _LAST_CALL.c.at


@built
def _beside(book: LawBook) -> Select[Any]:
    earlier, call = LOG.alias("earlier"), CALL.alias("earlier_call")
    of_record = and_(earlier.c.recipient_gstin == AT.recipient_gstin, earlier.c.record_id == AT.id)
    saying = select(func.max(earlier.c.seq)).join_from(earlier, call, _of_call(call, earlier))
    seq = case(
        (AT.seq == 0, 0),
        (_LAST_CALL.c.trigger.in_(_SAYING), AT.seq),
        else_=saying.where(of_record, call.c.trigger.in_(_SAYING)).scalar_subquery(),
    )
    rows = with_last_step().outerjoin(_SAID, _of(_SAID, seq)).outerjoin(_SAID_CALL, _of_call(_SAID_CALL, _SAID))
    return compared({**_acted(), **_ended(book), **_fixed()}, rows)


def _acted() -> dict[str, ColumnElement[Any]]:
    """Return what the last action makes of remarks, declaration and moment; an edit takes the former back."""
    detail = detail_of(_SAID, _SAID_CALL)
    acted = func.coalesce(_SAID_CALL.c.trigger.in_(_ACTIONS), false())
    declared = case((_SAID_CALL.c.trigger == str(Trigger.ACCEPT), said(detail, "reduction")))
    seen, alone = said(detail, "shown_by").is_not(None), and_(~AMENDS, AT.chain_id == AT.id)
    amounts = {head: func.coalesce(cast(said(detail, "reduction", head), PAISE), 0) for head in HEADS}
    # What the portal shows may be all that accepting takes away; in a chain that hangs on what it carried then.
    in_full = and_(seen, *(amounts[head] == not_below_zero(-credit(head)) for head in HEADS))
    partial = case((and_(seen, ~alone), AT.reduction), (in_full, "full"), else_="partial")
    chosen = case((declared.in_(words(["full", "none"])), declared), (declared.is_not(None), partial))
    return {
        "remarks": case((acted, said(detail, "remarks"))),
        "reduction": chosen,
        "acted_at": case(
            (_SAID_CALL.c.trigger == str(Trigger.EDIT), AT.acted_at),
            (and_(acted, said(detail, "shown_by").is_(None)), _SAID_CALL.c.at),
        ),
        **{
            f"declared_{head}": case(
                (or_(declared.is_(None), declared == "none"), 0),
                (declared != "full", amounts[head]),
                (alone, not_below_zero(-credit(head))),
                else_=AT[f"declared_{head}"],
            )
            for head in HEADS
        },
    }


def _ended(book: LawBook) -> dict[str, ColumnElement[Any]]:
    """Return what the last step makes of what ended a record: what GSTR-3B decided, why it was removed."""
    froze = func.coalesce(str(Trigger.FREEZE) == LAST_TRIGGER, false())
    deemed = sorted(str(route.name) for route in book.routing.routes if route.effect == "credit")
    outside = case(
        (AT.settled_in.is_(None), null()),
        (AT.disposition == str(Disposition.SUPERSEDED), AT.disposition),
        (AT.route.in_(words(deemed)), str(Disposition.DEEMED_ACCEPTED)),
    )
    in_ims = AT.route == str(Route.IMS)
    return {
        "disposition": case((in_ims, case((froze, said(LAST_DETAIL, "disposition")))), else_=outside),
        "settled_in": case((in_ims, case((froze, said(LAST_DETAIL, "period")))), else_=AT.settled_in),
        "removed_for": case(
            (str(Trigger.DELETE) == LAST_TRIGGER, str(RemovedFor.SUPPLIER_DELETED)),
            (str(Trigger.EXPIRE) == LAST_TRIGGER, str(RemovedFor.SEC_16_4)),
        ),
    }


def _fixed() -> dict[str, ColumnElement[Any]]:
    """Return what a record's other columns make of the machine, of whether it is filed, and of its version."""
    amended = and_(AMENDS, AT.kind != str(Kind.BILL_OF_ENTRY))
    return {
        "original_number": case((AMENDS, AT.original_number)),
        "machine": case((amended, AT.kind.concat("_amendment")), else_=AT.kind),
        "supplier_status": case((AT.filed_at.is_(None), str(SupplierStatus.SAVED)), else_=str(SupplierStatus.FILED)),
        "two_b_period": case((AT.filed_at.is_(None), null()), else_=func.coalesce(AT.two_b_period, "a tax period")),
        "version": case((AT.version <= _LAST.c.record_version, _LAST.c.record_version + 1), else_=AT.version),
    }


@built
def _in_chain() -> Select[Any]:
    """Return what selects the records that no number links to a version of their chain, or that should begin it.

    A chain begins with its oldest version that its supplier has not deleted (`record.chain.linked`).
    """
    first, other = RECORD.alias("first_version"), RECORD.alias("other_version")
    its = (first.c.recipient_gstin == AT.recipient_gstin, first.c.id == AT.chain_id, first.c.chain_id == AT.chain_id)
    alike = (first.c[name] == AT[name] for name in ("supplier_gstin", "kind"))
    same = (other.c.recipient_gstin == AT.recipient_gstin, other.c.chain_id == AT.chain_id, other.c.id != AT.id)
    named = [(name, mine) for name in _NUMBERS for mine in _NUMBERS]
    names = (func.upper(other.c[name]) == func.upper(AT[mine]) for name, mine in named)
    # The number of what is only saved may have been edited since.
    open_yet = first.c.supplier_status != str(SupplierStatus.FILED)
    linked = exists().where(*same, or_(*names))
    belongs = or_(AT.chain_id == AT.id, open_yet, linked)
    deleted = func.coalesce(AT.removed_for, "") == str(RemovedFor.SUPPLIER_DELETED)
    # Amendments of two documents make them one chain where they give one number.
    is_second = func.coalesce(and_(first.c.id != AT.id, first.c.original_date.is_(None), linked), false())
    expected = {"chain_id": case((and_(~AMENDS, ~deleted, ~is_second), AT.id), (belongs, first.c.chain_id))}
    return compared(expected, RECORD.outerjoin(first, and_(*its, *alike)))


def _by_calendar(connection: Connection, book: LawBook, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the records whose financial year or time limit is not what the calendar makes of their date."""
    decided = or_(AT.settled_in.is_not(None), AT.state == str(State.REMOVED))
    by = {"kind": AT.kind, "document_date": AT.document_date, "fy": AT.fy, "cutoff_at": AT.cutoff_at}
    columns = [AT.recipient_gstin, *by.values(), case((decided, 1), else_=0).label("decided")]
    annual = {(row.gstin, row.fy): row.filed_at for row in connection.execute(select(_annual))}
    # What an earlier calendar decided stays as that had it.
    calendar, lasting = book.calendar, is_first(connection)
    rows = of_recipient(select(*columns).distinct(), AT.recipient_gstin, narrow=gstin is not None)
    for row in asked(connection, rows, gstin).all():
        fy, kind = calendar.financial_year(row.document_date), Kind(row.kind)
        limits = [calendar.cutoff(kind, row.document_date, at) for at in (annual.get((row.recipient_gstin, fy)), None)]
        allowed = limits if row.decided else limits[:1]
        if row.fy == fy and (row.cutoff_at in allowed or (row.decided and not lasting)):
            continue
        same = [column.is_not_distinct_from(getattr(row, name)) for name, column in by.items()]
        expected = {"fy": literal(fy), "cutoff_at": literal(limits[0], AT.cutoff_at.type)}
        wrong = compared(expected).where(*same)
        owner = row.recipient_gstin
        yield from findings(connection, wrong, AT.recipient_gstin, owner, "the calendar makes it", most)


def _by_filing(connection: Connection, book: LawBook, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the undecided records, filed here, that are in another 2B period than the filing gives (window.2b).

    Where GSTR-3B of that period was filed by then, it is a later one. How often a supplier files may have changed.
    """
    if not is_first(connection):
        return
    by = {name: AT[name] for name in ("recipient_gstin", "form", "return_period", "filed_at", "two_b_period")}
    here = (AT.settled_in.is_(None), AT.filed_at.is_not(None), AT.portal_seen_at.is_(None), AT.named_period.is_(None))
    often = dict(map(tuple, connection.execute(select(_taxpayers.c.gstin, _taxpayers.c.filing))))
    rows = of_recipient(select(*by.values()).where(*here).distinct(), AT.recipient_gstin, narrow=gstin is not None)
    for row in asked(connection, rows, gstin).all():
        filing, said_of = Filing(often.get(row.recipient_gstin, Filing.MONTHLY)), (Form(row.form), row.return_period)
        given = {
            str(book.calendar.two_b_period(said_of[0], TaxPeriod(said_of[1]), row.filed_at, supplier, filing))
            for supplier in Filing
        }
        if row.two_b_period in given or (
            row.two_b_period > min(given) and _is_closed(connection, row.recipient_gstin, min(given), row.filed_at)
        ):
            continue
        wrong = compared({"two_b_period": literal(min(given))}).where(*here)
        same = (column.is_not_distinct_from(getattr(row, name)) for name, column in by.items())
        owner = row.recipient_gstin
        yield from findings(connection, wrong.where(*same), AT.recipient_gstin, owner, "its filing makes it", most)


def _is_closed(connection: Connection, gstin: str, period: str, by: datetime) -> bool:
    """Say whether the GSTR-3B of a period was filed by a moment."""
    query = select(_two_b.c.filed_at).where(_two_b.c.recipient_gstin == gstin, _two_b.c.period == period)
    filed = connection.execute(query).scalar()
    return filed is not None and filed <= by
