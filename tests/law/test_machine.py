"""The lifecycle of single records: one shared machine, refusals with their reasons, hooks, and no other way in."""

from __future__ import annotations

import pytest
from transitions import Machine as TransitionsMachine
from transitions import MachineError

from ims_fsm.errors import InputError
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.hooks import Hooks, TransitionEvent
from ims_fsm.law.loading import read_law
from ims_fsm.law.machine import Lifecycle, lifecycle
from ims_fsm.law.refusal import Allowed, Refused
from ims_fsm.law.register import Law


@pytest.fixture
def credit_note(law: Law) -> Edition:
    return law.machine("credit_note").editions["IMS-2024-10"]


@pytest.fixture
def hooks(law: Law) -> Hooks:
    return Hooks(law)


def test_a_trigger_moves_a_record(credit_note):
    fired = lifecycle(credit_note).fire("no_action", "accept", credit_note.facts())
    assert fired == Allowed("accepted", ("faq.10.i", "faq.12"))


def test_a_record_comes_into_being_by_the_entry(credit_note):
    assert lifecycle(credit_note).fire(ENTRY, "save", credit_note.facts()).dest == "no_action"


def test_an_action_may_be_repeated(credit_note):
    assert lifecycle(credit_note).fire("accepted", "accept", credit_note.facts()).dest == "accepted"


def test_a_refusal_names_the_record_every_rule_and_the_remedy(credit_note):
    facts = credit_note.facts(remarks="too_long")
    fields = {"document": "Credit note CN/7", "remarks_limit": "250"}
    decision = lifecycle(credit_note).fire("no_action", "keep_pending", facts)
    assert isinstance(decision, Refused)
    assert decision.codes == ("remarks_too_long", "pending_not_allowed")
    assert [(refusal.sentence(fields), refusal.rule, refusal.advice(fields)) for refusal in decision.refusals] == [
        ("The remarks on Credit note CN/7 are longer than 250 characters", "advisory.2025-10.remarks", "shorten them"),
        (
            "Credit note CN/7 is an original credit note, and pending is not available for it",
            "faq.11.a",
            "accept it or reject it; with no action it is deemed accepted",
        ),
    ]


@pytest.mark.parametrize(("state", "trigger"), [("accepted", "expire"), ("frozen", "freeze"), ("pending", "lapse")])
def test_what_leads_nowhere_is_refused_like_everything_else(credit_note, state, trigger):
    decision = lifecycle(credit_note).fire(state, trigger, credit_note.facts())
    assert isinstance(decision, Refused)
    assert decision.refusals


def test_a_trigger_that_no_transition_has_under_a_rule_set_is_refused(credit_note):
    decision = lifecycle(credit_note).fire("pending", "lapse", credit_note.facts())
    assert isinstance(decision, Refused)
    (refusal,) = decision.refusals
    assert refusal.sentence() == "This record is pending, and lapse leads nowhere from there"
    assert refusal.rule == "faq.10.iii"


def test_a_trigger_that_the_machine_does_not_have_is_a_wrong_call(credit_note):
    with pytest.raises(InputError, match="generate: is not a trigger of credit_note"):
        lifecycle(credit_note).fire("pending", "generate", credit_note.facts())


def test_a_state_that_the_machine_does_not_have_is_a_wrong_call(credit_note):
    with pytest.raises(InputError, match="draft: is not a state of credit_note"):
        lifecycle(credit_note).fire("draft", "accept", credit_note.facts())


def test_one_machine_is_shared_by_all_records(credit_note):
    assert lifecycle(credit_note) is lifecycle(credit_note)


def test_there_is_no_way_around_the_guards(credit_note):
    for machine in (Lifecycle(credit_note)._alone, Lifecycle(credit_note)._heard):
        assert machine.models == []
        assert not any(name.startswith("to_") for name in machine.events)
        assert all(len(move.conditions) == 1 for move in machine.get_transitions())


