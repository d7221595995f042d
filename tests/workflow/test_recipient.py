"""What a recipient does with their records, in both rule sets; each refusal of an action once."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, TaxPeriod
from ims_fsm.terms.vocabulary import State

OCTOBER = TaxPeriod("2024-10")
ACTIONS = {
    "accept": State.ACCEPTED,
    "reject": State.REJECTED,
    "keep_pending": State.PENDING,
    "reset": State.NO_ACTION,
}


@pytest.mark.parametrize("status", ["saved", "filed"])
@pytest.mark.parametrize("first", ACTIONS)
@pytest.mark.parametrize("second", ACTIONS)
def test_every_action_replaces_every_other(stage, status, first, second):
    """FAQ 12: the latest overwrites; each firing is a row of the log, the same again too."""
    record_id = getattr(stage, status)()
    stage.act(first, record_id)
    record = stage.act(second, record_id, remarks="as agreed")
    assert (record.state, record.remarks, record.acted_at) == (ACTIONS[second], "as agreed", stage.now)
    assert (record.seq, record.version) == (2, record.version)
    assert stage.log(record_id) == [first, second]
    entry = stage.desk.history(record_id).transitions[-1]
    assert (entry.source, entry.dest, entry.actor) == (ACTIONS[first], ACTIONS[second], "buyer")
    assert (entry.record_version, entry.detail) == (record.version - 1, '{"remarks": "as agreed"}')
    assert not stage.faults()


def test_an_action_takes_the_words_of_the_one_before_away(stage):
    record_id = stage.saved()
    stage.act("reject", record_id, remarks="not ours")
    assert stage.act("reset", record_id).remarks is None


# --- refusals -------------------------------------------------------------------------------------------------------


def test_ims_opens_on_14_october_2024(stage):
    """FAQ 3."""
    record_id = stage.at("2024-10-13 23:59").saved()
    with stage.refused("ims_not_open", "faq.3"):
        stage.act("accept", record_id)
    assert stage.at("2024-10-14 00:00").act("accept", record_id).state == State.ACCEPTED


def test_only_some_taxpayers_have_an_ims(stage):
    stage.taxpayer(stage.buyer, kind="composition")
    record_id = stage.saved()
    with stage.refused("taxpayer_not_eligible", "faq.9"):
        stage.act("accept", record_id)


def test_a_decided_record_is_not_acted_on(stage):
    record_id = stage.filed()
    stage.close()
    with stage.refused("frozen", "faq.12") as found:
        stage.act("reject", record_id)
    assert [refusal.code for refusal in found] == ["frozen"]


def test_the_time_limit_ends_what_takes_credit(stage):
    """FAQ 31: 30 November 2024 itself is in time for a document of 2023-24. FAQ 24: a rejection takes no credit."""
    record_id = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.at("2024-11-30 23:59").act("reject", record_id)
    stage.at("2024-12-01 00:00")
    with stage.refused("s16_4_expired", "faq.31"):
        stage.act("accept", record_id)
    assert stage.act("reject", record_id).state == "rejected"


@pytest.mark.parametrize(
    ("form", "kind", "given", "rule"),
    [
        ("GSTR-1", "invoice", {"reverse_charge": True}, "faq.17"),
        ("GSTR-1", "invoice", {"ineligible": "pos"}, "faq.4.i"),
        ("GSTR-1", "invoice", {"ineligible": "sec_16_4"}, "faq.4.ii"),
        ("GSTR-1", "invoice", {"ineligible": "rule_37a"}, "faq.8.5"),
        ("GSTR-5", "invoice", {}, "faq.8.1"),
        ("ICEGATE", "bill_of_entry", {}, "faq.8.2"),
    ],
)
def test_what_goes_past_ims_is_not_acted_on(stage, form, kind, given, rule):
    record_id = stage.filed(stage.document(kind, **given), form=form)
    for trigger in ACTIONS:
        with stage.refused("not_in_ims", rule):
            stage.act(trigger, record_id)


def test_what_is_older_than_ims_is_not_acted_on(stage):
    record_id = stage.at("2024-10-11").filed(period="2024-09")
    stage.at("2024-10-14")
    with stage.refused("not_in_ims", "additional.1"):
        stage.act("accept", record_id)


def test_the_original_comes_first(stage):
    """FAQ 13: a pending original is not decided by its period's GSTR-3B."""
    original = stage.document()
    first = stage.filed(original)
    stage.act("keep_pending", first)
    stage.close()
    second = stage.at("2024-12-05").filed(stage.document(amends=original), "2024-11")
    for trigger in ("accept", "reject", "keep_pending"):
        with stage.refused("original_not_settled", "faq.13.1"):
            stage.act(trigger, second)
    stage.act("accept", first)
    stage.close("2024-11")
    assert stage.act("accept", second).state == State.ACCEPTED


