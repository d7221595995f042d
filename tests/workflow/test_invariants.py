"""Whatever suppliers, recipients and the clock do, in any order: the log proves the state and the money adds up."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, currently_in_test_context, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ims_fsm import Heads, OriginalReference, RefusedError, TaxPeriod
from ims_fsm.record.steps import is_over
from ims_fsm.terms.period import in_india
from ims_fsm.terms.vocabulary import State
from ims_fsm.workflow.calendar.sweeps import next_period
from tests.workflow import credit

ACTIONS = ("accept", "reject", "keep_pending", "reset")
GONE = (State.FROZEN, State.REMOVED)
TAXES = st.builds(Heads, st.integers(0, 3), st.integers(0, 3), st.just(0), st.integers(0, 1))
PICK = st.integers(0, 50)
DECLARED = st.sampled_from([None, None, "none", "full", Heads(igst=1), Heads(cgst=1)])
PAST = st.sampled_from([{}, {}, {}, {}, {"reverse_charge": True}, {"ineligible": "pos"}])
KINDS = st.sampled_from(["invoice", "credit_note", "debit_note", "eco_document"])
THEN = ((), ("file",), ("file", "accept"), ("file", "reject"), ("file", "keep_pending"), ("reject", "file"))
STARTS = (("2024-10", "2024-11-05"), ("2025-10", "2025-11-05"))


class Town(RuleBasedStateMachine):
    """Two suppliers and two recipients, one of them quarterly; documents get up to three versions."""

    make = None

    @initialize(
        start=st.sampled_from(STARTS),
        reports=st.lists(st.tuples(KINDS, TAXES, PICK, st.sampled_from(THEN)), min_size=2, max_size=5),
    )
    def open(self, start, reports):
        self.stage = type(self).make()
        period, moment = start
        self.stage.at(moment)
        self.recipients = (self.stage.buyer, self.stage.quarterly)
        self.suppliers = (self.stage.seller, self.stage.other)
        for gstin in self.recipients:
            self.stage.taxpayer(gstin, filing="quarterly" if gstin == self.stage.quarterly else "monthly",
                                registered_from=period)  # fmt: skip
        self.over, self.summed = {}, None
        self.keys = 0
        for kind, tax, who, then in reports:
            self.reported(kind, tax, who, {}, 0, then)

    # --- words for what they do ------------------------------------------------------------------------------------

    def records(self):
        return [
            record
            for gstin in self.recipients
            for record in list(self.stage.ims.recipient(gstin, actor="reader").records())
        ]

    def picked(self, pick, wanted=lambda _record: True):
        found = [record for record in self.records() if wanted(record)]
        return found[pick % len(found)] if found else None

    def month(self, back):
        return TaxPeriod.of(in_india(self.stage.now).date()).plus(-back)

    def tried(self, call):
        """Return what a call answers; a refused one must have written nothing."""
        before = self.stage.tables()
        try:
            return call()
        except RefusedError:
            assert self.stage.tables() == before
            return None

    # --- the supplier -------------------------------------------------------------------------------------------------

    @rule(kind=KINDS, tax=TAXES, who=PICK, past=PAST, years=st.sampled_from([0, 0, 0, 1]), then=st.sampled_from(THEN))
    def report(self, kind, tax, who, past, years, then):
        """Save a document, and perhaps file it and act on it."""
        self.reported(kind, tax, who, past, years, then)

    def reported(self, kind, tax, who, past, years, then):
        today = in_india(self.stage.now).date()
        document = self.stage.document(
            kind,
            tax=tax,
            date=today - timedelta(days=30 + 365 * years),
            supplier=self.suppliers[who % 2],
            recipient=self.recipients[who // 2 % 2],
            **past,
        )
        self.go_on(self.stage.saved(document, self.month(1)), then)

    @rule(pick=PICK, tax=TAXES, past=PAST, back=st.integers(0, 1), form=st.sampled_from(["GSTR-1", "GSTR-1A"]),
          then=st.sampled_from(THEN))  # fmt: skip
    def amend(self, pick, tax, past, back, form, then):
        record = self.picked(pick, lambda one: one.filed and one.state is not State.REMOVED)
        if record is None or len(self.stage.desk_of(record.id).history(record.id).chain) > 2:
            return
        document = record.document.changed(
            tax=tax,
            number=f"{record.document.number}A",
            amends=OriginalReference(record.document.number, record.document.date),
            **{"reverse_charge": False, "ineligible": None, **past},
        )
        record_id = self.tried(lambda: self.stage.saved(document, self.month(back), form))
        if record_id is not None:
            self.go_on(record_id, then)

    def go_on(self, record_id, then):
        record = self.stage.record(record_id)
        if "file" in then:
            self.stage.ims.supplier(record.document.supplier, actor="seller").file(record.form, record.return_period)
            assert self.stage.record(record_id).filed
        for trigger in then:
            if trigger != "file":
                self.tried(lambda: self.stage.act(trigger, record_id))  # noqa: B023 -- called at once

    @rule(pick=PICK, tax=st.none() | TAXES)
    def edit_or_delete(self, pick, tax):
        record = self.picked(pick, lambda one: not one.filed) or self.picked(pick)
        if record is not None and tax is not None:
            self.tried(lambda: self.shop_of(record).edit(record.id, {"tax": tax}))
        elif record is not None:
            self.tried(lambda: self.shop_of(record).delete(record.id))

    def shop_of(self, record):
        return self.stage.ims.supplier(record.document.supplier, actor="seller")

    @rule(pick=PICK)
    def file(self, pick):
        record = self.picked(pick, lambda one: not one.filed and one.state is not State.REMOVED)
        if record is not None:
            supplier, form, period = record.document.supplier, record.form, record.return_period
            self.stage.ims.supplier(supplier, actor="seller").file(form, period)
            assert self.stage.record(record.id).filed

    # --- the recipient ------------------------------------------------------------------------------------------------

    @rule(pick=PICK, trigger=st.sampled_from(ACTIONS), declared=DECLARED)
    def act(self, pick, trigger, declared):
        record = self.picked(pick, lambda one: one.state not in GONE) or self.picked(pick)
        if record is None:
            return
        with_it = {"reduce_itc": declared if trigger == "accept" else None}
        desk = self.stage.desk_of(record.id)
        may, told = desk.may(trigger, record.id, **with_it), desk.what_if(trigger, record.id, **with_it)
        self.keys += 1
        call = lambda: desk.act(trigger, record.id, key=f"act {self.keys}", **with_it)  # noqa: E731
        after = self.tried(call)
        assert bool(may) == told.allowed == (after is not None)
        if after is None:
            return
        assert (after.state, after.seq) == (may.dest, record.seq + 1)
        assert after.reduction in {None, "full", "none", "partial"}
        now = desk.what_if("reset", record.id)
        assert (now.now_outcome, now.now_itc, now.now_added_back) == (told.outcome, told.itc, told.added_back)
        tables = self.stage.tables()
        assert (call(), self.stage.tables()) == (after, tables)

    @rule(trigger=st.sampled_from(ACTIONS), who=st.integers(0, 1))
    def act_on_all(self, trigger, who):
        recipient = self.recipients[who]
        desk = self.stage.ims.recipient(recipient, actor="buyer")
        before = {record.id: record for record in desk.records()}
        told = {one: desk.may(trigger, one) for one in before}
        found = []
        report = desk.act_on(trigger, each_refused=found.append)
        refused = {one.record_id: one for one in found}
        assert refused == {one: answer for one, answer in told.items() if not answer}
        assert (report.applied, report.refused_records) == (len(before) - len(refused), len(refused))
        for one, record in before.items():
            after = desk.record(one)
            assert after == record if one in refused else (after.state, after.seq) == (told[one].dest, record.seq + 1)

    @rule(who=st.integers(0, 1), wait=st.sampled_from([True, True, True, False]))
    def close(self, who, wait):
        """Generate GSTR-2B of the period that is owed and file GSTR-3B on it; mostly on the day of the draft."""
        recipient = self.recipients[who]
        period = self.owed(recipient)
        if wait:
            self.stage.now = max(self.stage.now, self.stage.ims.book.calendar.two_b_opens(period))
        if self.generate(recipient, period):
            assert self.file_3b(recipient, period), "nothing that waits stops a GSTR-3B"

    def generate(self, recipient, period):
        before = self.stage.ims.recipient(recipient, actor="reader").two_b(period)
        generated = self.tried(lambda: self.stage.ims.recipient(recipient, actor="buyer").generate_2b(period))
        if generated and before.two_b.state == "draft":
            after = self.stage.ims.recipient(recipient, actor="reader").two_b(period)
            assert self.said(after) == self.said(before)
        return generated

    def said(self, view):
        """Return the lines without the versions that were read: the portal's flags and name change those too."""
        return [replace(line, record_version=0) for line, _ in view.lines]

    def file_3b(self, recipient, period):
        desk = self.stage.ims.recipient(recipient, actor="buyer")
        view = desk.two_b(period)
        promised = {record.id: desk.what_if("reset", record.id) for _, record in view.lines}
        carried = {record.id: record.carried for _, record in view.lines}
        done = self.tried(lambda: desk.file_3b(period, consent=True))
        if done is None:
            return None
        for outcome in done.decided if currently_in_test_context() else ():
            event(f"decided as {outcome}")
        back = {one.record_id: one.tax for one in self.liabilities() if one.recipient_period == period}
        for record_id, told in promised.items():
            record = self.stage.record(record_id)
            assert record.settled_in == period
            assert told.now_added_back == back.get(record_id, Heads())
            if record.in_ims:
                assert told.now_outcome == str(record.disposition)
                assert told.now_itc == record.carried - carried[record_id]
        records = self.records()
        credit.covered(records, period)
        credit.in_one_place(records, self.rows(), recipient, period, set(self.stage.left_out(period, recipient)))
        return done

    def owed(self, recipient):
        with self.stage.ims._workspace.asking() as unit:
            return next_period(unit, recipient)

    def liabilities(self):
        return [
            one
            for supplier in self.suppliers
            for one in self.stage.ims.supplier(supplier, actor="reader").liabilities()
        ]

    # --- the clock and the portal -------------------------------------------------------------------------------------

    @rule(days=st.sampled_from([1, 3, 8, 20, 31]), sweep=st.booleans())
    def time_goes_on(self, days, sweep):
        self.stage.now += timedelta(days=days)
        if sweep:
            self.stage.ims.sweep(self.recipients)
            before = self.stage.tables()
            # What is theirs to generate is said each time, and done by nobody.
            again = self.stage.ims.sweep(self.recipients).swept
            assert not any((one.expired, one.lapsed, one.drafted) != (0, 0, None) for one in again)
            assert self.stage.tables() == before

    @precondition(lambda self: any(record.state not in GONE for record in self.records()))
    @rule(who=st.integers(0, 1))
    def download(self, who):
        """The portal shows what is known: nothing moves, and a second time nothing is written."""
        recipient = self.recipients[who]
        before = {record.id: record for record in list(self.stage.ims.recipient(recipient, actor="reader").records())}
        shown = [
            self.stage.seen(one.document, one.supplier_status, one.state, one.form, one.return_period, one.remarks)
            for one in before.values()
            if one.state not in GONE and one.in_ims and not one.reduction
        ]
        self.stage.ims.recipient(recipient, actor="portal").receive(shown)
        for record in list(self.stage.ims.recipient(recipient, actor="reader").records()):
            old = before[record.id]
            assert record.changed(portal=old.portal, version=old.version) == old
        tables = self.stage.tables()
        self.stage.ims.recipient(recipient, actor="portal").receive(shown)
        assert self.stage.tables() == tables

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def what_always_holds(self):
        """Each is read once for all."""
        assert not self.stage.faults()
        records, rows = self.records(), self.rows()
        self.what_is_over_never_changes(records)
        credit.holds(records, rows)
        if rows != self.summed:
            self.the_totals_are_the_sums_of_the_lines(rows)
            self.summed = rows

    def what_is_over_never_changes(self, records):
        now = {record.id: record for record in records if is_over(record)}
        assert {record_id: now.get(record_id) for record_id in self.over} == self.over
        self.over = now

    def rows(self):
        return credit.rows_of(self.stage.ims)

    def the_totals_are_the_sums_of_the_lines(self, rows):
        for row in rows["ims_two_b"]:
            view = self.stage.ims.recipient(row.recipient_gstin, actor="reader").two_b(TaxPeriod(row.period))
            sums = defaultdict(Heads)
            for line, _ in view.lines:
                apart = "reversal_4b1" if line.entry == "reversal_4b1" else "reverse_charge"
                sums[str(line.section) if line.counts and apart != "reversal_4b1" else apart] += line.tax
            assert view.totals == dict(sums)


def town_of(fresh):
    return type("TownHere", (Town,), {"make": staticmethod(fresh)})


def test_what_is_superseded_and_not_in_ims_is_over(fresh):
    """It has no state of IMS, and none that a GSTR-3B freezes."""
    town = town_of(fresh)()
    town.open(start=STARTS[0], reports=[("invoice", Heads(), 46, ()), ("invoice", Heads(), 40, ())])
    town.close(who=0, wait=True)
    town.report(kind="invoice", tax=Heads(), who=3, past={"reverse_charge": True}, years=0, then=("file",))
    town.amend(pick=0, tax=Heads(), past={}, back=0, form="GSTR-1", then=("file",))
    town.close(who=1, wait=True)
    town.what_always_holds()
    (over,) = (record for record in town.records() if record.disposition == "superseded")
    assert (over.in_ims, over.state) == (False, State.NO_ACTION)


@pytest.mark.slow
@pytest.mark.parametrize("examples", [3, pytest.param(25, marks=pytest.mark.long)])
def test_whatever_they_do(fresh, examples):
    chosen = settings(max_examples=examples, stateful_step_count=30, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(town_of(fresh), settings=chosen)
