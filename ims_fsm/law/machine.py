"""The lifecycle of single records, driven by the framework `transitions`: one shared machine for each edition.

The only importer of `transitions`; imports the decision and the hooks, and neither stores nor reads a record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial

from transitions import EventData, MachineError, State
from transitions import Machine as TransitionsMachine

from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.hooks import Hooks, TransitionEvent, When
from ims_fsm.law.refusal import Allowed, Decision, Refused


@dataclass(slots=True, eq=False)
class _Subject:
    """What moves: a state with the facts it is judged by. It lives for one firing and is not a record itself."""

    source: str
    state: str
    facts: Facts
    record: object
    hooks: Hooks | None
    decision: Decision | None = None


class Lifecycle:
    """An edition of a machine as `transitions` runs it; fires single records and calls the embedder's hooks.

    Every transition has one and the same condition, which asks `decide`: the law is written nowhere twice.
    """

    def __init__(self, edition: Edition) -> None:
        """Keep the edition; the machine that all its records share is built when the first one moves."""
        self.edition = edition

    @cached_property
    def _alone(self) -> TransitionsMachine:
        return self._machine(lambda _when: None)

    @cached_property
    def _heard(self) -> TransitionsMachine:
        return self._machine(lambda when: partial(self._call, when))

    def _machine(self, call: Callable[[When], Callable[[EventData], None] | None]) -> TransitionsMachine:
        entered = call("on_enter")
        return TransitionsMachine(
            model=None,
            states=[State(name, on_enter=entered) for name in (ENTRY, *self.edition.states)],
            initial=self.edition.initial,
            transitions=[
                {
                    "trigger": transition.trigger,
                    "source": list(transition.source),
                    "dest": transition.dest,
                    "conditions": self._permits,
                }
                for transition in self.edition.transitions
            ],
            auto_transitions=False,
            send_event=True,
            before_state_change=call("before"),
            after_state_change=call("after"),
        )

    def fire(
        self, state: str, trigger: str, facts: Facts, *, record: object = None, hooks: Hooks | None = None
    ) -> Decision:
        """Fire a trigger on a record in a state: return where it has come to, or every refusal where nothing fired.

        `record` is handed to the hooks as it is. The caller keeps the new state: nothing is stored here. Raises
        `InputError` for a state, trigger or facts that the machine does not have, and what a hook raises.
        """
        self.edition.check(state, trigger, facts)
        subject = _Subject(state, state, facts, record, hooks)
        # Most records move without a hook, and then nothing is called on the way.
        machine = self._heard if hooks is not None and hooks.registered else self._alone
        event = machine.events.get(trigger)
        try:
            if event is not None:
                event.trigger(subject)
        except MachineError:
            # Nothing leads anywhere from here. Once a decision was asked for, the error is a hook's own.
            if subject.decision is not None:
                raise
        decision = decide(self.edition, state, trigger, facts) if subject.decision is None else subject.decision
        return decision if isinstance(decision, Refused) else Allowed(subject.state, decision.rules)

    def _permits(self, event: EventData) -> bool:
        subject = _subject(event)
        subject.decision = decide(self.edition, subject.source, event.event.name, subject.facts)
        return isinstance(subject.decision, Allowed)

    def _call(self, when: When, event: EventData) -> None:
        subject = _subject(event)
        if subject.hooks is None or not isinstance(subject.decision, Allowed):
            return
        transition = TransitionEvent(
            machine=self.edition.name,
            rule_set=self.edition.rule_set.id,
            trigger=event.event.name,
            source=subject.source,
            dest=subject.decision.dest,
            facts=subject.facts,
            record=subject.record,
            rules=subject.decision.rules,
        )
        subject.hooks.call(when, transition)


@cache
def lifecycle(edition: Edition) -> Lifecycle:
    """Return the lifecycle of an edition, built once and shared by all records."""
    return Lifecycle(edition)


def _subject(event: EventData) -> _Subject:
    if not isinstance(event.model, _Subject):
        raise TypeError("this machine moves subjects of its own only; call Lifecycle.fire")
    return event.model
