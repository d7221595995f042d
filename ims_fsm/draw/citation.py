"""How the ids of a law read: a rule's as a citation that can be looked up, a declared name as words.

Imports nothing of the package; the one printer of citations, for pictures, tables, pages and the command line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# Where an id names a text and a place in it.
_TEXTS: Mapping[str, str] = {
    "faq": "FAQ", "sec": "Section", "advisory": "Advisory", "api": "API", "additional": "Additional FAQ",
}  # fmt: skip
# Texts that are cited whole: the place in them is an id of the register and not a number that a reader could find.
_WHOLE: Mapping[str, str] = {
    "window": "GSTR-2B windows", "due": "due dates", "annexure": "Annexure-A", "refurnish": "FAQs of June 2025",
}  # fmt: skip
_DATED = re.compile(r"(\d{4}-\d{2})(?:\.(.+))?")
_CAPITALS: Mapping[str, str] = {
    "eco": "ECO", "gstr": "GSTR", "itc": "ITC", "ims": "IMS", "pos": "POS", "sez": "SEZ", "isd": "ISD",
    "2b": "2B", "3b": "3B", "gstr1": "GSTR-1", "gstr1a": "GSTR-1A", "gstr3b": "GSTR-3B",
}  # fmt: skip


def cite(rule: str, *, exact: bool = False) -> str:
    """Return a rule's id as a reader's citation; `exact` tells it apart from every other rule of the same text.

    >>> cite("sec.16_2_aa"), cite("rule.46_b")
    ('Section 16(2)(aa)', 'Rule 46(b)')
    >>> cite("faq.11.b"), cite("sec.16_4"), cite("advisory.2025-10.deadline"), cite("due.gstr3b")
    ('FAQ 11.b', 'Section 16(4)', 'Advisory 2025-10', 'due dates')
    >>> cite("advisory.2025-10.deadline", exact=True), cite("window.2b.gstr1a", exact=True), cite("handbook.1")
    ('Advisory 2025-10 (deadline)', 'GSTR-2B windows (GSTR-1A)', 'Handbook 1')
    """
    text, place, part = _cited(rule)
    return " ".join(words for words in (text, place, f"({part})" if exact and part else "") if words)


def cite_all(rules: Iterable[str]) -> str:
    """Return several citations in one line, each text named once, those that are cited whole at the end.

    >>> cite_all(["faq.10.i", "window.2b", "faq.12", "sec.16_4", "faq.21"])
    'FAQ 10.i, 12, 21; Section 16(4); GSTR-2B windows'
    """
    texts: dict[str, dict[str, None]] = {}
    # A law without a register of rules cites itself, by a name without a place.
    for rule in (rule for rule in rules if "." in rule):
        text, place, _ = _cited(rule)
        texts.setdefault(text, {})[place] = None
    listed = sorted(texts.items(), key=lambda entry: "" in entry[1])
    return "; ".join(f"{text} {', '.join(places)}".strip() for text, places in listed)


def bracketed(*rules: str) -> str:
    """Return citations in brackets, as they follow a sentence; nothing where a law without a register cites itself.

    >>> bracketed("faq.10.i", "faq.12"), bracketed("leave_request")
    (' (FAQ 10.i, 12)', '')
    """
    return f" ({cited})" if (cited := cite_all(rules)) else ""


def _cited(rule: str) -> tuple[str, str, str]:
    """Return the text, the place in it, and what tells a rule from others of the same place."""
    head, _, rest = rule.partition(".")
    if head in _WHOLE:
        part = "" if head == "annexure" else rest.removeprefix("2b").removeprefix(".")
        return _WHOLE[head], "", worded(part)
    text = _TEXTS.get(head, head.replace("_", " ").capitalize())
    if dated := _DATED.fullmatch(rest):
        return text, dated[1], worded(dated[2] or "")
    return text, re.sub(r"_([^_]+)", r"(\1)", rest), ""


def worded(name: str) -> str:
    """Return a declared name as words.

    >>> worded("keep_pending"), worded("eco_document"), worded("two_b_day"), worded("file_3b")
    ('keep pending', 'ECO document', '2B day', 'file 3B')
    """
    parts = name.replace("two_b", "2b").replace("three_b", "3b").split("_")
    return " ".join(_CAPITALS.get(part, part) for part in parts)
