"""Every step that was logged, decided again: by the declaration that it names and the facts as far as the log has them.

Imports the law and the tables. Steps that are alike are decided once. What the log does not tell of a fact is taken as
whatever would allow the step: a fault is a step that no facts allow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, null, or_, select

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.decision import possible
from ims_fsm.law.edition import Edition, Machine, kept
from ims_fsm.law.refusal import Allowed, Refused
from ims_fsm.record.returns import MACHINE
from ims_fsm.store.log import OF_ONE_CALL, RESTORE, STEP, asked, of_recipient
from ims_fsm.store.sql.prepared import built
from ims_fsm.store.sql.said import said
from ims_fsm.store.tables import AT, CALL, LOG, RECORD, DeclarationRow, TwoBLogRow, core
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import ACTIVE, Correction, State

_declarations = core(DeclarationRow)
_returns = core(TwoBLogRow)
# What a correction may lead from and to, and the rules that it cites.
_CORRECTIONS: Mapping[str, tuple[Collection[str], str]] = {
    Correction.RESTORE: ((State.REMOVED,), "faq.16.2"),
    Correction.PLACE: (ACTIVE, "window.2b"),
    Correction.STATE: (ACTIVE, "faq.13.1"),
}
_OF_A_CHAIN = {"original": "none", "same_period": "yes", "direction": "original"}
# What an action names is as it stood, for it was looked at then.
_STOOD = {"seen": "current", "carrier": "fits", "identity": "new", "amendment_limit": "open"}


@dataclass(frozen=True)
class Declarations:
    """The machines by the ids of the declarations that steps name: as loaded where these are the same, else as kept."""

    connection: Connection
    book: LawBook

    @cached_property
    def _rows(self) -> Mapping[int, Any]:
        return {row.id: row for row in self.connection.execute(select(_declarations))}

    def machine(self, declaration_id: int) -> Machine | None:
        """Return the machine of a declaration; None where there is none of that number, or it cannot be read."""
        row = self._rows.get(declaration_id)
        if row is None:
            return None
        loaded = self.book.law.machines.get(row.machine)
        if loaded is not None and loaded.declared == row.declared:
            return loaded
        try:
            return kept(row.declared)
        except (ValueError, KeyError, TypeError):
            return None


class _Alike(NamedTuple):
    """What steps that are alike have in common: the facts that the log tells of, "any" where it does not."""

    machine: str
    declaration_id: int
    trigger: str
    source: str
    dest: str
    rules: str
    #: Who has shown it, where that was the portal.
    shown_by: str | None
    #: The 2B period that chooses the edition, where that stood by then.
    period: str | None
    supplier_status: str
    route: str
    time_limit: str
    ims: str
    amends: bool
    #: What was declared about the reduction, and the remarks.
    reduction: str
    remarks: str


def problems(connection: Connection, book: LawBook, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the steps of records and returns that the law does not allow; the details must be readable."""
    declarations = Declarations(connection, book)
    for row in asked(connection, _alike(book, narrow=gstin is not None), gstin).all():
        steps = _Alike._make(row)
        fault = _fault(steps, declarations)
        if fault is not None:
            by = _common(book)
            same = (by[name].is_not_distinct_from(value) for name, value in zip(steps._fields, steps, strict=True))
            rows = select(LOG.c["recipient_gstin", "record_id", "seq"]).select_from(_STEPS).where(*same).limit(most)
            for step in asked(connection, of_recipient(rows, LOG.c.recipient_gstin, narrow=gstin is not None), gstin):
                yield Problem(f"{step.recipient_gstin} record {step.record_id} step {step.seq}", fault, RESTORE)
    yield from _governed(connection, declarations, gstin, most)
    yield from _of_returns(connection, book, gstin)


@built
def _alike(book: LawBook, *, narrow: bool) -> Select[Any]:
    by = _common(book)
    alike = select(*(by[name].label(name) for name in _Alike._fields)).select_from(_STEPS).group_by(*by.values())
    return of_recipient(alike, LOG.c.recipient_gstin, narrow=narrow)


