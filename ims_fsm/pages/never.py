"""What never happens: transitions that are always refused, states that are never left, and what is proved of a machine.

Imports the law's claims and the tables; proves nothing itself, that is what `ims-fsm verify` is for.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.draw.tables import Row, transition_table
from ims_fsm.law.declaration import STATE, GuardDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.modelcheck import OF_RECORDS, OF_STATEMENTS
from ims_fsm.law.properties.claim import Claim
from ims_fsm.pages.anchors import fact_anchor
from ims_fsm.pages.blocks import Badge, Block, Bullets, Code, Inline, Item, Line, Link, Paragraph, Strong
from ims_fsm.pages.citing import linked, rule_links
from ims_fsm.pages.material import Material
from ims_fsm.pages.refusing import said
from ims_fsm.pages.wording import listed, month, sentence, worded


def never_blocks(machine: Machine, material: Material) -> Iterator[Block]:
    """Give what never happens in a machine: by its declaration, then what is proved of it."""
    ends = [state.title for state in machine.declaration.state if state.terminal]
    nowhere = Item((f"Nothing leads out of {listed(ends, 'or')}.",))
    yield Bullets((*_refused(machine, material), nowhere))
    text: Line = (Strong("What is proved"), f" over all {_situations(machine):,} situations of this machine by ")
    yield Paragraph((*text, Code("ims-fsm verify"), ":"))
    yield Bullets(tuple(_claim(claim, material) for claim in claims(machine)))


def claims(machine: Machine) -> tuple[Claim, ...]:
    """Return what is proved of a machine and bears on it: what cites no rule, or one that the machine cites too."""
    declared = machine.declaration
    cited = {rule for state in declared.state for rule in state.rules}
    cited |= {rule for move in declared.transition for rule in move.rules}
    cited |= {rule for guard in declared.guard for rule in (guard.rule, *guard.see)}
    known = OF_RECORDS if declared.extends == "record" else OF_STATEMENTS
    return tuple(claim for claim in known if not claim.rules or cited.intersection(claim.rules))


def _refused(machine: Machine, material: Material) -> Iterator[Item]:
    """Give the transitions that are always refused, each reason once, with the rule set where it is not all of them."""
    found: dict[tuple[str, Line], list[Edition]] = {}
    for edition in machine.editions.values():
        for row in transition_table(edition):
            if row.dest is not None and row.never:
                found.setdefault((row.trigger, _reason(edition, row, material)), []).append(edition)
    for (trigger, reason), editions in found.items():
        spans = [] if len(editions) == len(machine.editions) else [_span(edition) for edition in editions]
        yield Item((Strong(worded(trigger)), " is ", Badge("always refused", "no"), f"{listed(spans)}. ", *reason))


def _reason(edition: Edition, row: Row, material: Material) -> Line:
    line: list[Inline] = []
    for guard in edition.guards:
        if row.trigger in guard.triggers and _always(edition, guard, row.sources):
            line += [" " if line else "", *linked(said(guard, material.book.calendar), material.law)]
            line += [*_because(edition, guard, material), " ", *rule_links([guard.rule])]
    return tuple(part for part in line if part)


def _always(edition: Edition, guard: GuardDeclaration, sources: tuple[str, ...]) -> bool:
    known = {**dict(zip(edition.schema.names, edition.schema.values, strict=True)), STATE: sources}
    return all({*known[fact]} <= {*values} for fact, values in guard.refuse_when.items())


def _because(edition: Edition, guard: GuardDeclaration, material: Material) -> Line:
    """Return what a machine makes of the guard's facts: the one value that each can take in it."""
    known = dict(zip(edition.schema.names, edition.schema.values, strict=True))
    line: Line = ()
    for fact in guard.refuse_when:
        if fact != STATE and len(known[fact]) == 1:
            value = known[fact][0]
            says = material.law.facts[fact].values[value]
            line = (*line, " Here ", Link(worded(fact), fact_anchor(fact)), " is always ", Code(value), f": {says}.")
    return line


def _span(edition: Edition) -> str:
    rule_set = edition.rule_set
    if rule_set.until:
        return f" until 2B period {month(rule_set.until)}"
    return f" from 2B period {month(rule_set.since)}" if rule_set.since else ""


def _claim(claim: Claim, material: Material) -> Item:
    cited: Line = (" ", *rule_links(rule for rule in claim.rules if rule in material.law.rules)) if claim.rules else ()
    return Item((sentence(claim.sentence), *cited))


def _situations(machine: Machine) -> int:
    sources = 1 + len(machine.declaration.state)
    return len(machine.rule_sets) * sources * len(machine.declaration.trigger) * machine.schema.size()
