"""GSTR-2B: what it holds and leaves out, and what makes it stale; what refuses it is told by the scenarios."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, TaxPeriod

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")


def igst(amount: int) -> Heads:
    return Heads(igst=amount)


def lines(stage, period="2024-10"):
    return [
        (line.record_id, line.entry, str(line.section), line.decision, line.tax.igst, line.counts)
        for line, _ in stage.desk.two_b(TaxPeriod(period)).lines
    ]


def test_it_holds_what_was_accepted_deemed_and_rejected(stage):
    """FAQ 14, 23: pending and saved are in none."""
    accepted, deemed, rejected, pending = (stage.filed(stage.document(igst=1_000 * n)) for n in (1, 2, 3, 4))
    note = stage.filed(stage.document("credit_note", 500))
    saved = stage.saved()
    for record_id, action in ((accepted, "accept"), (rejected, "reject"), (pending, "keep_pending"), (saved, "accept")):
        stage.act(action, record_id)
    stage.at("2024-11-14")
    done = stage.desk.generate_2b(OCTOBER)
    assert (done.recipient, done.period, done.state, done.generation) == (stage.buyer, "2024-10", "draft", 1)
    assert lines(stage) == [
        (accepted, "document", "itc_available", "accepted", 1_000, True),
        (deemed, "document", "itc_available", "deemed_accepted", 2_000, True),
        (rejected, "document", "itc_rejected", "rejected", 3_000, True),
        (note, "document", "itc_available", "deemed_accepted", -500, True),
    ]
    assert stage.totals() == {"itc_available": igst(2_500), "itc_rejected": igst(3_000)}
    assert stage.left_out() == {pending: "faq.14.iii"}
    log = stage.desk.two_b(OCTOBER).two_b
    assert (log.seq, log.generated_at, log.filed_at) == (1, stage.now, None)


def test_totals_are_the_sums_of_the_lines_per_head(stage):
    taxes = [Heads(1, 2, 3, 4), Heads(10, 0, 0, 0), Heads(0, 20, 20, 1)]
    for tax in taxes:
        stage.filed(stage.document(tax=tax))
    stage.at("2024-11-14").draft()
    assert stage.totals() == {"itc_available": Heads(11, 22, 23, 5)}


def test_without_records_it_is_empty(stage):
    stage.at("2024-11-14").draft()
    view = stage.desk.two_b(OCTOBER)
    assert (view.two_b.state, view.lines, view.totals, view.left_out) == ("draft", (), {}, ())


def test_what_was_never_generated_is_absent(stage):
    view = stage.desk.two_b(OCTOBER)
    assert (view.two_b.state, view.two_b.generation, view.lines) == ("absent", 0, ())


# --- what goes past IMS ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected", "totals"),
    [
        ({"reverse_charge": True}, ("itc_available", "deemed_accepted", False), {"reverse_charge": igst(100)}),
        ({"ineligible": "pos"}, ("itc_not_available", "reversed", True), {"itc_not_available": igst(100)}),
        ({"ineligible": "sec_16_4"}, ("itc_not_available", "deemed_accepted", True), {"itc_not_available": igst(100)}),
        ({"ineligible": "rule_37a"}, ("itc_reversed", "pending", True), {"itc_reversed": igst(100)}),
    ],
)
def test_what_goes_past_ims_has_its_section(stage, given, expected, totals):
    """FAQ 4, 8, 17."""
    record_id = stage.filed(stage.document(igst=100, **given))
    stage.close()
    section, decision, counts = expected
    assert lines(stage) == [(record_id, "document", section, decision, 100, counts)]
    assert stage.totals() == totals
    record = stage.record(record_id)
    assert (record.settled_in, record.carried, record.state, record.seq) == (OCTOBER, Heads(), "no_action", 0)


def test_other_forms_give_credit_at_once(stage):
    record_id = stage.filed(stage.document(igst=100), form="GSTR-5")
    stage.close()
    assert stage.totals() == {"itc_available": igst(100)}
    record = stage.record(record_id)
    assert (record.carried, record.disposition, record.seq) == (igst(100), "deemed_accepted", 0)


def test_a_change_of_the_place_of_supply_is_for_the_recipient_to_reverse(stage):
    """FAQ 33: table 4(B)(1); in ITC Not Available an amendment stands with the difference."""
    original = stage.document(igst=100)
    stage.filed(original)
    stage.close()
    second = stage.at("2024-12-05").filed(stage.document(igst=120, amends=original, ineligible="pos"), "2024-11")
    stage.close("2024-11")
    assert stage.totals("2024-11") == {"itc_not_available": igst(20), "reversal_4b1": igst(100)}
    assert stage.record(second).carried == Heads()


# --- chains ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [None, "accept", "reject", "keep_pending"])
@pytest.mark.parametrize("on_original", [None, "accept", "reject", "keep_pending"])
def test_in_one_2b_period_the_amendment_prevails(stage, on_original, action):
    """FAQ 13: whatever was done on either; a pending amendment suppresses both."""
    original = stage.document(igst=100)
    first = stage.filed(original)
    second = stage.filed(stage.document(igst=80, amends=original))
    for record_id, trigger in ((first, on_original), (second, action)):
        if trigger:
            stage.act(trigger, record_id)
    stage.close()
    shown = {
        None: [(second, "document", "itc_available", "deemed_accepted", 80, True)],
        "accept": [(second, "document", "itc_available", "accepted", 80, True)],
        "reject": [(second, "document", "itc_rejected", "rejected", 80, True)],
        "keep_pending": [],
    }
    assert lines(stage) == shown[action]
    old = stage.record(first)
    assert (old.state, old.disposition, old.carried, old.settled_in) == ("frozen", "superseded", Heads(), OCTOBER)
    assert stage.record(second).state == ("pending" if action == "keep_pending" else "frozen")
    assert stage.record(second).carried == (igst(80) if action in {None, "accept"} else Heads())
    assert not stage.faults()


def test_a_superseded_original_stays_superseded_while_its_amendment_waits(stage):
    original = stage.document(igst=100)
    stage.filed(original)
    second = stage.filed(stage.document(igst=80, amends=original))
    stage.act("keep_pending", second)
    stage.close()
    assert stage.desk.show(second).direction == "downward"
    stage.act("accept", second)
    stage.close("2024-11")
    assert lines(stage, "2024-11") == [(second, "document", "itc_available", "accepted", 80, True)]


def test_a_record_that_was_pending_comes_into_a_later_one(stage):
    record_id = stage.filed(stage.document(igst=100))
    stage.act("keep_pending", record_id)
    stage.close()
    stage.act("accept", record_id)
    stage.close("2024-11")
    assert lines(stage, "2024-11") == [(record_id, "document", "itc_available", "accepted", 100, True)]
    assert stage.desk.show(record_id).shown_in == NOVEMBER


@pytest.mark.parametrize(
    ("reduce_itc", "itc"), [("full", -100), (None, -100), ("none", 0), (igst(30), -30), (igst(0), 0)]
)
def test_a_declared_reduction_is_what_the_acceptance_takes_back(stage, reduce_itc, itc):
    """advisory.2025-10: full, none, or the amounts."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    note = stage.document("credit_note", 100, date=date(2025, 10, 5))
    record_id = stage.at("2025-11-09").filed(note, "2025-10")
    stage.act("accept", record_id, reduce_itc=reduce_itc, remarks="as availed")
    stage.close("2025-10")
    assert lines(stage, "2025-10") == [(record_id, "document", "itc_available", "accepted", itc, True)]
    # What was not reduced is still carried, so that no amendment gives it back.
    assert stage.record(record_id).carried == igst(itc)


