"""What a recipient does with his records: one, many, asked first; each refusal of an action once."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import TaxPeriod
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
    with stage.refused("ims_not_open", "faq.3") as found:
        stage.act("accept", record_id)
    assert str(found[0]) == "IMS takes actions only from 14 October 2024 (faq.3); act on or after that day"
    assert stage.at("2024-10-14 00:00").act("accept", record_id).state == State.ACCEPTED


def test_only_some_taxpayers_have_an_ims(stage):
    stage.taxpayer(stage.buyer, kind="composition")
    record_id = stage.saved()
    with stage.refused("taxpayer_not_eligible", "faq.9") as found:
        stage.act("accept", record_id)
    assert str(found[0]) == (
        f"The recipient {stage.buyer} is a composition taxpayer; only normal taxpayers (SEZ units and developers "
        "included) and casual taxpayers have an IMS (faq.9); correct the taxpayer's kind if it is wrong; otherwise "
        "there is nothing to act on"
    )


def test_a_decided_record_is_not_acted_on(stage):
    record_id = stage.filed()
    stage.close()
    with stage.refused("frozen", "faq.12") as found:
        stage.act("reject", record_id)
    assert [refusal.code for refusal in found] == ["frozen"]
    assert str(found[0]) == (
        f"Invoice S/1 of {stage.seller} was decided for good when the recipient filed GSTR-3B, so it can no longer be "
        "acted on (faq.12); ask the supplier to amend it in GSTR-1A or a later GSTR-1 or IFF, and act on the amendment"
    )


def test_the_time_limit_ends_what_takes_credit(stage):
    """FAQ 31: 30 November 2024 itself is in time for a document of 2023-24. FAQ 24: a rejection takes no credit."""
    record_id = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.at("2024-11-30 23:59").act("reject", record_id)
    stage.at("2024-12-01 00:00")
    with stage.refused("s16_4_expired", "faq.31") as found:
        stage.act("accept", record_id)
    assert str(found[0]) == (
        f"The time limit of section 16(4) has passed for invoice S/1 of {stage.seller}, and its credit can no longer "
        "be taken (faq.31); it may still be rejected until GSTR-3B is filed; settle the amount with the supplier"
    )
    assert stage.act("reject", record_id).state == "rejected"


@pytest.mark.parametrize(
    ("given", "rule", "sentence"),
    [
        (
            {"reverse_charge": True},
            "faq.17",
            (
                "Invoice S/1 of {} is under reverse charge, so it is not in IMS and goes straight to GSTR-2B (faq.17); "
                "pay the tax under reverse charge and take the credit in GSTR-3B; no action is due here"
            ),
        ),
        (
            {"ineligible": "pos"},
            "faq.4.i",
            (
                "ITC on invoice S/1 of {} is not available by the place-of-supply rule, so it is not in IMS and goes "
                "straight to GSTR-2B (faq.4.i); no action is due here; if the place of supply is wrong, ask the "
                "supplier to amend it"
            ),
        ),
        (
            {"ineligible": "sec_16_4"},
            "faq.4.ii",
            (
                "Invoice S/1 of {} was reported after the time limit of section 16(4), so it is not in IMS and goes "
                "straight to ITC Not Available of GSTR-2B (faq.4.ii); its ITC can no longer be taken; settle the "
                "amount with the supplier"
            ),
        ),
        (
            {"ineligible": "rule_37a"},
            "faq.8.5",
            (
                "Invoice S/1 of {} is a reversal under rule 37A, so it is not in IMS and goes straight to GSTR-2B "
                "(faq.8.5); reverse the ITC in GSTR-3B; no action is due here"
            ),
        ),
    ],
)
def test_what_goes_past_ims_is_not_acted_on(stage, given, rule, sentence):
    record_id = stage.filed(stage.document(**given))
    for trigger in ACTIONS:
        with stage.refused("not_in_ims", rule) as found:
            stage.act(trigger, record_id)
        assert str(found[0]) == sentence.format(stage.seller)


@pytest.mark.parametrize(
    ("form", "kind", "rule", "sentence"),
    [
        (
            "GSTR-5",
            "invoice",
            "faq.8.1",
            (
                "Invoice S/1 of {} comes from GSTR-5, so it is not in IMS and goes straight to GSTR-2B (faq.8.1); "
                "no action is due here"
            ),
        ),
        (
            "ICEGATE",
            "bill_of_entry",
            "faq.8.2",
            (
                "Bill of entry S/1 of {} comes from ICEGATE for 2B period 2024-10, before imports were in IMS, so it "
                "goes straight to GSTR-2B (faq.8.2); no action is due here"
            ),
        ),
    ],
)
def test_what_another_form_brings_is_not_acted_on(stage, form, kind, rule, sentence):
    record_id = stage.filed(stage.document(kind), form=form)
    with stage.refused("not_in_ims", rule) as found:
        stage.act("accept", record_id)
    assert str(found[0]) == sentence.format(stage.seller)


def test_what_is_older_than_ims_is_not_acted_on(stage):
    record_id = stage.at("2024-10-11").filed(period="2024-09")
    stage.at("2024-10-14")
    with stage.refused("not_in_ims", "additional.1") as found:
        stage.act("accept", record_id)
    assert str(found[0]) == (
        f"Invoice S/1 of {stage.seller} belongs to 2B period 2024-09, before IMS began, so it is not in IMS "
        "(additional.1); no action is due here; its GSTR-2B was generated without IMS"
    )


def test_the_original_comes_first(stage):
    """FAQ 13: a pending original is not decided by its period's GSTR-3B."""
    original = stage.document()
    first = stage.filed(original)
    stage.act("keep_pending", first)
    stage.close()
    second = stage.at("2024-12-05").filed(stage.document(amends=original), "2024-11")
    for trigger in ("accept", "reject", "keep_pending"):
        with stage.refused("original_not_settled", "faq.13.1") as found:
            stage.act(trigger, second)
        assert str(found[0]) == (
            f"Amended invoice S/2 of {stage.seller} amends invoice S/1, which belongs to another 2B period and has not "
            "been decided by a filed GSTR-3B (faq.13.1); act on the original and file its GSTR-3B first; "
            "a pending original is not decided"
        )
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
    with stage.refused("pending_not_allowed", "faq.11.a") as found:
        stage.act("keep_pending", record_id)
    assert str(found[0]) == (
        f"Credit note S/1 of {stage.seller} is an original credit note, and pending is not available for it "
        "(faq.11.a); accept it or reject it; with no action it is deemed accepted"
    )


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
    with stage.refused("pending_not_allowed", "faq.11") as found:
        stage.act("keep_pending", record_id)
    assert str(found[0]) == (
        f"The portal itself blocks pending on invoice S/1 of {stage.seller} (faq.11); accept it or reject it"
    )


def test_remarks_have_a_limit(stage):
    record_id = stage.saved()
    stage.act("reject", record_id, remarks="x" * 250)
    with stage.refused("remarks_too_long", "advisory.2025-10.remarks") as found:
        stage.act("reject", record_id, remarks="x" * 251)
    assert str(found[0]) == (
        f"The remarks on invoice S/1 of {stage.seller} are longer than 250 characters (advisory.2025-10.remarks); "
        "shorten them"
    )


def test_an_action_may_be_bound_to_the_version_it_was_chosen_on(stage):
    record_id = stage.saved()
    seen = stage.record(record_id).version
    stage.shop.edit(record_id, {"igst": 1})
    with stage.refused("stale_version", "faq.16.1") as found:
        stage.act("accept", record_id, version=seen)
    assert str(found[0]) == (
        f"Invoice S/1 of {stage.seller} has changed since the action on it was chosen (faq.16.1); "
        "look at it again, and act on what it says now"
    )
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
