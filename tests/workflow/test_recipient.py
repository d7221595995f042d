"""What a recipient does with his records: one, many, asked first; each refusal of an action once."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import Heads, TaxPeriod, Where
from ims_fsm.terms.vocabulary import Kind, State, Trigger

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
    entry = stage.ims.history(record_id).transitions[-1]
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


def test_the_time_limit_ends_every_action(stage):
    """FAQ 31: 30 November 2024 itself is in time for a document of 2023-24."""
    record_id = stage.filed(stage.document(date=date(2024, 3, 5)))
    stage.at("2024-11-30 23:59").act("reject", record_id)
    stage.at("2024-12-01 00:00")
    with stage.refused("s16_4_expired", "faq.31") as found:
        stage.act("accept", record_id)
    assert str(found[0]) == (
        f"The time limit of section 16(4) has passed for invoice S/1 of {stage.seller} (faq.31); "
        "its ITC can no longer be taken; settle the amount with the supplier"
    )


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
    stage.ims.supplier.edit(record_id, {"igst": 1}, actor="seller")
    with stage.refused("stale_version", "faq.16.1") as found:
        stage.act("accept", record_id, version=seen)
    assert str(found[0]) == (
        f"Invoice S/1 of {stage.seller} has changed since the action on it was chosen (faq.16.1); "
        "look at it again, and act on what it says now"
    )
    assert stage.act("accept", record_id, version=stage.record(record_id).version).state == State.ACCEPTED


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
    with stage.refused("pending_not_allowed", "advisory.2025-10.deadline") as found:
        stage.act("keep_pending", record_id)
    assert str(found[0]) == (
        f"Credit note S/1 of {stage.seller} may be pending for one tax period only, and that ended with "
        "20 December 2025 (advisory.2025-10.deadline); accept it or reject it; with no action it is deemed accepted"
    )


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
    record = stage.act("accept", record_id, reduce_itc=reduce_itc)
    assert (record.reduction, record.declared) == kept


def test_more_than_the_document_is_not_reduced(later):
    stage, record_id = later
    for declared in (Heads(igst=10_001), Heads(igst=10_000, cess=1), Heads(igst=-1)):
        with stage.refused("itc_reduction_exceeds_document", "advisory.2025-10.reduction") as found:
            stage.act("accept", record_id, reduce_itc=declared)
    assert str(found[0]) == (
        f"The declared reduction of ITC is more than credit note S/1 of {stage.seller} takes away "
        "(advisory.2025-10.reduction); declare at most igst 100.00"
    )


def test_a_reduction_comes_with_acceptance_only(later):
    stage, record_id = later
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction") as found:
        stage.act("reject", record_id, reduce_itc="none")
    assert str(found[0]) == (
        f"A reduction of ITC is declared only when a record is accepted, and credit note S/1 of {stage.seller} is not "
        "(advisory.2025-10.reduction); leave the reduction out"
    )


@pytest.mark.parametrize("declared", ["absent", "all", 5, {"igst": 1}])
def test_what_declares_nothing_is_no_declaration(later, declared):
    stage, record_id = later
    with stage.unreadable(f"{declared!r}: declares nothing; declare full, none, or the amounts per head in paise"):
        stage.act("accept", record_id, reduce_itc=declared)


def test_before_october_2025_nothing_is_declared(stage):
    record_id = stage.filed(stage.document("credit_note"))
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction") as found:
        stage.act("accept", record_id, reduce_itc="full")
    assert str(found[0]) == (
        f"Credit note S/1 of {stage.seller} belongs to 2B period 2024-10; a reduction of ITC is declared only from 2B "
        "period 2025-10 (advisory.2025-10.reduction); leave the reduction out: its full tax counts"
    )


def test_from_20_april_2026_something_must_be_declared(stage):
    stage.taxpayer(stage.buyer, registered_from="2026-03")
    record_id = stage.at("2026-04-09").filed(stage.document("credit_note", date=date(2026, 3, 5)), "2026-03")
    stage.at("2026-04-19 23:59").act("accept", record_id)
    stage.at("2026-04-20 00:00")
    with stage.refused("itc_reduction_required", "api.2026-04.declaration") as found:
        stage.act("accept", record_id)
    assert str(found[0]) == (
        f"From 20 April 2026 credit note S/1 of {stage.seller} is accepted only with a declaration whether ITC is to "
        "be reduced (api.2026-04.declaration); declare full, none, or the amounts per head"
    )
    assert stage.act("accept", record_id, reduce_itc="none").reduction == "none"


def test_an_invoice_has_nothing_to_reduce(stage):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    record_id = stage.at("2025-11-09").filed(stage.document(date=date(2025, 10, 5)), "2025-10")
    with stage.refused("itc_reduction_not_applicable", "advisory.2025-10.reduction") as found:
        stage.act("accept", record_id, reduce_itc="full")
    assert str(found[0]) == (
        f"Invoice S/1 of {stage.seller} adds credit, so there is no ITC to be reduced (advisory.2025-10.reduction); "
        "leave the reduction out"
    )


def test_imports_are_accepted_or_pending(stage):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    bill = stage.document("bill_of_entry", supplier="", date=date(2025, 10, 5))
    record_id = stage.at("2025-11-09").filed(bill, "2025-10", "ICEGATE")
    assert stage.act("accept", record_id).state == State.ACCEPTED
    assert stage.act("keep_pending", record_id).state == State.PENDING
    with stage.refused("reject_not_allowed", "advisory.2025-10.imports") as found:
        stage.act("reject", record_id)
    assert str(found[0]) == (
        "Bill of entry S/1 of overseas is an import of goods, and imports can be accepted or kept pending only "
        "(advisory.2025-10.imports); keep it pending, and have the bill of entry amended at customs if it is wrong"
    )


# --- many -----------------------------------------------------------------------------------------------------------


def test_many_by_id_what_is_allowed_is_applied(stage):
    """FAQ 30: one action; what is refused comes back with every rule."""
    invoice, note, gone = stage.filed(), stage.filed(stage.document("credit_note")), stage.saved(period="2024-11")
    stage.ims.supplier.delete(gone, actor="seller")
    report = stage.ims.act_on_many(
        "keep_pending", stage.buyer, actor="buyer", ids=[note, invoice, gone, invoice], remarks="later"
    )
    assert (report.trigger, report.applied) == ("keep_pending", (invoice,))
    assert [(one.record_id, [refusal.rule for refusal in one.refusals]) for one in report.refused] == [
        (note, ["faq.11.a"]),
        (gone, ["faq.16.2"]),
    ]
    assert {rule: [one.document for one in some] for rule, some in report.by_rule().items()} == {
        "faq.11.a": [f"credit note S/2 of {stage.seller}"],
        "faq.16.2": [f"invoice S/3 of {stage.seller}"],
    }
    assert (stage.record(invoice).state, stage.record(invoice).remarks) == (State.PENDING, "later")
    assert [stage.log(one) for one in (invoice, note, gone)] == [["keep_pending"], [], ["delete"]]


def test_many_by_filter(stage):
    stage.taxpayer(stage.other)
    mine, note, elsewhere = (
        stage.filed(),
        stage.filed(stage.document("credit_note")),
        stage.filed(stage.document(recipient=stage.other)),
    )
    saved = stage.saved(period="2024-11")
    where = Where(kinds=(Kind.INVOICE,), states=(State.NO_ACTION,), two_b_period=OCTOBER)
    report = stage.ims.act_on_many("reject", stage.buyer, actor="buyer", where=where)
    assert (report.applied, report.refused) == ((mine,), ())
    assert [stage.record(one).state for one in (mine, note, elsewhere, saved)] == [
        State.REJECTED,
        State.NO_ACTION,
        State.NO_ACTION,
        State.NO_ACTION,
    ]


def test_many_ids_that_are_not_his_write_nothing(stage):
    stage.taxpayer(stage.other)
    mine, elsewhere = stage.filed(), stage.filed(stage.document(recipient=stage.other))
    with stage.unreadable(
        f"{elsewhere}: is no record of {stage.buyer}; see ims-fsm list",
        f"99: is no record of {stage.buyer}; see ims-fsm list",
    ):
        stage.ims.act_on_many("accept", stage.buyer, actor="buyer", ids=[mine, elsewhere, 99])


def test_many_of_an_unknown_taxpayer(stage):
    with stage.unreadable(
        f"{stage.other}: is no taxpayer known here; register it first: ims-fsm taxpayer {stage.other}"
    ):
        stage.ims.act_on_many("accept", stage.other, actor="buyer", ids=[])


def test_many_more_than_one_statement_takes(stage):
    """Records are read in batches of 500, and written in one go."""
    ids = [stage.saved() for _ in range(501)]
    report = stage.ims.act_on_many("accept", stage.buyer, actor="buyer", ids=ids)
    assert report.applied == tuple(ids)
    assert {record.state for record in stage.ims.inward(stage.buyer)} == {State.ACCEPTED}


@pytest.mark.parametrize("trigger", ["freeze", "ACCEPT", "wait"])
def test_only_four_words_are_actions(stage, trigger):
    record_id = stage.saved()
    sentence = f"{trigger}: is no action of a recipient; the actions are accept, reject, keep_pending, reset"
    for call in (stage.act, stage.ims.what_if):
        with stage.unreadable(sentence):
            call(trigger, record_id)
    with stage.unreadable(sentence):
        stage.ims.act_on_many(trigger, stage.buyer, actor="buyer", ids=[record_id])


# --- asked first ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["saved", "filed", "frozen", "removed"])
@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_asking_answers_what_acting_does(stage, kind, state):
    record_id = stage.saved(stage.document(kind))
    if state == "removed":
        stage.ims.supplier.delete(record_id, actor="seller")
    elif state != "saved":
        stage.ims.supplier.file(stage.seller, "GSTR-1", OCTOBER, actor="seller")
    if state == "frozen":
        stage.close()
    for trigger in ACTIONS:
        before = stage.tables()
        answer = stage.ims.may(trigger, record_id)
        assert stage.tables() == before
        report = stage.ims.act_on_many(trigger, stage.buyer, actor="buyer", ids=[record_id])
        assert bool(answer) == (report.refused == ())
        assert [answer] == list(report.refused) if not answer else answer.dest == stage.record(record_id).state


def test_other_triggers_may_be_asked_for_too(stage):
    record_id = stage.filed()
    assert stage.ims.may(Trigger.FREEZE, record_id).dest == "frozen"
    assert [refusal.code for refusal in stage.ims.may("expire", record_id).refusals] == ["not_due"]


def test_a_word_that_is_no_trigger_is_not_answered(stage):
    record_id = stage.saved()
    with stage.unreadable(
        "wait: is no trigger of invoice; its triggers are save, accept, reject, keep_pending, reset, edit, delete, "
        "freeze, expire"
    ):
        stage.ims.may("wait", record_id)
