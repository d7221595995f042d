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
from ims_fsm.draw.theme import LIGHT, PRINT, THEMES, Theme
from ims_fsm.law.declaration import StateDeclaration
from ims_fsm.law.register import Law

# What is left of linear red, green and blue: Viénot, Brettel and Mollon 1999; and of WCAG's luminance.
DEUTERANOPIA = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))
PROTANOPIA = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
GREY = ((0.2126, 0.7152, 0.0722),) * 3
# Two colours nearer than this in every channel, of 0 to 255, are taken for one another on a slide.
ALIKE = 32

Seen = tuple[tuple[float, float, float], ...]


def seen(color: str, eye: Seen) -> tuple[int, ...]:
    """Return a colour as an eye sees it, 0 to 255 a channel."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    left = [max(0.0, min(1.0, sum(k * part for k, part in zip(row, linear, strict=True)))) for row in eye]
    return tuple(
        round(255 * (part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055)) for part in left
    )


def alike(color: str, other: str, eye: Seen) -> bool:
    """Say whether an eye takes two colours for one another."""
    return all(abs(one - two) < ALIKE for one, two in zip(seen(color, eye), seen(other, eye), strict=True))


@pytest.fixture(scope="module")
def sheets(law: Law, approval: Law) -> list[Sheet]:
    machines = [*law.machines.values(), *approval.machines.values()]
    editions = [edition for machine in machines for edition in machine.editions.values()]
    return [Sheet(picture_of(edition), theme) for edition in editions for theme in THEMES.values()]


@pytest.mark.parametrize("eye", [DEUTERANOPIA, PROTANOPIA, GREY], ids=["deuteranopia", "protanopia", "grey"])
def test_no_two_states_are_told_apart_by_their_colours_alone(sheets: list[Sheet], eye: Seen) -> None:
    mistaken = 0
    for sheet in sheets:
        for one, other in combinations(sheet.picture.cards, 2):
            paint, another = sheet.card_look(one).paint, sheet.card_look(other).paint
            if paint != another:
                assert state_sign(one.state) is not state_sign(other.state), (sheet.name, one.name, other.name)
                mistaken += alike(paint.line, another.line, eye) and alike(paint.fill, another.fill, eye)
    # The signs are needed: by their colours alone some would be taken for others.
    assert mistaken


@pytest.mark.parametrize("theme", [LIGHT, PRINT], ids=["light", "print"])
def test_to_a_deuteranope_rejected_and_pending_are_both_olive(theme: Theme) -> None:
    assert alike(theme.palette.red.line, theme.palette.amber.line, DEUTERANOPIA)
    assert seen("#ff0000", GREY) == (127, 127, 127)


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
