"""Tells two tales: an invoice amended in the next tax period (FAQ 13), a credit note rejected and furnished again.

The calendar gives the days, the ledger the money, the law the refusals. Imports the law and the terms; draws nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from ims_fsm.charts.paper import short
from ims_fsm.draw.citation import cite_all
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar import ONE_DAY
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import StateDeclaration
from ims_fsm.law.ledger import Outcome, Standing, leaks, report, settle
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.terms.money import Heads, paise, shown
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Direction, Filing, Kind, Trigger

SUBJECT = "sequence"
# The tax of a document where nothing else is asked, in rupees.
DOCUMENT = "100.00"
Rupees = str | int | Decimal
_SAYS = {
    Trigger.ACCEPT: "accepts the {}",
    Trigger.REJECT: "rejects the {}",
    Trigger.KEEP_PENDING: "keeps the {} pending",
}


class Actor(StrEnum):
    """Whose lifeline it is."""

    SUPPLIER = "supplier"
    PORTAL = "portal"
    RECIPIENT = "recipient"


class Entry(NamedTuple):
    """What a step moves on one side, and what stands there after it, in paise."""

    amount: int
    total: int


class Becomes(NamedTuple):
    """The state that a record is in after a step, as it is declared and in words."""

    state: StateDeclaration
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message from an actor to another."""

    day: dt.date
    source: Actor
    target: Actor
    #: What the source does, as the end of a sentence, and the rules that say so.
    says: str
    rules: tuple[str, ...]
    #: What it moves on the supplier's side and on the recipient's.
    liability: Entry | None = None
    credit: Entry | None = None
    becomes: Becomes | None = None
    #: Why it fails, where it does.
    refusals: tuple[Refusal, ...] = ()

    @property
    def when(self) -> str:
        """The day without its year, like 14 Nov."""
        return short(self.day)

    @property
    def cited(self) -> str:
        """Its citations in one line."""
        return cite_all(self.rules)

    def refused(self, fields: Mapping[str, str] | None) -> tuple[str, ...]:
        """Return each refusal as a clause with its citation and code; without `fields` as one that was said before."""
        named = None if fields is None else {**fields, "document": "it", "original": "the original"}
        clauses = ("as before" if named is None else _clause(refusal.sentence(named)) for refusal in self.refusals)
        return tuple(
            f"{clause} ({cite_all([refusal.rule])}, {refusal.code})"
            for clause, refusal in zip(clauses, self.refusals, strict=True)
        )


class Version(NamedTuple):
    """A version of a document: what the tale calls it, its 2B period, its tax in paise, whether it amends another.

    `filed` is the day on which its GSTR-1 is due, `drafted` that of the draft GSTR-2B, `due` that of GSTR-3B.
    """

    name: str
    period: TaxPeriod
    tax: int
    amends: bool
    filed: dt.date
    drafted: dt.date
    due: dt.date


