"""The FAQ answered: its questions in order, each with what the machines do about it, and the stories that prove it.

Imports the register and the passages; which questions there are is the register's.
"""

from __future__ import annotations

from ims_fsm.law.declaration import RuleDeclaration
from ims_fsm.pages.anchors import FAQ, rule_anchor
from ims_fsm.pages.blocks import Badge, Bullets, Item, Line, Link, Page, Paragraph, Section
from ims_fsm.pages.material import Material
from ims_fsm.pages.passage import passage, source_line
from ims_fsm.pages.wording import sentence

_SOURCE = "faq"
_LEAD = (
    ": its {number} questions in order. Under each stand its decisive words, how they are read where they can be read "
    "in two ways, what the machines do about it, and the stories that prove it."
)


def questions(material: Material) -> tuple[RuleDeclaration, ...]:
    """Return the questions of the FAQ in their order: the rules that carry a question."""
    asked = [rule for rule in material.law.rules.values() if rule.source == _SOURCE and _number(rule)]
    return tuple(sorted(asked, key=_number))


def faq_page(material: Material) -> Page:
    """Return the page of all questions, with a list of them at its head."""
    asked = questions(material)
    lead: Line = (*source_line(material.law.sources[_SOURCE]), _LEAD.format(number=len(asked)))
    contents = Bullets(tuple(Item(_entry(rule)) for rule in asked))
    sections = tuple(_question(rule, material) for rule in asked)
    title = f"The FAQ, all {len(asked)} questions answered"
    return Page(FAQ, title, "The FAQ", (Paragraph(lead, lead=True), contents), sections, "The FAQ answered")


def _number(rule: RuleDeclaration) -> int:
    head, _, rest = rule.id.partition(".")
    return int(rest) if head == "faq" and rest.isdigit() else 0


def _entry(rule: RuleDeclaration) -> Line:
    link = Link(f"{_number(rule)}. {rule.question.strip()}", rule_anchor(rule.id))
    unmodelled = rule.status == "not_modelled"
    return (link, " ", Badge("not modelled", "quiet")) if unmodelled else (link, f" {sentence(rule.title)}")


def _question(rule: RuleDeclaration, material: Material) -> Section:
    finer = tuple(
        passage(part, f"{part.id.removeprefix('faq.')} {part.title.rstrip('.')}", material)
        for part in material.law.rules.values()
        if part.id.startswith(f"{rule.id}.")
    )
    return passage(rule, f"{_number(rule)}. {rule.question.strip()}", material, finer)
