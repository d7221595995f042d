"""Enters the staged rows that are new, and files known records that are shown filed by now: a statement for each table.

Imports the tables and the staging tables; decides nothing. What was taken in already has its ids; what new amendments
may belong to is read in the order in which they are linked, and where each belongs is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union,
)

from ims_fsm.store.sql.prepared import built, given, run
from ims_fsm.store.staging.columns import (
    ALIKE,
    CARRIED,
    CHAINS,
    CONTENT,
    CONTENT_ORDER,
    KEPT,
    LINK,
    LOG_ORDER,
    MATCH,
    NAMED,
    ODD,
    STAGE,
    STANDING,
    WANTED,
)
from ims_fsm.store.staging.loading import Entry, Load, Row, analyse, bytewise, streamed
from ims_fsm.store.staging.matching import note_odd, same_hash
from ims_fsm.store.tables import AT, LOG, RECORD
from ims_fsm.store.versions import awaits_an_original
from ims_fsm.terms.vocabulary import Form, Route, SupplierStatus

# The verdicts of known records that are to be filed.
FILED = ("filed", "filed_kept")
_S, _M, _N = STAGE.c, MATCH.c, NAMED.c
# What is entered names of its entry, by the type of its place in a statement.
_ENTRY: dict[str, Any] = {"recipient": String(), "actor": String(), "at": AT.filed_at.type}
_ENTRY |= {"seen_at": AT.portal_seen_at.type, "recorded_at": CONTENT.c.recorded_at.type}
_COPIED = tuple(name for name in KEPT if name not in {"id", "chain_id", *STANDING})


@built
def fresh(*, amended: bool) -> FromClause:
    """Return the staged rows of new records, numbered from an id on that is given; amendments from the oldest on."""
    matched = select(MATCH.c.ordinal).where(MATCH.c.ordinal == _S.ordinal).exists()
    turn = (_S.return_period, case((_S.form == str(Form.GSTR_1A), 1), else_=0)) if amended else ()
    number = func.row_number().over(order_by=(*turn, _S.ordinal))
    kind = _S.original_number.is_not(None) if amended else _S.original_number.is_(None)
    new_id = (number + given("before", _S.ordinal.type)).label("new_id")
    return select(STAGE, new_id).where(kind, ~matched).subquery("fresh")


def count(connection: Connection, *, amended: bool) -> int:
    """Return how many staged rows are of new records."""
    return int(run(connection, _count(amended=amended), None, before=0).scalar_one())


@built
def _count(*, amended: bool) -> Select[Any]:
    return select(func.count()).select_from(fresh(amended=amended))


def enter_originals(connection: Connection, entry: Entry, first: int) -> None:
    """Enter the new originals, their ids from `first` on in the order of the download."""
    _enter(connection, entry, _originals, before=first - 1)


def enter_amendments(connection: Connection, entry: Entry) -> None:
    """Enter the new amendments where `LINK` says that they belong."""
    _enter(connection, entry, _amendments)


def _originals() -> tuple[FromClause, dict[str, Any]]:
    new = fresh(amended=False)
    alone = {name: literal(0) for name in CARRIED} | {name: new.c[name] for name in STANDING}
    return new, {"id": new.c.new_id, "chain_id": new.c.new_id, **alone}


def _amendments() -> tuple[FromClause, dict[str, Any]]:
    placed = [LINK.c[name].label(f"link_{name}") for name in LINK.c.keys()]  # noqa: SIM118 -- columns, not names
    new = select(STAGE, *placed).join(LINK, LINK.c.ordinal == _S.ordinal).subquery("linked")
    at = new.c
    filed = at.supplier_status == str(SupplierStatus.FILED)
    left = {name: case((filed, at[name]), else_=at[f"link_{name}"]) for name in STANDING}
    linked = {name: at[f"link_{name}"] for name in ("id", "chain_id", *CARRIED)}
    return new, linked | left


Entering = Callable[[], tuple[FromClause, dict[str, Any]]]


def _enter(connection: Connection, entry: Entry, entering: Entering, **values: Any) -> None:
    """Write the records and their contents, and the log of what the portal shows of them, call by call."""
    values |= {name: getattr(entry, name) for name in _ENTRY}
    records, contents, counted = _entered(entering)
    run(connection, records, None, **values)
    run(connection, contents, None, **values)
    groups: list[Any] = list(run(connection, counted, None, **values))
    for number, (action, dest, rules, steps) in enumerate(groups):
        values |= {f"action_{number}": action, f"dest_{number}": dest, f"rules_{number}": rules}
        values[f"call_{number}"] = entry.begun(connection, action, dest, rules, steps)
    if groups:
        run(connection, _acted(entering, len(groups)), None, **values)


@built
def _entered(entering: Entering) -> tuple[Insert, Insert, Any]:
    new, placed = entering()
    entry = _any_entry()
    records = (
        dict(zip(ALIKE, entry.alike(entry.seen_at, entry.at), strict=True))
        | {name: new.c[name] for name in _COPIED}
        | placed
    )
    content = entry.content(placed["id"], new.c.content, new.c.content_hash, entry.at, entry.recorded_at)
    alike = (new.c.action, new.c.state, new.c.rules)
    return (
        _insert(RECORD, records, new),
        _insert(CONTENT, dict(zip(CONTENT_ORDER, content, strict=True)), new),
        select(*alike, func.count()).where(new.c.rules.is_not(None)).group_by(*alike),
    )


@built
def _acted(entering: Entering, groups: int) -> Insert:
    new, placed = entering()
    alike = {"action": new.c.action, "dest": new.c.state, "rules": new.c.rules}
    calls = [
        (
            and_(*(column == given(f"{name}_{number}", column.type) for name, column in alike.items())),
            given(f"call_{number}", LOG.c.call.type),
        )
        for number in range(groups)
    ]
    step = _any_entry().step(placed["id"], case(*calls), new.c.declaration_id, new.c.beside)
    return _insert(LOG, dict(zip(LOG_ORDER, step, strict=True)), new, new.c.rules.is_not(None))


def _any_entry() -> Entry:
    places: dict[str, Any] = {name: given(name, kind) for name, kind in _ENTRY.items()}
    return Entry(triggers={}, request_key=None, detail="", **places)


def _insert(table: Any, values: dict[str, Any], source: FromClause, *where: ColumnElement[bool]) -> Insert:
    columns = [
        value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)
        for name, value in values.items()
    ]
    written: Insert = table.insert().from_select(list(values), select(*columns).select_from(source).where(*where))
    return written


def waiting(connection: Connection, recipient: str) -> Iterator[Sequence[Any]]:
    """Give the amendments whose chains wait for an original that is not here: what each is and names."""
    named = AT["id", "chain_id", "supplier_gstin", "kind", "number", "fy", "original_number", "original_date"]
    query = select(*named).where(AT.recipient_gstin == recipient, *awaits_an_original())
    return streamed(connection, query)


def want(connection: Connection, rows: Iterable[tuple[str, str, str, str, int, int]]) -> None:
    """Note documents for which chains wait: supplier, kind, number in capitals, financial year, amendment, chain."""
    with Load(connection, WANTED.name, [column.name for column in WANTED.c]) as load:
        load.add(rows)


def come(connection: Connection, first: int) -> list[tuple[int, int]]:
    """Return the chains of which an original is among the new ones, each with that original's id."""
    analyse(connection, WANTED.name)
    if connection.execute(select(WANTED.c.id).limit(1)).first() is None:
        return []
    return [(row.chain_id, row.new_id) for row in run(connection, _come(), None, before=first - 1)]


