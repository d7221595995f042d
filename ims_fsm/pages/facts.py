"""Facts as tables: what guards may know, with the sentence of every value.

Imports the law and the blocks.
"""

from __future__ import annotations

from collections.abc import Mapping

from ims_fsm.law.declaration import FactDeclaration
from ims_fsm.law.edition import Machine
from ims_fsm.pages.anchors import FACTS, fact_anchor
from ims_fsm.pages.blocks import Badge, Break, Code, Inline, Line, Link, Page, Paragraph, Section, Table
from ims_fsm.pages.material import Material
from ims_fsm.pages.refusing import where
from ims_fsm.pages.wording import capital, sentence, worded

_INTRO = (
    "A guard decides by facts alone, and every fact has a small closed set of values. So every situation can be "
    "enumerated, and what is said of the machines is proved over all of them. The plain value of a fact stands in the "
    "way of nothing; a question that leaves the fact out takes it."
)
_HEAD = ("Fact", "What it says", "Its values")


def facts_table(machine: Machine, material: Material) -> Table:
    """Return the facts that can turn a decision of a machine, with the values that they can take there."""
    known = dict(zip(machine.schema.names, machine.schema.values, strict=True))
    rows = tuple(
        _row(material.law.facts[fact], known[fact], machine)
        for fact in machine.schema.names
        if fact in _watched(machine)
    )
    return Table(_HEAD, rows, f"The facts of {machine.title}")


def facts_page(material: Material) -> Page:
    """Return the page of all facts, each with the machines whose guards read it."""
    intro = Paragraph((_INTRO,), lead=True)
    sections = tuple(_section(fact, material) for fact in material.law.facts.values())
    return Page(FACTS, "What guards may know", "The law", (intro,), sections, "Facts")


def _watched(machine: Machine) -> frozenset[str]:
    editions = machine.editions.values()
    return frozenset[str]().union(*(edition.watched(trigger) for edition in editions for trigger in edition.triggers))


def _section(fact: FactDeclaration, material: Material) -> Section:
    readers = [name for name, machine in material.machines.items() if fact.name in _watched(machine)]
    blocks = (
        Paragraph((sentence(capital(fact.says)),)),
        Table(("Value", "What it says"), tuple(_value(fact, value) for value in fact.values), fact.says),
        Paragraph(("Read by: ", *where(readers, material), ".")),
    )
    return Section(fact_anchor(fact.name), capital(worded(fact.name)), blocks, note=(Code(fact.name),))


def _value(fact: FactDeclaration, value: str) -> tuple[Line, ...]:
    plain: Line = (" ", Badge("plain", "quiet")) if value == fact.default else ()
    return ((Code(value), *plain), (capital(fact.values[value]),))


def _row(fact: FactDeclaration, values: tuple[str, ...], machine: Machine) -> tuple[Line, ...]:
    defaults: Mapping[str, str] = dict(zip(machine.schema.names, machine.schema.defaults, strict=True))
    line: list[Inline] = []
    for value in values:
        line += [Break()] if line else []
        line += [Code(value), f": {fact.values[value]}"]
        line += [" ", Badge("plain", "quiet")] if value == defaults[fact.name] and len(values) > 1 else []
    if len(values) == 1:
        line += [" ", Badge("always", "quiet")]
    return ((Link(worded(fact.name), fact_anchor(fact.name)),), (capital(fact.says),), tuple(line))
