"""What the reference model reads from a record, its chain and the moment, and which actions that refuses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from . import days
from .values import ELIGIBLE, LIMITED, NO_CREDIT, OTHER_FORMS, Money, Record, Taxpayer, lacking, money, under


class Readings:
    """Everybody's records and returns, and what follows from them."""

    def __init__(self, story: dict[str, Any]) -> None:
        self.taxpayers = {entry["name"]: Taxpayer(**entry) for entry in story["taxpayer"]}
        self.documents = {entry["name"]: entry for entry in story["document"]}
        self.records: dict[str, Record] = {}
        self.added_back: dict[tuple[str, str], Money] = {}
        self.now = datetime.min  # noqa: DTZ901 -- the model lives in Indian time alone

    def two_b_period(self, record: Record) -> str:
        """Return the 2B period in the recipient's own frequency; for what is only saved the expected one."""
        quarterly = record.supplier.quarterly
        month = record.month or days.two_b_month(record.form, record.period, quarterly, self.now)
        return record.recipient.own(month)

    def out_of_time(self, record: Record, moment: datetime) -> bool:
        """Say whether section 16(4) is over: 30 November, or the recipient's annual return before it."""
        fy = days.financial_year(record.date)
        furnished = record.recipient.annual.get(fy)
        passed = moment.date() > days.last_november(fy) or (furnished is not None and moment >= furnished)
        return record.kind in LIMITED and passed

    def route(self, record: Record) -> str:
        """Return where a document goes (FAQ 4, 8, 17; domain.md 3.4)."""
        if record.reverse_charge:
            return "reverse_charge"
        if record.ineligible:
            return record.ineligible
        if record.form in OTHER_FORMS:
            return "other_form"
        period = self.two_b_period(record)
        if record.kind == "bill_of_entry":
            return "ims" if period >= days.NEW_RULES_FROM else "icegate"
        if period < days.FIRST_IN_IMS:
            return "before_ims"
        return "sec_16_4" if self.out_of_time(record, record.filed_at or self.now) else "ims"

    def new_rules(self, record: Record) -> bool:
        return self.two_b_period(record) >= days.NEW_RULES_FROM

    def specified(self, record: Record) -> bool:
        """Say whether waiting leaves the supplier below what the recipient agreed to: S < E (domain.md 2.7, 3.3)."""
        return record.kind != "bill_of_entry" and under(record.value, record.first.agreed)

    def asks(self, record: Record) -> bool:
        """Say whether an acceptance may declare a reduction: it reduces ITC, or not all was adjusted before (3.3).

        Of imports, where the bill of entry leaves less: all was moved to another GSTIN, or a part (ADR 0002).
        """
        carried, agreed = record.first.carried, record.first.agreed
        reduces = under(record.value, carried)
        if record.kind == "bill_of_entry":
            return self.new_rules(record) and reduces
        return self.new_rules(record) and (reduces or carried != agreed)

    def waits(self, record: Record) -> bool:
        """Say whether any version before this one is undecided in another 2B period (FAQ 13)."""
        period = self.two_b_period(record)
        before = [version for version in record.ancestors() if version.live and not self.ended_for_good(version)]
        return any(self.two_b_period(version) != period for version in before)

    def ended(self, record: Record) -> bool:
        """Say whether a later version ends its credit from the same 2B period on: no action on it counts any more."""
        later = {self.two_b_period(v): v for v in self.records.values() if v.filed_at and record in v.ancestors()}
        period = self.two_b_period(record)
        ends = any(start <= period and self.route(v) in NO_CREDIT for start, v in later.items())
        return ends or self.ended_for_good(record)

    def ended_for_good(self, record: Record) -> bool:
        """Say whether a decided version ends its credit: nobody asks any more what was before (FAQ 13, 32)."""
        decided = [v for v in self.records.values() if v.disposition not in (None, "superseded") and not v.removed_for]
        return any(record in v.ancestors() and self.route(v) in NO_CREDIT for v in decided)

    def pending_refused(self, record: Record) -> bool:
        """FAQ 11 until 2B period 2025-09; since then a deadline (domain.md 3.3)."""
        if record.pending_blocked:
            return True
        if not self.specified(record):
            return False
        if self.new_rules(record):
            return self.now.date() > self.pending_until(record)
        return not self.undecided_and_lower(record)

    def undecided_and_lower(self, record: Record) -> bool:
        """FAQ 11.C in one 2B period: a credit note not above its original, which nobody rejected or decided."""
        before = record.ancestors()
        if record.kind != "credit_note" or not before or record.first.stated is not None:
            return False
        decided = any(version.disposition not in (None, "superseded") for version in before)
        lower = not under(record.value, before[0].value)
        return not decided and lower and before[0].state != "rejected"

    def pending_until(self, record: Record) -> date:
        who = record.recipient
        return days.pending_until(self.two_b_period(record), who.quarterly, who.gstin[:2])

    def refusals(self, name: str, action: str, reduce: Any = None, remarks: str | None = None) -> list[str]:
        """Return the codes that refuse an action; none where it is allowed."""
        record = self.records.get(name)
        if record is None:
            return ["not_in_ims"]
        codes = ["removed"] * (record.state == "removed")
        codes += ["taxpayer_not_eligible"] * (record.recipient.kind not in ELIGIBLE)
        codes += ["not_in_ims"] * (self.route(record) != "ims") + ["frozen"] * (record.state == "frozen")
        if codes:
            return codes
        if action != "reset":  # taking an action back is no action on the amendment (FAQ 10, 13)
            codes += ["original_not_settled"] * self.waits(record) + ["original_unknown"] * record.unknown
        pending = action == "keep_pending" and self.pending_refused(record)
        codes += ["ims_not_open"] * (self.now.date() < days.IMS_OPENS)
        codes += ["s16_4_expired"] * (action != "reject" and self.out_of_time(record, self.now))
        codes += ["pending_not_allowed"] * pending
        codes += ["reject_not_allowed"] * (action == "reject" and record.kind == "bill_of_entry")
        codes += ["remarks_too_long"] * (remarks is not None and len(remarks) > 250)
        return codes + self._declaration(record, action, reduce, remarks)

    def _declaration(self, record: Record, action: str, reduce: Any, remarks: str | None) -> list[str]:
        """The reduction of ITC that an acceptance declares (domain.md 3.3, since-2025-10.md 2.3)."""
        asked = action == "accept" and self.asks(record)
        if reduce is None:
            demanded = record.kind != "bill_of_entry" and self.now.date() >= days.DECLARATION_FROM
            return ["itc_reduction_required"] if asked and demanded else []
        if not asked:
            return ["itc_reduction_not_applicable"]
        if not isinstance(reduce, dict):
            return []
        most = lacking(record.first.carried, record.value)
        if under(most, money(reduce)):
            return ["itc_reduction_exceeds_document"]
        return ["remarks_required"] if money(reduce) != most and not remarks else []
