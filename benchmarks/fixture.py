"""Fills a store with records by a few statements of SQL, as an import would have left them: contents, hashes, log.

Imports the tables and the store; the audit of the logs holds on what it writes. Periods, moments and shares are
those of the constants, so that a benchmark knows what must come of its work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate, pairwise
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.types import TypeEngine

from benchmarks.result import Size
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import calls, register, taxpayers
from ims_fsm.store.register import declaration_id
from ims_fsm.store.sql.prepared import run
from ims_fsm.store.tables import LOG, ContentRow, RecordRow, core
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import TaxPeriod

PERIOD, BEFORE = TaxPeriod("2024-11"), TaxPeriod("2024-10")
FILED_AT = datetime(2024, 12, 10, 6, 30, tzinfo=UTC)
NOW = datetime(2024, 12, 15, 6, 30, tzinfo=UTC)  # the 14th has passed, GSTR-3B is not due yet
CUT_OFF = datetime(2025, 11, 30, 18, 30, tzinfo=UTC)
CUT_OFF_PASSED = datetime(2024, 11, 30, 18, 30, tzinfo=UTC)
ACTOR = "benchmark"
RECORDS: Any = core(RecordRow)
CONTENTS: Any = core(ContentRow)
_SUPPLIERS = 1_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_Number = ColumnElement[int]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a recipient's records lie: by the number `j` of a record, which of `SORTS` it is, and its chain's length."""

    name: str
    says: str
    sorts: tuple[tuple[str, int], ...]  # how many of each sort follow each other, over and over
    chained: int | None = None  # None: an amendment amends the record before it; else chains of 1/chained of all

    @property
    def cycle(self) -> int:
        """After how many records the sorts begin again."""
        return sum(count for _, count in self.sorts)


# What a record can be, by the columns in which it differs from a filed invoice that nobody has acted on.
SORTS: Mapping[str, Mapping[str, Any]] = {
    "open": {},
    "credit_note": {"kind": "credit_note", "machine": "credit_note", "cutoff_at": None},  # 16(4) limits no credit note
    "pending": {"state": "pending", "seq": 1},
    "amendment": {"machine": "invoice_amendment"},
    "settled": {
        "state": "frozen",
        "seq": 1,
        "disposition": "deemed_accepted",
        "two_b_period": str(BEFORE),
        "return_period": str(BEFORE),
        "settled_in": str(BEFORE),
    },
    "late": {"state": "rejected", "seq": 1, "cutoff_at": CUT_OFF_PASSED, "fy": "2023-24"},
    "reverse_charge": {"route": "reverse_charge", "reverse_charge": True},
}
_TRIGGERS = {"pending": "keep_pending", "frozen": "freeze", "rejected": "reject"}
_MOSTLY = (("open", 79), ("credit_note", 6), ("pending", 4))
_REFUSED = (("settled", 3), ("late", 3), ("reverse_charge", 3))
SHAPES = {
    shape.name: shape
    for shape in (
        Shape("usual", "91 % may be accepted, one of them amended; the rest three rules refuse",
              (("open", 1), ("amendment", 1), *_MOSTLY, *_REFUSED)),
        Shape("chains", "ten chains: an original, and all others amend the one before",
              (("amendment", 1),), chained=10),
        Shape("amendments", "every undecided record amends one that GSTR-3B has decided",
              (("settled", 1), ("amendment", 1))),
        Shape("refused", "three rules refuse 90 %", (("open", 1), ("late", 5), ("reverse_charge", 2), ("settled", 2))),
    )
}  # fmt: skip


def other_shapes(size: Size) -> list[Shape]:
    """Return the shapes beside the usual one; of the smallest size one that has chains."""
    others = [shape for shape in SHAPES.values() if shape.name != "usual"]
    return others[:1] if size is Size.SMALLEST else others


def gstin(number: int, state: str = "27") -> str:
    """Return the GSTIN of a recipient by his number from 0 (the shape is right, the check digit is not)."""
    return f"{state}{_letters(number)}{number % 10_000:04}F1ZV"


def fill(connection: Connection, shape: Shape, *, recipients: int = 1, each: int, first: int = 0) -> int:
    """Write so many recipients, numbered from `first`, with so many records each; returns the first record's id."""
    book = shipped_book()
    for number in range(first, first + recipients):
        taxpayers.put(connection, Taxpayer(gstin=gstin(number), registered_from=PERIOD))
    first_id = register.take_numbers(connection, "record", recipients * each)
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.dbapi_connection
        raw.create_function("sha256_hex", 1, _sha256, deterministic=True)
    _records(connection, shape, book, (recipients, each, first, first_id))
    ids = RECORDS.c.id.between(first_id, first_id + recipients * each - 1)
    _contents(connection, ids)
    _steps(connection, ids)
    return first_id


