"""Lists of a recipient's records: which are meant, in what order, and what they add up to.

Imports the tables and the filter; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, String, and_, case, func, literal, or_, select, tuple_

from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene
from ims_fsm.record.totals import Alike, Totals
from ims_fsm.record.where import Sort, Where
from ims_fsm.store import records, taxpayers
from ims_fsm.store.connection import TEXTS, among
from ims_fsm.store.purchases.matches import class_of
from ims_fsm.store.rows import tax
from ims_fsm.store.sql.prepared import given, number, places, word
from ims_fsm.store.tables import AT, PAISE, RECORD
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod, midnight
from ims_fsm.terms.vocabulary import Filing, Form, Kind, Route, State, SupplierStatus

# What stands for any characters in a number, and what no sign comes after.
ANY, LAST_SIGN = "*", "\U0010ffff"
# Credit notes take away what the others bring.
SIGN = case(*((AT.kind == word(kind), number(-1)) for kind in Kind if kind.sign < 0), else_=number(1))
# What each field of a filter means of a record; its value is given under its own name.
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "supplier": AT.supplier_gstin == given("supplier", String),
    # As a document is known by its number in capitals; the database writes both of them so, for its index.
    "number": func.upper(AT.number) == func.upper(given("number", String)),
    "return_period": AT.return_period == given("return_period", String),
    "two_b_period": AT.two_b_period == given("two_b_period", String),
    "expected_period": or_(AT.two_b_period.is_(None), AT.two_b_period == given("expected_period", String)),
    "supplier_status": AT.supplier_status == given("supplier_status", String),
    "states": among(AT.state, given("states", TEXTS)),
    "kinds": among(AT.kind, given("kinds", TEXTS)),
    "match": among(class_of(), given("match", TEXTS)),
}
# A number of which only a part is given is looked for among all that begin alike, which the index of numbers finds.
_LIKE = and_(
    func.upper(AT.number) >= func.upper(given("begins", String)),
    func.upper(AT.number) < func.upper(given("ends", String)),
    func.upper(AT.number).like(func.upper(given("like", String)), escape="!"),
)
# The last day of a limit is that of the instant before it ends.
_CREDIT_UNTIL = and_(
    AT.cutoff_at > given("credit_from", AT.cutoff_at.type), AT.cutoff_at <= given("credit_to", AT.cutoff_at.type)
)
_FLAGS: Mapping[str, Mapping[bool, ColumnElement[bool]]] = {
    "in_ims": {True: AT.route == word(Route.IMS), False: AT.route != word(Route.IMS)},
    # Which of the amendments that is, their chains say.
    "original_unknown": {True: AT.original_date.is_not(None)},
    "amended": {True: AT.original_date.is_not(None), False: AT.original_date.is_(None)},
}


def conditions(where: Where) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """Return the conditions on the record's columns that a filter means, and the values that they name."""
    values: dict[str, Any] = {}
    for name in _FILTERS:
        match getattr(where, name):
            case None | () | []:
                continue
            case str() as text:
                values[name] = str(text)
            case several:
                values[name] = [str(entry) for entry in several]
    narrowed = {name: _FILTERS[name] for name in values}
    if ANY in values.get("number", ""):
        narrowed["number"], values = _LIKE, {**values, **_pattern(values.pop("number"))}
    if (day := where.credit_until) is not None:
        narrowed["credit_until"] = _CREDIT_UNTIL
        values |= {"credit_from": midnight(day), "credit_to": midnight(day + timedelta(days=1))}
    flags = (of[flag] for name, of in _FLAGS.items() if (flag := getattr(where, name)) in of)
    return [*narrowed.values(), *flags], values


def _pattern(number: str) -> dict[str, str]:
    escaped = number.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    begins = number.partition(ANY)[0]
    return {"begins": begins, "ends": begins + LAST_SIGN, "like": escaped.replace(ANY, "%")}


def has_index(where: Where) -> bool:
    """Say whether an index finds the records that a filter means: those of a supplier, or whose number begins so."""
    return where.supplier is not None or (where.number or ANY)[0] != ANY