class Tale:
    """A story of steps between two taxpayers who file monthly, each return on its due day."""

    name: ClassVar[str]
    title: ClassVar[str]
    says: ClassVar[str]
    #: What the document is; what it and its amendment are called; the tax of the amendment if nothing else is asked.
    kind: ClassVar[Kind]
    records: ClassVar[tuple[str, str]]
    amended: ClassVar[str]

    def __init__(self, book: LawBook, period: TaxPeriod, v0: int, v1: int) -> None:
        """Tell of a document of a 2B period and of its amendment in the next one, their tax in paise."""
        self.book = book
        self.rule_set = book.law.machine(str(self.kind)).at(period).rule_set.id
        self.steps: list[Step] = []
        #: Where both sides stand after the steps.
        self.after = Standing()
        self.first = self._version(self.records[0], period, v0, amends=False)
        following = book.calendar.next(period, Filing.MONTHLY)
        self.second = self._version(self.records[1], following, v1, amends=True)
        self._tell(self.first, self.second)

    def _tell(self, first: Version, second: Version) -> None:
        """Tell the steps, one after the other."""
        raise NotImplementedError

    @property
    def ending(self) -> str:
        """Where both sides stand in the end, as a sentence."""
        standing, carried = self.after.standing.total, self.after.carried.total
        if standing == carried:
            return f"In the end the supplier's liability and the recipient's ITC are the same: {balance(standing)}"
        return f"In the end the supplier's liability is {balance(standing)} and the recipient's ITC {balance(carried)}"

    def said(self, fields: Mapping[str, str]) -> str:
        """Return the whole tale in sentences; `fields` fill in its refusals."""
        return " ".join((f"{self.title}: {self.says}.", *self._sentences(fields), f"{self.ending}."))

    def _sentences(self, fields: Mapping[str, str]) -> Iterator[str]:
        for step in self.steps:
            sides = (("liability", step.liability), ("ITC", step.credit))
            money = [f", {side} {signed(entry.amount)}, total {balance(entry.total)}" for side, entry in sides if entry]
            yield f"{step.when}: the {step.source} {step.says} ({step.cited}){''.join(money)}."
            yield from (f"Refused: {clause}." for clause in step.refused(fields))

    # --- the supplier -------------------------------------------------------------------------------------------------

    def saves(self, version: Version, day: dt.date, words: str, *rules: str) -> None:
        """Let the supplier save a version: no money moves."""
        says = f"saves {words} in GSTR-1 of {version.period.month_in_words}, {Heads(igst=version.tax)}"
        self._step(day, Actor.SUPPLIER, says, rules)

    def reports(self, version: Version, words: str, *rules: str) -> None:
        """Let the supplier file a version in GSTR-1: the liability moves by what the ledger enters."""
        reported = report(self.after, self._credit(version))
        self.after = reported.after
        says = f"files GSTR-1 of {version.period.month_in_words}: {words}, {Heads(igst=version.tax)}"
        entry = Entry(reported.entry.total, reported.after.standing.total)
        self._step(version.filed, Actor.SUPPLIER, says, rules, liability=entry)

    # --- the portal ---------------------------------------------------------------------------------------------------

    def shows(self, version: Version, day: dt.date) -> None:
        """Let the portal show a record to the recipient."""
        becomes = self._becomes(version, "no_action")
        self._step(day, Actor.PORTAL, f"shows the {version.name} in IMS", ("faq.6", "faq.7"), becomes=becomes)

    def drafts(self, version: Version, outcome: Outcome) -> None:
        """Let the portal draft GSTR-2B: an accepted version stands with what it adds, a rejected one for view only."""
        worth = signed((self._credit(version) - self.after.carried).total)
        is_rejected = outcome is Outcome.REJECTED
        section = f"ITC Rejected {worth}, for view only" if is_rejected else f"ITC Available {worth}"
        rules = ("faq.23", "faq.14.ii" if is_rejected else "faq.14.i")
        says = f"drafts GSTR-2B of {version.period.month_in_words}: {section}"
        self._step(version.drafted, Actor.PORTAL, says, rules)

    # --- the recipient ------------------------------------------------------------------------------------------------

    def acts(
        self, day: dt.date, trigger: Trigger, version: Version, *, original: str = "", only_refused: bool = False
    ) -> None:
        """Let the recipient act on a version, where it amends another with how that one was decided.

        The step is refused where the law refuses it; with `only_refused` it is left out where the law does not.
        """
        machine = f"{self.kind}_amendment" if version.amends else str(self.kind)
        edition = self.book.law.machine(machine).at(version.period)
        chain = {"original": original, "direction": str(self._direction), "same_period": "no"} if version.amends else {}
        reduction = self._reduction(trigger, version)
        decision = decide(edition, edition.initial, trigger, edition.facts(**chain, **reduction))
        says = _SAYS[trigger].format(version.name) + (", ITC to be reduced in full" if reduction else "")
        if isinstance(decision, Refused):
            rules = dict.fromkeys(refusal.rule for refusal in decision.refusals)
            self._step(day, Actor.RECIPIENT, says, tuple(rules), refusals=decision.refusals)
        elif not only_refused:
            becomes = self._becomes(version, decision.dest)
            self._step(day, Actor.RECIPIENT, says, tuple(dict.fromkeys(decision.rules)), becomes=becomes)

    def files_3b(self, version: Version, outcome: Outcome) -> None:
        """Let the recipient file GSTR-3B: the record is frozen, the credit moves, a rejection may be added back."""
        settled = settle(self.after, self._credit(version), outcome)
        self.after = settled.after
        frozen = self._becomes(version, "frozen")
        self._step(
            version.due,
            Actor.RECIPIENT,
            f"files GSTR-3B of {version.period.month_in_words}",
            ("faq.12", "faq.20"),
            credit=Entry(settled.itc.total, settled.after.carried.total),
            becomes=Becomes(frozen.state, f"{frozen.words}, {outcome}"),
        )
        if settled.add_back:
            following = self.book.calendar.next(version.period, Filing.MONTHLY).month_in_words
            says = f"adds {settled.add_back} to the liability in GSTR-3B of {following}"
            entry = Entry(settled.add_back.total, settled.after.standing.total)
            self._step(version.due, Actor.PORTAL, says, ("faq.34",), target=Actor.SUPPLIER, liability=entry)

    # --- below --------------------------------------------------------------------------------------------------------

    def _step(self, day: dt.date, source: Actor, says: str, rules: tuple[str, ...], **effects: Any) -> None:
        target = effects.pop("target", Actor.RECIPIENT if source is Actor.PORTAL else Actor.PORTAL)
        self.steps.append(Step(day=day, source=source, target=target, says=says, rules=rules, **effects))

    def _version(self, name: str, period: TaxPeriod, tax: int, *, amends: bool) -> Version:
        calendar = self.book.calendar
        drafted = calendar.two_b_day(period)
        filed, due = calendar.due_gstr1(period, Filing.MONTHLY), calendar.due_gstr3b(period, Filing.MONTHLY, "")
        return Version(name, period, tax, amends, filed, drafted, due)

    @property
    def _direction(self) -> Direction:
        """How the amendment moves the tax."""
        before, after = self.first.tax, self.second.tax
        return Direction.UPWARD if after > before else Direction.DOWNWARD if after < before else Direction.UNCHANGED

    def _reduction(self, trigger: Trigger, version: Version) -> Mapping[str, str]:
        """Return the declaration that goes with accepting a specified record, in full; nothing for any other."""
        rule = self.book.law.rule("advisory.2025-10.reduction")
        reported = report(self.after, self._credit(version)).after
        is_declared = trigger is Trigger.ACCEPT and rule.holds_at(version.period) and leaks(reported)
        return {"reduction": "full"} if is_declared else {}

    def _becomes(self, version: Version, state: str) -> Becomes:
        declared = self.book.law.machine(str(self.kind)).edition.states[state]
        return Becomes(declared, f"{version.name}: {declared.title.lower()}")

    def _credit(self, version: Version) -> Heads:
        return Heads(igst=version.tax) * self.kind.sign


