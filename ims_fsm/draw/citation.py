"""How a rule's id reads in a picture or a table: short enough for a margin, clear enough to be looked up.

Imports nothing of the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Where an id names a text and a place in it, the text alone is cited: the register has the place.
_TEXTS = {"faq": "FAQ", "sec": "Section", "advisory": "Advisory", "api": "API", "additional": "Additional FAQ"}
_DATED = re.compile(r"\d{4}-\d{2}")


def cite(rule: str) -> str:
    """Return a rule's id as a reader's citation.

    >>> cite("faq.11.b"), cite("sec.16_4"), cite("advisory.2025-10.deadline"), cite("due.gstr3b")
    ('FAQ 11.b', 'Section 16(4)', 'Advisory 2025-10', 'Due gstr3b')
    """
    head, _, rest = rule.partition(".")
    if dated := _DATED.match(rest):
        rest = dated.group()
    rest = re.sub(r"_(\w+)", r"(\1)", rest)
    return " ".join(part for part in (_TEXTS.get(head, head.replace("_", " ").capitalize()), rest) if part)


def cite_all(rules: Iterable[str]) -> str:
    """Return several citations in one line, each text named once.

    >>> cite_all(["faq.10.i", "faq.12", "sec.16_4", "faq.21"])
    'FAQ 10.i, 12, 21; Section 16(4)'
    """
    texts: dict[str, list[str]] = {}
    for cited in dict.fromkeys(cite(rule) for rule in rules):
        text, _, place = cited.rpartition(" ")
        texts.setdefault(text, []).append(place)
    return "; ".join(f"{text} {', '.join(places)}".strip() for text, places in texts.items())
