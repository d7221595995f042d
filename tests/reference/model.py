"""A second reading of the law, slow and plain: written from the FAQ and domain.md, and of nothing of the program.

`Model` plays the steps of a scenario file (scenarios.md) and answers what such a file may expect. Money is in paise.
A chain is an original with its amendments. Its recipient carries E, the sum of its entries in GSTR-2B, and has agreed
to a value, that of the version accepted last; they differ where an acceptance declared less than the full reduction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import days
from .returns import Returns
from .values import ACTIONS, HEADS, NOTHING, Chain, Record, add, carries, money, names


class Model(Returns):
    """Everybody's records and returns, played step by step."""

    def save(self, step: dict[str, Any]) -> dict[str, list[str]]:
        return {name: self._save(name, step) for name in names(step)}

    def _save(self, name: str, step: dict[str, Any]) -> list[str]:
        entry = self.documents[name]
        original = self._amended(entry) if "amends" in entry else None
        record = Record(
            name=name,
            kind=entry["kind"],
            number=entry["number"],
            supplier=self.taxpayers[entry["supplier"]],
            recipient=self.taxpayers[entry["recipient"]],
            date=entry["date"],
            tax=money(entry),
            amends="amends" in entry,
            versions=Chain() if original is None else original.versions,
            form=step["form"],
            period=step["period"],
            reverse_charge=entry.get("reverse_charge", False),
            ineligible=entry.get("ineligible"),
            pending_blocked=entry.get("pending_blocked", False),
        )
        codes = ["amendment_time_barred"] * self.barred(record) + ["duplicate_document"] * self.reported(record)
        codes += ["not_an_ims_document"] * (not carries(record.form, record.kind))
        if not codes:
            self.records[name] = record
            record.versions.take(record)
        return codes

    def _amended(self, entry: dict[str, Any]) -> Record | None:
        """Return the newest version that bears the number which an amendment names; a deleted one never was."""
        named = self.documents[entry["amends"]]
        there = (entry["supplier"], entry["kind"], named["number"], days.financial_year(named["date"]))
        for record in self.records.values():
            here = (record.supplier.name, record.kind, record.number, days.financial_year(record.date))
            if here == there and record.chain:
                return record.chain[-1]
        return None

    def reported(self, record: Record) -> bool:
        """Say whether it is reported already: an original once in a year, an amendment once in a return."""
        there = (record.supplier.name, record.kind, record.number, days.financial_year(record.date), record.amends)
        for other in self.records.values():
            key = (other.supplier.name, other.kind, other.number, days.financial_year(other.date), other.amends)
            again = not record.amends or (record.form, record.period) == (other.form, other.period)
            if key == there and again and other.name != record.name and other.removed_for != "supplier_deleted":
                return True
        return False

    def barred(self, record: Record) -> bool:
        """Say whether the supplier's time to amend is over (FAQ 32, 33; sections 34(2), 37(3), 39(9))."""
        fy = days.financial_year(record.date)
        furnished = record.supplier.annual.get(fy)
        late = self.now.date() > days.last_november(fy) or (furnished is not None and self.now >= furnished)
        return record.amends and record.kind != "bill_of_entry" and late

    def edit(self, step: dict[str, Any]) -> dict[str, list[str]]:
        """Change a saved document; another content takes the action on it back (FAQ 16)."""
        record, changes = self.records[step["document"]], dict(step["changes"])
        codes = self._not_the_suppliers(record)
        heads = [money(changes)[i] if head in changes else record.tax[i] for i, head in enumerate(HEADS)]
        changes = {key: changes[key] for key in ("number", "date", "reverse_charge", "ineligible") if key in changes}
        if changes.get("ineligible") == "none":
            changes["ineligible"] = None
        changed = replace(record, tax=tuple(heads), **changes)
        if not codes and self.reported(changed):
            codes = ["duplicate_document"]
        if not codes and changed.content != record.content:
            vars(record).update(vars(changed))
            record.reduce = None
            record.move("edit", "no_action")
        return {record.name: codes}

    def delete(self, step: dict[str, Any]) -> dict[str, list[str]]:
        answers = {}
        for name in names(step):
            record = self.records[name]
            answers[name] = self._not_the_suppliers(record)
            if not answers[name]:
                record.move("delete", "removed")
                record.removed_for = "supplier_deleted"
        return answers

    @staticmethod
    def _not_the_suppliers(record: Record) -> list[str]:
        if not record.live:
            return [record.state]
        return ["supplier_record_filed"] if record.filed_at else []

    def file(self, step: dict[str, Any]) -> dict[str, list[str]]:
        """File a form; an amendment that is too late now rectifies nothing and stays saved (sections 37(3), 39(9))."""
        codes = []
        for record in self.records.values():
            there = (record.supplier.name, record.form, record.period)
            if (
                record.filed_at
                or record.state == "removed"
                or there != (step["supplier"], step["form"], step["period"])
            ):
                continue
            if self.barred(record):
                codes.append("amendment_time_barred")
            else:
                record.month = days.two_b_month(record.form, record.period, record.supplier.quarterly, self.now)
                record.filed_at = self.now
                while self.two_b_period(record) in record.recipient.filed_3b:  # an extension, and the return is gone
                    record.month = days.plus(record.month, 1)
                self._changed(record)
                if record.recipient.has_filed(self.two_b_period(record)):
                    self._freeze(record, "deemed_accepted")  # what its GSTR-3B counts as filed for is decided
        return {"": codes}

    def state_original(self, step: dict[str, Any]) -> dict[str, list[str]]:
        """State what is not known here: once GSTR-3B has decided a version, E is what that has left (FAQ 13)."""
        record = self.records[step["document"]]
        first, chain = record.first, record.chain
        codes = ["amends_nothing"] * (not record.amends) + ["decided"] * (not record.live)
        codes += ["original_known"] * (record.amends and not first.amends)
        codes += ["chain_decided"] * any(v.decided for v in chain if v is not record)
        if not codes:
            how, sign = step["disposition"], -1 if record.kind == "credit_note" else 1
            worth = NOTHING if how == "rejected" else add(NOTHING, money(step["original"]), sign)
            stating = record.versions.asked()[-1]
            # What is stated already is no news.
            news, stating.stated = stating.stated != (how, worth), (how, worth)
            for version in chain:
                if news and version.disposition is None:
                    self._changed(version)
        return {record.name: codes}

    def act(self, step: dict[str, Any]) -> dict[str, list[str]]:
        return self._acted(step["do"], names(step), step)

    def act_on(self, step: dict[str, Any]) -> dict[str, list[str]]:
        """Act on all that a filter names: each is asked as it was before any of them moved (FAQ 30)."""
        matching = [
            name
            for name, record in self.records.items()
            if record.kind in step.get("kinds", [record.kind])
            and record.state in step.get("states", [record.state])
            and record.supplier.name == step.get("supplier", record.supplier.name)
        ]
        return self._acted(step["action"], matching, step)

    def _acted(self, action: str, on: list[str], step: dict[str, Any]) -> dict[str, list[str]]:
        reduce = step.get("reduce_itc")
        answers = {name: self.refusals(name, action, reduce, step.get("remarks")) for name in on}
        for name in (name for name, codes in answers.items() if not codes):
            record = self.records[name]
            decision = (ACTIONS[action], reduce if action == "accept" else None)
            changed = (record.state, record.reduce) != decision
            record.move(action, decision[0])
            record.reduce = decision[1]
            if changed:
                self._changed(record)
        return answers

    def play(self, step: dict[str, Any]) -> dict[str, list[str]]:
        """Do a step and return, for each thing that it concerns, the codes that refuse it."""
        self.now = step["at"]
        verb = step["do"]
        return self.act(step) if verb in ACTIONS else getattr(self, verb)(step)  # type: ignore[no-any-return]

    def section(self, name: str) -> str:
        """Return where the newest GSTR-2B shows a document."""
        record = self.records.get(name)
        periods = sorted(record.recipient.two_b.items(), reverse=True) if record else []
        return next((two_b.sections[name] for _, two_b in periods if name in two_b.sections), "none")
