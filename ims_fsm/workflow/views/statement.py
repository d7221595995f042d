"""A recipient's GSTR-2B as the portal writes it, and the portal's own compared with it, each difference explained.

Imports the portal's JSON, the workflow and the law book; knows no command line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.parts import Sources, contents_of
from ims_fsm.formats.gstn.two_b.comparison import Difference, Explanation, OutsideIms, Side, compare
from ims_fsm.formats.gstn.two_b.files import read_two_bs
from ims_fsm.formats.gstn.two_b.statement import ISD_TYPE, PortalTwoB, PortalTwoBLine
from ims_fsm.law.book import LawBook
from ims_fsm.record.record import Record
from ims_fsm.record.returns import TwoBLine
from ims_fsm.record.scene import Scene
from ims_fsm.record.settling import LeftOut
from ims_fsm.record.steps import filed
from ims_fsm.record.where import Where
from ims_fsm.store import records
from ims_fsm.store.connection import serialise
from ims_fsm.terms.border import is_non_resident
from ims_fsm.terms.document import Document, Ineligible
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Correction, Form, Kind, Route, Section, TwoBState
from ims_fsm.workflow.left_out import left_out
from ims_fsm.workflow.returns import mark_stale
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views import views
from ims_fsm.workflow.views.views import TwoBView

_REASONS = {Route.POS: "P", Route.SEC_16_4: "C"}
_INELIGIBLE: dict[str, Ineligible] = {"P": "pos", "C": "sec_16_4"}


@dataclass(frozen=True, slots=True)
class Adopted:
    """A record that was moved to the period of the portal's GSTR-2B, and its 2B period before; None: only saved."""

    record_id: int
    before: TaxPeriod | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBComparison:
    """Our GSTR-2B beside the portal's."""

    recipient: str
    period: TaxPeriod
    #: How many lines each has.
    ours: int
    theirs: int
    #: Why the portal's is not whole, in one line; "" where it is. What it does not list is not a difference then.
    partial: str
    #: How many lines of ours it does not list, where it is not whole.
    unlisted: int
    differences: tuple[Difference, ...]
    #: What stands in the portal's alone because it never goes through IMS, as the law has it: not a difference.
    not_through_ims: tuple[OutsideIms, ...]
    #: The records that were moved to this period, because the portal's shows them in it.
    adopted: tuple[Adopted, ...] = ()
    #: What is odd about the file.
    warnings: tuple[Problem, ...] = ()


def statement_of(unit: UnitOfWork, gstin: str, period: TaxPeriod, generation: int | None = None) -> PortalTwoB:
    """Return a generation of a GSTR-2B (None: the newest) as `write_two_b` takes it.

    Reverse charge stands beside what it takes back from the forward charge (FAQ 32); what the recipients reverse
    themselves (FAQ 33) is not part of it. The day on which a supplier filed is left out: no download tells it.
    Raises `InputError` where it was never generated.
    """
    view = _generated(unit, gstin, period, generation)
    at = view.two_b.generated_at
    return PortalTwoB(
        recipient=gstin,
        period=period,
        generated_on=in_india(at).date() if at else None,
        lines=tuple(_line(line, record) for line, record in view.lines if line.entry != "reversal_4b1"),
    )


def read(sources: Sources, where: str | None, recipient: str | None) -> PortalTwoB:
    """Return the portal's GSTR-2B from its file, its files, or a zip of them.

    Raises `InputError` as `contents_of` and `read_two_bs` do.
    """
    return read_two_bs(contents_of(sources, where, "GSTR-2B"), recipient)


def compare_two_b(unit: UnitOfWork, theirs: PortalTwoB) -> TwoBComparison:
    """Compare the portal's GSTR-2B with ours of the same recipient and period, document by document.

    Raises `InputError` where ours was never generated.
    """
    return _compared(unit, theirs, _generated(unit, theirs.recipient, theirs.period))