def _records(connection: Connection, shape: Shape, book: LawBook, sizes: tuple[int, int, int, int]) -> None:
    recipients, each, first, first_id = sizes
    count = select(literal(0).label("n")).cte("numbers", recursive=True)
    count = count.union_all(select(count.c.n + 1).where(count.c.n < recipients * each - 1))
    rows = select(count.c.n, (count.c.n % each).label("j"), (count.c.n // each + first).label("r")).cte("rows")
    columns = _columns(connection, shape, book, rows, first_id, each)
    raw = select(*(value.label(name) for name, value in columns.items())).cte("raw")
    hashed = _sha256_hex(connection.dialect, _content(raw))
    names = [*columns, "content_hash"]
    connection.execute(insert(RECORDS).from_select(names, select(*raw.c, hashed)))


def _columns(
    connection: Connection, shape: Shape, book: LawBook, rows: Any, first_id: int, each: int
) -> dict[str, ColumnElement[Any]]:
    n, j, r = rows.c.n, rows.c.j, rows.c.r
    ids = n + first_id
    declared = {name: declaration_id(connection, book.law.machine(name), FILED_AT) for name in _machines()}
    sorted_columns = {name: _by_sort(shape, j, each, name) for name in sorted({c for s in SORTS.values() for c in s})}
    machine = sorted_columns["machine"]
    invoice = sorted_columns["kind"] == "invoice"
    amended = machine == "invoice_amendment"
    heads = _heads(n, invoice)
    # What GSTR-3B has decided stands, and an amendment of it stands on that.
    stands = [(sorted_columns["state"] == "frozen", heads)]
    if _follows(shape):
        stands.append((amended, _heads(n - 1, invoice)))
    carried = {
        f"{prefix}_{head}": case(*((holds, values[head]) for holds, values in stands), else_=0)
        for prefix in ("carried", "standing")
        for head in HEADS
    }
    fixed: dict[str, Any] = {
        "supplier_name": "",
        "document_date": date(2024, 11, 5),
        "invoice_type": "R",
        "contents": 1,
        "form": "GSTR-1",
        "supplier_status": "filed",
        "filed_at": FILED_AT,
        "last_at": FILED_AT,
        **{f"declared_{head}": 0 for head in HEADS},
    }
    return {
        "recipient_gstin": _gstin(r, "27"),
        "id": ids,
        "declaration_id": case(*((machine == name, id_) for name, id_ in declared.items()), else_=0),
        "supplier_gstin": _gstin(j % _SUPPLIERS, "29"),
        "number": literal("INV/").concat(cast(n, Text)),
        "taxable": 200_000 + n % 9_973 * 1_000,
        **heads,
        **carried,
        "chain_id": _chain(shape, j, ids, each),
        "original_number": case((amended, literal("INV/").concat(cast(n - 1, Text))), else_=null()),
        "original_date": case(
            (machine == "invoice_amendment", _literal("original_date", date(2024, 11, 5))), else_=null()
        ),
        "version": 1 + sorted_columns["seq"],
        "acted_at": case((sorted_columns["seq"] > 0, _literal("acted_at", FILED_AT)), else_=null()),
        **sorted_columns,
        **{name: _literal(name, value) for name, value in fixed.items()},
    }


def _heads(n: _Number, invoice: ColumnElement[bool]) -> dict[str, ColumnElement[int]]:
    tax = 18_000 + n % 9_973 * 90
    within = and_(n % 3 == 0, invoice)
    half = case((within, tax), else_=0)
    return {"igst": case((within, 0), else_=2 * tax), "cgst": half, "sgst": half, "cess": literal(0)}


def _follows(shape: Shape) -> bool:
    names = [name for name, _ in shape.sorts]
    return shape.chained is None and ("settled", "amendment") in pairwise(names)


def _chain(shape: Shape, j: _Number, ids: _Number, each: int) -> _Number:
    if shape.chained is not None:
        return ids - j % max(1, each // shape.chained)
    amended = _is(shape, j, each, "amendment")
    return case((amended, ids - 1), else_=ids)


def _is(shape: Shape, j: _Number, each: int, sort: str) -> ColumnElement[bool]:
    if shape.chained is not None:
        original = j % max(1, each // shape.chained) == 0
        return ~original if sort == "amendment" else original if sort == "open" else literal(value=False)
    ends = list(accumulate(count for _, count in shape.sorts))
    ranges = [
        (j % shape.cycle).between(end - count, end - 1)
        for (name, count), end in zip(shape.sorts, ends, strict=True)
        if name == sort
    ]
    return or_(*ranges) if ranges else literal(value=False)


def _by_sort(shape: Shape, j: _Number, each: int, name: str) -> ColumnElement[Any]:
    usual = {
        "kind": "invoice",
        "machine": "invoice",
        "state": "no_action",
        "seq": 0,
        "two_b_period": str(PERIOD),
        "return_period": str(PERIOD),
        "cutoff_at": CUT_OFF,
        "fy": "2024-25",
        "route": "ims",
        "reverse_charge": False,
    }.get(name)
    otherwise = cast(null(), Text) if usual is None else _literal(name, usual)
    present = {sort for sort, _ in shape.sorts}
    given = [
        (_is(shape, j, each, sort), _literal(name, columns[name]))
        for sort, columns in SORTS.items()
        if sort in present and name in columns
    ]
    return case(*given, else_=otherwise) if given else otherwise


def _contents(connection: Connection, ids: ColumnElement[bool]) -> None:
    rows = select(
        RECORDS.c.recipient_gstin,
        RECORDS.c.id,
        literal(1),
        _content(RECORDS),
        RECORDS.c.content_hash,
        literal(ACTOR),
        literal(FILED_AT, CONTENTS.c.at.type),
        literal(FILED_AT, CONTENTS.c.at.type),
    ).where(ids)
    names = ["recipient_gstin", "record_id", "number", "content", "content_hash", "actor", "at", "recorded_at"]
    connection.execute(insert(CONTENTS).from_select(names, rows))


# A statement that is about no one's records.
NOBODY: Any = SimpleNamespace(values={})


def _steps(connection: Connection, ids: ColumnElement[bool]) -> None:
    at = RECORDS.c
    for state, trigger in _TRIGGERS.items():
        number = calls.next_number(connection)
        values = {
            "recipient_gstin": at.recipient_gstin,
            "record_id": at.id,
            "seq": literal(1),
            "call": literal(number, LOG.c.call.type),
            "source": literal("no_action"),
            "record_version": literal(1),
            "content_number": literal(1),
            "declaration_id": at.declaration_id,
            "detail": literal(""),
        }
        chosen = select(*values.values()).where(ids, at.seq > 0, at.state == state)
        connection.execute(insert(LOG).from_select(list(values), chosen))
        said = {"trigger": trigger, "dest": state, "rules": "faq.10", "actor": ACTOR, "now": FILED_AT}
        said |= {"recorded_at": FILED_AT, "request_key": None, "detail": None, "backdate": None}
        run(connection, calls.closing(true()), NOBODY, call=number, **said)


def _content(row: Any) -> ColumnElement[str]:
    """Give the JSON that `Document.content` gives, keys in order, from the columns of a row."""
    at = row.c
    amends = _joined('["', at.original_number, '","', cast(at.original_date, Text), '"]')
    parts: list[Any] = ['{"amends":', case((at.original_number.is_(None), "null"), else_=amends)]
    parts += [',"cess":"', _rupees(at.cess), '","cgst":"', _rupees(at.cgst)]
    parts += ['","date":"', cast(at.document_date, Text), '","igst":"', _rupees(at.igst)]
    parts += ['","ineligible":null,"invoice_type":"', at.invoice_type, '","kind":"', at.kind]
    parts += ['","number":"', at.number, '","pos":null,"recipient":"', at.recipient_gstin]
    parts += ['","reverse_charge":', case((at.reverse_charge, "true"), else_="false")]
    parts += [',"sgst":"', _rupees(at.sgst), '","supplier":"', at.supplier_gstin]
    return _joined(*parts, '","taxable":"', _rupees(at.taxable), '","value":null}')


def _rupees(paise: _Number) -> ColumnElement[str]:
    return _joined(cast(paise // 100, Text), ".", func.substr(cast(100 + paise % 100, Text), 2, 2))


def _gstin(number: _Number, state: str) -> ColumnElement[str]:
    def letter(place: int) -> ColumnElement[str]:
        return func.substr(_LETTERS, number // 10_000 // 26**place % 26 + 1, 1)

    digits = func.substr(cast(10_000 + number % 10_000, Text), 2, 4)
    return _joined(f"{state}AA", letter(2), letter(1), letter(0), digits, "F1ZV")


def _letters(number: int) -> str:
    return "AA" + "".join(_LETTERS[number // 10_000 // 26**place % 26] for place in (2, 1, 0))


def _joined(*parts: Any) -> ColumnElement[str]:
    whole: ColumnElement[str] = literal("", String)
    for part in parts:
        whole = whole.concat(literal(part, Text) if isinstance(part, str) else part)
    return whole


def _literal(name: str, value: object) -> ColumnElement[Any]:
    column_type: TypeEngine[Any] = RECORDS.c[name].type
    return literal(value, column_type)


def _machines() -> set[str]:
    return {"invoice", *(str(columns["machine"]) for columns in SORTS.values() if "machine" in columns)}


def _sha256_hex(dialect: Dialect, text: ColumnElement[str]) -> ColumnElement[str]:
    if dialect.name == "sqlite":
        return func.sha256_hex(text)
    return func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
