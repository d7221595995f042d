"""Guards in words: what each refuses where, when it does, what it says and what mends it; what is always refused.

Imports the law and the links; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ims_fsm.draw.citation import worded
from ims_fsm.draw.tables import transition_table
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.decision import covers
from ims_fsm.law.declaration import STATE, GuardDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.modelcheck import OF_RECORDS, OF_STATEMENTS
from ims_fsm.law.properties.claim import Claim
from ims_fsm.law.refusal import Refusal
from ims_fsm.pages.links import fact_anchor, machine_link
from ims_fsm.pages.markdown import Md, code, commas, link
from ims_fsm.pages.material import Material, unnamed
from ims_fsm.pages.phrases import listed, sentence

# What only a single record can tell is left open in a sentence about all of them.
_LEFT_OPEN = ("form", "recipient_kind", "removed_for", "quarter")
_OWN_NOUN = ("recipient", "period")


def said(guard: GuardDeclaration, calendar: Calendar) -> str:
    """Return the sentence with which a guard refuses, as it reads of any record."""
    return sentence(Refusal.by(guard).sentence(_fields(guard.says, calendar)))


def mended(guard: GuardDeclaration, calendar: Calendar) -> str:
    """Return what mends it, as a sentence."""
    return sentence(Refusal.by(guard).advice(_fields(guard.remedy, calendar)).removesuffix(", …"))


def _fields(text: str, calendar: Calendar) -> dict[str, str]:
    fields = dict.fromkeys(_LEFT_OPEN, "…")
    fields |= {noun: "…" if f"{noun} {{{noun}}}" in text else f"the {noun}" for noun in _OWN_NOUN}
    return fields | calendar.phrases()


def when(guard: GuardDeclaration) -> Md:
    """Return the facts under which a guard refuses; `always` where it reads none."""
    conditions = [
        Md("{} is {}").format(
            "the state" if fact == STATE else link(worded(fact), fact_anchor(fact)), commas(map(code, values), " or ")
        )
        for fact, values in guard.refuse_when.items()
    ]
    return Md(" and ").join(conditions) if conditions else Md("always")


def place(guard: GuardDeclaration, material: Material) -> str:
    """Return the anchor of a guard, which stands in full among the codes of refusal."""
    return material.guard_places[unnamed(guard)]


def named(guard: GuardDeclaration, material: Material) -> Md:
    """Return the name of a guard, which says what must hold, as a link to where it stands in full."""
    return link(worded(guard.name), place(guard, material))


def triggers_of(guard: GuardDeclaration) -> str:
    """Return the triggers that a guard refuses, as words."""
    return listed((worded(trigger) for trigger in guard.triggers), "or")


def where(names: Iterable[str], material: Material) -> Md:
    """Return the machines in which something holds, as links; all machines of records together are `every record`."""
    named = {*names}
    machines = [machine for name, machine in material.machines.items() if name in named]
    records = material.record_machines
    if len(records) > 1 and {machine.name for machine in records} <= named:
        others = (machine_link(machine) for machine in machines if machine not in records)
        return commas([Md("every record"), *others])
    return commas(map(machine_link, machines))


def watched_facts(machine: Machine) -> frozenset[str]:
    """Return the facts that can turn a decision of a machine, under any rule set."""
    editions = machine.editions.values()
    return frozenset[str]().union(*(edition.watched(trigger) for edition in editions for trigger in edition.triggers))


def readers(fact: str, material: Material) -> Md:
    """Return the machines whose guards read a fact, as links."""
    return where((name for name, machine in material.machines.items() if fact in watched_facts(machine)), material)


def of_the_clock(guard: GuardDeclaration, machine: Machine) -> bool:
    """Say whether a guard holds off only what the clock would do: nobody is refused anything by it."""
    triggers = machine.declaration.trigger
    return all({trigger.actor, *trigger.also} == {"clock"} for trigger in triggers if trigger.name in guard.triggers)


@dataclass(frozen=True, slots=True)
class Never:
    """A transition that is always refused: its trigger, the editions in which it is, and the guards that refuse it."""

    trigger: str
    guards: tuple[GuardDeclaration, ...]
    editions: list[Edition]


def always_refused(machine: Machine) -> Iterable[Never]:
    """Return the transitions that are always refused, each reason once."""
    reasons: dict[tuple[str, ...], Never] = {}
    for edition in machine.editions.values():
        for row in transition_table(edition):
            if row.dest is not None and row.never:
                refusing = (guard for guard in edition.guards if row.trigger in guard.triggers)
                guards = tuple(g for g in refusing if all(covers(edition, g, source) for source in row.sources))
                key = (row.trigger, *(guard.name for guard in guards))
                reasons.setdefault(key, Never(row.trigger, guards, [])).editions.append(edition)
    return reasons.values()


def claims(machine: Machine) -> tuple[Claim, ...]:
    """Return what is proved of a machine and bears on it: what cites no rule, or one that the machine cites too."""
    declared = machine.declaration
    cited = {rule for state in declared.state for rule in state.rules}
    cited |= {rule for move in declared.transition for rule in move.rules}
    cited |= {rule for guard in machine.guards for rule in (guard.rule, *guard.see)}
    candidates = OF_RECORDS if declared.extends == "record" else OF_STATEMENTS
    return tuple(claim for claim in candidates if not claim.rules or cited.intersection(claim.rules))


def proved(material: Material) -> Iterator[tuple[Claim, list[str]]]:
    """Give everything that is proved, each once, with the machines on which it bears."""
    bearing = {name: {claim.name for claim in claims(machine)} for name, machine in material.machines.items()}
    for claim in {claim.name: claim for claim in (*OF_RECORDS, *OF_STATEMENTS)}.values():
        names = [name for name, claimed in bearing.items() if claim.name in claimed]
        if names:
            yield claim, names


def situations(machine: Machine) -> int:
    """Return over how many situations of a machine its claims are proved."""
    sources = 1 + len(machine.declaration.state)
    return len(machine.rule_sets) * sources * len(machine.declaration.trigger) * machine.schema.size