def _compared(unit: UnitOfWork, theirs: PortalTwoB, view: TwoBView) -> TwoBComparison:
    ours = [_line(line, record) for line, record in view.lines if line.entry == "document"]
    beside = [_line(line, record) for line, record in view.lines if line.entry == "forward_reduction"]
    omissions = left_out(unit, theirs.recipient, theirs.period)
    explainer = _Explainer(unit.book, theirs, omissions, unit.matching(theirs.recipient, Where()))
    whole = not theirs.partial
    compared = compare(ours, theirs.lines, explainer, beside, apart=explainer.outside, whole=whole)
    return TwoBComparison(
        recipient=theirs.recipient,
        period=theirs.period,
        ours=len(ours),
        theirs=len(theirs.lines),
        partial=theirs.partial,
        unlisted=compared.unlisted,
        differences=compared.differences,
        not_through_ims=compared.outside,
        warnings=theirs.warnings,
    )


def adopt_two_b(unit: UnitOfWork, recipient: str, theirs: PortalTwoB) -> TwoBComparison:
    """Compare as `compare_two_b` does, and then move each open record to the period in which the portal's shows it.

    The portal's own GSTR-2B outranks what sightings prove (window.2b); each move is logged with that reason. What a
    GSTR-3B has decided stays, and so does what ours of that period shows too: it was kept from one before.
    """
    serialise(unit.connection, [recipient])
    unit.restate("the portal's GSTR-2B tells where a record belongs, whenever it is taken in")
    view = _generated(unit, recipient, theirs.period)
    comparison, here = _compared(unit, theirs, view), {record.id for _, record in view.lines}
    meant, scene = set(_meant(unit, recipient, theirs, here)), unit.scene(recipient)
    moved: list[tuple[Record, Record]] = []
    for page in records.undecided_pages(unit.connection, recipient):
        changes = [(record, _adopted(unit, record, scene, theirs.period)) for record in page if record.id in meant]
        unit.write(changes)
        mark_stale(unit, recipient, [version for change in changes for version in change])
        moved += changes
    return replace(comparison, adopted=tuple(Adopted(before.id, before.two_b_period) for before, _ in moved))


def _meant(unit: UnitOfWork, recipient: str, theirs: PortalTwoB, here: Container[int]) -> Iterator[int]:
    """Give the open records, by id, that the portal's GSTR-2B shows, and that neither stand `here` nor belong to it.

    Two amendments may bear one number: what is here in that period is the one, else the line's return period tells.
    """
    lines: dict[tuple[object, ...], set[TaxPeriod | None]] = defaultdict(set)
    for line in theirs.lines:
        lines[_key(line)].add(line.return_period)
    alike: dict[tuple[object, ...], list[tuple[int, TaxPeriod | None, TaxPeriod]]] = defaultdict(list)
    for page in records.undecided_pages(unit.connection, recipient):
        for record in page:
            if (key := _key(_whole(record))) in lines:
                alike[key].append((record.id, record.two_b_period, record.return_period))
    for key, members in alike.items():
        if not any(number in here or period == theirs.period for number, period, _ in members):
            yield from (number for number, _, of in members if len(members) == 1 or of in lines[key])


def _adopted(unit: UnitOfWork, record: Record, scene: Scene, period: TaxPeriod) -> Record:
    was = record.two_b_period or "none"
    detail = {"two_b_period": str(period), "before": str(was), "reason": "the portal's GSTR-2B shows it there"}
    unit.moved(record, Correction.PLACE, str(record.state), ("window.2b",), detail)
    after = record if record.filed else filed(record, scene, unit.now, period)
    return after.stepped(unit.now, two_b_period=period, named_period=period)


