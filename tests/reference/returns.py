"""GSTR-2B, GSTR-3B and the clock in the reference model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from . import days
from .readings import Readings
from .values import DIRECT, ELIGIBLE, NO_CREDIT, NOTHING, Money, Record, Taxpayer, TwoB, add, lacking, lower, money

INSTANT = timedelta.resolution


class Returns(Readings):
    """What generates, freezes and ends."""

    def generate_2b(self, step: dict[str, Any]) -> dict[str, list[str]]:
        who, period = self.taxpayers[step["recipient"]], step["period"]
        codes = self._not_a_period(who, period)
        if self.now.date() < days.opens(period):
            codes.append("two_b_not_yet_open")
        if not who.has_filed(who.previous(period)):
            codes.append("previous_3b_not_filed")
        if not codes:
            self.end_pending(who)
            who.two_b[period] = self.generated(who, period)
        return {"": codes}

    @staticmethod
    def _not_a_period(who: Taxpayer, period: str) -> list[str]:
        codes = [] if who.kind in ELIGIBLE else ["taxpayer_not_eligible"]
        if who.own(period) != period:
            codes.append("no_monthly_2b_for_quarterly")
        return codes + ["three_b_filed"] * who.has_filed(period)

    def generated(self, who: Taxpayer, period: str) -> TwoB:
        """Select and place every filed record up to the period, chain by chain (FAQ 13, 14, 15, 23)."""
        two_b = TwoB()
        chains: dict[str, list[Record]] = {}
        for record in self.records.values():
            if record.recipient is not who or not record.filed_at or self.two_b_period(record) > period:
                continue
            if record.removed_for == "sec_16_4" and period <= who.own(days.month(self.ends(record) - INSTANT)):
                two_b.left_out[record.name] = "out_of_time"
            if record.state != "removed" and record.disposition != "superseded":
                chains.setdefault(record.first.name, []).append(record)
        for chain in chains.values():
            self._place(sorted(chain, key=lambda version: version.turn), two_b)
        return two_b

    def _place(self, chain: list[Record], two_b: TwoB) -> None:
        last = {self.two_b_period(record): record for record in chain}  # of one period the last prevails
        direct = next((record for record in reversed(last.values()) if self.route(record) in NO_CREDIT), None)
        over = [] if direct is None else [v for v in direct.ancestors() if v in chain and v.live]
        # What waits, waits whole, and is decided after what it waits for; what is ended waits for nothing.
        waiting = [v for v in over if (v.unknown or self.waits(v)) and not (self.ended(v) or self.route(v) in DIRECT)]
        two_b.superseded += [version.name for version in over if version not in waiting]
        for record in (version for version in chain if version.live):
            period = self.two_b_period(record)
            if record in over or last[period] is not record:
                two_b.left_out[record.name] = "superseded"
                continue
            why = self._left_out(record, over)
            before = [v for v in chain if v.live and v not in (record, *over) and self.two_b_period(v) == period]
            # What waits itself is not decided by what prevails over it (FAQ 13).
            two_b.superseded += [v.name for v in before if not self._left_out(v, over).startswith("original")]
            if why:
                two_b.left_out[record.name] = why
            else:
                self._shown(record, two_b)

    def _left_out(self, record: Record, over: list[Record]) -> str:
        """Return why a version over which none prevails is left out, or nothing."""
        if self.route(record) in DIRECT:
            return ""
        if self._held(record, over):
            return "original_waits"
        if record.unknown:
            return "original_unknown"
        return "pending" if record.state == "pending" and self.route(record) == "ims" else ""

    def _shown(self, record: Record, two_b: TwoB) -> None:
        if self.route(record) in DIRECT:
            self._direct(record, two_b)
        elif record.state == "rejected":
            self._line(two_b, record, "itc_rejected", add(record.value, record.carried, -1))
        else:
            self._line(two_b, record, "itc_available", add(self.taken(record), record.carried, -1))

    def _held(self, record: Record, over: list[Record]) -> bool:
        period = self.two_b_period(record)
        before = [version for version in record.ancestors() if version not in over]
        return any(version.live and self.two_b_period(version) != period for version in before)

    def taken(self, record: Record) -> Money:
        """Return E after an acceptance: the record's value, or what the declared reduction leaves."""
        carried, value = record.carried, record.value
        if record.reduce in (None, "full"):
            return value
        reduced = NOTHING if record.reduce == "none" else money(record.reduce)
        a, b, c, d = (e - less if v < e else v for v, e, less in zip(value, carried, reduced, strict=True))
        return (a, b, c, d)

    def _direct(self, record: Record, two_b: TwoB) -> None:
        """Place what is not in IMS (FAQ 4, 8, 17, 32, 33; ADR 0002)."""
        route, carried = self.route(record), record.carried
        if route == "reverse_charge":
            self._line(two_b, record, "", NOTHING, "itc_available")
            two_b.lines.append((record.name, "itc_available", add(NOTHING, carried, -1)))
        elif route == "rule_37a":
            self._line(two_b, record, "itc_reversed", record.value)
        elif route == "pos":
            self._line(two_b, record, "itc_not_available", add(record.value, carried, -1))
            two_b.lines.append((record.name, "reversal_4b1", carried))
        elif route == "sec_16_4":  # what is out of time gives nothing; what it takes back is taken back
            kept = lower(record.value, carried)
            self._line(two_b, record, "itc_not_available", add(record.value, kept, -1))
            two_b.lines.append((record.name, "itc_available", add(kept, carried, -1)))

    @staticmethod
    def _line(two_b: TwoB, record: Record, total: str, amount: Money, section: str = "") -> None:
        two_b.sections[record.name] = section or total
        two_b.lines.append((record.name, total, amount))

    def file_3b(self, step: dict[str, Any]) -> dict[str, list[str]]:
        who, period = self.taxpayers[step["recipient"]], step["period"]
        before: list[tuple[object, dict[str, Any]]] = [(r, vars(r).copy()) for r in self.records.values()]
        before += [(two_b, vars(two_b).copy()) for two_b in who.two_b.values()]
        self.end_pending(who)  # a draft from before a deadline is stale
        codes = self._not_a_period(who, period)
        two_b = who.two_b.get(period)
        if not who.has_filed(who.previous(period)):
            codes.append("previous_3b_not_filed")
        if two_b is None:
            codes.append("two_b_missing")
        elif two_b.state == "stale":
            codes.append("two_b_stale")
        if not codes and two_b is not None:
            for name in two_b.sections:
                record = self.records[name]
                words = {"no_action": "deemed_accepted", "pending": "deemed_accepted"}
                self._freeze(record, words.get(record.state, record.state))
            for name in two_b.superseded:
                self._freeze(self.records[name], "superseded")
            two_b.state, who.filed_3b[period] = "final", self.now
        for thing, fields in before if codes else ():
            vars(thing).update(fields)  # what is refused changes nothing
        return {"": codes}

    def _freeze(self, record: Record, disposition: str) -> None:
        """Decide a record for good: E moves, or the supplier's liability comes back (FAQ 34; domain.md 2.7)."""
        chain, route = record.versions, self.route(record)
        chain.carried, chain.agreed = record.carried, record.agreed
        if disposition == "superseded":
            pass
        elif route in ("reverse_charge", "pos"):
            chain.carried = chain.agreed = NOTHING
        elif route == "sec_16_4":
            chain.carried, chain.agreed = lower(record.value, record.carried), lower(record.value, record.agreed)
        elif disposition == "rejected":
            self._add_back(record, lacking(record.agreed, record.value))
        elif route != "rule_37a":
            chain.carried, chain.agreed = self.taken(record), record.value
        record.disposition = disposition
        if route == "ims":
            record.move("freeze", "frozen")
        record.state = "frozen"

    def _add_back(self, record: Record, amount: Money) -> None:
        who, period = record.supplier, days.plus(self.two_b_period(record), 1)
        decided_in = next(p for p, two_b in record.recipient.two_b.items() if record.name in two_b.sections
                          and p not in record.recipient.filed_3b)  # fmt: skip
        period = who.own(days.plus(decided_in, 1))
        while who.has_filed(period):
            period = days.plus(period, 3 if who.quarterly else 1)
        key = (who.name, period)
        self.added_back[key] = add(self.added_back.get(key, NOTHING), amount)

    def end_pending(self, who: Taxpayer) -> None:
        """Remove what section 16(4) ends, and end the time of specified records (FAQ 21; domain.md 3.3)."""
        for record in self.records.values():
            if record.recipient is not who or record.state != "pending" or self.route(record) != "ims":
                continue
            if record.filed_at and self.out_of_time(record, self.now):
                record.move("expire", "removed")
                record.removed_for = "sec_16_4"
            elif self.new_rules(record) and self.specified(record) and self.now.date() > self.pending_until(record):
                record.move("lapse", "no_action")
                self._changed(record)

    def sweep(self, _: dict[str, Any]) -> dict[str, list[str]]:
        """Do what the calendar owes: the drafts of the 14th, for whom the previous GSTR-3B was filed by then."""
        for who in (who for who in self.taxpayers.values() if who.kind in ELIGIBLE):
            self.end_pending(who)
            period = who.own(max(who.registered_from, days.FIRST_IN_IMS))
            while days.opens(period) <= self.now.date():
                before = who.previous(period)
                filed = who.filed_3b.get(before)
                in_time = who.has_filed(before) and (filed is None or filed.date() < days.opens(period))
                if in_time and not who.has_filed(period) and period not in who.two_b:
                    who.two_b[period] = self.generated(who, period)
                period = days.plus(period, 3 if who.quarterly else 1)
        return {"": []}

    def file_annual_return(self, step: dict[str, Any]) -> dict[str, list[str]]:
        who = self.taxpayers[step["recipient"]]
        if step["fy"] in who.annual:
            return {"": ["annual_return_filed"]}
        who.annual[step["fy"]] = self.now
        return {"": []}

    def _changed(self, record: Record) -> None:
        """A change makes every draft stale that has, or could have, the record (FAQ 29)."""
        for period, two_b in record.recipient.two_b.items():
            if record.filed_at and two_b.state == "draft" and self.two_b_period(record) <= period:
                two_b.state = "stale"