@built
def _come() -> Select[Any]:
    new, wanted = fresh(amended=False), WANTED.c
    same = and_(*(wanted[name] == new.c[name] for name in ("supplier_gstin", "kind", "number_key", "fy")))
    query = select(wanted.chain_id, new.c.new_id).select_from(new.join(WANTED, same)).distinct()
    return query.order_by(wanted.chain_id, new.c.new_id)


def earliest_period(connection: Connection, recipient: str, first: int) -> str | None:
    """Return the first 2B period to which a filed record from an id on belongs, or None where none is filed."""
    query = select(func.min(AT.two_b_period)).where(AT.recipient_gstin == recipient, AT.id >= first)
    period: str | None = connection.execute(query).scalar()
    return period


def is_empty(connection: Connection, recipient: str) -> bool:
    """Say whether a recipient has no record at all."""
    return connection.execute(select(AT.id).where(AT.recipient_gstin == recipient).limit(1)).first() is None


def uncertain(connection: Connection) -> list[Any]:
    """Return the new amendments whose declared reduction depends on what their chains carry, with their new ids."""
    carries = or_(*(LINK.c[name] != 0 for name in CARRIED))
    query = select(STAGE, LINK.c.id.label("record_id")).join(LINK, LINK.c.ordinal == _S.ordinal)
    return list(connection.execute(query.where(_S.careful, _S.rules.is_not(None), carries)))


def declare(connection: Connection, recipient: str, rows: Sequence[dict[str, Any]]) -> None:
    """Set what new records have declared, each row naming its `key_id`."""
    names = [name for name in rows[0] if name != "key_id"]
    at_key = (AT.recipient_gstin == recipient, AT.id == bindparam("key_id"))
    connection.execute(RECORD.update().where(*at_key).values({name: bindparam(name) for name in names}), rows)


def file(connection: Connection, recipient: str, seen_at: datetime) -> None:
    """File known records that are shown as filed and otherwise as they were; their 2B periods are to be worked out."""
    values = {
        "supplier_status": str(SupplierStatus.FILED),
        "filed_at": literal(seen_at, AT.filed_at.type),
        "unfiled_at": AT.portal_seen_at,
        "two_b_period": None,
        "route": str(Route.IMS),
        "version": AT.version + 1,
        "portal_hash": case((same_hash(), AT.portal_hash), else_=_S.portal_hash),
        **{name: _S[name] for name in ("form", "return_period", *STANDING)},
        "named_period": func.coalesce(_S.named_period, AT.named_period),
    }
    connection.execute(RECORD.update().where(*_matched(recipient), _M.verdict.in_(FILED)).values(values))