# What a list can be ordered by. Numbers and suppliers have an index; by date or tax all that is meant is read for it.
_ORDERS: Mapping[str, ColumnElement[Any]] = {
    "id": AT.id,
    "number": func.upper(AT.number),
    "supplier": AT.supplier_gstin,
    "date": AT.document_date,
    "tax": (AT.igst + AT.cgst + AT.sgst + AT.cess) * SIGN,
}


def search(
    connection: Connection,
    recipient: str,
    where: Where,
    limit: int | None = None,
    sort: Sort = "id",
    after: int | None = None,
) -> Iterator[Record]:
    """Give a recipient's records that are meant, in an order, so many at most; no more than a page of them is held.

    `after` is the id of a record of theirs: what comes behind it is given. The period that is expected of what is only
    saved is for the caller to look at.
    """
    narrowed, values = conditions(where)
    meant = select(RECORD).where(AT.recipient_gstin == recipient, *narrowed).limit(limit)
    turned, order = sort.startswith("-"), _ORDERS[sort.lstrip("-")]
    if after is not None:
        last = select(order).where(AT.recipient_gstin == recipient, AT.id == after).scalar_subquery()
        place, at = tuple_(order, AT.id), tuple_(last, literal(after, PAISE))
        meant = meant.where(place < at if turned else place > at)
    # In the order of the key a database would read all that they have, rather than the few that an index finds.
    keys = [AT.id + 0 if has_index(where) else AT.id] if order is AT.id else [order, AT.id]
    return records.paged(connection, meant.order_by(*(key.desc() if turned else key for key in keys)), places(values))


_SAVED = AT.supplier_status == word(SupplierStatus.SAVED)
_IN_COMMON = (
    *(AT.supplier_gstin, AT.kind, AT.original_date.is_not(None).label("amended"), AT.supplier_status, AT.state),
    AT.two_b_period,
    # What a 2B period of what is only saved follows from.
    *(case((_SAVED, of)).label(f"saved_{name}") for name, of in (("form", AT.form), ("return", AT.return_period))),
)
_ADDED_UP = (
    func.count().label("records"),
    func.max(AT.supplier_name).label("supplier_name"),
    *(func.sum(AT[name] * SIGN).label(name) for name in ("taxable", *HEADS)),
)
_tax = tax("")


def alike(connection: Connection, scene: Scene, where: Where, ids: Sequence[int] | None = None) -> Iterator[Alike]:
    """Give the recipient's records that are meant in groups of which all is in common, added up by one statement.

    With `ids` they are among these.
    """
    narrowed, values = conditions(where)
    narrowed += [] if ids is None else [among(AT.id, ids)]
    meant = select(*_IN_COMMON, *_ADDED_UP).where(AT.recipient_gstin == scene.recipient.gstin, *narrowed)
    rows = connection.execute(meant.group_by(*_IN_COMMON), places(values)).mappings().all()
    suppliers = taxpayers.find_many(connection, {row["supplier_gstin"] for row in rows if row["saved_form"]})
    for row in rows:
        supplier = suppliers.get(row["supplier_gstin"])
        period = _period(row, scene, supplier.filing if supplier else Filing.MONTHLY)
        if where.expected_period in {None, period}:
            yield Alike(
                supplier=row["supplier_gstin"],
                supplier_name=row["supplier_name"],
                kind=Kind(row["kind"]),
                amended=bool(row["amended"]),
                supplier_status=SupplierStatus(row["supplier_status"]),
                state=State(row["state"]),
                period=period,
                totals=Totals(row["records"], int(row["taxable"]), Heads(*map(int, _tax(row)))),
            )


def _period(row: RowMapping, scene: Scene, filing: Filing) -> TaxPeriod:
    if row["two_b_period"] is not None:
        return TaxPeriod(row["two_b_period"])
    form, return_period = Form(row["saved_form"]), TaxPeriod(row["saved_return"])
    return scene.book.calendar.two_b_period(form, return_period, scene.now, filing, scene.recipient.filing)
