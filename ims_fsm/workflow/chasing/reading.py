"""Whom to chase and for what, read from the last matching and the records as they stand, with every day that counts.

Imports the store and the law; writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from ims_fsm.law.chasing import ChasingDeclaration, shipped_chasing
from ims_fsm.record.chasing import (
    Chased,
    ChaseFilter,
    ChaseTally,
    ChaseTotals,
    Format,
    HeldPayment,
    Letter,
    SupplierToChase,
    ToChase,
)
from ims_fsm.record.register import Match
from ims_fsm.store import chases, records, taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.store.purchases import chasing, documents
from ims_fsm.store.purchases.chasing import Counted, Question
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod, in_india, last_day_before
from ims_fsm.terms.vocabulary import Filing, Kind
from ims_fsm.workflow.unit import UnitOfWork

PAGE = 500


def question_of(unit: UnitOfWork, recipient: str, declared: ChasingDeclaration, where: ChaseFilter) -> Question:
    """Return what is asked of the store; raises `MissingError` for a recipient who is not registered."""
    unit.taxpayer(recipient)
    return _question(unit, recipient, declared, where)


def _question(
    unit: UnitOfWork, recipient: str | Sequence[str], declared: ChasingDeclaration, where: ChaseFilter
) -> Question:
    limited = tuple(map(str, unit.book.calendar.declared.time_limit.kinds))
    today = in_india(unit.now).date()
    years = unit.book.calendar.years_with_credit(unit.now)
    return Question(
        recipient=recipient, declared=declared, where=where, now=unit.now, today=today, limited=limited, years=years
    )


def counted(unit: UnitOfWork, recipients: Sequence[str]) -> Iterator[Counted]:
    """Give what each of several recipients who have a purchase register chases for, by the reasons that ship."""
    return chasing.counted(unit.connection, _question(unit, recipients, shipped_chasing(), ChaseFilter()))


def suppliers(unit: UnitOfWork, question: Question) -> Iterator[SupplierToChase]:
    """Give the suppliers to chase, who has most at stake first; a page of them is held."""
    days = Days(unit, question)
    groups = (list(rows) for _, rows in groupby(chasing.sums(unit.connection, question), attrgetter("supplier")))
    while page := list(islice(groups, PAGE)):
        last = chases.newest(unit.connection, str(question.recipient), {rows[0].supplier for rows in page})
        for rows in page:
            yield _added_up(unit, days, rows, last.get(rows[0].supplier))


def totals(unit: UnitOfWork, question: Question) -> ChaseTotals:
    """Return what all suppliers to chase come to; none of them is held."""
    reasons: dict[str, ChaseTally] = defaultdict(ChaseTally)
    bands: dict[str, ChaseTally] = defaultdict(ChaseTally)
    number, declared = 0, question.declared
    for _, rows in groupby(chasing.sums(unit.connection, question), attrgetter("supplier")):
        number += 1
        for row in rows:
            tally = ChaseTally(row.documents, _heads(row))
            reasons[row.reason] += tally
            bands[row.band] += tally
    return ChaseTotals(
        suppliers=number,
        says={reason.name: reason.says for reason in declared.reasons.values()},
        by_reason={name: reasons[name] for name in declared.reasons if name in reasons},
        by_band={band.name: bands[band.name] for band in declared.band if band.name in bands},
    )


def _added_up(unit: UnitOfWork, days: Days, rows: list[Any], chased: Any) -> SupplierToChase:
    question, supplier = days.question, rows[0].supplier
    by_reason: dict[str, ChaseTally] = defaultdict(ChaseTally)
    by_band: dict[str, ChaseTally] = defaultdict(ChaseTally)
    for row in rows:
        tally = ChaseTally(row.documents, _heads(row))
        by_reason[row.reason] += tally
        by_band[row.band] += tally
    first = min(row.first for row in rows)
    ends = [last_day_before(row.cutoff_at) for row in rows if row.cutoff_at is not None]
    # Of a document in the books alone the oldest ends first; one kind that the limit binds stands for all.
    ends += [end for row in rows if row.limited_day and (end := days.credit_until(Kind.INVOICE, row.limited_day))]
    return SupplierToChase(
        supplier=supplier,
        name=max(row.name for row in rows) or chasing.name_of(unit.connection, str(question.recipient), supplier),
        first=first,
        last=max(row.last for row in rows),
        days=(question.today - first).days,
        by_reason={name: by_reason[name] for name in question.declared.reasons if name in by_reason},
        by_band={band.name: by_band[band.name] for band in question.declared.band if band.name in by_band},
        credit_until=min(ends, default=None),
        chased=chased,
    )


def to_chase(unit: UnitOfWork, question: Question) -> Iterator[ToChase]:
    """Give the documents that suppliers are chased for, in the order of the suppliers; a page of them is held."""
    days, recipient = Days(unit, question), str(question.recipient)
    rows = iter(chasing.documents(unit.connection, question))
    while page := list(islice(rows, PAGE)):
        booked = documents.find_many(unit.connection, recipient, [row.document_id for row in page if row.document_id])
        reported = records.find_many(unit.connection, recipient, [row.record_id for row in page if row.record_id])
        for row in page:
            document, record = booked.get(row.document_id), reported.get(row.record_id)
            yield days.of(row, Match(class_name=row.gives, rule=row.rule, document=document, record=record))


def letters(
    unit: UnitOfWork, question: Question, fmt: Format, template: Path | None, addresses: Mapping[str, Collection[str]]
) -> Iterator[Letter]:
    """Give a letter to each supplier to chase; what one lists is held, and no more."""
    from ims_fsm.pages.letters import Letters  # noqa: PLC0415 -- who writes no letter starts without templates

    recipient = unit.taxpayer(str(question.recipient))
    writes = Letters.of(recipient, unit.now, fmt, template, addresses)
    for supplier, theirs in groupby(to_chase(unit, question), attrgetter("supplier")):
        listed = list(islice(theirs, question.declared.letter.most))
        total, over, name = ChaseTally(), ChaseTally(), ""
        for of in chain(listed, theirs):
            total += ChaseTally(1, of.stake)
            over += ChaseTally(1, of.stake) if of.over else ChaseTally()
            name = name or _name(of)
        name = name or chasing.name_of(unit.connection, str(question.recipient), supplier)
        yield writes.letter(supplier, name, listed, total, over)


def _name(of: ToChase) -> str:
    record = of.match.record
    return record.document.supplier_name if record and record.document.supplier == of.supplier else ""


def chased(unit: UnitOfWork, recipient: str, written: Sequence[Letter]) -> list[Chased]:
    """Write down that suppliers were written to, by whoever acts, at this moment."""
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    first = 1 + chases.last_number(unit.connection, recipient)
    made = [
        Chased(
            number=number,
            supplier=letter.supplier,
            at=unit.now,
            actor=unit.actor,
            letter=letter.name,
            sha256=letter.sha256,
            documents=letter.documents,
            tax=letter.tax,
        )
        for number, letter in enumerate(written, first)
    ]
    chases.put(unit.connection, recipient, made, recorded_at=unit.recorded_at, request_key=unit.request_key)
    return made


def held(documents_: Iterable[ToChase]) -> Iterator[HeldPayment]:
    """Give the payments to hold: of every document with tax at stake."""
    for of in documents_:
        if of.stake:
            yield HeldPayment(
                supplier=of.supplier,
                number=of.number,
                date=of.date,
                kind=of.kind,
                booked=of.match.document is not None,
                tax=of.stake,
                reason=of.reason.name,
                release=of.reason.release,
                rule=of.rule,
                credit_until=of.credit_until,
            )


@dataclass
class Days:
    """The days that count for documents, each worked out once."""

    unit: UnitOfWork
    question: Question
    _returned: dict[str, datetime | None] = field(default_factory=dict)

    def of(self, row: Any, match: Match) -> ToChase:
        """Return a document to chase."""
        record, booked = match.record, match.document
        calendar, declared, today = self.unit.book.calendar, self.question.declared, self.question.today
        document = booked or record.document  # type: ignore[union-attr]  # a match has one of both
        cutoff = self._cutoff(document.kind, document.date) if record is None else record.cutoff_at
        amends = record.document.amends if record else None
        limit = calendar.amendment_limit(document.kind, amends.date if amends else document.date, None)
        # What is filed is amended in a later period than the one in which it is reported (FAQ 19.2).
        since = record.return_period.plus(1) if record and record.filed else TaxPeriod.of(document.date)
        following, quarterly = (calendar.next_outward(today, of, since) for of in (Filing.MONTHLY, Filing.QUARTERLY))
        form = "GSTR-1 of the quarter to" if calendar.is_period_end(quarterly, Filing.QUARTERLY) else "IFF of"
        days = (today - document.date).days
        return ToChase(
            match=match,
            reason=declared.reasons[row.reason],
            stake=_heads(row),
            days=days,
            band=declared.band_of(days),
            next=following,
            due=calendar.due_outward(following, Filing.MONTHLY),
            quarterly=f"{form} {quarterly.in_words}",
            quarterly_due=calendar.due_outward(quarterly, Filing.QUARTERLY),
            credit_until=None if cutoff is None else last_day_before(cutoff),
            amend_until=None if limit is None else last_day_before(limit),
            over=cutoff is not None and cutoff <= self.unit.now,
        )

    def credit_until(self, kind: Kind, day: date) -> date | None:
        """Return the last day for the credit of a document that nobody reported (section 16(4))."""
        cutoff = self._cutoff(kind, day)
        return None if cutoff is None else last_day_before(cutoff)

    def _cutoff(self, kind: Kind, day: date) -> datetime | None:
        fy = self.unit.book.calendar.financial_year(day)
        if fy not in self._returned:
            at = taxpayers.annual_return_at(self.unit.connection, str(self.question.recipient), fy)
            self._returned[fy] = at
        return self.unit.book.calendar.cutoff(kind, day, self._returned[fy])


def _heads(row: Any) -> Heads:
    return Heads(*(int(getattr(row, head)) for head in HEADS))
