"""How a picture reads in Mermaid."""

from __future__ import annotations

import re

import pytest

from ims_fsm.draw.mermaid import SETTINGS, mermaid_of
from ims_fsm.draw.picture import picture_of
from ims_fsm.draw.ratio import Notes
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import LIGHT
from ims_fsm.law.register import Law


@pytest.fixture(scope="module")
def credit_note(law: Law) -> list[str]:
    return mermaid_of(picture_of(law.machine("credit_note").edition)).splitlines()


def test_it_is_a_state_diagram_that_github_draws(credit_note) -> None:
    assert credit_note[:4] == [
        "---",
        'title: "Credit note, IMS-2025-10, 2B periods from 2025-10"',
        "---",
        SETTINGS,
    ]
    assert credit_note[4] == "stateDiagram-v2"
    assert "    direction LR" in credit_note


def test_it_says_what_it_is_to_those_who_cannot_see_it(credit_note) -> None:
    assert "    accTitle: Credit note: lifecycle under IMS-2025-10" in credit_note
    (said,) = [line for line in credit_note if line.startswith("    accDescr: ")]
    assert "From any open state, the recipient's accept leads to Accepted." in said


def test_a_label_says_who_acts_where_it_is_not_the_recipient(credit_note) -> None:
    labels = [line.split(" : ")[1] for line in credit_note if " --> " in line and " : " in line]
    assert any(label.startswith("accept") and "(" not in label for label in labels)
    assert any(label.startswith("delete") and label.endswith(" (supplier)") for label in labels)
    assert any(label.startswith("lapse") and label.endswith(" (clock)") for label in labels)


def test_what_is_always_refused_is_crossed_and_what_is_never_reached_is_dashed(law: Law) -> None:
    text = mermaid_of(picture_of(law.machine("credit_note").editions["IMS-2024-10"]))
    assert re.search(r"Open --> pending : \N{MULTIPLICATION SIGN} keep pending", text)
    assert re.search(r"classDef pending_look .*,stroke-dasharray:4$", text, re.MULTILINE)
    assert not re.search(r"classDef accepted_look .*dasharray", text)


def test_states_have_their_colours_and_terminal_ones_an_end(credit_note) -> None:
    green = LIGHT.palette.green
    look = f"    classDef accepted_look fill:{green.fill},stroke:{green.line},color:{green.line},stroke-width:1px"
    assert look in credit_note
    assert {"    frozen --> [*]", "    removed --> [*]"} <= set(credit_note)
    assert "    accepted --> [*]" not in credit_note


def test_its_legend_stands_in_boxes_below_the_machine_in_short_lines(credit_note) -> None:
    boxes = [re.fullmatch(r'    state "(<b>.*)" as Legend(\d)', line) for line in credit_note]
    moves, refuses = (box[1].split("<br/>") for box in boxes if box)
    assert moves[0].startswith("<b>What moves it</b> (dashed: the supplier")
    assert "accept: The recipient accepts the record. (FAQ\N{NO-BREAK SPACE}10.i,\N{NO-BREAK SPACE}12)" in moves
    assert refuses[:3] == [
        "<b>What may refuse it</b>",
        "1\N{EN SPACE}FAQ 1: Another form does not carry such a document",
        "\N{EM SPACE}Rule 46(b): The supplier has already reported this record in that financial year",
    ]
    assert max(map(len, moves[1:] + refuses)) <= 110
    frame = credit_note.index('    state "Credit note" as Machine {')
    assert frame < credit_note.index("    frozen --> [*]") < credit_note.index("    }")


def test_without_notes_there_is_the_machine_alone(law: Law) -> None:
    text = mermaid_of(Sheet(picture_of(law.machine("credit_note").edition), notes=Notes.NONE))
    assert "Legend" not in text
    assert "Machine" not in text
    assert "%%" not in text