def _governed(connection: Connection, declarations: Declarations, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the records that stand under a declaration of another machine, or under none."""
    narrow = gstin is not None
    by = of_recipient(select(AT.machine, AT.declaration_id).distinct(), AT.recipient_gstin, narrow=narrow)
    for name, number in asked(connection, by, gstin).all():
        machine = declarations.machine(number)
        if machine is None or machine.name != name:
            rows = select(AT.recipient_gstin, AT.id).where(AT.machine == name, AT.declaration_id == number)
            narrowed = of_recipient(rows, AT.recipient_gstin, narrow=narrow).limit(most)
            for owner, record_id in asked(connection, narrowed, gstin):
                what = f"stands under declaration {number}, which is none of {name}"
                yield Problem(f"{owner} record {record_id}", what, RESTORE)


_OF_RECORD = and_(AT.recipient_gstin == LOG.c.recipient_gstin, AT.id == LOG.c.record_id)
_STEPS = LOG.join(CALL, OF_ONE_CALL).join(RECORD, _OF_RECORD)


def _common(book: LawBook) -> dict[str, ColumnElement[Any]]:
    """Return what is asked of a step, by the name of it in `_Alike`."""
    at, calendar, detail = CALL.c.at, book.calendar, STEP["detail"]
    seen, same, filed = AT.portal_seen_at.is_not(None), LOG.c.content_number == AT.contents, AT.filed_at <= at
    declared = said(detail, "reduction")
    remarks = func.coalesce(func.length(said(detail, "remarks")), 0)
    return {
        "machine": AT.machine,
        "declaration_id": LOG.c.declaration_id,
        "trigger": CALL.c.trigger,
        "source": LOG.c.source,
        "dest": CALL.c.dest,
        "rules": CALL.c.rules,
        "shown_by": said(detail, "shown_by"),
        "period": case((seen, null()), (filed, AT.two_b_period)),
        "supplier_status": case((or_(~same, seen), "any"), (filed, "filed"), else_="saved"),
        "route": case((seen, "any"), (filed, AT.route), else_="any"),
        "time_limit": case((~same, "any"), (AT.cutoff_at <= at, "passed"), else_="open"),
        "ims": case((at >= literal(calendar.opens_at, at.type), "open"), else_="not_yet"),
        "amends": AT.original_date.is_not(None),
        "reduction": case((declared.is_(None), "absent"), (declared.in_(["full", "none"]), declared), else_="partial"),
        "remarks": case((remarks > calendar.remarks_limit, "too_long"), (remarks > 0, "fit"), else_="none"),
    }


def _fault(steps: _Alike, declarations: Declarations) -> str | None:
    """Return what is wrong with the steps that are alike; None where some facts allow them."""
    machine = declarations.machine(steps.declaration_id)
    if machine is None or machine.name != steps.machine:
        return f"was decided under declaration {steps.declaration_id}, which is none of {steps.machine}"
    if steps.trigger in _CORRECTIONS:
        sources, rules = _CORRECTIONS[steps.trigger]
        goes = steps.dest in ACTIVE and (steps.trigger == Correction.RESTORE or steps.dest == steps.source)
        return None if steps.source in sources and goes and steps.rules == rules else _forbidden(steps)
    editions = tuple(machine.editions.values()) if steps.period is None else (machine.at(TaxPeriod(steps.period)),)
    moves = [(edition, move) for edition in editions if (move := edition.transition(steps.source, steps.trigger))]
    taken = [edition for edition, move in moves if (move.dest, " ".join(move.rules)) == (steps.dest, steps.rules)]
    if not taken:
        declared = [f"{steps.trigger} leads from {steps.source} to {m.dest} by {' '.join(m.rules)}" for _, m in moves]
        return f"{_forbidden(steps)}{f'; {declared[0]}' if declared else ''}"
    # What the portal shows has happened; guards say what may be done, not what was.
    return None if steps.shown_by is not None else _refusal(steps, taken)


def _refusal(steps: _Alike, editions: Sequence[Edition]) -> str | None:
    decisions = [possible(edition, steps.source, steps.trigger, _facts(steps)) for edition in editions]
    if any(isinstance(decision, Allowed) for decision in decisions):
        return None
    refusals = (refusal.rule for refused in decisions if isinstance(refused, Refused) for refusal in refused.refusals)
    return f"is {steps.trigger} from {steps.source}, which the law refuses ({', '.join(dict.fromkeys(refusals))})"


def _forbidden(steps: _Alike) -> str:
    return f"is {steps.trigger} from {steps.source} to {steps.dest} by {steps.rules}, where no transition leads"


def _facts(steps: _Alike) -> dict[str, tuple[str, ...]]:
    """Return the values that each fact may have had, as far as the log tells."""
    logged = {name: getattr(steps, name) for name in ("supplier_status", "route", "time_limit", "ims")}
    facts: dict[str, tuple[str, ...]]
    facts = {name: (value,) for name, value in {**logged, **_STOOD}.items() if value != "any"}
    if not steps.amends:
        facts |= {name: (value,) for name, value in _OF_A_CHAIN.items()}
    partial = "unexplained" if steps.remarks == "none" else "partial"
    facts["reduction"] = {"absent": ("absent", "missing"), "partial": (partial,)}.get(
        steps.reduction, (steps.reduction,)
    )
    facts["remarks"] = ("too_long" if steps.remarks == "too_long" else "fit",)
    return facts


def _of_returns(connection: Connection, book: LawBook, gstin: str | None) -> Iterator[Problem]:
    """Give the first of the steps of GSTR-2Bs that are alike and that the law as it is loaded does not allow."""
    by = _returns.c["period", "trigger", "source", "dest", "rules"]
    whose, narrow = _returns.c.recipient_gstin, gstin is not None
    query = of_recipient(select(*by, func.min(_returns.c.at)).group_by(*by), whose, narrow=narrow)
    for *alike, first in asked(connection, query, gstin).all():
        period, trigger, source, dest, rules = alike
        edition = book.law.machine(MACHINE).at(TaxPeriod(period))
        day = "come" if first >= book.calendar.two_b_opens(TaxPeriod(period)) else "not_yet"
        move = edition.transition(source, trigger)
        leads = move is not None and (move.dest, " ".join(move.rules)) == (dest, rules)
        decision = possible(edition, source, trigger, {"two_b_day": (day,)}) if leads else None
        if isinstance(decision, Allowed):
            continue
        same = (column == value for column, value in zip(by, alike, strict=True))
        steps = select(_returns.c["recipient_gstin", "seq"]).where(*same, _returns.c.at == first).limit(1)
        cited = ", ".join(refusal.rule for refusal in decision.refusals) if decision is not None else "no transition"
        for step in asked(connection, of_recipient(steps, whose, narrow=narrow), gstin):
            where = f"{step.recipient_gstin} GSTR-2B of {period} step {step.seq}"
            what = f"is {trigger} from {source} to {dest} by {rules}, which the law refuses ({cited})"
            yield Problem(where, what, RESTORE)
