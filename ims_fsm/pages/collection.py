"""All pages together, in the order in which they are read, with every link proved to lead somewhere.

Imports the pages; writes none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.pages.annexure import annexure_page
from ims_fsm.pages.blocks import Page, anchors_of, links_of
from ims_fsm.pages.calendar import calendar_page
from ims_fsm.pages.editions import edition_pages
from ims_fsm.pages.facts import facts_page
from ims_fsm.pages.faq import faq_page
from ims_fsm.pages.index import index_page
from ims_fsm.pages.lifecycle import lifecycle_page
from ims_fsm.pages.material import Material
from ims_fsm.pages.refusals import refusals_page
from ims_fsm.pages.sources import sources_page
from ims_fsm.pages.tales import story_pages


def collection(material: Material) -> tuple[Page, ...]:
    """Return every page; raises `DeclarationError` with each link to nowhere and each anchor that stands twice."""
    others = (
        faq_page(material),
        *(lifecycle_page(machine, material) for machine in material.machines.values()),
        *edition_pages(material),
        calendar_page(material),
        annexure_page(material),
        refusals_page(material),
        facts_page(material),
        sources_page(material),
        *story_pages(material),
    )
    pages = (index_page(material, others), *others)
    if problems := [*_problems(pages)]:
        raise DeclarationError("pages", problems)
    return pages


def _problems(pages: tuple[Page, ...]) -> Iterator[Problem]:
    anchors = Counter(anchor for page in pages for anchor in anchors_of(page))
    for anchor, times in anchors.items():
        if times > 1:
            yield Problem(anchor, f"stands {times} times", "give each its own name")
    for page in pages:
        for to in dict.fromkeys(links_of(page)):
            if to not in anchors:
                yield Problem(f"{page.name}: {to}", "is linked and is nowhere", "declare it, or mend what names it")
