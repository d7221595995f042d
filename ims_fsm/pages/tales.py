"""The stories as pages, one for each folder: every scenario in prose, with its file.

Imports the stories and their narration.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.pages.anchors import stories_anchor, story_anchor
from ims_fsm.pages.blocks import Aside, Line, Listing, Page, Paragraph, Section
from ims_fsm.pages.citing import rule_links
from ims_fsm.pages.material import Material
from ims_fsm.pages.narration import told
from ims_fsm.pages.story import Story
from ims_fsm.pages.wording import capital

_LEAD = (
    "Every story below is a scenario that runs, and a test of the project: if one of its steps came out otherwise, the "
    "project would not hold. The steps are told from the file; what stands under a step is what was seen then."
)
_TITLES = {
    "faq": "the FAQ",
    "annexure_a": "Annexure-A",
    "rules_2025_10": "the changes of October 2025",
    "scenarios": "others",
}


def story_pages(material: Material) -> Iterator[Page]:
    """Give a page for each folder of stories, in the order of their names."""
    folders: dict[str, list[Story]] = {}
    for story in sorted(material.stories, key=lambda each: (each.folder, each.path)):
        folders.setdefault(story.folder, []).append(story)
    for folder, stories in folders.items():
        short = _TITLES.get(folder, folder.replace("_", " "))
        sections = tuple(_section(story, material) for story in stories)
        title = f"Stories: {short}"
        yield Page(
            stories_anchor(folder), title, "Stories", (Paragraph((_LEAD,), lead=True),), sections, capital(short)
        )


def _section(story: Story, material: Material) -> Section:
    rules = [rule for rule in story.rules if rule in material.law.rules]
    proves: Line = (Aside("Proves "), *rule_links(rules)) if rules else ()
    blocks = (Paragraph(proves), *told(story, material.book), Listing(story.path, story.text, "toml"))
    return Section(story_anchor(story), story.title, blocks)
