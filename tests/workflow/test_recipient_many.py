"""One action on many records, and the question whether it may be taken at all."""

from __future__ import annotations

import pytest

from ims_fsm import TaxPeriod, Where
from ims_fsm.terms.vocabulary import Kind, State, Trigger

OCTOBER = TaxPeriod("2024-10")
ACTIONS = {
    "accept": State.ACCEPTED,
    "reject": State.REJECTED,
    "keep_pending": State.PENDING,
    "reset": State.NO_ACTION,
}


# --- many -----------------------------------------------------------------------------------------------------------


def test_many_by_id_what_is_allowed_is_applied(stage):
    """FAQ 30: one action; what is refused comes back with every rule."""
    invoice, note, gone = stage.filed(), stage.filed(stage.document("credit_note")), stage.saved(period="2024-11")
    stage.shop.delete(gone)
    report = stage.desk.act_on("keep_pending", ids=[note, invoice, gone, invoice], remarks="later")
    assert (report.trigger, report.applied) == ("keep_pending", 1)
    assert [(group.count, [refusal.rule for refusal in group.refusals]) for group in report.refused] == [
        (1, ["faq.11.a"]),
        (1, ["faq.16.2"]),
    ]
    assert [(one.record_id, one.document) for group in report.refused for one in group.examples] == [
        (note, f"credit note S/2 of {stage.seller}"),
        (gone, f"invoice S/3 of {stage.seller}"),
    ]
    assert (report.refused_records, report.by_rule()) == (2, {"faq.11.a": 1, "faq.16.2": 1})
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
    report = stage.desk.act_on("reject", where=where)
    assert (report.applied, report.refused) == (1, ())
    assert [stage.record(one).state for one in (mine, note, saved)] == [State.REJECTED] + 2 * [State.NO_ACTION]
    assert stage.ims.recipient(stage.other, actor="other").record(elsewhere).state is State.NO_ACTION


def test_many_ids_that_are_not_his_write_nothing(stage):
    stage.taxpayer(stage.other)
    mine, elsewhere = stage.filed(), stage.filed(stage.document(recipient=stage.other))
    with stage.unreadable(
        f"{elsewhere}: is not a record of {stage.buyer}; see records()",
        f"99: is not a record of {stage.buyer}; see records()",
    ):
        stage.desk.act_on("accept", ids=[mine, elsewhere, 99])


@pytest.mark.slow
def test_many_more_than_one_statement_takes(stage):
    """Records are read in batches of 500, and written in one go."""
    ids = [stage.saved() for _ in range(501)]
    report = stage.desk.act_on("accept", ids=ids)
    assert (report.applied, report.saved) == (501, 501)
    assert {record.state for record in list(stage.desk.records())} == {State.ACCEPTED}


@pytest.mark.parametrize("trigger", ["freeze", "ACCEPT", "wait"])
def test_only_four_words_are_actions(stage, trigger):
    record_id = stage.saved()
    hint = "did you mean accept? The" if trigger == "ACCEPT" else "the"
    sentence = f"{trigger}: is not an action of a recipient; {hint} actions are accept, reject, keep_pending, reset"
    for call in (stage.act, stage.desk.what_if):
        with stage.unreadable(sentence):
            call(trigger, record_id)
    with stage.unreadable(sentence):
        stage.desk.act_on(trigger, ids=[record_id])


# --- asked first ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["saved", "filed", "frozen", "removed"])
@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_asking_answers_what_acting_does(stage, kind, state):
    record_id = stage.saved(stage.document(kind))
    if state == "removed":
        stage.shop.delete(record_id)
    elif state != "saved":
        stage.shop.file("GSTR-1", OCTOBER)
    if state == "frozen":
        stage.close()
    for trigger in ACTIONS:
        before = stage.tables()
        answer = stage.desk.may(trigger, record_id)
        assert stage.tables() == before
        report = stage.desk.act_on(trigger, ids=[record_id])
        assert bool(answer) == (report.refused == ())
        assert (
            [answer] == list(report.refused[0].examples) if not answer else answer.dest == stage.record(record_id).state
        )


def test_other_triggers_may_be_asked_for_too(stage):
    record_id = stage.filed()
    assert stage.desk.may(Trigger.FREEZE, record_id).dest == "frozen"
    assert [refusal.code for refusal in stage.desk.may("expire", record_id).refusals] == ["not_due"]


def test_a_word_that_is_no_trigger_is_not_answered(stage):
    record_id = stage.saved()
    with stage.unreadable(
        "wait: is not a trigger of invoice; its triggers are save, accept, reject, keep_pending, reset, edit, delete, "
        "freeze, expire"
    ):
        stage.desk.may("wait", record_id)