def test_in_one_2b_period_there_is_no_order(stage):
    original = stage.document()
    stage.filed(original)
    second = stage.at("2024-11-10").filed(stage.document(amends=original))
    assert stage.act("reject", second).state == State.REJECTED


def test_a_credit_note_is_not_pending_before_october_2025(stage):
    record_id = stage.filed(stage.document("credit_note"))
    with stage.refused("pending_not_allowed", "faq.11.a"):
        stage.act("keep_pending", record_id)


@pytest.mark.parametrize(
    ("kind", "action", "igst", "rule"),
    [
        ("credit_note", "accept", 20_000, "faq.11.b"),
        ("credit_note", "reject", 10_000, "faq.11.c"),
        ("invoice", "accept", 10_000, "faq.11.d"),
        ("credit_note", "accept", 10_000, None),
        ("invoice", "reject", 10_000, None),
        ("debit_note", "accept", 20_000, None),
    ],
)
def test_pending_of_an_amendment(stage, kind, action, igst, rule):
    """FAQ 11: blocked exactly where waiting would leave the supplier's value below the recipient's credit."""
    original = stage.document(kind)
    stage.act(action, stage.filed(original))
    stage.close()
    second = stage.at("2024-12-05").filed(stage.document(kind, igst, amends=original), "2024-11")
    if rule is None:
        assert stage.act("keep_pending", second).state == State.PENDING
        return
    with stage.refused("pending_not_allowed", rule):
        stage.act("keep_pending", second)


def test_in_one_2b_period_the_action_on_the_original_credit_note_counts(stage):
    """FAQ 11.C, decided ambiguity (b)."""
    original = stage.document("credit_note")
    first = stage.filed(original)
    second = stage.filed(stage.document("credit_note", 10_000, amends=original))
    stage.act("keep_pending", second)
    stage.act("reject", first)
    with stage.refused("pending_not_allowed", "faq.11.c"):
        stage.act("keep_pending", second)


def test_the_portal_may_block_pending(stage):
    record_id = stage.filed(stage.document(pending_blocked=True))
    with stage.refused("pending_not_allowed", "faq.11"):
        stage.act("keep_pending", record_id)


def test_remarks_have_a_limit(stage):
    record_id = stage.saved()
    stage.act("reject", record_id, remarks="x" * 250)
    with stage.refused("remarks_too_long", "advisory.2025-10.remarks"):
        stage.act("reject", record_id, remarks="x" * 251)


def test_an_action_may_be_bound_to_the_version_it_was_chosen_on(stage):
    record_id = stage.saved()
    seen = stage.record(record_id).version
    stage.shop.edit(record_id, {"igst": 1})
    with stage.refused("stale_version", "faq.16.1"):
        stage.act("accept", record_id, version=seen)
    assert stage.act("accept", record_id, version=stage.record(record_id).version).state == State.ACCEPTED


@pytest.mark.parametrize("trigger", ["accept", "reject", "keep_pending", "reset"])
def test_an_action_answers_with_the_record_as_it_left_it(stage, trigger):
    """Under a key too, whatever has become of the record since."""
    record_id = stage.saved()
    stage.act("reject", record_id)
    acted = stage.act(trigger, record_id, remarks="seen", key="k")
    assert acted == stage.record(record_id)
    stage.act("reset", record_id)
    assert stage.act(trigger, record_id, remarks="seen", key="k") == acted


def test_one_action_takes_three_statements(stage):
    """The record with its recipient, its row, its log: nothing is read twice. PostgreSQL first holds the recipient."""
    first, record_id = stage.filed(), stage.filed()
    stage.desk.accept(first)
    with stage.statements() as run:
        stage.desk.accept(record_id)
    held = ["SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(),"]
    assert [" ".join(one.split()[:2]) for one in run] == [
        *(held if stage.ims._workspace.engine.dialect.name == "postgresql" else ()),
        "SELECT record.recipient_gstin,",
        "UPDATE record",
        "INSERT INTO",
    ]


def test_drafts_are_looked_for_only_where_there_is_one(stage):
    record_id = stage.filed()
    stage.at("2024-11-15").draft()
    with stage.statements() as run:
        stage.desk.act("accept", record_id)
    assert any("SELECT two_b." in " ".join(one.split()) for one in run)
    assert stage.desk.two_b(OCTOBER).two_b.state == "stale"


