"""The texts beside the FAQ: what they say, how sure that is, and what the machines do about it.

Imports the register and the passages.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.law.declaration import RuleDeclaration
from ims_fsm.pages.anchors import ANNEXED, SOURCES
from ims_fsm.pages.blocks import Bullets, Item, Page, Paragraph, Section
from ims_fsm.pages.material import Material
from ims_fsm.pages.passage import passage, source_line

_LEAD = (
    "What the machines stand on beside the FAQ. For these texts the gist is given in our words; “certain” means the "
    "source's own text or a restatement of it, “corroborated” two secondary sources or more, “derived” what follows "
    "from what is certain."
)


def sources_page(material: Material) -> Page:
    """Return the page of all rules that are neither in the FAQ nor of a later rule set, by their source."""
    items = tuple(Item(source_line(source)) for source in material.law.sources.values())
    every = Section("sources-list", "All sources", (Bullets(items),))
    sections = (*_sections(material), every)
    return Page(
        SOURCES, "The texts beside the FAQ", "The law", (Paragraph((_LEAD,), lead=True),), sections, "Other texts"
    )


def is_elsewhere(rule: RuleDeclaration, material: Material) -> bool:
    """Say whether a rule has its passage on another page: that of the FAQ, or of the rule set that it came with."""
    return (
        rule.id.startswith("faq.")
        or rule.id == ANNEXED
        or any(rule.since and rule.since == each.since for each in material.law.rule_sets[1:])
    )


def _sections(material: Material) -> Iterator[Section]:
    for source in material.law.sources.values():
        rules = [r for r in material.law.rules.values() if r.source == source.id and not is_elsewhere(r, material)]
        if rules:
            passages = tuple(passage(rule, rule.title.rstrip("."), material) for rule in rules)
            yield Section(f"source-{source.id}", source.title, (Paragraph((*source_line(source), ".")),), passages)