# --- the tales --------------------------------------------------------------------------------------------------------


class Amendment(Tale):
    """The amendment waits for the original and its GSTR-3B; what is tried before is refused."""

    name = "amendment"
    title = "An amended invoice"
    says = "the original is decided, and its GSTR-3B filed, before the amendment (FAQ 13)"
    kind = Kind.INVOICE
    records = ("original", "amendment")
    amended = "120.00"

    def _tell(self, first: Version, second: Version) -> None:
        saved = first.filed + ONE_DAY
        self.reports(first, "invoice", "faq.15")
        self.shows(first, first.filed)
        self.saves(second, saved, "the amendment", "faq.4", "faq.6")
        self.shows(second, saved)
        self.acts(saved, Trigger.ACCEPT, second, original="unsettled")
        self.acts(saved, Trigger.ACCEPT, first)
        self.drafts(first, Outcome.ACCEPTED)
        self.acts(first.drafted, Trigger.ACCEPT, second, original="unsettled")
        self.files_3b(first, Outcome.ACCEPTED)
        self.acts(first.due, Trigger.KEEP_PENDING, second, original="accepted", only_refused=True)
        self.acts(first.due, Trigger.ACCEPT, second, original="accepted")
        self.reports(second, "amendment", "faq.15", "annexure.a")
        self.drafts(second, Outcome.ACCEPTED)
        self.files_3b(second, Outcome.ACCEPTED)