class _Explainer:
    """Says why a document stands in the portal's GSTR-2B and not in ours, where a rule tells it."""

    def __init__(
        self, book: LawBook, theirs: PortalTwoB, omissions: Iterable[LeftOut], records: Iterable[Record]
    ) -> None:
        self.book, self.period = book, theirs.period
        self.left_out = {omission.record.id: omission for omission in omissions}
        self.records = {_key(_whole(record)): record for record in records}

    def __call__(self, line: PortalTwoBLine, side: Side) -> Explanation | None:
        if side == "here":
            return None
        record = self.records.get(_key(line))
        return None if record is None else self._of_record(record)

    def _of_record(self, record: Record) -> Explanation | None:
        if record.id in self.left_out:
            omission = self.left_out[record.id]
            return Explanation(omission.rule, f"here it is left out, because {omission.why}")
        if not record.filed:
            return Explanation("faq.15", "here its supplier has only saved it, when the portal was last seen")
        if record.two_b_period and record.two_b_period > self.period:
            return Explanation("window.2b", f"here it belongs to 2B period {record.two_b_period}")
        return None

    def outside(self, line: PortalTwoBLine) -> Explanation | None:
        """Return why a line of the portal's never goes through IMS; None where it does, and where it is a record here.

        The law of its period says so: `routes.toml`.
        """
        if _key(line) in self.records:
            return None
        route = self.book.routing.route(
            _document(line), _form(line), self.period, self.book.calendar.first_period, out_of_time=False
        )
        if route.name is Route.IMS:
            return None
        return Explanation(route.rule, self.book.law.rule(route.rule).title.rstrip("."))


def _generated(unit: UnitOfWork, gstin: str, period: TaxPeriod, generation: int | None = None) -> TwoBView:
    view = views.two_b_view(unit, gstin, period, with_lines=True, generation=generation)
    if view.two_b.state is TwoBState.ABSENT:
        remedy = f'generate it first: recipient("{gstin}", …).generate_2b("{period}")'
        raise InputError("GSTR-2B", [Problem(str(period), f"was never generated here for {gstin}", remedy)])
    return view


def _line(line: TwoBLine, record: Record) -> PortalTwoBLine:
    forward = line.entry == "forward_reduction"
    return _shown(
        record,
        section=line.section,
        tax=Heads(*map(abs, line.tax)) if forward else record.document.tax,
        reverse_charge=record.document.reverse_charge and not forward,
        entry=line.tax,
    )


def _whole(record: Record) -> PortalTwoBLine:
    return _shown(record, Section.ITC_AVAILABLE, record.document.tax, record.document.credit, reverse_charge=False)


def _shown(record: Record, section: Section, tax: Heads, entry: Heads, *, reverse_charge: bool) -> PortalTwoBLine:
    document = record.document
    return PortalTwoBLine(
        section=section,
        kind=document.kind,
        supplier=document.supplier,
        number=document.number,
        date=document.date,
        taxable=document.taxable,
        tax=tax,
        amended=document.amends is not None,
        original=document.amends,
        supplier_name=document.supplier_name,
        value=document.value,
        pos=document.pos,
        invoice_type=ISD_TYPE if record.form is Form.GSTR_6 else document.invoice_type,
        reverse_charge=reverse_charge,
        itc_available="N" if section is Section.ITC_NOT_AVAILABLE else "Y",
        reason=_REASONS.get(record.route, "") if section is Section.ITC_NOT_AVAILABLE else "",
        return_period=record.return_period,
        entry=entry,
    )


def _key(line: PortalTwoBLine) -> tuple[object, ...]:
    return (line.supplier, line.kind, line.amended, line.number, line.date)


def _document(line: PortalTwoBLine) -> Document:
    return Document(
        kind=line.kind,
        supplier=line.supplier,
        recipient="",
        number=line.number,
        date=line.date,
        taxable=line.taxable,
        tax=line.tax,
        reverse_charge=line.reverse_charge,
        ineligible="rule_37a" if line.section is Section.ITC_REVERSED else _INELIGIBLE.get(line.reason),
    )


def _form(line: PortalTwoBLine) -> Form:
    if line.kind is Kind.BILL_OF_ENTRY:
        return Form.ICEGATE
    if is_non_resident(line.supplier):
        return Form.GSTR_5
    return Form.GSTR_6 if line.invoice_type == ISD_TYPE else Form.GSTR_1