def test_generating_ends_what_time_has_ended(stage):
    """FAQ 21: what section 16(4) has passed is removed and not shown."""
    record_id = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.act("keep_pending", record_id)
    stage.at("2024-12-01 00:00").draft()
    assert (stage.record(record_id).removed_for, stage.left_out()) == ("sec_16_4", {record_id: "faq.21"})
    # It is told of until the GSTR-2B of the tax period in which its time ran out.
    assert [stage.left_out(period) for period in ("2024-11", "2024-12")] == [{record_id: "faq.21"}, {}]


# --- stale ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ("accept", "accept", "draft"),
        ("accept", "reject", "stale"),
        ("accept", "keep_pending", "stale"),
        ("keep_pending", "accept", "stale"),
        ("accept", "reset", "stale"),
        ("reset", "reset", "draft"),
    ],
)
def test_a_changed_action_makes_it_stale(stage, before, after, state):
    """FAQ 24, 29: a pending record is not in the draft, and belongs to it; the same action again is no change."""
    record_id = stage.filed()
    stage.act(before, record_id)
    stage.at("2024-11-14").draft()
    stage.act(after, record_id)
    assert stage.desk.two_b(OCTOBER).two_b.state == state
    stage.draft()
    view = stage.desk.two_b(OCTOBER)
    assert (view.two_b.state, view.two_b.generation) == ("draft", 2)


def test_a_bulk_action_makes_it_stale_once(stage):
    ids = [stage.filed(), stage.filed()]
    stage.at("2024-11-14").draft()
    stage.desk.act_on("reject", ids=ids)
    view = stage.desk.two_b(OCTOBER)
    assert (view.two_b.state, view.two_b.seq) == ("stale", 2)


def test_what_belongs_to_a_later_period_leaves_it_as_it_is(stage):
    stage.at("2024-11-14")
    saved, later = stage.saved(period="2024-11"), stage.filed(period="2024-11")
    stage.draft()
    stage.act("reject", later)
    stage.act("reject", saved)
    assert stage.desk.two_b(OCTOBER).two_b.state == "draft"


def test_another_declaration_makes_it_stale(stage):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    note = stage.document("credit_note", 100, date=date(2025, 10, 5))
    record_id = stage.at("2025-11-09").filed(note, "2025-10")
    stage.act("accept", record_id, reduce_itc="full")
    stage.at("2025-11-14").draft("2025-10")
    stage.act("accept", record_id, reduce_itc="none")
    assert stage.desk.two_b(TaxPeriod("2025-10")).two_b.state == "stale"


def test_a_recompute_without_changes_gives_the_same_lines(stage):
    original = stage.document("credit_note", 100)
    stage.filed(original)
    stage.filed(stage.document("credit_note", 80, amends=original))
    stage.act("reject", stage.filed())
    stage.at("2024-11-14").draft()
    before = stage.tables()["ims_two_b_line"]
    stage.draft()
    assert stage.tables()["ims_two_b_line"] == before != []
