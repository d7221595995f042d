"""A policy in one picture: every entry, its conditions and its actions are in it, and nothing lies outside."""

from __future__ import annotations

import re

import pytest

from ims_fsm.charts.policy import policy_page
from ims_fsm.draw.theme import THEMES
from ims_fsm.law.matching_reading import shipped_cascade
from ims_fsm.law.overlay import Overlay
from ims_fsm.law.policy_reading import policy_with

OWN = Overlay(
    "own.toml",
    """
[[recommend]]
name = "large_and_old"
classes = ["portal_only", "wrong_head", "other_gstin", "look_alike", "amount_off", "date_off"]
suppliers = ["29AABCT1332L1ZA", "AABCT1332L"]
tax_from = 10000000
tax_to = 900000000
older_than = 90
action = "reject"
otherwise = ["keep_pending", "accept"]
says = "what has been open for so long and is as much as this is decided before the month ends"
before = "the_books_agree"
""",
)


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
@pytest.mark.parametrize("over", [None, OWN], ids=["shipped", "own"])
def test_it_shows_every_entry_within_its_page(theme, over) -> None:
    policy = policy_with(over, shipped_cascade().classes)
    page = policy_page(policy, theme)
    svg = page.svg()
    assert svg == policy_page(policy, theme).svg()
    assert re.findall(r'<g id="policy-([a-z_]+)"', svg) == [entry.name for entry in policy.recommend]
    for entry in policy.recommend:
        assert f">{entry.name.replace('_', ' ')}</text>" in svg
        assert entry.says in page.says
    for x, y, wide in re.findall(r'<text x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"', svg):
        assert 0 < float(y) < page.height
        assert float(x) + (float(wide) if "middle" not in svg else 0) <= page.width


def test_a_box_holds_its_pills() -> None:
    text = '[[recommend]]\nname = "small"\naction = "reject"\notherwise = ["keep_pending", "accept"]\n'
    own = Overlay("own.toml", text + 'classes = ["look_alike"]\nsays = "so it is here"\nbefore = "the_books_agree"\n')
    svg = policy_page(policy_with(own, shipped_cascade().classes)).svg()
    inside = svg.partition('<g id="policy-small"')[2].partition("</g>")[0]
    boxes = [
        (float(y), float(y) + float(high))
        for y, high in re.findall(r'<rect [^>]*?y="([-\d.]+)"[^>]*?height="([\d.]+)"', inside)
    ]
    assert len(boxes) == 5
    assert all(boxes[0][0] < top and bottom < boxes[0][1] for top, bottom in boxes[1:])


def test_amounts_are_in_rupees_and_what_is_refused_has_its_place() -> None:
    svg = policy_page(policy_with(OWN, shipped_cascade().classes)).svg()
    for words in ("tax at least 1,00,000.00", "tax at most 90,00,000.00", "older than 90 days", "- reject", "? ask"):
        assert f">{words}</text>" in svg
