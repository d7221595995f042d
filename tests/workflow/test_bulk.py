"""One action on many records in sets, with and without a hook that watches: told alike either way.

That both leave the same in every table, over random stores, is proved beside the store's sets.
"""

from __future__ import annotations

from typing import Any

import pytest

from ims_fsm import RefusedError, TaxPeriod
from ims_fsm.terms.vocabulary import State
from ims_fsm.workflow import actions as bulk
from ims_fsm.workflow import unit as transitions

SERIES = 7


@pytest.fixture(params=["unwatched", "watched"])
def either(request: pytest.FixtureRequest, stage) -> str:
    """The stage acts with no hook, and with one that watches."""
    if request.param == "watched":
        stage.ims.hooks.after()(lambda _event: None)
    return request.param


def accept(stage, **given: Any) -> bulk.ActionReport:
    return stage.desk.act_on("accept", **given)


def state_of_the_draft(stage, period: str = "2024-10") -> str:
    return str(stage.desk.two_b(TaxPeriod(period)).two_b.state)


def test_a_hook_on_another_trigger_hears_nothing(stage, monkeypatch):
    heard = []
    monkeypatch.setattr(transitions, "_fired", heard.append)
    stage.ims.hooks.before(trigger="reject")(heard.append)
    stage.filed()
    assert (accept(stage).applied, heard) == (1, [])


def test_a_hook_that_watches_is_told_of_every_record(stage):
    told = []
    stage.ims.hooks.after(trigger="accept")(lambda event: told.append((event.record.id, event.source, event.dest)))
    first, second = stage.filed(), stage.saved(period="2024-11")
    report = accept(stage)
    assert told == [(first, "no_action", "accepted"), (second, "no_action", "accepted")]
    assert (report.applied, report.saved) == (2, 1)


def test_a_hook_on_a_state_watches_every_trigger(stage):
    told = []
    stage.ims.hooks.on_enter(state="accepted")(lambda event: told.append(event.trigger))
    stage.filed()
    accept(stage)
    assert told == ["accept"]


def test_a_veto_undoes_the_whole_action(stage):
    ids = [stage.filed() for _ in range(3)]

    @stage.ims.hooks.before(trigger="accept")
    def veto(event) -> None:
        if event.record.id == ids[-1]:
            raise PermissionError("not that one")

    before = stage.tables()
    with pytest.raises(PermissionError, match="not that one"):
        accept(stage)
    assert stage.tables() == before


def test_nothing_is_named_and_nothing_happens(stage, either):
    stage.filed()
    before = stage.tables()
    assert accept(stage, ids=[]) == bulk.ActionReport("accept", 0)
    left = stage.tables()
    assert all(left[table] == before[table] for table in left if table != "ims_declaration")


def test_a_stranger_among_the_ids_writes_nothing(stage, either):
    own = stage.filed()
    with stage.unreadable(f"{own + 1}: is not a record of {stage.buyer}; see records()"):
        accept(stage, ids=[own, own + 1])


def test_guards_of_several_machines_that_refuse_by_one_rule_are_counted_together(stage, either):
    """A reduction on what adds credit is refused by each machine's own guard."""
    stage.at("2025-11-09")
    ids = [
        stage.filed(stage.document(kind), "2025-10")
        for kind in ("invoice", "debit_note", "invoice", "eco_document", "invoice")
    ]
    (group,) = accept(stage, reduce_itc="none").refused
    assert (group.count, [one.record_id for one in group.examples]) == (5, ids)
    assert {refusal.rule for refusal in group.refusals} == {"advisory.2025-10.reduction"}


def test_examples_of_the_rarest_refusal_are_told_too(stage, either, monkeypatch):
    """What is refused is read page by page; the rarest kind may lie on a later page, and is told all the same."""
    monkeypatch.setattr("ims_fsm.store.sql.moving.PAGE", 2)
    often = [stage.filed(stage.document("credit_note")) for _ in range(SERIES)]
    rare = [stage.filed(stage.document(kind, reverse_charge=True)) for kind in ("invoice", "debit_note", "invoice")]
    told = []
    report = stage.desk.act_on("keep_pending", each_refused=told.append)
    assert [(group.count, group.examples[0].record_id) for group in report.refused] == [(7, often[0]), (3, rare[0])]
    assert [one.record_id for one in told] == [*often, *rare]
    assert report.by_rule() == {"faq.11.a": 7, "faq.17": 3}


def test_each_refused_is_called_before_anything_is_written_and_may_stop_it(stage):
    """In sets; with a hook a page is written before the next is read, and the transaction undoes it."""
    stage.filed(), stage.filed(stage.document(reverse_charge=True))
    before = stage.tables()

    def stop(_one: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        stage.desk.act_on("accept", each_refused=stop)
    assert stage.tables() == before


def test_a_draft_is_stale_only_where_the_action_decides_otherwise(stage, either):
    stage.filed()
    stage.at("2024-11-14").draft()
    accept(stage)
    assert state_of_the_draft(stage) == "stale"
    stage.draft()
    accept(stage)
    assert state_of_the_draft(stage) == "draft"
    assert (stage.record(1).state, stage.record(1).seq) == (State.ACCEPTED, 2)


def test_another_declaration_makes_a_draft_stale_too(stage, either):
    """The state stays; what is declared about the reduction decides otherwise."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    stage.at("2025-11-09").filed(stage.document("credit_note"), "2025-10")
    assert accept(stage, reduce_itc="full").applied == 1
    stage.at("2025-11-14").draft("2025-10")
    for declared, state in (("full", "draft"), ("none", "stale")):
        accept(stage, reduce_itc=declared)
        assert state_of_the_draft(stage, "2025-10") == state


def test_one_that_is_refused_alone_is_refused_by_the_same_sentences(stage, either):
    note = stage.filed(stage.document("credit_note"))
    (group,) = stage.desk.act_on("keep_pending").refused
    with pytest.raises(RefusedError) as caught:
        stage.act("keep_pending", note)
    assert group.refusals == caught.value.refusals
