"""Themes: every text can be read on what it lies on, in colour and in grey."""

from __future__ import annotations

from itertools import combinations

import pytest

from ims_fsm.draw.diagrams import draw
from ims_fsm.draw.theme import DARK, LIGHT, PRINT, THEMES, Paint, Palette, Theme, theme_named
from ims_fsm.errors import InputError
from ims_fsm.law.register import Law

STATES = ("blue_grey", "green", "red", "amber", "blue", "neutral")

each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pairs(palette: Palette) -> list[tuple[str, str]]:
    """Return every text colour with what it lies on."""
    paints: list[Paint] = [getattr(palette, name) for name in STATES]
    found = [(paint.line, paint.fill) for paint in paints] + [(palette.ink, paint.fill) for paint in paints]
    found += [(paint.line, palette.paper) for paint in paints] + [(paint.line, palette.frame.fill) for paint in paints]
    return [
        *found,
        *((color, paper) for color in (palette.ink, palette.aside) for paper in (palette.paper, palette.frame.fill)),
    ]


@each_theme
def test_every_text_can_be_read(theme: Theme) -> None:
    least = 7.0 if theme is PRINT else 4.5
    poor = [(*pair, round(contrast(*pair), 2)) for pair in pairs(theme.palette) if contrast(*pair) < least]
    assert poor == []


@each_theme
def test_what_is_pale_can_still_be_read(theme: Theme) -> None:
    palette = theme.palette
    assert contrast(palette.never.line, palette.paper) > 4.0
    assert contrast(palette.never.line, palette.frame.fill) > 4.0


def test_states_in_print_are_told_apart_by_their_grey_as_well() -> None:
    fills = [luminance(getattr(PRINT.palette, name).fill) for name in ("green", "red", "neutral")]
    assert all(abs(one - other) > 0.01 for one, other in combinations(fills, 2))


def test_a_dark_picture_has_a_dark_paper(law: Law) -> None:
    dot = draw(law.machine("invoice").edition, "dot", theme="dark").decode()
    assert f'bgcolor="{DARK.palette.paper}"' in dot
    assert LIGHT.palette.green.line not in dot


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(InputError, match="drawing: sepia: is not a theme; use one of light, dark, print"):
        theme_named("sepia")
