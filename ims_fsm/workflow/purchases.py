"""The purchase register beside the records: taken in, matched by the declared rules, and paired or parted by people.

Imports the store and the rules; a matching is one transaction, and acts on no record.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Hashable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from ims_fsm.errors import InputError, MissingError, Problem
from ims_fsm.formats.gstn.download import Source
from ims_fsm.formats.register.reading import read_register
from ims_fsm.law.matching import MANUAL, Cascade
from ims_fsm.law.matching_reading import cascade_with
from ims_fsm.law.overlay import Overlay
from ims_fsm.record.recommendation import ExplainedRecommendation, Recommendation
from ims_fsm.record.record import Record
from ims_fsm.record.register import (
    Booked,
    Gone,
    Match,
    MatchDecision,
    MatchedClass,
    Matching,
    PurchaseRegister,
    RegisterDocument,
    RegisterKept,
)
from ims_fsm.store.connection import serialise
from ims_fsm.store.purchases import crowds, documents, matches, pairing, sides
from ims_fsm.store.purchases.documents import EXAMPLES
from ims_fsm.store.purchases.matches import MatchesWhere
from ims_fsm.store.staging.loading import give_room, take_room_back
from ims_fsm.terms.border import (
    FIRST_PERIOD,
    LARGEST_ID,
    Border,
    checked_id,
    checked_ids,
    checked_path,
    checked_period,
    checked_text,
)
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.workflow.recommending import explained, recommended
from ims_fsm.workflow.settings import SettingsDesk, refuse_barred
from ims_fsm.workflow.unit import UnitOfWork

Decided = Literal["pair", "split", "free"]
_SHOWN = 3
GST_BEGAN = date(FIRST_PERIOD.year, FIRST_PERIOD.month, 1)
#: What is said of a class that the rules had by which was matched, and those in force have not.
NOT_IN_FORCE = "the rules in force have no such class; matching again gives others"


class PurchasesDesk(SettingsDesk):
    """What a recipient does with their purchase register. Amounts are paise; nothing here acts on a record."""

    def match(
        self,
        register: Source | PurchaseRegister | None = None,
        *,
        period: TaxPeriod | None = None,
        rules: Path | None = None,
        layout: str | Path | None = None,
    ) -> Matching:
        """Take in a purchase register, and match all that is in the register with the records.

        `register` is a path, an open file or its bytes (CSV or a workbook), or one that was read; None matches what is
        here. The register of a `period` replaces the one that was given for it before; without a period it replaces the
        one without. What comes back is of that period: its register, and what suppliers reported for it. `rules` is a
        file laid over `machines/matching.toml`, `layout` is a file, or the name of a layout that is set; without
        it the one that is set is taken all of whose titles the register has.

        Raises `InputError` with every row that cannot be read, `DeclarationError`, and `RefusedError` where roles keep
        settings, and so `rules`, from you (docs/permissions.md); nothing is kept then.
        """
        of = None if period is None else checked_period(period)
        laid = self._rules(rules)
        if register is not None and not isinstance(register, PurchaseRegister):
            register = self._read(register, layout)
        return self._done(match, None, register, of, laid, given=rules is not None)

    def _read(self, register: Source, layout: str | Path | None) -> PurchaseRegister:
        kept = self._layouts()
        chosen = kept.get(layout) if isinstance(layout, str) else None
        path = None if layout is None else checked_path("layout", layout)
        return read_register(register, layout=chosen or path, layouts=kept.values())

    def matches(  # noqa: PLR0913 -- which, and which page
        self,
        *,
        classes: Collection[str] = (),
        period: TaxPeriod | None = None,
        limit: int | None = None,
        after: tuple[int, int] = (0, 0),
        records: Collection[int] | None = None,
        documents: Collection[int] | None = None,
        rules: Path | None = None,
    ) -> Generator[Match, None, None]:
        """Give the pairs of the last matching and what is alone on either side, of some classes or all.

        Pairs come first, then documents, then records; `after` is the `Match.key` behind which they begin. With
        `records` or `documents` only what these ids are in. All as of one moment; a page of it is held.
        """
        of = None if period is None else checked_period(period)
        border = Border("matches")
        most, wanted = border.limit(limit, "matches"), self._classes(border, classes, cascade_with(self._rules(rules)))
        where = _where(of, records, after, wanted, documents)
        return self._streamed(lambda unit: _listed(unit, self.gstin, where, most))

    def _classes(self, border: Border, classes: object, cascade: Cascade) -> frozenset[str]:
        """Return classes of the rules, or of what is matched; raises what the border has against them and all else."""
        wanted = border.several("classes", classes)
        valid = {*cascade.classes}
        if not valid.issuperset(wanted):
            valid |= self._asked(lambda unit: {*matches.added_up(unit.connection, self.gstin, None, 0)})
        for name in wanted:
            if not isinstance(name, str) or name not in valid:
                border.wrong("classes", name, "is not a class of matches", f"use {', '.join(cascade.classes)}")
        border.close()
        return frozenset(map(str, wanted))

    def recommend(
        self,
        *,
        period: TaxPeriod | None = None,
        after: tuple[int, int] = (0, 0),
        records: Collection[int] | None = None,
        policy: Path | None = None,
        rules: Path | None = None,
    ) -> Generator[Recommendation, None, None]:
        """Give what is recommended for each record of the last matching that is in IMS and not decided.

        The policy (`machines/policy.toml`, with the file `policy` laid over it) proposes by the class of the match;
        each proposal is put to the law, and what is refused becomes the next that is allowed, or a question to a
        person. Nothing is done: `act_on` or `apply` does what you choose. All as of one moment; a page of it is held.
        With `records` only for these ids; `after` is the `Match.key` behind which they begin.
        Raises `DeclarationError` for a policy that cannot be used.
        """
        of = None if period is None else checked_period(period)
        where, advice = _where(of, records, after), self._advice(policy, rules)
        return self._streamed(lambda unit: recommended(unit, self.gstin, advice, where))

    def recommendation(
        self, record_id: int, *, policy: Path | None = None, rules: Path | None = None
    ) -> ExplainedRecommendation:
        """Return why something is recommended for a record: the entries passed over, and what the law says to each.

        Raises `MissingError` where nothing is: it is decided, not in IMS, or not matched.
        """
        return self._asked(explained, self.gstin, checked_id(record_id), self._advice(policy, rules))

    def pair(self, document_id: int, record_id: int, *, reason: str, key: str | None = None) -> MatchDecision:
        """Pair a document of the register with a record, whatever the rules say; both leave the pairs they are in.

        It is logged with who did so and why, stands at once, and survives the next import. Raises `MissingError` for
        a document or a record that is not here, `InputError` where the two are of different kinds.
        """
        return self._done(decide, key, "pair", checked_id(document_id), checked_id(record_id), _reason(reason))

    def split(self, document_id: int, record_id: int, *, reason: str, key: str | None = None) -> MatchDecision:
        """Take a document and a record apart; no rule pairs the two again."""
        return self._done(decide, key, "split", checked_id(document_id), checked_id(record_id), _reason(reason))

    def leave_to_rules(self, document_id: int, record_id: int, *, reason: str, key: str | None = None) -> MatchDecision:
        """Take back that a document and a record were paired or parted: the next matching decides."""
        return self._done(decide, key, "free", checked_id(document_id), checked_id(record_id), _reason(reason))

    def match_decisions(self) -> list[MatchDecision]:
        """Return what people decided of pairs, oldest first."""
        return self._asked(lambda unit: list(documents.decisions(unit.connection, self.gstin)))


def _reason(reason: str) -> str:
    return checked_text("reason", reason)


def _where(
    period: TaxPeriod | None,
    records: Collection[int] | None,
    after: tuple[int, int],
    classes: Collection[str] = (),
    documents: Collection[int] | None = None,
) -> MatchesWhere:
    ids = {
        name: None if given is None else checked_ids(given)
        for name, given in (("records", records), ("documents", documents))
    }
    return MatchesWhere(classes=classes, period=period, after=_checked_key(after), **ids)


def _checked_key(after: object) -> tuple[int, int]:
    match after:
        case (int() as document, int() as record) if 0 <= document <= LARGEST_ID and 0 <= record <= LARGEST_ID:
            return document, record
    problem = Problem(repr(after), "is not the key of a match", "give a Match.key, or leave it out")
    raise InputError("after", [problem])


def match(
    unit: UnitOfWork,
    recipient: str,
    register: PurchaseRegister | None,
    period: TaxPeriod | None,
    rules: Overlay | None,
    *,
    given: bool = False,
) -> Matching:
    """Take in a register, and match all documents with all records of a recipient.

    The pairs are everybody's, so that who may not set the rules may not have them `given` for once.
    """
    if given:
        refuse_barred(unit, "the rules of matching")
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    cascade = cascade_with(rules)
    give_room(unit.connection)
    kept = None if register is None else _keep(unit, recipient, register, period)
    sides.lay_out(unit.connection, recipient)
    by_hand, parted, waiting = _decided(unit, recipient)
    pairing.pair(unit.connection, cascade, by_hand, parted, MANUAL)
    gone, narrowed = pairing.keep(unit.connection, recipient), crowds.left(unit.connection)
    classes = tuple(classes_of(unit, recipient, period, cascade, _SHOWN))
    take_room_back(unit.connection)
    return Matching(
        recipient=recipient,
        period=period,
        classes=classes,
        kept=kept,
        parted=gone,
        waiting=waiting,
        narrowed=narrowed,
        rules=rules,
    )


def _keep(unit: UnitOfWork, recipient: str, register: PurchaseRegister, period: TaxPeriod | None) -> RegisterKept:
    booked = [document for document in register.documents if document.recipient in {"", recipient}]
    if not booked:
        problem = Problem("the file", f"has no documents of {recipient}", "give the register of this recipient")
        raise InputError(register.source, [problem])
    fy_of = unit.book.calendar.financial_year
    new, changed, unchanged, gone, moved = documents.replace(
        unit.connection, recipient, booked, fy_of, Path(register.source).name, str(period or "")
    )
    return RegisterKept(
        source=register.source,
        period=period,
        documents=len(booked),
        new=new,
        changed=changed,
        unchanged=unchanged,
        gone=gone,
        others=len(register.documents) - len(booked),
        passed_over=register.passed_over,
        unread=register.unread,
        warnings=(*register.warnings, *_misdated(booked, in_india(unit.now).date()), *_moved(register.source, moved)),
        layout=register.layout,
    )


def _moved(source: str, moved: Gone) -> Iterator[Problem]:
    """Give a warning for documents that stood in the register of another period, which this one takes them from."""
    if moved.count:
        what = f"takes {moved.count:,} from the register of another period: {', '.join(moved.examples)}"
        remedy = "give each document in one register, for what this one leaves out next time is gone"
        yield Problem(Path(source).name, what, remedy)


def _misdated(booked: Iterable[Booked], today: date) -> Iterator[Problem]:
    """Give a warning for documents dated before there was GST, and for those dated in the future."""
    for when, of in (
        (f"before {GST_BEGAN}, when GST began", [of for of in booked if of.date < GST_BEGAN]),
        (f"after today, {today}", [of for of in booked if of.date > today]),
    ):
        if of:
            others = f", and {len(of) - 1:,} more" if len(of) > 1 else ""
            what = f"{of[0].number} of {of[0].supplier} is dated {of[0].date}{others}: {when}"
            yield Problem(of[0].place, what, "check the date")


Ends = set[tuple[int, int]]


def _decided(unit: UnitOfWork, recipient: str) -> tuple[Ends, Ends, Gone]:
    """Return which documents and records people paired and parted, and what they decided of what is not here now."""
    decisions = _standing(documents.decisions(unit.connection, recipient))
    named = [documents.named(unit.connection, recipient, decision) for decision in decisions]
    booked = sides.turns(unit.connection, sides.DOCUMENTS, [at for at in named if at is not None])
    reported = sides.turns(unit.connection, sides.RECORDS, [decision.record_id for decision in decisions])
    paired, parted, waiting = Ends(), Ends(), list[MatchDecision]()
    for decision, document in zip(decisions, named, strict=True):
        if document is None or decision.record_id not in reported:
            waiting.append(decision)
        else:
            ends = paired if decision.decision == "pair" else parted
            ends.add((booked[document], reported[decision.record_id]))
    examples = tuple(f"{of.document} of {of.supplier} (record {of.record_id})" for of in waiting[:EXAMPLES])
    return paired, parted, Gone(count=len(waiting), examples=examples)


def _standing(decisions: Iterable[MatchDecision]) -> list[MatchDecision]:
    """Return what stands of decisions: the last of each document and record; either is in one pair."""
    newest: dict[tuple[Hashable, Hashable], MatchDecision] = {}
    pair_of: dict[Hashable, tuple[Hashable, Hashable]] = {}
    for decision in decisions:
        ends = ((decision.supplier, decision.kind, decision.document, decision.date), decision.record_id)
        if decision.decision == "pair":
            for end in ends:
                before = pair_of.get(end, ends)
                if before in newest and newest[before].decision == "pair":
                    del newest[before]
                pair_of[end] = ends
        newest[ends] = decision
    return [decision for decision in newest.values() if decision.decision != "free"]


def classes_of(
    unit: UnitOfWork, recipient: str, period: TaxPeriod | None, cascade: Cascade, examples: int = 0
) -> Iterator[MatchedClass]:
    """Give what each class of the last matching adds up to, in their order, with some examples; others last."""
    sums = matches.added_up(unit.connection, recipient, period, examples)
    others = dict.fromkeys(sorted({*sums} - {*cascade.classes}), NOT_IN_FORCE)
    for name, says in {**cascade.classes, **others}.items():
        if name not in sums:
            continue
        of = sums[name]
        yield MatchedClass(
            name=name,
            says=says,
            count=of.count,
            booked_taxable=of.booked[0],
            booked_tax=Heads(*of.booked[1:]),
            reported_taxable=of.reported[0],
            reported_tax=Heads(*of.reported[1:]),
            examples=tuple(of.firsts),
        )


def _listed(unit: UnitOfWork, recipient: str, where: MatchesWhere, limit: int | None) -> Iterator[Match]:
    unit.taxpayer(recipient)
    return matches.listed(unit.connection, recipient, where, limit)


ONE_KIND = "pair documents of one kind"


def unlike(document: RegisterDocument, record: Record) -> str:
    """Say that a document and a record are of different kinds, which nobody pairs; nothing where they are alike."""
    if document.kind is record.document.kind.in_books:
        return ""
    return (
        f"is of the kind {document.kind.in_words}, and record {record.id} of the kind {record.document.kind.in_words}"
    )


def decide(
    unit: UnitOfWork, recipient: str, decision: Decided, document_id: int, record_id: int, reason: str
) -> MatchDecision:
    """Write what somebody decided of a document and a record, and have it stand so."""
    serialise(unit.connection, [recipient])
    record = unit.record(record_id, recipient)
    document = documents.find_many(unit.connection, recipient, [document_id]).get(document_id)
    if document is None:
        problem = Problem(str(document_id), "is not a document of the register here", "see matches()")
        raise MissingError("document", [problem])
    if decision == "pair" and (what := unlike(document, record)):
        raise InputError("pair", [Problem(f"document {document_id}", what, ONE_KIND)])
    made = MatchDecision(
        number=documents.next_decision(unit.connection, recipient),
        decision=decision,
        supplier=document.supplier,
        document=document.number,
        date=document.date,
        kind=document.kind,
        record_id=record.id,
        reason=reason,
        actor=unit.actor,
        at=unit.now,
    )
    logged = {"recorded_at": unit.recorded_at, "request_key": unit.request_key}
    documents.decide(unit.connection, recipient, made, **logged)
    documents.part(unit.connection, recipient, document_id, record_id, whole=decision == "pair")
    if decision == "pair":
        documents.pair(unit.connection, recipient, document_id, record_id, MANUAL)
    return made
