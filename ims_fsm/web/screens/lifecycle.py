"""The lifecycle: each machine with its picture, states and triggers; a trigger decided on facts that are chosen.

Imports the law and the shell; reads no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import InputError, Problem
from ims_fsm.draw.explanation import decided, explained, first_state
from ims_fsm.draw.tables import transition_table
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.register import Law
from ims_fsm.web.admission import Admitted
from ims_fsm.web.asked import NoQuery
from ims_fsm.web.languages import N_
from ims_fsm.web.law import Look, Machine, TriggerName, by_name, draw_machine
from ims_fsm.web.screens.record import can_draw
from ims_fsm.web.screens.search import Search, Text
from ims_fsm.web.screens.shell import Screens, Visiting

SCREENS = Screens()
_OF = "/law/machines/{machine}"


class OfRuleSet(Search):
    """Under which rule set, by default the newest."""

    rule_set: Text | SkipJsonSchema[None] = None


class Question(OfRuleSet):
    """A trigger that is decided: in which state, on which facts ("pending_window=passed")."""

    state: Text | SkipJsonSchema[None] = None
    fact: Annotated[tuple[Text, ...], Field(max_length=50)] = ()

    @property
    def facts(self) -> dict[str, str]:
        """The facts by name."""
        return {name: value for name, _, value in (fact.partition("=") for fact in self.fact)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact that the guards of a trigger read: its sentence, the values it can take here, and the chosen one."""

    name: str
    says: str
    values: tuple[tuple[str, str], ...]
    chosen: str


@SCREENS.get("/law/machines", title=N_("Lifecycle"))
def show_machines(admission: Admitted, visit: Visiting, _query: NoQuery) -> Response:
    """Show the declared machines: of each kind of record, and of GSTR-2B."""
    return visit.show("machines.html.j2", machines=admission.ims.book.law.machines.values())


@SCREENS.get(_OF)
def show_machine(
    admission: Admitted, visit: Visiting, machine: Machine, asked: Annotated[OfRuleSet, Query()]
) -> Response:
    """Show a machine under a rule set: its picture, its states, its triggers and how many guards each has."""
    with by_name():
        edition = _edition(admission.ims.book.law, machine, asked.rule_set)
    return visit.show("machine.html.j2", edition=edition, rows=transition_table(edition), drawn=can_draw())


@SCREENS.get(f"{_OF}/picture")
def draw_machine_picture(admission: Admitted, machine: Machine, look: Annotated[Look, Query()]) -> Response:
    """Draw a machine under a rule set."""
    return draw_machine(admission, machine, look)


@SCREENS.get(f"{_OF}/triggers/{{trigger}}")
def show_trigger(
    admission: Admitted, visit: Visiting, machine: Machine, trigger: TriggerName, asked: Annotated[Question, Query()]
) -> Response:
    """Show where a trigger leads and what may refuse it; with a state, decide it on the facts that are chosen."""
    book = admission.ims.book
    with by_name():
        edition = _edition(book.law, machine, asked.rule_set)
        parts = explained(book, edition, trigger)
    is_decided = bool(asked.state or asked.fact)
    case = decided(book, edition, trigger, asked.facts, asked.state) if is_decided else None
    return visit.show(
        "trigger.html.j2",
        **parts,
        decided=case,
        state=asked.state or first_state(edition, trigger),
        states=_states(edition, trigger),
        questions=list(_questions(edition, trigger, asked.facts)),
    )


def _edition(law: Law, machine: str, rule_set: str | None) -> Edition:
    """Return a machine under a rule set; raises `InputError` for a name of nothing."""
    versions = law.machine(machine)
    if rule_set is None:
        return versions.edition
    if rule_set not in versions.editions:
        remedy = f"the rule sets are {', '.join(versions.editions)}"
        raise InputError("rule set", [Problem(rule_set, "is not a rule set", remedy)])
    return versions.editions[rule_set]


def _states(edition: Edition, trigger: str) -> tuple[str, ...]:
    """Return the states in which a trigger can be asked about: the entry alone where something comes into being."""
    begins = any(move.trigger == trigger and ENTRY in move.source for move in edition.transitions)
    return (ENTRY, *edition.states) if begins else tuple(edition.states)


def _questions(edition: Edition, trigger: str, chosen: dict[str, str]) -> Iterator[Asked]:
    schema, watched = edition.schema, edition.watched(trigger)
    for fact, values, default in zip(edition.machine.every_fact, schema.values, schema.defaults, strict=True):
        if fact.name in watched and len(values) > 1:
            said = tuple((value, fact.values[value]) for value in values)
            yield Asked(fact.name, fact.says, said, chosen.get(fact.name, default))
