"""Random histories as scenario files are: taxpayers, documents, steps. A seed gives the same history at every run.

The model plays along while a history is made, so that most of what happens in it is possible.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from . import days
from .model import Model
from .values import HEADS, Record

Story = dict[str, Any]
BUYERS = {"monthly": "27AAPFU0939F1ZV", "quarterly": "07AAGFF2194N1Z1"}
# Who is not resident reports in GSTR-5, who distributes credit in GSTR-6.
SELLERS = {
    "seller": ("29AABCT1332L1ZA", "monthly"),
    "weaver": ("33AAACR5055K1ZE", "quarterly"),
    "foreigner": ("27AAECS4410P1Z3", "monthly"),
    "distributor": ("33AAFCM7781D1ZG", "monthly"),
}
OTHER_FORMS = {"foreigner": "GSTR-5", "distributor": "GSTR-6"}
STARTS = ("2024-10", "2024-10", "2025-08", "2025-09", "2025-10", "2026-02")
KINDS = ("invoice", "invoice", "credit_note", "credit_note", "debit_note", "eco_document", "bill_of_entry")
ACTIONS = ("accept", "accept", "reject", "reject", "keep_pending", "keep_pending", "reset")
CHAINS = 50
YEAR = timedelta(days=365)
SPECIAL = ({"reverse_charge": True}, {"ineligible": "pos"}, {"ineligible": "rule_37a"}, {"ineligible": "sec_16_4"})
REDUCTIONS = (None, "none", "full", {"igst": "10.00"}, {"igst": "20.00"})


class History:
    """A history in the making."""

    def __init__(self, seed: int, chains: int = CHAINS) -> None:
        self.random = Random(seed)  # noqa: S311 -- histories need no secrecy
        self.filing = self.random.choice(["monthly", "monthly", "quarterly"])
        start = self.random.choice(STARTS)
        self.first = days.quarter(start) if self.filing == "quarterly" else start
        buyer = {"name": "buyer", "gstin": BUYERS[self.filing], "filing": self.filing, "registered_from": self.first}
        if self.filing == "monthly" and self.random.random() < 0.5:
            buyer["extensions"] = sorted({name for name, _ in days.OF_A_DISTRICT})
        sellers = [{"name": n, "gstin": gstin, "filing": f, "registered_from": self.first}
                   for n, (gstin, f) in SELLERS.items()]  # fmt: skip
        self.story: Story = {"title": f"seed {seed}", "taxpayer": [buyer, *sellers], "document": [], "step": []}
        self.model = Model(self.story)
        self.wanted = chains
        self.now = datetime.min  # noqa: DTZ901 -- Indian time alone

    def made(self) -> Story:
        """Live through the months and return the history."""
        month = days.plus(self.first, -2) if self.filing == "quarterly" else self.first
        months = self.random.randint(2, 7 if self.filing == "quarterly" else 5)
        for left in range(months, 0, -1):
            self.lived(month, left)
            month = days.plus(month, 1)
        return self.story

    def lived(self, month: str, left: int) -> None:
        """Live through the month that follows a tax period, with so many left, itself among them."""
        for day in (self.random.randint(2, 9), self.random.choice([10, 11, 12, 13])):
            self.at(month, day)
            new = self.random.randint(0, self.wanted // left) if left > 1 or day < 10 else self.wanted
            self.supplied(month, new)
            self.acted()
        self.at(month, 14)
        if self.random.random() < 0.85:
            self.step("sweep")
        for day in sorted(self.random.sample(range(15, 31), 3)):
            self.at(month, day)
            self.after_the_draft(month)

    def after_the_draft(self, month: str) -> None:
        chance = self.random.random
        if chance() < 0.1:
            self.amended("GSTR-1", days.plus(month, 1))  # what is saved early may be the later version
        if chance() < 0.3:
            self.amended("GSTR-1A", month)
            if self.wanted and chance() < 0.5:
                self.reported(month, "GSTR-1A")
            self.filed()
        if chance() < 0.5:
            self.acted(0.15)
        if chance() < 0.2:
            self.act_on_many()
        if chance() < 0.1:
            self.step("sweep")
        if chance() < 0.7:
            self.returned(month)
        self.annually_returned()

    def annually_returned(self) -> None:
        who, fy = self.random.choice(["buyer", *SELLERS]), days.financial_year(self.now.date() - YEAR)
        if self.random.random() < (0.15 if fy not in self.model.taxpayers[who].annual else 0.01):
            self.step("file_annual_return", recipient=who, fy=fy)

    # --- the clock and the steps --------------------------------------------------------------------------------------

    def at(self, month: str, day: int) -> None:
        day = min(day, 28) if days.plus(month, 1).endswith("-02") else min(day, 30)
        when = datetime.combine(days.day_after(month, day), datetime.min.time()) + timedelta(hours=6)
        self.now = max(self.now, when)

    def step(self, verb: str, **fields: Any) -> None:
        self.now += timedelta(minutes=self.random.choice([1, 1, 45]))
        step = {"at": self.now, "do": verb, **fields}
        self.story["step"].append(step)
        self.model.play(step)

    # --- the supplier -------------------------------------------------------------------------------------------------

    def supplied(self, month: str, new: int) -> None:
        for _ in range(new):
            self.reported(month)
        self.amended("GSTR-1", month)
        for record in list(self.model.records.values()):
            if record.live and not record.filed_at and self.random.random() < 0.1:
                changes = [self.taxes(), {"igst": "50.00"}, {"reverse_charge": True}]
                change = self.random.choice(changes[: 2 if record.kind == "bill_of_entry" else 3])
                if self.random.random() < 0.4:
                    self.step("delete", document=record.name)
                else:
                    self.step("edit", document=record.name, changes=change)
        if self.random.random() < 0.9:
            self.acted(0.1)
            self.filed()

    def taxes(self) -> dict[str, str]:
        heads = self.random.choice([("igst",), ("igst",), ("cgst", "sgst"), ("igst", "cess")])
        return {head: self.random.choice(["80.00", "100.00", "100.00", "120.00"]) for head in heads}

    def reported(self, month: str, form: str = "GSTR-1") -> None:
        """Report an original, or an amendment of something that nobody has heard of."""
        self.wanted -= 1
        kind = self.random.choice(KINDS)
        name = f"D{len(self.story['document']) + 1}"
        back = 12 if self.random.random() < 0.4 else 0
        dated = days.plus(month, -back)
        entry = {"name": name, "kind": kind, "supplier": self.random.choice(list(SELLERS)), "recipient": "buyer",
                 "number": name, "date": date(int(dated[:4]), int(dated[5:]), 5), "taxable": "1000.00",
                 **self.taxes()}  # fmt: skip
        if kind == "eco_document" and entry["supplier"] in OTHER_FORMS and self.random.random() < 0.9:
            entry["supplier"] = "seller"
        if self.random.random() < 0.12:
            unknown = {**entry, "name": f"{name}X", "number": f"{name}X"}
            self.story["document"].append(unknown)
            self.model.documents[unknown["name"]] = unknown
            entry["amends"] = unknown["name"]
        elif self.random.random() < 0.1:
            entry |= self.special(kind)
        elif self.random.random() < 0.03:
            entry["pending_blocked"] = True
        self.saved(entry, self.form(kind, entry["supplier"], month, form), month)

    def form(self, kind: str, supplier: str, month: str, form: str) -> str:
        """Return the form that a document is reported in where the supplier is about to file this one."""
        if self.random.random() < 0.01:
            # What is amended in GSTR-1A is not amended in the GSTR-1 of the same period then: that is filed.
            return self.random.choice([form, "GSTR-5", "ICEGATE"])
        if kind == "bill_of_entry":
            return "ICEGATE"
        if supplier in OTHER_FORMS:
            return OTHER_FORMS[supplier]
        inside = SELLERS[supplier][1] == "quarterly" and days.quarter(month) != month
        return "IFF" if inside and form == "GSTR-1" else form

    def amended(self, form: str, month: str) -> None:
        """Amend the newest filed versions of some chains."""
        for record in self.newest():
            if len(record.chain) < 4 and self.random.random() < 0.25:
                self.amend(record, form, month)

    def amend(self, record: Record, form: str, month: str) -> None:
        entry = {**self.model.documents[record.name], "name": f"D{len(self.story['document']) + 1}",
                 "amends": record.name}  # fmt: skip
        for key in (*HEADS, "reverse_charge", "ineligible"):
            entry.pop(key, None)
        entry |= self.taxes()
        if record.kind == "bill_of_entry" and self.random.random() < 0.4:
            entry |= dict.fromkeys(HEADS, "0.00")  # it is moved to another GSTIN
        if self.random.random() < 0.2:
            entry |= self.special(record.kind)
        self.saved(entry, self.form(record.kind, record.supplier.name, month, form), month)

    def special(self, kind: str) -> dict[str, Any]:
        """Return what keeps a document out of IMS; section 16(4) speaks of no credit note."""
        choices = {"bill_of_entry": [{}], "credit_note": SPECIAL[:3]}.get(kind, SPECIAL)
        return self.random.choice(list(choices))

    def newest(self) -> list[Record]:
        """Return the newest filed version of each chain."""
        chains = {id(record.versions): record.versions for record in self.model.records.values()}
        newest = ([version for version in chain if version.filed_at][-1:] for chain in chains.values())
        return [record for last in newest for record in last]

    def saved(self, entry: dict[str, Any], form: str, month: str) -> None:
        self.story["document"].append(entry)
        self.model.documents[entry["name"]] = entry
        self.step("save", document=entry["name"], form=form, period=month)

    def filed(self) -> None:
        saved = [record for record in self.model.records.values() if record.live and not record.filed_at]
        for place in sorted({(record.supplier.name, record.form, record.period) for record in saved}):
            if self.random.random() < 0.9:
                self.step("file", supplier=place[0], form=place[1], period=place[2])

    # --- the recipient ------------------------------------------------------------------------------------------------

    def acted(self, often: float = 0.3) -> None:
        for record in list(self.model.records.values()):
            if self.random.random() < (often if record.live else 0.02) and not self.model.ended(record):
                self.act(record)

    def act(self, record: Record) -> None:
        unknown = record.first.amends and self.model.documents.get(self.model.documents[record.first.name]["amends"])
        states = 0.4 if record.unknown else 0.1 if unknown else 0.01
        if record.amends and self.random.random() < states:
            original = unknown or self.model.documents[self.model.documents[record.name]["amends"]]
            how = self.random.choice(["accepted", "deemed_accepted", "rejected"])
            content = {head: original[head] for head in HEADS if head in original}
            self.step("state_original", document=record.name, disposition=how, original=content)
            return
        action = self.random.choice(ACTIONS)
        asked = self.model.asks(record) or self.random.random() < 0.05
        self.step(action, document=record.name, **self.said(action, asked))

    def said(self, action: str, asked: bool) -> dict[str, Any]:
        """Return what is said with an action: a reduction where it is asked for, remarks."""
        declares = self.random.choice(REDUCTIONS) if action == "accept" and asked else None
        said = {} if declares is None else {"reduce_itc": declares}
        remarks = isinstance(declares, dict) or self.random.random() < 0.2
        return {**said, "remarks": "as agreed"} if remarks else said

    def act_on_many(self) -> None:
        """Act on all that a filter names (FAQ 30)."""
        chosen: dict[str, Any] = {}
        if self.random.random() < 0.7:
            chosen["kinds"] = self.random.sample(sorted(set(KINDS)), self.random.randint(1, 3))
        if self.random.random() < 0.5:
            chosen["states"] = self.random.sample(["no_action", "accepted", "rejected", "pending"], 2)
        if self.random.random() < 0.4:
            chosen["supplier"] = self.random.choice(list(SELLERS))
        action = self.random.choice(ACTIONS)
        self.step("act_on", action=action, **chosen, **self.said(action, self.random.random() < 0.3))

    def returned(self, month: str) -> None:
        """Generate GSTR-2B and file GSTR-3B of the period that is owed, mostly when it can be done."""
        buyer = self.model.taxpayers["buyer"]
        period = self.first
        while buyer.has_filed(period):
            period = days.plus(period, 3 if buyer.quarterly else 1)
        if days.opens(period) > self.now.date() and self.random.random() < 0.9:
            return
        if self.random.random() < 0.1:
            period = self.random.choice([days.plus(period, -1), days.plus(period, 1), month])
        two_b = buyer.two_b.get(period)
        if two_b is None or two_b.state == "stale" or self.random.random() < 0.1:
            self.step("generate_2b", recipient="buyer", period=period)
        if self.random.random() < 0.8:
            self.step("file_3b", recipient="buyer", period=period)


def history(seed: int, chains: int = CHAINS) -> Story:
    return History(seed, chains).made()
