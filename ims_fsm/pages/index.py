"""The first page: what the pages are, where to begin, and all of them.

Imports the law for its numbers; the other pages are handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ims_fsm.law.declaration import RuleSetDeclaration
from ims_fsm.pages.anchors import ANNEXURE, CALENDAR, FACTS, FAQ, INDEX, REFUSALS, SOURCES, rule_anchor
from ims_fsm.pages.blocks import Block, Bullets, Item, Line, Link, Page, Paragraph, Section, Strong, Table
from ims_fsm.pages.citing import cited
from ims_fsm.pages.material import Material
from ims_fsm.pages.refusing import machine_link
from ims_fsm.pages.wording import capital, listed, month, sentence

TITLE = "IMS, explained from its declarations"
_ABOUT = (
    "India's GST Invoice Management System as state machines: what a supplier reports, what the recipient may do with "
    "it, and what comes of it in GSTR-2B, in GSTR-3B and in the supplier's liability. These pages are made from the "
    "declarations that the program itself decides by. Nothing in them is written twice, so they cannot fall behind it."
)
_CHOSEN = "The 2B period of the record itself chooses, never the day of the action."
_EXPECTED = "Until its supplier files, a record is read in the 2B period that filing it now would give it."
_REFUSED = "A trigger is refused by every guard whose conditions hold, and all of them are told at once."
_DEEMED = "A record without action stays in No action until GSTR-3B freezes it as deemed accepted."
_STANDING = "S is what a supplier answers for, E what the recipient carries, per head of tax: see"
_PAGES = {
    FAQ: "all questions in order, each with what the machines do about it and a story that proves it",
    CALENDAR: "windows, due dates by state, limits, and the months worked out",
    ANNEXURE: "ITC and the supplier's liability, row by row, with provenance",
    REFUSALS: "every code with its sentence, its remedy and its rules",
    FACTS: "what guards may know, and every value of it",
    SOURCES: "the Act, the advisories and the later FAQs",
}


def index_page(material: Material, others: Sequence[Page]) -> Page:
    """Return the first page, which leads to the others."""
    sections = (
        Section("begin", "Where to begin", tuple(_begin(material))),
        Section("lifecycles", "The lifecycles", tuple(_lifecycles(material))),
        Section("law", "The law", (Bullets(tuple(_law(others))),)),
        *_stories(others),
        Section("reading", "How to read them", tuple(_reading(material))),
    )
    return Page(INDEX, TITLE, "", (Paragraph((_ABOUT,), lead=True),), sections, "Begin here")


def _begin(material: Material) -> Iterator[Block]:
    wanted = ("faq.11", "faq.13", "faq.14", "faq.16", "faq.29", "faq.34")
    rules = [material.law.rules[rule] for rule in wanted if rule in material.law.rules]
    yield Paragraph(("To explain a question of the FAQ, go to it: its answer stands by itself.",))
    items = (
        Item((Link(f"{cited(rule.id)}. {rule.question.strip()}", rule_anchor(rule.id)), f" {sentence(rule.title)}"))
        for rule in rules
    )
    yield Bullets(tuple(items))


def _lifecycles(material: Material) -> Iterator[Block]:
    rows = []
    for machine in material.machines.values():
        differs = len(material.drawings[machine.name]) > 1
        pictures = "one for each rule set" if differs else "one, the same under every rule set"
        rows.append(((machine_link(machine),), (sentence(machine.declaration.says),), (capital(pictures),)))
    yield Table(("Machine", "What it governs", "Pictures"), tuple(rows), "The lifecycles")


def _law(others: Sequence[Page]) -> Iterator[Item]:
    for page in others:
        if page.group in {"The FAQ", "The law"}:
            says = _PAGES.get(page.name)
            yield Item((Link(page.title, page.name), f": {says}." if says else "."))


def _stories(others: Sequence[Page]) -> Iterator[Section]:
    pages = [page for page in others if page.group == "Stories"]
    if pages:
        yield Section(
            "stories", "The stories", (Bullets(tuple(Item((Link(page.title, page.name),)) for page in pages)),)
        )


def _reading(material: Material) -> Iterator[Block]:
    spans = listed(f"{each.id} ({_periods(each)})" for each in material.law.rule_sets)
    told: tuple[tuple[str, Line], ...] = (
        ("Rule sets", (f"The law has editions: {spans}. {_CHOSEN}",)),
        ("Expected 2B period", (_EXPECTED,)),
        ("Refusals", (_REFUSED,)),
        ("Deemed acceptance", (_DEEMED,)),
        ("S and E", (f"{_STANDING} ", Link("Annexure-A", ANNEXURE), ".")),
    )
    yield Bullets(tuple(Item((Strong(f"{name}. "), *line)) for name, line in told))


def _periods(rule_set: RuleSetDeclaration) -> str:
    since = f"2B periods from {month(rule_set.since)}" if rule_set.since else "2B periods"
    return f"{since} to {month(rule_set.until)}" if rule_set.until else since
