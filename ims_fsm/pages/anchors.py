"""Where things stand: the anchor of each rule, machine, state, note, fact, code, story and row of Annexure-A.

Imports the pictures' own links, which lead to these anchors; knows no page and no address of a file.
"""

from __future__ import annotations

from ims_fsm.draw.links import Links
from ims_fsm.draw.picture import Arrow, Picture
from ims_fsm.law.annexure import Row
from ims_fsm.pages.story import Story

INDEX, FAQ, CALENDAR, ANNEXURE, REFUSALS, FACTS, SOURCES = (
    "README", "faq", "calendar", "annexure-a", "refusals", "facts", "sources",
)  # fmt: skip


PERIODS = f"{CALENDAR}-periods"
_HERE = Links()
# The rule that has a page to itself: the table of Annexure-A.
ANNEXED = "annexure.a"


def rule_anchor(rule: str) -> str:
    """Return the anchor of a rule.

    >>> rule_anchor("faq.11.a"), rule_anchor("faq.1")
    ('faq-11-a', 'faq-1')
    """
    return rule.replace(".", "-")


def machine_anchor(machine: str) -> str:
    """Return the anchor of a machine, which is its page's name."""
    return machine


def state_anchor(machine: str, state: str) -> str:
    """Return the anchor of a state's line on its machine's page."""
    return f"{machine}-state-{state}"


def arrow_anchor(picture: Picture, arrow: Arrow) -> str:
    """Return the anchor of an arrow's line, which the arrow in the picture leads to."""
    return _HERE.arrow(picture, arrow).removeprefix("#")


def note_anchor(picture: Picture, number: int) -> str:
    """Return the anchor of a numbered note of a picture."""
    return _HERE.note(picture, number).removeprefix("#")


def fact_anchor(fact: str) -> str:
    """Return the anchor of a fact."""
    return f"fact-{fact}"


def code_anchor(code: str) -> str:
    """Return the anchor of a code of refusal."""
    return f"code-{code}"


def row_anchor(row: Row) -> str:
    """Return the anchor of a row of Annexure-A."""
    return f"annexure-a-row-{row.name}"


def story_anchor(story: Story) -> str:
    """Return the anchor of a story: by its folder and name, for a name may stand in two folders."""
    return f"story-{story.folder}-{story.name}".replace("_", "-").replace(".", "-")


def stories_anchor(folder: str) -> str:
    """Return the anchor of a folder's stories, which is their page's name."""
    return f"stories-{folder}".replace("_", "-")
