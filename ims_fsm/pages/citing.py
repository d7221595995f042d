"""Citations as links: a rule's id, several of them, and the mentions of rules inside a sentence.

Imports the register and the anchors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ims_fsm.draw.citation import cite
from ims_fsm.law.register import Law
from ims_fsm.pages.anchors import rule_anchor
from ims_fsm.pages.blocks import Code, Inline, Line, Link

# A rule's id, "FAQ 11", "FAQ 11.d", or words in backticks.
_MENTION = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|(?P<id>\b(?:faq|advisory|additional|refurnish|api|sec|window|due|annexure)(?:\.[a-z0-9_-]+)+)"
    r"|(?P<faq>\bFAQ (?P<number>\d+)(?:[ .]?(?P<part>[A-Da-d])\b)?)"
)


_DATED = re.compile(r"[a-z]+\.\d{4}-\d{2}\.(?P<part>.+)")
_FORM = re.compile(r"\bgstr(\d\w?)\b", re.IGNORECASE)


def cited(rule: str) -> str:
    """Return a rule's citation, told apart from every other rule's.

    >>> cited("faq.11.b"), cited("advisory.2025-10.deadline"), cited("window.2b.gstr1a"), cited("annexure.a")
    ('FAQ 11.b', 'Advisory 2025-10 (deadline)', 'Window 2B.GSTR-1A', 'Annexure-A')
    """
    found = _DATED.fullmatch(rule)
    text = cite(rule) + (f" ({found['part']})" if found else "")
    text = _FORM.sub(lambda form: f"GSTR-{form[1].upper()}", text)
    return text.replace("Window 2b", "Window 2B").replace("Annexure a", "Annexure-A")


def rule_link(rule: str) -> Link:
    """Return a rule's citation as a link to it."""
    return Link(cited(rule), rule_anchor(rule))


def rule_links(rules: Iterable[str]) -> Line:
    """Return citations as links, commas between them; those of one text name it once."""
    line: list[Inline] = []
    text = ""
    for rule in dict.fromkeys(rules):
        words = cited(rule)
        own, _, place = words.rpartition(" ")
        again = bool(own) and own == text and "(" not in words
        line += [", "] if line else []
        line.append(Link(place if again else words, rule_anchor(rule)))
        text = own
    return tuple(line)


def linked(text: str, law: Law) -> Line:
    """Return a text with the rules that it mentions as links, and what stands in backticks as code."""
    return tuple(_parts(text, law))


def _parts(text: str, law: Law) -> Iterator[Inline]:
    at = 0
    for found in _MENTION.finditer(text):
        inline = _mentioned(found, law)
        if inline is not None:
            yield from (part for part in (text[at : found.start()],) if part)
            yield inline
            at = found.end()
    yield from (part for part in (text[at:],) if part)


def _mentioned(found: re.Match[str], law: Law) -> Inline | None:
    if found["code"]:
        return Code(found["code"])
    if found["id"]:
        return rule_link(found["id"]) if found["id"] in law.rules else None
    whole = f"faq.{found['number']}"
    part = f"{whole}.{(found['part'] or '').lower()}"
    rule = part if part in law.rules else whole
    return Link(found["faq"], rule_anchor(rule)) if rule in law.rules else None
