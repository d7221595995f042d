"""Filed GSTR-2Bs: their lines by what was decided, their moments by their log, the digest that GSTR-3B kept.

Imports the ledger's twins in SQL and the tables; the lines of chains with an amendment are `audit.chains`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, case, cast, exists, func, literal, null, select

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.ledger import Outcome
from ims_fsm.store.audit.comparison import differing, findings
from ims_fsm.store.audit.money import is_alone
from ims_fsm.store.generation_tables import REPLACED
from ims_fsm.store.generations import KEPT
from ims_fsm.store.log import RESTORE, ROWS_AT_ONCE, asked, of_recipient
from ims_fsm.store.returns import DECIDED, digest_of
from ims_fsm.store.sql.facts import credit, not_below_zero
from ims_fsm.store.sql.prepared import built
from ims_fsm.store.sql.said import said
from ims_fsm.store.sql.scene import of_record
from ims_fsm.store.sql.settling import document_credit
from ims_fsm.store.tables import AT, LINES, RECORD, TwoBLogRow, TwoBRow, core
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Disposition, Route, Section, TwoBState

_two_b, _log = core(TwoBRow), core(TwoBLogRow)
_FILING = "file_3b"


def problems(connection: Connection, book: LawBook, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give what of filed GSTR-2Bs does not follow from what was decided, or from their log."""
    for query in (_lines(book), _undecided()):
        yield from findings(connection, query, LINES.c.recipient_gstin, gstin, "what was decided makes it", most)
    yield from findings(connection, _unlined(), AT.recipient_gstin, gstin, "what was decided makes it", most)
    yield from findings(connection, _returns(), _two_b.c.recipient_gstin, gstin, "its log makes it", most)
    yield from _digests(connection, gstin)
    yield from _generations(connection, gstin)


_DOCUMENT = "document"
_OF_LINE = (LINES.c.recipient_gstin, "GSTR-2B of", LINES.c.period, "record", LINES.c.record_id, LINES.c.entry)
_FINAL = exists().where(
    _two_b.c.recipient_gstin == LINES.c.recipient_gstin,
    _two_b.c.period == LINES.c.period,
    _two_b.c.state == str(TwoBState.FINAL),
)
# What the effect of a route makes of a record outside IMS; the others are deemed accepted.
_OUTSIDE = {"reversed": Outcome.REVERSED, "shown": Outcome.PENDING}


@built
def _lines(book: LawBook) -> Select[Any]:
    """Return what selects the lines of a filed GSTR-2B whose record stands alone and was decided otherwise."""
    routes = {str(route.name): route for route in reversed(book.routing.routes)}
    rejected, document = AT.disposition == str(Disposition.REJECTED), LINES.c.entry == _DOCUMENT

    def by_route(of: dict[str, Any]) -> ColumnElement[Any]:
        return case(*((AT.route == name, literal(value)) for name, value in of.items()))

    effect = by_route({name: str(route.effect) for name, route in routes.items()})
    outcome = {name: str(_OUTSIDE.get(route.effect, Outcome.DEEMED_ACCEPTED)) for name, route in routes.items()}
    section = by_route({name: str(route.section) for name, route in routes.items()})
    expected = {
        "section": case((~document, str(Section.ITC_AVAILABLE)), (rejected, str(Section.ITC_REJECTED)), else_=section),
        "counts": case((~document, literal(value=True)), else_=by_route({n: r.counts for n, r in routes.items()})),
        "decision": case((AT.route == str(Route.IMS), AT.disposition), else_=by_route(outcome)),
    }
    for head in HEADS:
        worth = credit(head)
        expected[head] = case(
            # Alone nothing was carried before, so that nothing is reversed, and out of time a gain alone is lost.
            (LINES.c.entry == "forward_reduction", worth - not_below_zero(worth)),
            (~document, null()),
            (effect.in_(["self_paid", "shown"]), document_credit(head)),
            (effect == "out_of_time", not_below_zero(worth)),
            (rejected, worth),
            (effect == "reversed", worth),
            else_=AT[f"carried_{head}"],
        )
    pairs = {name: (LINES.c[name], value) for name, value in expected.items()}
    query = differing(_OF_LINE, pairs, LINES.join(RECORD, of_record(LINES)))
    return query.where(AT.settled_in == LINES.c.period, _FINAL, is_alone())


@built
def _unlined() -> Select[Any]:
    """Return what selects the records, alone, that a GSTR-3B has decided and whose GSTR-2B does not show them."""
    filed = and_(_two_b.c.recipient_gstin == AT.recipient_gstin, _two_b.c.period == AT.settled_in)
    rows = RECORD.join(_two_b, filed).outerjoin(
        LINES, and_(of_record(LINES), LINES.c.period == AT.settled_in, LINES.c.entry == _DOCUMENT)
    )
    subject = (AT.recipient_gstin, "GSTR-2B of", AT.settled_in, "record", AT.id, _DOCUMENT)
    query = differing(subject, {"line": (LINES.c.record_id, AT.id)}, rows)
    return query.where(_two_b.c.state == str(TwoBState.FINAL), is_alone())


