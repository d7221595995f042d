"""May this trigger fire, and if not, which rules refuse and why; and what never may, whatever the facts are.

Imports the edition, the facts and the refusal; pure: no clock, no database, no framework.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from ims_fsm.law.declaration import ENTRY, STATE, GuardDeclaration
from ims_fsm.law.edition import Edition, closure
from ims_fsm.law.facts import Facts
from ims_fsm.law.refusal import Allowed, Decision, Refused

# A recipient's records come in few situations, and a caller who asks for every possible one must not fill the memory.
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


def possible(edition: Edition, state: str, trigger: str, among: Mapping[str, Sequence[str]]) -> Allowed | Refused:
    """Return the decision under those of the possible facts that let it fire, or else that refuse by fewest rules.

    `among` has the values that a fact may have; one that it does not name may have any.
    """
    watched, schema = edition.watched(trigger), edition.schema
    values = [
        tuple(value for value in among.get(name, of) if value in of) or (default,) if name in watched else (default,)
        for name, of, default in zip(schema.names, schema.values, schema.defaults, strict=True)
    ]
    least: Refused | None = None
    for row in product(*values):
        decision = judge(edition, state, trigger, row)
        if isinstance(decision, Allowed):
            return decision
        if least is None or len(decision.refusals) < len(least.refusals):
            least = decision
    assert least is not None  # noqa: S101 -- a product of what is not empty is not empty
    return least


def always_refused(edition: Edition, state: str, trigger: str) -> bool:
    """Say whether a guard refuses the trigger in a state whatever the facts are: no fact that it reads can save it.

    So an original credit note is never pending under IMS-2024-10 (FAQ 11.A), though the transition is declared.
    """
    return any(trigger in guard.triggers and covers(edition, guard, state) for guard in edition.guards)


def reached(edition: Edition) -> frozenset[str]:
    """Return the states that an edition can bring a record to, with the entry."""
    taken = [
        (source, move.dest)
        for move in edition.transitions
        for source in move.source
        if not always_refused(edition, source, move.trigger)
    ]
    return closure({ENTRY, edition.initial}, taken)


def covers(edition: Edition, guard: GuardDeclaration, state: str) -> bool:
    """Say whether a guard refuses its triggers in a state whatever the facts are."""
    values_of = edition.schema.values_of
    return all(
        state in values if fact == STATE else set(values_of[fact]) <= set(values)
        for fact, values in guard.refuse_when.items()
    )
