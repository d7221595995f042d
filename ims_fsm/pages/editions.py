"""A later rule set as a page: its rules, and what it changes in each machine.

Imports the law and the passages; compares what is declared, and knows of no change by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ims_fsm.draw.comparison.sheet import comparison_sheet
from ims_fsm.law.declaration import GuardDeclaration, RuleSetDeclaration, TransitionDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.pages.blocks import Badge, Block, Bullets, Figure, Item, Line, Page, Paragraph, Section, Strong
from ims_fsm.pages.citing import rule_links
from ims_fsm.pages.material import Material
from ims_fsm.pages.passage import passage, source_line
from ims_fsm.pages.refusing import code_link, machine_link, said, triggers_of, when
from ims_fsm.pages.wording import listed, month, sentence, worded


def edition_anchor(rule_set: RuleSetDeclaration) -> str:
    """Return the anchor of a rule set, which is its page's name."""
    return rule_set.id


def edition_pages(material: Material) -> Iterator[Page]:
    """Give a page for each rule set that changed an earlier one."""
    rule_sets = material.law.rule_sets
    for before, after in pairwise(rule_sets):
        yield _page(before, after, material)


def _page(before: RuleSetDeclaration, after: RuleSetDeclaration, material: Material) -> Page:
    since = f" It governs every record whose own 2B period is {month(after.since)} or later." if after.since else ""
    blocks = (Paragraph((f"{sentence(after.title)}{since}",), lead=True), *_sources(after, material))
    rules = [rule for rule in material.law.rules.values() if rule.since and rule.since == after.since]
    sections = (
        *(passage(rule, rule.title.rstrip("."), material) for rule in rules),
        Section(
            f"{after.id}-changes", "What it changes, machine by machine", (), tuple(_changes(before, after, material))
        ),
    )
    return Page(edition_anchor(after), f"The changes of {month(str(after.since))}", "The law", blocks, sections)


def _sources(rule_set: RuleSetDeclaration, material: Material) -> Iterator[Block]:
    rules = [rule for rule in material.law.rules.values() if rule.since and rule.since == rule_set.since]
    names = dict.fromkeys(rule.source for rule in rules)
    items = tuple(Item(source_line(material.law.sources[name])) for name in names)
    yield Paragraph((Strong("Its sources"),))
    yield Bullets(items)


def _changes(before: RuleSetDeclaration, after: RuleSetDeclaration, material: Material) -> Iterator[Section]:
    for machine in material.machines.values():
        old, new = machine.editions[before.id], machine.editions[after.id]
        items = tuple(_items(old, new, material))
        told: tuple[Block, ...] = (Paragraph(("The machine: ", machine_link(machine), ".")), Bullets(items))
        shown = _figures(machine.name, before, after, material)
        blocks = (*shown, *told) if items else (Paragraph(("Nothing changes.",)),)
        yield Section(f"{after.id}-{machine.name}", machine.title, blocks)


def _figures(
    machine: str, before: RuleSetDeclaration, after: RuleSetDeclaration, material: Material
) -> Iterator[Figure]:
    for stem, comparison in material.pictures.comparisons.items():
        if (comparison.machine, comparison.before, comparison.after) == (machine, before, after):
            caption = f"{comparison.title}, from {before.id} to {after.id}: what is added, changed and gone."
            yield Figure(stem, comparison_sheet(comparison).said, (caption,))


def _items(old: Edition, new: Edition, material: Material) -> Iterator[Item]:
    yield from (_moved("new", move) for move in new.transitions if move not in old.transitions)
    yield from (_moved("gone", move) for move in old.transitions if move not in new.transitions)
    yield from (_refused("gone", guard, material) for guard in old.guards if guard not in new.guards)
    yield from (_refused("new", guard, material) for guard in new.guards if guard not in old.guards)


def _moved(look: str, move: TransitionDeclaration) -> Item:
    sources = listed((worded(source) for source in move.source), "or")
    line: Line = (
        Badge(look, look),
        " transition ",
        Strong(worded(move.trigger)),
        f" from {sources} to {worded(move.dest)} ",
    )
    return Item((*line, *rule_links(move.rules)))


def _refused(look: str, guard: GuardDeclaration, material: Material) -> Item:
    line: Line = (Badge(look, look), " refusal of ", Strong(triggers_of(guard)), ", ", code_link(guard.code))
    says = f": “{said(guard, material.book.calendar)}” "
    return Item((*line, says, *rule_links([guard.rule])), (("When ", *when(guard), "."),))


def changed(machine: Machine) -> bool:
    """Say whether the rule sets of a machine differ."""
    editions = list(machine.editions.values())
    return any(each.guards != editions[0].guards or each.transitions != editions[0].transitions for each in editions)
