"""Finds out of a staged download which rows are in it twice, which records are known, and what is to be done.

A database knows the capitals of plain letters; for the others Python's are noted in a table (`note_odd`). Writes
nothing but the staging tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    LargeBinary,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)

from ims_fsm.record.sighting import Shown
from ims_fsm.store.connection import database_of
from ims_fsm.store.rows import words
from ims_fsm.store.sql.prepared import built, counting, given, run
from ims_fsm.store.staging.columns import MATCH, ODD, STAGE, StagedRow
from ims_fsm.store.staging.loading import Load, analyse, streamed
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.store.versions import not_deleted
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import ACTIVE, Form, State, SupplierStatus

PAGE = 500
_S, _M = STAGE.c, MATCH.c
_AMENDED = _S.original_key.is_not(None)
# Whose download it is, and when the portal showed it.
_RECIPIENT, _SEEN_AT = given("recipient", String), given("seen_at", AT.filed_at.type)
# Rows that may be the same document, whatever is asked of them then.
_ALIKE = (
    _S.supplier_gstin,
    _S.kind,
    _S.number_key,
    _S.fy,
    _AMENDED,
    case((_AMENDED, _S.form), else_=""),
    case((_AMENDED, _S.return_period), else_=""),
)


def alike(connection: Connection) -> Iterator[list[Any]]:
    """Give the rows that may show the same document, together and in the order of the download."""
    keys = [column.label(f"key_{at}") for at, column in enumerate(_ALIKE)]
    several = select(*keys).group_by(*_ALIKE).having(func.count() > 1).subquery()
    if not connection.execute(select(func.count()).select_from(several)).scalar_one():
        return
    same = and_(*(column == several.c[f"key_{at}"] for at, column in enumerate(_ALIKE)))
    query = select(STAGE, *several.c).join(several, same).order_by(*_ALIKE, _S.ordinal)
    rows = (row for part in streamed(connection, query) for row in part)
    for _, group in groupby(rows, key=lambda row: row[-len(_ALIKE) :]):
        yield list(group)


def drop(connection: Connection, ordinals: Sequence[int]) -> None:
    """Take rows out of the download."""
    for start in range(0, len(ordinals), PAGE):
        page = ordinals[start : start + PAGE]
        for table in (STAGE, MATCH):
            connection.execute(table.delete().where(table.c.ordinal.in_(page)))


def move(connection: Connection, moves: Sequence[tuple[int, int]]) -> None:
    """Give rows another place in the download, which no row has any more."""
    for old, new in moves:
        connection.execute(STAGE.update().where(_S.ordinal == old).values(ordinal=new))


def match(connection: Connection, recipient: str, seen_at: datetime) -> int:
    """Find the known record of each row and what there is to do about it; returns how many are known.

    `seen_at` is when the portal showed the rows. A record that was taken as deleted is found where no other is.
    """
    odd = bool(note_odd(connection, recipient, 0))
    statement = _chosen(odd=odd, deleted=_has_deleted(connection, recipient))
    done = run(connection, statement, None, recipient=recipient, seen_at=seen_at)
    analyse(connection, MATCH.name)
    return done.rowcount + _match_moved(connection, recipient, seen_at)


@built
def _chosen(*, odd: bool, deleted: bool) -> Insert:
    present = _known_id(odd=odd, deleted=False)
    wanted = func.coalesce(present, _known_id(odd=odd, deleted=True)) if deleted else present
    same = (AT.recipient_gstin == _RECIPIENT, AT.id == wanted)
    chosen = select(_S.ordinal, AT.id, _verdict()).select_from(STAGE.join(RECORD, and_(*same)))
    return counting(MATCH.insert().from_select(["ordinal", "id", "verdict"], chosen))


def _has_deleted(connection: Connection, recipient: str) -> bool:
    query = select(AT.id).where(AT.recipient_gstin == recipient, AT.state == str(State.REMOVED), ~not_deleted())
    return connection.execute(query.limit(1)).first() is not None


def _match_moved(connection: Connection, recipient: str, seen_at: datetime) -> int:
    """Find the known amendment of each other row that was saved in one return and is reported in a later one.

    Of several the nearest: an amendment moves on to the next return, and a later one may name the same document.
    """
    pairs: list[Any] = list(run(connection, _moved(), None, recipient=recipient, seen_at=seen_at))
    # The later of two returns takes the newest before it, the earliest of them first.
    pairs.sort(key=lambda pair: min(pair.row_turn, pair.record_turn), reverse=True)
    pairs.sort(key=lambda pair: max(pair.row_turn, pair.record_turn))
    taken: set[tuple[str, int]] = set()
    entries = []
    for pair in pairs:
        ends = {("row", pair.ordinal), ("record", pair.id)}
        if not ends & taken:
            taken |= ends
            entries.append({"ordinal": pair.ordinal, "id": pair.id, "verdict": pair.verdict})
    if entries:
        connection.execute(MATCH.insert(), entries)
    return len(entries)


@built
def _moved() -> Select[Any]:
    saved, at = str(SupplierStatus.SAVED), _SEEN_AT
    row, record = (of.return_period.concat(case((of.form == str(Form.GSTR_1A), "A"), else_="")) for of in (_S, AT))
    later = and_(AT.supplier_status == saved, AT.portal_seen_at <= at, record < row)
    earlier = and_(_S.supplier_status == saved, row < record)
    earlier = and_(earlier, case((AT.supplier_status == saved, AT.portal_seen_at), else_=AT.filed_at) >= at)
    same = (AT[name] == _S[name] for name in ("supplier_gstin", "kind", "number", "fy", "original_number"))
    matched = (select(of).where(of == end).exists() for of, end in ((_M.ordinal, _S.ordinal), (_M.id, AT.id)))
    verdict = case((_is_decided(), "decided"), else_="look").label("verdict")
    return (
        select(_S.ordinal, AT.id, row.label("row_turn"), record.label("record_turn"), verdict)
        .select_from(STAGE.join(RECORD, and_(AT.recipient_gstin == _RECIPIENT, *same)))
        .where(_AMENDED, *(~is_taken for is_taken in matched), AT.portal_seen_at.is_not(None), or_(later, earlier))
        .order_by(_S.ordinal, AT.id)
    )


def _known_id(*, odd: bool, deleted: bool) -> ColumnElement[int]:
    """Return the id of the record that a staged row is: of several the newest.

    `odd` says whether there are any whose numbers are not in capitals.
    """
    plain = _newest(RECORD.alias(f"other_{deleted}"), deleted=deleted)
    if not odd:
        return plain
    strange = _newest(RECORD.alias(f"odd_other_{deleted}"), ODD, deleted=deleted)
    return case((func.coalesce(strange, 0) > func.coalesce(plain, 0), strange), else_=plain)


def _newest(record: Any, odd: Any = None, *, deleted: bool) -> ColumnElement[int]:
    """Return the id of the newest record that a staged row is, by what the record or the table of the odd names."""
    at = record.c
    number, original = (at.number, at.original_number) if odd is None else odd.c["number_key", "original_key"]
    supplier = at.supplier_gstin if odd is None else odd.c.supplier_gstin
    here = and_(at.recipient_gstin == _RECIPIENT, ~not_deleted(at) if deleted else not_deleted(at))
    reported = and_(at.form == _S.form, at.return_period == _S.return_period)
    amending = and_(original == _S.original_key, reported)
    which = (
        supplier == _S.supplier_gstin,
        at.kind == _S.kind,
        number == _S.number_key,
        at.fy == _S.fy,
        or_(and_(_S.original_key.is_(None), original.is_(None)), amending),
    )
    # A bare maximum is looked for from the end of the key, through every record of the recipient.
    query = select(func.max(at.id + 0)).where(here, *which)
    if odd is not None:
        query = query.select_from(odd.join(record, at.id == odd.c.id))
    return query.scalar_subquery()


def _verdict() -> ColumnElement[str]:
    filed, saved = str(SupplierStatus.FILED), str(SupplierStatus.SAVED)
    without_words = and_(func.coalesce(AT.reduction, "full") == "full", func.coalesce(AT.remarks, "") == "")
    older = AT.portal_seen_at > _SEEN_AT
    moved = or_(AT.form != _S.form, AT.return_period != _S.return_period)
    named = and_(_S.named_period.is_not(None), func.coalesce(AT.named_period, "") != _S.named_period)
    content = or_(AT.content_hash != _S.content_hash, ~_same_flags())
    return case(
        (_is_decided(), "decided"),
        (~not_deleted(), "look"),
        (and_(AT.supplier_status == filed, _S.supplier_status == saved, AT.filed_at < _SEEN_AT), "unfiled"),
        (and_(AT.supplier_status == filed, _S.supplier_status == saved), "older"),
        (and_(older, AT.supplier_status == saved, _S.supplier_status == filed), "look"),
        (
            and_(
                older,
                or_(content, and_(AT.portal_hash.is_(None), ~same_hash()), and_(AT.named_period.is_(None), named)),
            ),
            "look",
        ),
        (older, "older"),
        (or_(content, _S.careful, ~_seen_alike(), named), "look"),
        (and_(AT.supplier_status == _S.supplier_status, ~same_hash()), "look"),
        (and_(AT.supplier_status == saved, _S.supplier_status == saved, moved), "look"),
        (and_(AT.state == _S.action, AT.state != str(State.NO_ACTION), ~without_words), "look"),
        (and_(AT.supplier_status == _S.supplier_status, ~_kept()), "unchanged"),
        (AT.supplier_status == _S.supplier_status, "kept"),
        (~_kept(), "filed"),
        else_="filed_kept",
    )


def _is_decided() -> ColumnElement[bool]:
    """Return the condition that a record has left IMS, and not because its supplier deleted it."""
    return and_(or_(AT.state.not_in([str(state) for state in ACTIVE]), AT.settled_in.is_not(None)), not_deleted())


def _seen_alike() -> ColumnElement[bool]:
    """Return the condition that the portal shows the action that it last showed, with the same words."""
    return and_(
        AT.portal_seen_at.is_not(None),
        AT.portal_action == _S.action,
        func.coalesce(AT.portal_declaration, "") == func.coalesce(_S.declaration, ""),
    )


def _same_flags() -> ColumnElement[bool]:
    pairs = ((AT.pending_blocked, _S.pending_blocked), (AT.reduction_blocked, _S.reduction_blocked))
    flags = [or_(staged.is_(None), and_(here.is_not(None), here == staged)) for here, staged in pairs]
    return and_(or_(_S.supplier_name == "", AT.supplier_name == _S.supplier_name), *flags)


def same_hash() -> ColumnElement[bool]:
    """Return the condition that the portal's hash is the one it last showed, or is left out."""
    return or_(func.coalesce(_S.portal_hash, "") == "", func.coalesce(AT.portal_hash, "") == _S.portal_hash)


