"""Tells a chain of two versions step by step: the calendar gives the days, the ledger the money, the law the refusals.

Imports the law and the steps; draws nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ims_fsm.charts.sequence.story import Actor, Becomes, Entry, Step, month, signed
from ims_fsm.law.book import LawBook
from ims_fsm.law.decision import decide
from ims_fsm.law.ledger import Outcome, Standing, leaks, report, settle
from ims_fsm.law.refusal import Refused
from ims_fsm.terms.money import Heads, shown
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Direction, Filing, Kind, Trigger

MONTHLY = Filing.MONTHLY
_SHOWN = ("faq.6", "faq.7")
_SAYS = {
    Trigger.ACCEPT: "accepts the {}",
    Trigger.REJECT: "rejects the {}",
    Trigger.KEEP_PENDING: "keeps the {} pending",
}


@dataclass(slots=True)
class Telling:
    """A tale while it is told: a document and its amendment in the next tax period, V0 and V1 their tax in paise.

    Both taxpayers file monthly, each return on its due day.
    """

    book: LawBook
    kind: Kind
    period: TaxPeriod
    v0: int
    v1: int
    standing: Standing = field(default_factory=Standing)
    steps: list[Step] = field(default_factory=list)

    @property
    def following(self) -> TaxPeriod:
        """The tax period of the amendment."""
        return self.book.calendar.next(self.period, MONTHLY)

    @property
    def direction(self) -> Direction:
        """How the amendment moves the tax."""
        moved = (self.v1 > self.v0) - (self.v1 < self.v0)
        return {1: Direction.UPWARD, -1: Direction.DOWNWARD, 0: Direction.UNCHANGED}[moved]

    # --- days ---------------------------------------------------------------------------------------------------------

    def files(self, period: TaxPeriod) -> dt.date:
        """Return the day on which the supplier's GSTR-1 is due."""
        return self.book.calendar.due_gstr1(period, MONTHLY)

    def drafted(self, period: TaxPeriod) -> dt.date:
        """Return the day of the draft GSTR-2B."""
        return in_india(self.book.calendar.two_b_opens(period)).date()

    def due(self, period: TaxPeriod) -> dt.date:
        """Return the day on which GSTR-3B is due."""
        return self.book.calendar.due_gstr3b(period, MONTHLY, "")

    # --- the supplier -------------------------------------------------------------------------------------------------

    def saves(self, day: dt.date, says: str, rules: Iterable[str]) -> None:
        """Let the supplier save something: no money moves."""
        self.steps.append(Step(day=day, source=Actor.SUPPLIER, target=Actor.PORTAL, says=says, rules=tuple(rules)))

    def reports(self, period: TaxPeriod, version: str, tax: int, rules: Iterable[str]) -> None:
        """Let the supplier file a version in GSTR-1: his liability moves by what the ledger enters."""
        reported = report(self.standing, self._credit(tax))
        self.standing = reported.after
        self.steps.append(
            Step(
                day=self.files(period),
                source=Actor.SUPPLIER,
                target=Actor.PORTAL,
                says=f"files GSTR-1 of {month(period)}: {version}, tax {shown(tax)}",
                rules=tuple(rules),
                liability=Entry(reported.entry.total, reported.after.standing.total),
            )
        )

    # --- the portal ---------------------------------------------------------------------------------------------------

    def shows(self, day: dt.date, record: str) -> None:
        """Let the portal show a record to the recipient."""
        becomes = self._becomes(record, "no_action")
        says = f"shows the {record} in IMS"
        self.steps.append(
            Step(day=day, source=Actor.PORTAL, target=Actor.RECIPIENT, says=says, rules=_SHOWN, becomes=becomes)
        )

    def drafts(self, period: TaxPeriod, tax: int, outcome: Outcome) -> None:
        """Let the portal draft GSTR-2B: an accepted version stands with what it adds, a rejected one for view only."""
        worth = signed((self._credit(tax) - self.standing.carried).total)
        rejected = outcome is Outcome.REJECTED
        section = f"ITC Rejected {worth}, for view only" if rejected else f"ITC Available {worth}"
        says = f"drafts GSTR-2B of {month(period)}: {section}"
        rules = ("faq.23", "faq.14.ii" if rejected else "faq.14.i")
        day = self.drafted(period)
        self.steps.append(Step(day=day, source=Actor.PORTAL, target=Actor.RECIPIENT, says=says, rules=rules))

    # --- the recipient ------------------------------------------------------------------------------------------------

    def acts(
        self, day: dt.date, trigger: Trigger, record: str, *, original: str = "none", only_refused: bool = False
    ) -> None:
        """Let the recipient act on the document, or on its amendment where `original` says how that was decided.

        The step is refused where the law refuses it; with `only_refused` it is left out where the law does not.
        """
        amends = original != "none"
        period = self.following if amends else self.period
        edition = self.book.law.machine(f"{self.kind}_amendment" if amends else str(self.kind)).at(period)
        given = {"original": original, "direction": str(self.direction), "same_period": "no"} if amends else {}
        reduction = self._reduction(trigger, self.v1 if amends else self.v0, period)
        decision = decide(edition, edition.initial, trigger, edition.facts(**given, **reduction))
        says = _SAYS[trigger].format(record) + (", ITC to be reduced in full" if reduction else "")
        if isinstance(decision, Refused):
            rules, refusals, becomes = tuple(r.rule for r in decision.refusals), decision.refusals, None
        elif only_refused:
            return
        else:
            rules, refusals, becomes = decision.rules, (), self._becomes(record, decision.dest)
        self.steps.append(
            Step(
                day=day,
                source=Actor.RECIPIENT,
                target=Actor.PORTAL,
                says=says,
                rules=tuple(dict.fromkeys(rules)),
                becomes=becomes,
                refusals=refusals,
            )
        )

    def files_3b(self, period: TaxPeriod, tax: int, outcome: Outcome, record: str) -> None:
        """Let the recipient file GSTR-3B: the record is frozen, his credit moves, a rejection may be added back."""
        settled = settle(self.standing, self._credit(tax), outcome)
        self.standing = settled.after
        day = self.due(period)
        frozen = self._becomes(record, "frozen")
        self.steps.append(
            Step(
                day=day,
                source=Actor.RECIPIENT,
                target=Actor.PORTAL,
                says=f"files GSTR-3B of {month(period)}",
                rules=("faq.12", "faq.20"),
                credit=Entry(settled.itc.total, settled.after.carried.total),
                becomes=Becomes(frozen.state, f"{frozen.words}, {outcome}"),
            )
        )
        if settled.add_back:
            following = self.book.calendar.next(period, MONTHLY)
            self.steps.append(
                Step(
                    day=day,
                    source=Actor.PORTAL,
                    target=Actor.SUPPLIER,
                    says=f"adds {shown(settled.add_back.total)} to the liability in GSTR-3B of {month(following)}",
                    rules=("faq.34",),
                    liability=Entry(settled.add_back.total, settled.after.standing.total),
                )
            )

    # --- below --------------------------------------------------------------------------------------------------------

    def _reduction(self, trigger: Trigger, tax: int, period: TaxPeriod) -> Mapping[str, str]:
        """Return the declaration that goes with accepting a specified record, in full; nothing for any other."""
        rule = self.book.law.rule("advisory.2025-10.reduction")
        reported = report(self.standing, self._credit(tax)).after
        declared = trigger is Trigger.ACCEPT and rule.holds_at(period) and leaks(reported)
        return {"reduction": "full"} if declared else {}

    def _becomes(self, record: str, state: str) -> Becomes:
        declared = self.book.law.machine(str(self.kind)).edition.states[state]
        return Becomes(declared, f"{record}: {declared.title.lower()}")

    def _credit(self, tax: int) -> Heads:
        return Heads(igst=tax) * self.kind.sign
