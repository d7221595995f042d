"""May this trigger fire, and if not, which rules refuse and why: pure, and all refusals at once.

Imports the edition, the facts and the refusal; no clock, no database, no framework.
"""

from __future__ import annotations

from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.refusal import Allowed, Decision, Refused

# A recipient's records come in few situations, and somebody who asks for every one there is must not fill the memory.
REMEMBERED = 1024


def decide(machine: Edition, state: str, trigger: str, facts: Facts) -> Decision:
    """Decide whether `trigger` may fire in `state` under `facts`, by an edition of a machine.

    Pure and total: all refusals are collected, never only the first. Raises `InputError` for a state or
    trigger that the machine does not have, and for facts of another machine.
    """
    key = (state, trigger, facts.row)
    decision = machine.decided.get(key)
    if decision is None or facts.schema is not machine.schema:
        machine.check(state, trigger, facts)
        decision = judge(machine, state, trigger, facts.row)
        if len(machine.decided) >= REMEMBERED:
            machine.decided.clear()
        machine.decided[key] = decision
    return decision


def judge(machine: Edition, state: str, trigger: str, row: tuple[str, ...]) -> Decision:
    """Do what `decide` does, unchecked and unremembered, on facts in the order of the machine's schema."""
    refusals = machine.watches[trigger].refusing(state, row)
    transition = machine.transition(state, trigger)
    if transition is None:
        return Refused(refusals or (machine.no_transition(state, trigger),))
    return Refused(refusals) if refusals else Allowed(transition.dest, transition.rules)
