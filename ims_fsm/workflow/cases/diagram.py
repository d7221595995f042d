"""A case on its machine's picture: its path, what may happen next and what may not.

Imports the drawing and the steps of cases.
"""

from __future__ import annotations

from ims_fsm.draw.diagrams import check_formats, drawn
from ims_fsm.draw.path import Barrier, Highlight, Step, Way, path_sheet
from ims_fsm.draw.theme import theme_named
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Machine
from ims_fsm.law.refusal import Allowed, Decision, Refused
from ims_fsm.record.case import CaseHistory, fields_of, label
from ims_fsm.record.log import TransitionEntry
from ims_fsm.terms.border import Border
from ims_fsm.terms.period import day_of
from ims_fsm.workflow.cases.steps import Reader, decisions, history, machine_of, shown_as
from ims_fsm.workflow.unit import UnitOfWork


def diagram(  # noqa: PLR0913, PLR0917 -- which case, drawn how
    unit: UnitOfWork,
    owner: str,
    machine_name: str,
    case_id: int,
    fmt: str,
    theme: str = "light",
    reader: Reader | None = None,
) -> bytes:
    """Draw a case's path under the rule set that governs it."""
    border = Border("drawing")
    border.text("format", fmt)
    border.text("theme", theme)
    border.close()
    check_formats([fmt])
    machine, look = machine_of(unit.book.law, machine_name), theme_named(theme)
    whole = history(unit, owner, machine.name, case_id)
    decided = decisions(unit, machine, whole.case, reader)
    machine = shown_as(unit, machine, whole.case)
    sheet = path_sheet(machine.at(whole.case.period), _highlight(unit, machine, whole, decided), look)
    return drawn([sheet], fmt)[0]


def _highlight(unit: UnitOfWork, machine: Machine, whole: CaseHistory, decided: dict[str, Decision]) -> Highlight:
    case, edition = whole.case, machine.at(whole.case.period)
    fields = fields_of(case, machine, unit.now) | {"document": "it"}
    heading = label(machine, case.key)
    whose = f"  ·  {case.owner}" if case.owner else ""
    return Highlight(
        key=f"case-{case.id}",
        heading=heading[0].upper() + heading[1:],
        subheading=f"{edition.states[case.state].title} since {day_of(case.last_at)}{whose}  ·  "
        f"{edition.rule_set.id}, {case.period}",
        state=case.state,
        steps=tuple(
            Step(_number(step), step.trigger, step.source, step.dest, day_of(step.at), step.actor)
            for step in whole.transitions
            # An earlier declaration may have had other states.
            if {step.source, step.dest} <= {ENTRY, *edition.states}
        ),
        ways=tuple(
            Way(trigger, decision.dest, decision.rules)
            for trigger, decision in decided.items()
            if isinstance(decision, Allowed)
        ),
        barriers=tuple(
            Barrier(trigger, tuple((refusal.rule, refusal.sentence(fields)) for refusal in decision.refusals))
            for trigger, decision in decided.items()
            if isinstance(decision, Refused)
        ),
    )


def _number(step: TransitionEntry) -> int | None:
    return None if step.source == ENTRY else step.seq