@built
def _undecided() -> Select[Any]:
    """Return what selects the lines of a filed GSTR-2B whose record was not decided in it."""
    pairs = {"settled_in": (AT.settled_in, LINES.c.period)}
    return differing(_OF_LINE, pairs, LINES.outerjoin(RECORD, of_record(LINES))).where(_FINAL)


@built
def _returns() -> Select[Any]:
    """Return what selects the GSTR-2Bs whose generation, moments or number of lines are not those of their log."""
    newest, filed = _log.alias("newest"), _log.alias("filed")
    generated = (_of_log(_log), _log.c.trigger == "generate")
    last = select(func.max(_log.c.seq)).where(*generated).scalar_subquery()
    times = select(func.count()).select_from(_log).where(*generated).scalar_subquery()
    theirs = (LINES.c.recipient_gstin == _two_b.c.recipient_gstin, LINES.c.period == _two_b.c.period)
    lines = select(func.count()).select_from(LINES).where(*theirs).scalar_subquery()
    rows = _two_b.outerjoin(newest, and_(_of_log(newest), newest.c.seq == last))
    rows = rows.outerjoin(filed, and_(_of_log(filed), filed.c.trigger == _FILING))
    pairs = {
        "generation": (_two_b.c.generation, times),
        "generated_at": (_two_b.c.generated_at, newest.c.at),
        "filed_at": (_two_b.c.filed_at, filed.c.at),
        "lines": (cast(lines, String), func.coalesce(said(newest.c.detail, "lines"), "0")),
    }
    return differing((_two_b.c.recipient_gstin, "GSTR-2B of", _two_b.c.period), pairs, rows)


def _of_log(log: Any) -> ColumnElement[bool]:
    return and_(log.c.recipient_gstin == _two_b.c.recipient_gstin, log.c.period == _two_b.c.period)


def _digests(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    """Give the filed GSTR-2Bs whose lines and decided records are not those of which the filing kept the digest."""
    kept = said(_log.c.detail, "digest")
    query = select(_log.c.recipient_gstin, _log.c.period, kept).where(_log.c.trigger == _FILING)
    narrow = gstin is not None
    narrowed = of_recipient(query, _log.c.recipient_gstin, narrow=narrow)
    filed = {(row[0], row[1]): row[2] for row in asked(connection, narrowed, gstin)}
    made = {}
    with asked(connection, _decided(narrow=narrow), gstin, yield_per=ROWS_AT_ONCE) as rows:
        for key, group in groupby(rows, key=lambda row: (row[0], row[1])):
            made[key] = digest_of(group)
    nothing = digest_of(())
    for (owner, period), digest in sorted(filed.items()):
        if made.get((owner, period), nothing) != digest:
            what = "has other lines, or other records behind them, than those on which GSTR-3B was filed"
            yield Problem(f"{owner} GSTR-2B of {period}", what, RESTORE)


@built
def _decided(*, narrow: bool) -> Select[Any]:
    return of_recipient(DECIDED.where(_FINAL), LINES.c.recipient_gstin, narrow=narrow)


def _generations(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    """Give the older generations whose replaced lines are not those of which the next generation kept the digest."""
    detail = [said(_log.c.detail, name) for name in ("generation", "digest")]
    query = select(_log.c.recipient_gstin, _log.c.period, *detail).where(_log.c.trigger == "generate")
    rows = asked(connection, of_recipient(query, _log.c.recipient_gstin, narrow=gstin is not None), gstin)
    # What the log does not say rightly is found beside the lines that were replaced and that it does not name.
    read = [(*key, int(number), digest) for *key, number, digest in rows if str(number).isdecimal()]
    kept = {(owner, period, number - 1): digest for owner, period, number, digest in read if number > 1}
    made = {}
    narrowed = of_recipient(KEPT, REPLACED.c.recipient_gstin, narrow=gstin is not None)
    with asked(connection, narrowed, gstin, yield_per=ROWS_AT_ONCE) as replaced:
        for key, group in groupby(replaced, key=lambda row: (row[0], row[1], row[2])):
            made[key] = digest_of(group)
    nothing = digest_of(())
    for key in sorted(kept.keys() | made.keys()):
        if made.get(key, nothing) != kept.get(key):
            owner, period, number = key
            what = "has other lines than those of which the next one kept the digest"
            yield Problem(f"{owner} GSTR-2B of {period} generation {number}", what, RESTORE)