def _kept() -> ColumnElement[bool]:
    """Return the condition that the action here is another than is shown, where no words are with it."""
    return or_(AT.state != _S.action, _S.declaration.is_not(None))


def counted(connection: Connection) -> dict[str, int]:
    """Return how many rows there are of each verdict."""
    query = select(_M.verdict, func.count()).group_by(_M.verdict)
    return {row[0]: row[1] for row in connection.execute(query)}


def ids(connection: Connection, *verdicts: str) -> Iterator[int]:
    """Give the known records of some verdicts, in the order of the download."""
    query = select(_M.id).where(_M.verdict.in_(verdicts)).order_by(_M.ordinal)
    return (row.id for part in streamed(connection, query) for row in part)


def pages(connection: Connection, verdict: str) -> Iterator[Sequence[Any]]:
    """Give the rows of a verdict, each with the `record_id` that it is, in the order of the download, in pages."""
    last = -1
    while True:
        query: Select[Any] = (
            select(STAGE, _M.id.label("record_id"))
            .join(MATCH, _M.ordinal == _S.ordinal)
            .where(_M.verdict == verdict, _M.ordinal > last)
            .order_by(_M.ordinal)
            .limit(PAGE)
        )
        rows = connection.execute(query).all()
        if not rows:
            return
        last = rows[-1].ordinal
        yield rows


