"""What a log did on a machine's picture: counts on arrows, and what is refused dashed and barred."""

from __future__ import annotations

import pytest

from ims_fsm.draw.diagrams import drawn
from ims_fsm.draw.theme import THEMES
from ims_fsm.draw.traffic import Busy, traffic_sheet
from ims_fsm.law.book import shipped_law

EDITION = shipped_law().machines["credit_note"].editions["IMS-2024-10"]
BUSY = Busy(
    "Credit note: log.csv", "1,203 cases under IMS-2024-10",
    taken={("no_action", "accept", "accepted"): 1200, ("rejected", "accept", "accepted"): 2,
           ("accepted", "freeze", "frozen"): 9},
    refused={("no_action", "keep_pending"): 312, ("frozen", "accept"): 4, ("frozen", "freeze"): 1},
    rules={("no_action", "keep_pending"): "faq.11.a", ("frozen", "accept"): "faq.12", ("frozen", "freeze"): "faq.5"},
)  # fmt: skip


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_the_picture_says_how_often_and_what_is_refused(theme):
    sheet = traffic_sheet(EDITION, BUSY, theme)
    looks = {arrow.key: sheet.arrow_look(arrow) for arrow in sheet.picture.arrows if not arrow.never}
    assert looks["Any-accepted-accept"].pen > looks["Any-frozen-freeze"].pen > looks["Any-no_action-reset"].pen
    refused = [arrow for arrow in sheet.picture.arrows if arrow.never]
    assert [(arrow.tail, arrow.head) for arrow in refused] == [
        ("no_action", "pending"), ("frozen", "accepted"), ("frozen", "frozen"),
    ]  # fmt: skip
    assert all((look := sheet.arrow_look(arrow)).barred and look.stroke == "dashed" for arrow in refused)
    assert [sheet.label_look(arrow, arrow.labels[0]).badges for arrow in refused] == [("312",), ("4",), ("1",)]
    svg = drawn([sheet], "svg")[0].decode()
    assert all(text in svg for text in (">1,202<", ">312<", "accept 1,202 times", "in No action (FAQ 11.a): 312"))
    names = [sheet.arrow_part(arrow).name for arrow in sheet.picture.arrows]
    assert len({*names}) == len(names)


@pytest.mark.parametrize("fmt", ["dot", "mermaid"])
@pytest.mark.parametrize("machine", shipped_law().machines.values(), ids=lambda machine: machine.name)
def test_every_machine_is_drawn_with_whatever_was_refused_on_it(machine, fmt):
    edition = machine.edition
    pairs = {(state, trigger): n for n, (state, trigger) in enumerate(
        ((state, trigger) for state in edition.states for trigger in edition.triggers), 1)}  # fmt: skip
    busy = Busy("all", "of it", {}, pairs, dict.fromkeys(pairs, "faq.12"))
    assert drawn([traffic_sheet(edition, busy)], fmt)[0]