def amended(connection: Connection, recipient: str) -> Iterator[int]:
    """Give the chains of known amendments that are shown as filed and otherwise as they were."""
    conditions = (*_matched(recipient), _M.verdict.in_(FILED), _S.original_key.is_not(None))
    query = select(AT.chain_id).where(*conditions).distinct()
    return (row.chain_id for part in streamed(connection, query) for row in part)


def see(connection: Connection, recipient: str, seen_at: datetime) -> None:
    """Keep of every open record that is shown when that was, as far as it says more than what is kept.

    The newest sighting, the first one as filed, the newest one as saved before it.
    """
    saved, at = _S.supplier_status == str(SupplierStatus.SAVED), literal(seen_at, AT.filed_at.type)
    filed = AT.supplier_status == str(SupplierStatus.FILED)
    later = (
        ("portal_seen_at", AT.portal_seen_at < at, _M.verdict != "decided"),
        ("filed_at", AT.filed_at > at, _M.verdict == "older", filed, ~saved),
        ("unfiled_at", or_(AT.unfiled_at.is_(None), AT.unfiled_at < at), filed, saved, AT.filed_at >= at),
    )
    for name, *conditions in later:
        connection.execute(RECORD.update().where(*_matched(recipient), *conditions).values({name: at}))


def _matched(recipient: str) -> tuple[ColumnElement[bool], ...]:
    return (_M.ordinal == _S.ordinal, AT.recipient_gstin == recipient, AT.id == _M.id)


def amendments(connection: Connection, first: int) -> Iterator[Any]:
    """Give the new amendments, numbered from an id on: each supplier's of a kind together, oldest first."""
    new = fresh(amended=True).c
    query = select(
        new.ordinal,
        new.new_id,
        new.supplier_gstin,
        new.kind,
        new.number_key,
        new.fy,
        new.original_key,
        new.original_date,
        new.original_fy,
        *(new[name] for name in ("form", "return_period", "supplier_status", *STANDING)),
    ).order_by(bytewise(connection, new.supplier_gstin), bytewise(connection, new.kind), new.new_id)
    return (row for part in streamed(connection, query, before=first - 1) for row in part)


def members(connection: Connection, recipient: str, first: int) -> Iterator[Any]:
    """Give the members of every chain to which a new amendment may belong, in the same order, by id.

    `first` is the first id of those that were entered from the stage just now, whose numbers were not looked at yet.
    """
    note_odd(connection, recipient, first)
    _name(connection, recipient)
    same = and_(AT.recipient_gstin == recipient, AT.chain_id == CHAINS.c.chain_id)
    query = (
        select(
            *(AT.id, AT.chain_id, AT.supplier_gstin, AT.kind, AT.number, AT.fy, AT.original_number, AT.original_date),
            *(AT[name] for name in ("form", "return_period", "removed_for", *CARRIED, *STANDING)),
        )
        .select_from(CHAINS.join(RECORD, same))
        .order_by(bytewise(connection, AT.supplier_gstin), bytewise(connection, AT.kind), AT.id)
    )
    return (row for part in streamed(connection, query) for row in part)


def _name(connection: Connection, recipient: str) -> None:
    """Note the documents that are named or named anew, and the chains in which they are known or named already."""
    run(connection, _named(), None, before=0)
    analyse(connection, NAMED.name)
    run(connection, _chains(), None, recipient=recipient)
    analyse(connection, CHAINS.name)


@built
def _named() -> Insert:
    new = fresh(amended=True).c
    rows = union(*(select(new.supplier_gstin, new.kind, key) for key in (new.original_key, new.number_key)))
    return NAMED.insert().from_select(["supplier_gstin", "kind", "number_key"], rows)


@built
def _chains() -> Insert:
    # What its supplier has deleted leads to its chain still, for it may be shown again.
    present = (AT.recipient_gstin == given("recipient", String),)
    whose = and_(AT.supplier_gstin == _N.supplier_gstin, AT.kind == _N.kind)
    plain = select(AT.chain_id).select_from(NAMED.join(RECORD, and_(*present, whose, AT.number == _N.number_key)))
    there = select(_N.kind).where(whose, _N.number_key == AT.original_number).exists()
    amending = select(AT.chain_id).where(*present, AT.original_date.is_not(None), there)
    at_id = and_(AT.id == ODD.c.id, *present)
    keys = (ODD.c.number_key, ODD.c.original_key)
    odd = [
        select(AT.chain_id).select_from(ODD.join(RECORD, at_id).join(NAMED, and_(whose, _N.number_key == key)))
        for key in keys
    ]
    return CHAINS.insert().from_select(["chain_id"], union(plain, amending, *odd))


def link(connection: Connection, rows: Iterable[Row]) -> int:
    """Keep where new amendments belong; returns how many there are."""
    count, part = 0, list[Row]()
    with Load(connection, LINK.name, [column.name for column in LINK.c]) as load:
        for row in rows:
            part.append(row)
            if len(part) == 1_000:  # noqa: PLR2004 -- the reading of the next rows must wait for it
                load.add(part)
                load.rest()
                count, part = count + len(part), []
        load.add(part)
    analyse(connection, LINK.name)
    return count + len(part)
