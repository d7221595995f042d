"""A guard in words: what it refuses where, when it does, what it says and what mends it.

Imports the law, the anchors and the blocks; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from ims_fsm.law.calendar import Calendar
from ims_fsm.law.declaration import STATE, GuardDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.law.refusal import Refusal
from ims_fsm.pages.anchors import code_anchor, fact_anchor, machine_anchor
from ims_fsm.pages.blocks import Code, Inline, Line, Link
from ims_fsm.pages.material import Material
from ims_fsm.pages.wording import listed, sentence, worded

# What only a single record can tell is left open in a sentence about all of them.
_LEFT_OPEN = ("form", "recipient_kind", "removed_for", "quarter")
_OWN_NOUN = ("recipient", "period")


def said(guard: GuardDeclaration, calendar: Calendar) -> str:
    """Return the sentence with which a guard refuses, as it reads of any record."""
    return sentence(Refusal.by(guard).sentence(_fields(guard.says, calendar)))


def mended(guard: GuardDeclaration, calendar: Calendar) -> str:
    """Return what mends it, as a sentence."""
    return sentence(Refusal.by(guard).advice(_fields(guard.remedy, calendar)).removesuffix(", …"))


def code_link(code: str) -> Link:
    """Return a code of refusal as a link to the list of codes."""
    return Link(code, code_anchor(code))


def when(guard: GuardDeclaration) -> Line:
    """Return the facts under which a guard refuses; `always` where it reads none."""
    line: list[Inline] = []
    for fact, values in guard.refuse_when.items():
        name: Inline = "the state" if fact == STATE else Link(worded(fact), fact_anchor(fact))
        line += [" and " if line else "", name, " is "]
        for number, value in enumerate(values, start=1):
            line += [Code(value), "" if number == len(values) else " or " if number == len(values) - 1 else ", "]
    return tuple(part for part in line if part) or ("always",)


def triggers_of(guard: GuardDeclaration) -> str:
    """Return the triggers that a guard refuses, as words."""
    return listed((worded(trigger) for trigger in guard.triggers), "or")


def where(names: Iterable[str], material: Material) -> Line:
    """Return the machines in which something holds, as links; all machines of records together are `every record`."""
    named = {*names}
    left = [name for name in material.machines if name in named]
    records = [machine.name for machine in material.record_machines]
    line: list[Inline] = []
    if len(records) > 1 and {*records} <= {*left}:
        line.append("every record")
        left = [name for name in left if name not in records]
    for name in left:
        line += [", " if line else "", machine_link(material.law.machines[name])]
    return tuple(part for part in line if part)


def machine_link(machine: Machine) -> Link:
    """Return a machine's title as a link to its page."""
    return Link(machine.title, machine_anchor(machine.name))


def _fields(text: str, calendar: Calendar) -> dict[str, str]:
    fields = dict.fromkeys(_LEFT_OPEN, "…")
    fields |= {noun: "…" if f"{noun} {{{noun}}}" in text else f"the {noun}" for noun in _OWN_NOUN}
    return fields | calendar.phrases()
