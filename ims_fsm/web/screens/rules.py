"""The register of rules: each in its source's words, how certain it is, and what it decides in which machine.

Imports the law and the shell; reads no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic.json_schema import SkipJsonSchema

from ims_fsm.draw.citation import cite
from ims_fsm.draw.explanation import cited
from ims_fsm.law.declaration import GuardDeclaration, RuleDeclaration, StateDeclaration, TransitionDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law
from ims_fsm.web.admission import Admitted
from ims_fsm.web.asked import NoQuery
from ims_fsm.web.languages import N_
from ims_fsm.web.law import RULE, by_name
from ims_fsm.web.screens.search import Search, Text
from ims_fsm.web.screens.shell import Screens, Visiting

SCREENS = Screens()


class Sought(Search):
    """Which rules are looked for, by words that all stand in their texts."""

    find: Text | SkipJsonSchema[None] = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a rule decides in a machine, under any rule set: what it refuses, what it moves, which states it gives."""

    machine: Machine
    guards: tuple[GuardDeclaration, ...]
    transitions: tuple[TransitionDeclaration, ...]
    states: tuple[StateDeclaration, ...]


@SCREENS.get("/law/rules", title=N_("Rules"))
def show_rules(admission: Admitted, visit: Visiting, sought: Annotated[Sought, Query()]) -> Response:
    """Show the rules of the register, or those in which all the words stand that are looked for."""
    law = admission.ims.book.law
    words = (sought.find or "").casefold().split()
    rules = [rule for rule in law.rules.values() if all(word in _text(rule) for word in words)]
    return visit.show("rules.html.j2", rules=rules, law=law, find=sought.find or "", cite=cite)


def _text(rule: RuleDeclaration) -> str:
    parts = (rule.id, cite(rule.id), rule.title, rule.question, rule.quote, rule.reading, rule.reason)
    return " ".join(parts).casefold()


@SCREENS.get("/law/rules/{rule}")
def show_rule(
    admission: Admitted,
    visit: Visiting,
    rule: Annotated[str, Path(pattern=RULE, description="The rule's id.")],
    _query: NoQuery,
) -> Response:
    """Show a rule: its source's words, how it is read, what it decides in the machines, and the rules below it."""
    law = admission.ims.book.law
    with by_name():
        declared, *below = (entry["rule"] for entry in cited(law, rule))
    return visit.show(
        "rule.html.j2",
        rule=declared,
        below=below,
        source=law.sources[declared.source],
        decides=list(_decided(law, rule)),
        cited_by=law.cited_by.get(rule, ()),
        cite=cite,
    )


def _decided(law: Law, rule: str) -> Iterator[Decided]:
    for machine in law.machines.values():
        declared = machine.declaration
        decided = Decided(
            machine,
            tuple(guard for guard in machine.guards if rule in (guard.rule, *guard.see)),
            tuple(move for move in declared.transition if rule in move.rules),
            tuple(state for state in declared.state if rule in state.rules),
        )
        if decided.guards or decided.transitions or decided.states:
            yield decided
