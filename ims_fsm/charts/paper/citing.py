"""Citations as a picture shows them: no id of the register, where that says nothing to a reader.

Imports how a single citation reads.
"""

from __future__ import annotations

from collections.abc import Iterable

from ims_fsm.draw.citation import cite_all

# Texts that are named whole: the place in them is an id of the register and no number of theirs.
_WHOLE = {
    "window": "GSTR-2B windows",
    "due": "due dates",
    "annexure": "Annexure-A",
    "refurnish": "FAQs of June 2025",
}


def cited(rules: Iterable[str]) -> str:
    """Return citations in one line, each text named once.

    >>> cited(["window.2b", "faq.23", "faq.25", "annexure.a"])
    'FAQ 23, 25; GSTR-2B windows; Annexure-A'
    """
    listed = tuple(rules)
    whole = dict.fromkeys(_WHOLE[head] for rule in listed if (head := _head(rule)) in _WHOLE)
    texts = cite_all(rule for rule in listed if _head(rule) not in _WHOLE)
    return "; ".join(part for part in (texts, *whole) if part)


def _head(rule: str) -> str:
    return rule.partition(".")[0]
