"""Where things stand, and citations as links to it: rules, machines, states, notes, facts, codes, stories, rows.

Imports the register and the pictures' own links, which lead to the same anchors; knows no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ims_fsm.draw.citation import cite
from ims_fsm.draw.picture import Arrow, Links, Picture
from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law
from ims_fsm.pages.markdown import Md, code, commas, link
from ims_fsm.pages.story import Story

INDEX, FAQ, CALENDAR, ANNEXURE, REFUSALS, FACTS, PROVED, SOURCES, NOT_LAW = (
    "README", "faq", "calendar", "annexure-a", "refusals", "facts", "proved", "sources", "not-law",
)  # fmt: skip
# The rule that has a page to itself: the table of Annexure-A.
ANNEXED = "annexure.a"
_HERE = Links()
# A rule's id, "FAQ 11", "FAQ 11.d", or words in backticks.
_MENTION = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|(?P<id>\b(?:faq|advisory|additional|refurnish|api|sec|rule|window|due|annexure)(?:\.[a-z0-9_-]+)+)"
    r"|(?P<faq>\bFAQ (?P<number>\d+)(?:[ .]?(?P<part>[A-Da-d])\b)?)"
)


def rule_anchor(rule: str) -> str:
    """Return the anchor of a rule.

    >>> rule_anchor("faq.11.a"), rule_anchor("faq.1")
    ('faq-11-a', 'faq-1')
    """
    return rule.replace(".", "-")


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


def claim_anchor(name: str) -> str:
    """Return the anchor of a claim that is not law."""
    return f"claim-{name}"


def code_anchor(name: str) -> str:
    """Return the anchor of a code of refusal."""
    return f"code-{name}"


def story_anchor(story: Story) -> str:
    """Return the anchor of a story: by its folder and name, for a name may stand in two folders."""
    return f"story-{story.folder}-{story.name}".replace("_", "-").replace(".", "-")


def stories_anchor(folder: str) -> str:
    """Return the anchor of a folder's stories, which is their page's name."""
    return f"stories-{folder}".replace("_", "-")


def code_link(name: str) -> Md:
    """Return a code of refusal as a link to the list of codes."""
    return link(name, code_anchor(name))


def machine_link(machine: Machine) -> Md:
    """Return a machine's title as a link to its page."""
    return link(machine.title, machine.name)


def story_link(story: Story) -> Md:
    """Return a story's title as a link to it."""
    return link(story.title, story_anchor(story))


def rule_links(rules: Iterable[str]) -> Md:
    """Return citations as links, commas between them; those of one text name it once."""
    links: list[Md] = []
    text = ""
    for rule in dict.fromkeys(rules):
        words = cite(rule, exact=True)
        source, _, place = words.rpartition(" ")
        again = bool(source) and source == text and "(" not in words
        links.append(link(place if again else words, rule_anchor(rule)))
        text = source
    return commas(links)


def linked(text: str, law: Law) -> Md:
    """Return a text with the rules that it mentions as links, and what stands in backticks as code."""
    parts: list[str] = []
    at = 0
    for match in _MENTION.finditer(text):
        if (mention := _mentioned(match, law)) is not None:
            parts += [text[at : match.start()], mention]
            at = match.end()
    return Md("").join([*parts, text[at:]])


def _mentioned(match: re.Match[str], law: Law) -> Md | None:
    if match["code"]:
        return code(match["code"])
    if match["id"]:
        return rule_links([match["id"]]) if match["id"] in law.rules else None
    whole = f"faq.{match['number']}"
    part = f"{whole}.{(match['part'] or '').lower()}"
    rule = part if part in law.rules else whole
    return link(match["faq"], rule_anchor(rule)) if rule in law.rules else None