class RejectedCreditNote(Tale):
    """A credit note is rejected, added back, furnished again and accepted."""

    name = "rejected-credit-note"
    title = "A rejected credit note"
    says = "added back to the supplier's liability until it is furnished again (FAQ 34, Annexure-A)"
    kind = Kind.CREDIT_NOTE
    records = ("credit note", "second note")
    amended = DOCUMENT

    def _tell(self, first: Version, second: Version) -> None:
        day, again = first.filed + ONE_DAY, second.filed + ONE_DAY
        self.reports(first, "credit note", "faq.15")
        self.shows(first, first.filed)
        self.acts(day, Trigger.KEEP_PENDING, first, only_refused=True)
        self.acts(day, Trigger.REJECT, first)
        self.drafts(first, Outcome.REJECTED)
        self.files_3b(first, Outcome.REJECTED)
        self.reports(second, "credit note again", "faq.19.2", "refurnish.3", "refurnish.4")
        self.shows(second, second.filed)
        self.acts(again, Trigger.KEEP_PENDING, second, original="rejected", only_refused=True)
        self.acts(again, Trigger.ACCEPT, second, original="rejected")
        self.drafts(second, Outcome.ACCEPTED)
        self.files_3b(second, Outcome.ACCEPTED)


TALES: Mapping[str, type[Tale]] = {tale.name: tale for tale in (Amendment, RejectedCreditNote)}
SEQUENCES = tuple(TALES)


def signed(paise: int) -> str:
    """Return paise in rupees with their sign; nothing is 0.00.

    >>> signed(12345678900), signed(0)
    ('+12,34,56,789.00', '0.00')
    """
    sign = "+" if paise > 0 else "\N{MINUS SIGN}" if paise < 0 else ""
    return f"{sign}{shown(abs(paise))}"


def balance(paise: int) -> str:
    """Return paise in rupees, with a sign only below zero."""
    return signed(paise).removeprefix("+")


def _clause(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def tale_of(
    book: LawBook, name: str, v0: Rupees | None = None, v1: Rupees | None = None, period: TaxPeriod | None = None
) -> Tale:
    """Return a tale by its name, one of `SEQUENCES`.

    `v0` is the tax of the document and `v1` that of its amendment, in rupees; left out they are those of the examples,
    and with `v0` alone the amendment changes nothing. `period` is the document's 2B period, the first of IMS without
    it. Raises `InputError` with every problem of what is asked.
    """
    begins = book.calendar.first_period if period is None else period
    problems: list[Problem] = []
    if name not in TALES:
        problems.append(Problem(name, "is not a sequence", f"the sequences are {', '.join(SEQUENCES)}"))
    if begins < book.calendar.first_period:
        what = f"lies before IMS, which begins with 2B period {book.calendar.first_period}"
        problems.append(Problem(begins, what, "name that period or a later one"))
    document = _tax("v0", DOCUMENT if v0 is None else v0, problems)
    if v1 is None and v0 is not None:
        amended = document
    else:
        usual = TALES[name].amended if name in TALES else DOCUMENT
        amended = _tax("v1", usual if v1 is None else v1, problems)
    if problems:
        raise InputError(SUBJECT, problems)
    try:
        return TALES[name](book, begins, document, amended)
    except ValueError as error:
        late = Problem(begins, "is too late: the calendar ends before what follows it", "name an earlier period")
        raise InputError(SUBJECT, [late]) from error


def _tax(place: str, tax: Rupees, problems: list[Problem]) -> int:
    try:
        read = paise(tax)
    except ValueError as error:
        what, _, remedy = str(error).partition("; ")
        problems.append(Problem(place, what, remedy))
        return 0
    if read <= 0:
        problems.append(Problem(place, f"{tax} is not the tax of a document", "write an amount above zero"))
    return read
