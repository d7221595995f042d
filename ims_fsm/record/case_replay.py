"""A step of a case decided again: by the declaration that it names and by all facts that it was logged with.

Imports the law and the case; runs no statement. The audit asks it of the store, and a proof of its file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ims_fsm.errors import InputError
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY, OF_ROLE
from ims_fsm.law.edition import Machine
from ims_fsm.law.facts import Facts
from ims_fsm.law.refusal import Refused
from ims_fsm.record.case import CARRIED, entry_of, facts_of
from ims_fsm.terms.period import TaxPeriod


@dataclass(frozen=True, slots=True)
class Logged:
    """What the log says of a step: where it leads and by which rules, with a space between; what it was decided on.

    `period` is the month of the case; `content` has the facts that stayed with it then, and `passing` the others, as
    JSON (None: there were none).
    """

    period: str
    trigger: str
    source: str
    dest: str
    rules: str
    content: str | None
    passing: str | None


def fault_of(step: Logged, machine: Machine) -> str | None:
    """Return what is wrong with a step by the declaration of its machine; None where that allows it."""
    try:
        return _carried(step, machine) if step.trigger == CARRIED else _refusal(step, machine)
    except (ValueError, TypeError, AttributeError, LookupError, InputError):
        return f"is {step.trigger} from {step.source} on facts that {machine.name} does not have"


def _facts(step: Logged, machine: Machine) -> Facts:
    # A declaration is kept without the roles that a house lays over its triggers.
    logged, names = json.loads(step.passing or "{}"), machine.schema.names
    read = {name: value for name, value in logged.items() if name in names or not name.startswith(OF_ROLE)}
    return facts_of(machine, json.loads(step.content or "{}"), read)


def _carried(step: Logged, machine: Machine) -> str | None:
    """Return what is wrong where a case was taken over to a declaration; it must be what that declares."""
    _facts(step, machine)
    dest = next((state for state in machine.declaration.state if state.name == step.dest), None)
    return None if dest is not None and " ".join(dest.rules) == step.rules else _forbidden(step)


def _refusal(step: Logged, machine: Machine) -> str | None:
    edition, facts = machine.at(TaxPeriod(step.period)), _facts(step, machine)
    if step.source == ENTRY and step.trigger not in edition.triggers:
        trigger, dest, rules = entry_of(edition)
        leads = (step.trigger, step.dest, step.rules) == (trigger, dest, " ".join(rules))
        return None if leads else _forbidden(step)
    decision = decide(edition, step.source, step.trigger, facts)
    if isinstance(decision, Refused):
        refused = ", ".join(dict.fromkeys(refusal.rule for refusal in decision.refusals))
        return f"is {step.trigger} from {step.source}, which the law refuses ({refused})"
    return None if (decision.dest, " ".join(decision.rules)) == (step.dest, step.rules) else _forbidden(step)


def _forbidden(step: Logged) -> str:
    return f"is {step.trigger} from {step.source} to {step.dest} by {step.rules}, where no transition leads"
