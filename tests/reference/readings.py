"""What the reference model reads from a record, its chain and the moment, and which actions that refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta
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

    def ends(self, record: Record) -> datetime:
        """Return the end of section 16(4): of 30 November, or the recipient's annual return before it."""
        fy = days.financial_year(record.date)
        november = datetime.combine(days.last_november(fy) + timedelta(days=1), datetime.min.time())
        return min(november, record.recipient.annual.get(fy, november))

    def out_of_time(self, record: Record, moment: datetime) -> bool:
        return record.kind in LIMITED and moment >= self.ends(record)

    def route(self, record: Record) -> str:
        """Return where a document goes (FAQ 4, 8, 17; domain.md 3.4)."""
        if record.reverse_charge:
            return "reverse_charge"
        if record.ineligible:
            return record.ineligible
        if self.out_of_time(record, record.filed_at or self.now):
            return "sec_16_4"  # of "any invoice or debit note", in whichever form it comes
        if record.form in OTHER_FORMS:
            return "other_form"
        period = self.two_b_period(record)
        if record.kind == "bill_of_entry":
            return "ims" if period >= days.NEW_RULES_FROM else "icegate"
        return "before_ims" if period < days.FIRST_IN_IMS else "ims"

    def new_rules(self, record: Record) -> bool:
        return self.two_b_period(record) >= days.NEW_RULES_FROM

    def specified(self, record: Record) -> bool:
        """Say whether waiting leaves the supplier below what the recipient agreed to: S < E (domain.md 2.7, 3.3).

        Of what is ended the letter of FAQ 11.A says it, and since 2025-10 that no credit note of its chain is adjusted.
        """
        if record.kind == "credit_note" and self.ended(record):
            return not record.amends or self.new_rules(record)
        if self.ended(record) and record.amends:
            return False
        return record.kind != "bill_of_entry" and under(record.value, record.agreed)

    def asks(self, record: Record) -> bool:
        """Say whether an acceptance may declare a reduction: it reduces ITC, or not all was adjusted before (3.3)."""
        if self.ended(record) and record.amends:
            return self.new_rules(record) and record.kind == "credit_note"
        carried, agreed = record.carried, record.agreed
        reduces = under(record.value, carried)
        return self.new_rules(record) and (reduces or carried != agreed)

    def waits(self, record: Record) -> bool:
        """Say whether any version before this one is undecided in another 2B period (FAQ 13)."""
        period = self.two_b_period(record)
        before = [version for version in record.ancestors() if version.live and not self.ended_for_good(version)]
        return any(self.two_b_period(version) != period for version in before)

    def ended(self, record: Record) -> bool:
        """Say whether a later version ends its credit from the same 2B period on: no action on it counts any more."""
        later = {self.two_b_period(version): version for version in record.later() if version.filed_at}
        period = self.two_b_period(record)
        ends = any(start <= period and self.route(version) in NO_CREDIT for start, version in later.items())
        return ends or self.ended_for_good(record)

    def ended_for_good(self, record: Record) -> bool:
        """Say whether a decided version ends its credit: nobody asks any more what was before (FAQ 13, 32)."""
        return any(v.decided and not v.removed_for and self.route(v) in NO_CREDIT for v in record.later())

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
        if record.kind != "credit_note" or not before or record.versions.stated()[0]:
            return False
        decided = any(version.decided for version in before)
        lower = not under(record.value, before[0].value)
        return not decided and lower and before[0].state != "rejected"

    def pending_until(self, record: Record) -> date:
        who = record.recipient
        return days.pending_until(self.two_b_period(record), who.quarterly, who.gstin[:2], who.extensions)

    def direction(self, record: Record) -> str:
        """Say how an amendment moves the tax of the version before it; what FAQ 11 blocks, where the heads differ."""
        before = record.ancestors()
        if not record.amends:
            return "original"
        stated, _ = record.versions.stated()
        if not before:
            if stated is None:
                return "unknown"
            if stated == "rejected":
                return "unchanged"  # nothing asks
        was = before[0].value if before else record.carried
        lower, higher = under(record.value, was), under(was, record.value)
        if record.kind == "credit_note":
            return "upward" if lower else "downward" if higher else "unchanged"
        return "downward" if lower else "upward" if higher else "unchanged"

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
        # Taking an action back is no action on the amendment (FAQ 10, 13); nobody asks what was before what is ended.
        if action != "reset" and not self.ended(record):
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
        most = lacking(record.carried, record.value)
        if under(most, money(reduce)):
            return ["itc_reduction_exceeds_document"]
        return ["remarks_required"] if money(reduce) != most and not remarks else []
