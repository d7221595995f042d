"""Files known records that a download shows filed by now and otherwise as they were, in one statement.

Imports the tables and the staging tables; the caller says which 2B period each belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, literal, select, update

from ims_fsm.store.staging.columns import AT, MATCH, PERIODS, RECORD, STAGE, STANDING
from ims_fsm.store.staging.matching import same_hash
from ims_fsm.store.tables import TaxpayerRow, core
from ims_fsm.terms.vocabulary import Filing, Route, State, SupplierStatus

VERDICTS = ("filed", "filed_kept")
_S, _M = STAGE.c, MATCH.c
_TAXPAYER: Any = core(TaxpayerRow)


class Sort(NamedTuple):
    """What decides the 2B period of a record that was unfiled when the portal was last seen, and is filed now.

    `pending` says whether it is shown as pending; `filing` is how often its supplier files.
    """

    form: str
    return_period: str
    itc_period: str
    pending: int
    seen_at: datetime
    filing: str


def sorts(connection: Connection, recipient: str) -> list[Sort]:
    """Return the sorts of records that there are to be filed."""
    joined = _joined(recipient).outerjoin(_TAXPAYER, _TAXPAYER.c.gstin == AT.supplier_gstin)
    query = select(*_sort(), func.coalesce(_TAXPAYER.c.filing, str(Filing.MONTHLY))).select_from(joined)
    return [Sort._make(row) for row in connection.execute(query.where(_M.verdict.in_(VERDICTS)).distinct())]


def file(connection: Connection, recipient: str, periods: Sequence[tuple[Sort, str]], at: datetime) -> None:
    """File the records, each in the 2B period of its sort."""
    connection.execute(insert(PERIODS), [{**sort._asdict(), "two_b_period": period} for sort, period in periods])
    filing = select(_TAXPAYER.c.filing).where(_TAXPAYER.c.gstin == AT.supplier_gstin).scalar_subquery()
    sort = (*_sort(), func.coalesce(filing, str(Filing.MONTHLY)))
    same = [column == PERIODS.c[name] for name, column in zip(Sort._fields, sort, strict=True)]
    moment = literal(at, AT.filed_at.type)
    values = {
        "supplier_status": str(SupplierStatus.FILED),
        "filed_at": at,
        "two_b_period": PERIODS.c.two_b_period,
        "route": str(Route.IMS),
        "version": AT.version + 1,
        "portal_hash": case((same_hash(), AT.portal_hash), else_=_S.portal_hash),
        "portal_seen_at": case((same_hash(), AT.portal_seen_at), else_=moment),
        **{name: _S[name] for name in STANDING},
    }
    which = (_M.verdict.in_(VERDICTS), _M.ordinal == _S.ordinal, AT.recipient_gstin == recipient, AT.id == _M.id)
    connection.execute(update(RECORD).where(*which, *same).values(values))


def _joined(recipient: str) -> Any:
    same = and_(AT.recipient_gstin == recipient, AT.id == _M.id)
    return MATCH.join(STAGE, _S.ordinal == _M.ordinal).join(RECORD, same)


def _sort() -> tuple[ColumnElement[Any], ...]:
    pending = case((_S.action == str(State.PENDING), 1), else_=0)
    return (AT.form, AT.return_period, func.coalesce(_S.itc_period, ""), pending, AT.portal_seen_at)