def decided(connection: Connection, recipient: str) -> list[tuple[str, int, int]]:
    """Return, for each period whose GSTR-3B has decided records that are shown, how many, and the first of them."""
    same = and_(AT.recipient_gstin == recipient, AT.id == _M.id)
    query = select(AT.settled_in, func.count(), func.min(AT.id)).select_from(MATCH.join(RECORD, same))
    query = query.where(_M.verdict == "decided", AT.settled_in.is_not(None)).group_by(AT.settled_in)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(AT.settled_in))]


def entered_twice(connection: Connection, recipient: str, identities: Iterable[tuple[str, str, str, str]]) -> bool:
    """Say whether any of these originals (kind, supplier, number in capitals, financial year) is there twice."""
    for kind, supplier, number, fy in identities:
        whose = (AT.recipient_gstin == recipient, AT.supplier_gstin == supplier, AT.kind == str(kind))
        query = select(func.count()).select_from(RECORD).where(*whose, AT.number == number, AT.fy == fy)
        if connection.execute(query.where(AT.original_number.is_(None))).scalar_one() > 1:
            return True
    return False


def note_odd(connection: Connection, recipient: str, first: int) -> int:
    """Note the records from an id on whose numbers are not in capitals already; returns how many there are."""
    lower = [_in_letters(connection, column) for column in (AT.number, AT.original_number)]
    query = select(AT.id, AT.supplier_gstin, AT.number, AT.original_number).where(
        AT.recipient_gstin == recipient, AT.id >= first, or_(*lower)
    )
    noted = 0
    with Load(connection, ODD.name, [column.name for column in ODD.c]) as load:
        for part in streamed(connection, query):
            noted += len(part)
            load.add((row.supplier_gstin, row.number.upper(), row.id, _upper(row.original_number)) for row in part)
            load.rest()
    analyse(connection, ODD.name)
    return noted


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()


def _in_letters(connection: Connection, column: Any) -> ColumnElement[bool]:
    bytes_of = cast(column, LargeBinary)
    wide = func.octet_length(column) if not database_of(connection).single_writer else func.length(bytes_of)
    return and_(column.is_not(None), or_(column != func.upper(column), wide != func.length(column)))


# The columns of a stage in which what is shown stands, where they are named otherwise.
_COLUMNS = {name: name for name in Shown._fields if name in StagedRow._fields}
_COLUMNS |= {"supplier": "supplier_gstin", "date": "document_date", "value": "document_value"}
_COLUMNS |= {"itc_period": "named_period"}
_WORDS = words(Shown)


def shown_of(row: Any, recipient: str) -> Shown:
    """Return what a row that was read from the stage shows."""
    values: dict[str, Any] = {name: getattr(row, column) for name, column in _COLUMNS.items()}
    values |= {name: word(values[name]) for name, word in _WORDS.items() if values[name] is not None}
    values["itc_reduction"], declared, values["remarks"] = json.loads(row.statement or "[null, null, null]")
    return Shown(recipient=recipient, declared=None if declared is None else Heads(*declared), **values)
