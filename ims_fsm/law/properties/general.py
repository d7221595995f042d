"""Properties that any law ought to keep, whatever it is about: no state out of reach, no dead end, no open question.

Imports the space and the form of a claim; the law itself is in the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.properties.claim import Claim, Finding, Proof
from ims_fsm.law.properties.course import decided_for_good
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace


def every_state_is_reached(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """Give a finding for each state: transitions that fire in some situation lead to it from the beginning."""
    reached = _closure({ENTRY, space.edition.initial}, _fired(space))
    for name in space.edition.states:
        yield Finding(
            1, None if name in reached else _told(space, name, "is never reached: a guard refuses every way to it")
        )


def every_state_ends(space: EditionSpace, _law: Law) -> Iterator[Finding]:
    """Give a finding for each state: transitions that fire in some situation lead from it to a terminal one."""
    terminal = {name for name, state in space.edition.states.items() if state.terminal}
    ending = _closure(terminal, {(dest, source) for source, dest in _fired(space)})
    for name in space.edition.states:
        yield Finding(
            1, None if name in ending else _told(space, name, "never ends: a guard refuses every way out of it")
        )


def every_question_is_answered(space: EditionSpace, law: Law) -> Iterator[Finding]:
    """Give a finding for each state and trigger: a situation is allowed or refused, by rules in the register."""
    for state in space.sources:
        for trigger in space.edition.triggers:
            allowed, refused = space.allowed(state, trigger), space.refused(state, trigger)
            wrong = space.space.everything & ~(allowed ^ refused)
            example = space.told(state, trigger, wrong, "is neither allowed nor refused, or both") if wrong else None
            rules = {guard.rule for guard in space.edition.guards if trigger in guard.triggers}
            if unknown := sorted(rules - {*law.rules}):
                example = f"{space.edition.name}: {trigger} is refused by {unknown[0]!r}, which is not in the register"
            yield Finding(space.space.size, example)


def _fired(space: EditionSpace) -> set[tuple[str, str]]:
    return {
        (source, move.dest)
        for move in space.edition.transitions
        for source in move.source
        if space.allowed(source, move.trigger)
    }


def _closure(start: set[str], arrows: set[tuple[str, str]]) -> set[str]:
    members = set(start)
    while more := {to for at, to in arrows if at in members} - members:
        members |= more
    return members


def _told(space: EditionSpace, state: str, what: str) -> str:
    return f"{space.edition.name} under {space.edition.rule_set.id}: {state} {what}"


CLAIMS: Mapping[Claim, Proof] = {
    Claim("every_state_is_reached", "Every state can be reached", (), counted="states"): every_state_is_reached,
    Claim("every_state_ends", "From every state an end can be reached", (), counted="states"): every_state_ends,
    Claim("terminal_for_good", "Nothing leads out of a terminal state", ()): decided_for_good,
    Claim(
        "every_question_is_answered",
        "Every situation is allowed or refused, never both and never neither, by a rule of the register",
        (),
    ): every_question_is_answered,
}
