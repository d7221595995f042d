"""Strategies of hypothesis for any declared machine: its facts, and histories that the law itself decides.

Imports hypothesis (extra `testing`) and the law; opens no database.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ims_fsm.law.decision import decide
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.facts import Facts
from ims_fsm.law.refusal import Allowed, Decision
from ims_fsm.terms.period import TaxPeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A trigger of a history: where the case stood, under which facts it was fired, and what the law decided."""

    state: str
    trigger: str
    facts: Facts
    decision: Decision

    @property
    def after(self) -> str:
        """Where the case stands afterwards: where it stood, if it was refused."""
        return self.decision.dest if isinstance(self.decision, Allowed) else self.state


def facts(machine: Machine, *, whole: bool = True) -> SearchStrategy[dict[str, str]]:
    """Give the facts that a caller may give of a machine, by name; where they are not to be `whole`, some of them.

    Those about who acts (roles, four eyes) are nobody's to give. An example shrinks towards the defaults.

    >>> from ims_fsm.law.book import shipped_law
    >>> isinstance(facts(shipped_law().machine("gstr2b")), SearchStrategy)
    True
    """
    about_who_acts = {fact.name for fact in (*machine.about_roles, *machine.about_firing)}
    values = {name: of for name, of in _values(machine).items() if name not in about_who_acts}
    return st.fixed_dictionaries(values) if whole else st.fixed_dictionaries({}, optional=values)


def _values(machine: Machine) -> dict[str, SearchStrategy[str]]:
    schema = machine.schema
    return {
        name: st.sampled_from((default, *(value for value in values if value != default)))
        for name, values, default in zip(schema.names, schema.values, schema.defaults, strict=True)
    }


def roles(machine: Machine) -> SearchStrategy[frozenset[str]]:
    """Give some of the roles that a machine asks for; all of them as an example shrinks."""
    asked = sorted({str(fact.role) for fact in machine.about_roles})
    lacking = st.frozensets(st.sampled_from(asked)) if asked else st.just(frozenset[str]())
    return lacking.map(frozenset(asked).difference)


def triggers(machine: Machine) -> SearchStrategy[str]:
    """Give the triggers of a machine."""
    return st.sampled_from([trigger.name for trigger in machine.declaration.trigger])


@st.composite
def histories(draw: DrawFn, machine: Machine, *, period: str | None = None, most: int = 20) -> tuple[Step, ...]:
    """Give histories of a case of a machine, from its initial state: up to `most` triggers, refused ones among them.

    `period` is the month that chooses the edition, like "2025-01"; without it the newest decides. Half of the triggers
    lead somewhere from where the case stands, so that histories get far. A history that fails shrinks to few triggers
    with plain facts.
    """
    edition = machine.edition if period is None else machine.at(TaxPeriod(period))
    state, steps = edition.initial, []
    for _ in range(draw(st.integers(0, most))):
        steps.append(draw(_steps(edition, state)))
        state = steps[-1].after
    return tuple(steps)


@st.composite
def _steps(draw: DrawFn, edition: Edition, state: str) -> Step:
    leading = edition.open_from(state)
    any_trigger = triggers(edition.machine)
    trigger = draw(st.sampled_from(leading) | any_trigger if leading else any_trigger)
    given = edition.facts(**draw(st.fixed_dictionaries(_values(edition.machine))))
    return Step(state=state, trigger=trigger, facts=given, decision=decide(edition, state, trigger, given))
