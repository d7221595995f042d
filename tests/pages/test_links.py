"""A sentence leads to the rules that it mentions, and to nothing that is no rule."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ims_fsm.draw.citation import cite
from ims_fsm.law.book import shipped_book
from ims_fsm.pages.links import linked, rule_links

LAW = shipped_book().law


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see faq.16.1.", ["faq-16-1"]),
        ("(advisory.2025-10.pending)", ["advisory-2025-10-pending"]),
        ("FAQ 11 C and D", ["faq-11-c"]),
        ("FAQ 11 and FAQ 13 ask for it", ["faq-11", "faq-13"]),
        ("FAQ 12.b has no such part", ["faq-12"]),
        ("FAQ 99 and faq.99 are none", []),
        ("`ims-fsm list --json` gives all data", []),
    ],
)
def test_mentions_are_links(text: str, links: list[str]) -> None:
    line = linked(text, LAW)
    assert re.findall(r"\]\(#([^)]+)\)", line) == links
    assert line.count("`") == text.count("`")


def test_rules_of_one_text_name_it_once(look: Any) -> None:
    line = rule_links(["faq.10.i", "faq.12", "sec.16_4", "faq.21", "faq.12"])
    assert look.words(line) == "FAQ 10.i, 12, Section 16(4), FAQ 21"


def test_no_two_rules_are_cited_alike() -> None:
    names = [cite(rule, exact=True) for rule in LAW.rules]
    assert sorted({name for name in names if names.count(name) > 1}) == []
