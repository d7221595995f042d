"""Hooks: called for the transitions they want, in order; a name that the law does not have is refused."""

from __future__ import annotations

import pytest

from ims_fsm.errors import InputError
from ims_fsm.law.hooks import Hooks, TransitionEvent
from ims_fsm.law.loading import read_law
from ims_fsm.law.register import Law


@pytest.fixture
def event(law: Law) -> TransitionEvent:
    return TransitionEvent(
        machine="credit_note",
        rule_set="IMS-2024-10",
        trigger="reject",
        source="no_action",
        dest="rejected",
        facts=law.machine("credit_note").edition.facts(),
        record="CN/7",
        rules=("faq.10.ii",),
    )


@pytest.mark.parametrize(
    ("when", "narrowed", "called"),
    [
        ("before", {}, True),
        ("before", {"trigger": "reject"}, True),
        ("before", {"trigger": "accept"}, False),
        ("before", {"machine": "credit_note"}, True),
        ("before", {"machine": "invoice"}, False),
        ("before", {"trigger": "reject", "machine": "credit_note"}, True),
        ("after", {"trigger": "reject"}, True),
        ("after", {"trigger": "reset"}, False),
        ("on_enter", {}, True),
        ("on_enter", {"state": "rejected"}, True),
        ("on_enter", {"state": "no_action"}, False),
        ("on_enter", {"state": "rejected", "machine": "invoice"}, False),
    ],
)
def test_a_hook_is_called_for_what_it_wants(event, when, narrowed, called):
    hooks, seen = Hooks(), list[TransitionEvent]()
    getattr(hooks, when)(**narrowed)(seen.append)
    hooks.call(when, event)
    assert seen == [event] * called


@pytest.mark.parametrize("when", ["before", "after", "on_enter"])
def test_a_hook_is_called_at_its_own_moment_alone(event, when):
    hooks, seen = Hooks(), list[TransitionEvent]()
    getattr(hooks, when)()(seen.append)
    for moment in {"before", "after", "on_enter"} - {when}:
        hooks.call(moment, event)
    assert seen == []


def test_hooks_are_called_in_the_order_of_their_registration(event):
    hooks, seen = Hooks(), list[str]()
    hooks.before(trigger="reject")(lambda _: seen.append("first"))
    hooks.before()(lambda _: seen.append("second"))
    hooks.call("before", event)
    assert seen == ["first", "second"]


def test_a_decorated_function_stays_itself():
    def told(_event: TransitionEvent) -> None: ...

    assert Hooks().after()(told) is told


@pytest.mark.parametrize(
    ("when", "narrowed", "message"),
    [
        (
            "before",
            {"trigger": "stamp"},
            "hook: stamp: is not a trigger of any machine; use one of settle",
        ),
        (
            "after",
            {"trigger": "stamp", "machine": "slip"},
            "hook: stamp: is not a trigger of slip; use one of settle",
        ),
        (
            "on_enter",
            {"state": "lost"},
            "hook: lost: is not a state of any machine; use one of open, settled",
        ),
        (
            "on_enter",
            {"machine": "note"},
            "machine: note: is not a declared machine; the machines are slip",
        ),
    ],
)
def test_a_hook_that_could_never_be_called_is_refused(texts, when, narrowed, message):
    with pytest.raises(InputError) as caught:
        getattr(Hooks(read_law(texts)), when)(**narrowed)
    assert str(caught.value) == message


def test_hooks_know_the_shipped_law_where_no_other_is_given():
    Hooks().before(trigger="generate", machine="gstr2b")
    with pytest.raises(InputError, match="is not a trigger of gstr2b"):
        Hooks().before(trigger="lapse", machine="gstr2b")


def test_a_hook_for_another_machine_makes_nothing_go_row_by_row():
    hooks = Hooks()
    hooks.before(machine="invoice", trigger="accept")(lambda _: None)
    watched = {
        (trigger, machine): hooks.watch(trigger, {machine})
        for trigger in ("accept", "reject")
        for machine in ("invoice", "credit_note")
    }
    assert [key for key, wants in watched.items() if wants] == [("accept", "invoice")]
    hooks.after()(lambda _: None)
    assert hooks.watch("reject", {"credit_note"})