def test_all_refusals_come_together(stage):
    record_id = stage.at("2024-10-12").saved(stage.document("credit_note"))
    with stage.refused("ims_not_open", "faq.3") as found:
        stage.act("keep_pending", record_id, remarks="x" * 251, reduce_itc="full")
    assert [refusal.code for refusal in found] == [
        "ims_not_open",
        "remarks_too_long",
        "itc_reduction_not_applicable",
        "pending_not_allowed",
    ]


# --- from October 2025 ----------------------------------------------------------------------------------------------


@pytest.fixture
def later(stage):
    """A credit note of 2B period 2025-10."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    document = stage.document("credit_note", 10_000, date=date(2025, 10, 5))
    return stage.at("2025-11-09"), stage.filed(document, "2025-10")


def test_a_credit_note_is_pending_for_one_tax_period(later):
    """advisory.2025-10: to the due date of GSTR-3B of November, and that day itself."""
    stage, record_id = later
    assert stage.act("keep_pending", record_id).state == State.PENDING
    assert stage.at("2025-12-20 23:59").act("keep_pending", record_id).state == State.PENDING
    stage.at("2025-12-21 00:00")
    with stage.refused("pending_not_allowed", "advisory.2025-10.deadline"):
        stage.act("keep_pending", record_id)


@pytest.mark.parametrize(
    ("reduce_itc", "kept"),
    [
        (None, (None, Heads())),
        ("full", ("full", Heads(igst=10_000))),
        ("none", ("none", Heads())),
        (Heads(igst=4_000), ("partial", Heads(igst=4_000))),
        (Heads(), ("partial", Heads())),
        (Heads(igst=10_000), ("full", Heads(igst=10_000))),
    ],
)
def test_what_is_declared_is_kept(later, reduce_itc, kept):
    stage, record_id = later
    record = stage.act("accept", record_id, reduce_itc=reduce_itc, remarks="the rest was never availed")
    assert (record.reduction, record.declared) == kept


def test_a_part_is_not_reduced_without_remarks(later):
    """advisory.2025-10.remarks.partial: neither all nor nothing needs them."""
    stage, record_id = later
    with stage.refused("remarks_required", "advisory.2025-10.remarks.partial"):
        stage.act("accept", record_id, reduce_itc=Heads(igst=4_000))
    assert stage.act("accept", record_id, reduce_itc=Heads(igst=10_000)).reduction == "full"
    assert stage.act("accept", record_id, reduce_itc="none").reduction == "none"


def test_more_than_the_document_is_not_reduced(later):
    stage, record_id = later
    for declared in (Heads(igst=10_001), Heads(igst=10_000, cess=1), Heads(igst=-1)):
        with stage.refused("itc_reduction_exceeds_document", "advisory.2025-10.reduction"):
            stage.act("accept", record_id, reduce_itc=declared)


def test_a_reduction_comes_with_acceptance_only(later):
    stage, record_id = later
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction"):
        stage.act("reject", record_id, reduce_itc="none")


@pytest.mark.parametrize("declared", ["absent", "all", 5, {"igst": 1}])
def test_what_declares_nothing_is_no_declaration(later, declared):
    stage, record_id = later
    with stage.unreadable(f"{declared!r}: declares nothing; declare full, none, or the amounts per head in paise"):
        stage.act("accept", record_id, reduce_itc=declared)


def test_from_20_april_2026_something_must_be_declared(stage):
    stage.taxpayer(stage.buyer, registered_from="2026-03")
    record_id = stage.at("2026-04-09").filed(stage.document("credit_note", date=date(2026, 3, 5)), "2026-03")
    stage.at("2026-04-19 23:59").act("accept", record_id)
    stage.at("2026-04-20 00:00")
    with stage.refused("itc_reduction_required", "api.2026-04.declaration"):
        stage.act("accept", record_id)
    assert stage.act("accept", record_id, reduce_itc="none").reduction == "none"


@pytest.mark.parametrize(("kind", "year"), [("credit_note", 2024), ("invoice", 2025)])
def test_where_nothing_is_declared(stage, kind, year):
    """Before October 2025, and on what adds credit."""
    document = stage.document(kind, date=date(year, 10, 5))
    record_id = stage.at(f"{year}-11-09").filed(document, f"{year}-10")
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction"):
        stage.act("accept", record_id, reduce_itc="full")


def test_imports_are_accepted_or_pending(stage):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    bill = stage.document("bill_of_entry", supplier="", date=date(2025, 10, 5))
    record_id = stage.at("2025-11-09").filed(bill, "2025-10", "ICEGATE")
    assert stage.act("accept", record_id).state == State.ACCEPTED
    assert stage.act("keep_pending", record_id).state == State.PENDING
    with stage.refused("reject_not_allowed", "advisory.2025-10.imports"):
        stage.act("reject", record_id)
