"""A state is known without its colour: by its sign, to whoever sees no red or no green, and in grey."""

from __future__ import annotations

from itertools import combinations

import pytest

from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.paper import Line, Rect
from ims_fsm.draw.picture import picture_of
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.sign import Sign, sign_shapes, state_sign
from ims_fsm.draw.theme import THEMES
from ims_fsm.law.declaration import StateDeclaration
from ims_fsm.law.register import Law


@pytest.fixture(scope="module")
def sheets(law: Law, approval: Law) -> list[Sheet]:
    machines = [*law.machines.values(), *approval.machines.values()]
    editions = [edition for machine in machines for edition in machine.editions.values()]
    return [Sheet(picture_of(edition), theme) for edition in editions for theme in THEMES.values()]


def test_no_two_states_are_told_apart_by_their_colours_alone(sheets: list[Sheet]) -> None:
    for sheet in sheets:
        for one, other in combinations(sheet.picture.cards, 2):
            if sheet.card_look(one).paint != sheet.card_look(other).paint:
                assert state_sign(one.state) is not state_sign(other.state), (sheet.name, one.name, other.name)


@pytest.mark.parametrize(
    ("name", "terminal", "sign"),
    [
        ("no_action", False, Sign.UNTOUCHED),
        ("accepted", False, Sign.YES),
        ("declined", True, Sign.NO),
        ("pending", False, Sign.WAITING),
        ("frozen", True, Sign.FINAL),
        ("removed", True, Sign.GONE),
        ("asked", False, Sign.UNDER_WAY),
        ("absent", True, Sign.FINAL),
        ("pending", True, Sign.FINAL),
        ("removed", False, Sign.UNDER_WAY),
    ],
)
def test_a_state_has_a_sign_by_its_name_or_by_what_leads_out_of_it(name: str, terminal: bool, sign: Sign) -> None:
    assert state_sign(StateDeclaration(name=name, title="A", says="It is.", terminal=terminal)) is sign


@pytest.mark.parametrize("sign", Sign)
def test_a_sign_is_drawn_within_its_room_and_none_like_another(sign: Sign) -> None:
    drawn = [shape.svg(1) for shape in sign_shapes(sign, 0, 9, 9, "#000000")]
    others = [[shape.svg(1) for shape in sign_shapes(other, 0, 9, 9, "#000000")] for other in Sign if other is not sign]
    assert drawn
    assert drawn not in others
    for shape in sign_shapes(sign, 0, 9, 9, "#000000"):
        assert isinstance(shape, Line | Rect)
        points = shape.points if isinstance(shape, Line) else (shape.box[:2], shape.box[2:])
        assert all(0 <= x <= 9 and 0 <= y <= 9 for x, y in points)


def test_dot_and_mermaid_have_the_signs_as_characters(law: Law) -> None:
    picture = picture_of(law.machine("credit_note").edition)
    for text in (dot_of(picture), mermaid_of(picture)):
        signs = ("○ No action", "✓ Accepted", "✕ Rejected", "‖ Pending", "■ Frozen", "□ Removed")
        assert [sign for sign in signs if sign not in text] == []