def test_no_object_of_another_kind_can_be_moved(credit_note):
    class Record:
        state = "no_action"

    with pytest.raises(TypeError) as caught:
        Lifecycle(credit_note)._alone.events["accept"].trigger(Record())
    assert str(caught.value) == "this machine moves subjects of its own only; call Lifecycle.fire"


def test_hooks_are_told_the_transition_in_order(credit_note, hooks):
    seen: list[tuple[str, TransitionEvent]] = []
    hooks.after()(lambda event: seen.append(("after", event)))
    hooks.on_enter()(lambda event: seen.append(("on_enter", event)))
    hooks.before()(lambda event: seen.append(("before", event)))
    facts, record = credit_note.facts(), object()
    lifecycle(credit_note).fire("no_action", "reject", facts, record=record, hooks=hooks)
    expected = TransitionEvent(
        machine="credit_note",
        rule_set="IMS-2024-10",
        trigger="reject",
        source="no_action",
        dest="rejected",
        facts=facts,
        record=record,
        rules=("faq.10.ii", "faq.12"),
    )
    assert seen == [("before", expected), ("on_enter", expected), ("after", expected)]
    assert all(event.record is record for _, event in seen)


def test_a_before_hook_vetoes_by_raising(credit_note, hooks):
    class VetoError(Exception):
        pass

    seen: list[TransitionEvent] = []

    @hooks.before(trigger="reject")
    def veto(_event: TransitionEvent) -> None:
        raise VetoError

    hooks.on_enter()(seen.append)
    hooks.after()(seen.append)
    with pytest.raises(VetoError):
        lifecycle(credit_note).fire("no_action", "reject", credit_note.facts(), hooks=hooks)
    assert seen == []
    assert lifecycle(credit_note).fire("no_action", "accept", credit_note.facts(), hooks=hooks).dest == "accepted"


def test_what_a_hook_returns_is_not_looked_at(credit_note, hooks):
    hooks.before()(lambda _: False)  # type: ignore[arg-type, return-value]
    assert lifecycle(credit_note).fire("no_action", "accept", credit_note.facts(), hooks=hooks).dest == "accepted"


def test_an_error_of_a_hooks_own_machine_is_not_taken_for_a_refusal(credit_note, hooks):
    @hooks.before()
    def other_machine(_event: TransitionEvent) -> None:
        door = TransitionsMachine(states=["shut", "open"], initial="shut", auto_transitions=False)
        door.add_transition("close", "open", "shut")
        door.trigger("close")

    with pytest.raises(MachineError, match="Can't trigger event close from state shut"):
        lifecycle(credit_note).fire("no_action", "accept", credit_note.facts(), hooks=hooks)


def test_a_refused_trigger_calls_no_hook(credit_note, hooks):
    seen: list[TransitionEvent] = []
    for register in (hooks.before, hooks.after, hooks.on_enter):
        register()(seen.append)
    assert not lifecycle(credit_note).fire("no_action", "keep_pending", credit_note.facts(), hooks=hooks)
    assert seen == []


def test_a_hook_may_fire_another_record(credit_note, hooks):
    seen: list[str] = []

    @hooks.after(trigger="accept")
    def another(event: TransitionEvent) -> None:
        seen.append(lifecycle(credit_note).fire("accepted", "reject", event.facts, hooks=hooks).dest)

    assert lifecycle(credit_note).fire("no_action", "accept", credit_note.facts(), hooks=hooks).dest == "accepted"
    assert seen == ["rejected"]


def test_a_small_law_runs_too(texts):
    edition = read_law(texts).machine("slip").edition
    assert lifecycle(edition).fire("open", "settle", edition.facts()).dest == "settled"
    decision = lifecycle(edition).fire("open", "settle", edition.facts(stamp="absent"))
    assert isinstance(decision, Refused)
    assert [refusal.sentence() for refusal in decision.refusals] == ["This record is not stamped"]
