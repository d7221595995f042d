"""Themes: a picture for a light page, for a dark one, and for print, where it must read in grey.

Imports the palettes and the errors; knows no picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ims_fsm.draw import palette
from ims_fsm.draw.palette import Palette
from ims_fsm.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Theme:
    """A palette, how heavy lines are drawn, and how much larger than in print an SVG is shown."""

    name: str
    palette: Palette
    pen: float = 1.0
    scale: float = 1.0


LIGHT = Theme("light", palette.LIGHT, scale=1.4)
DARK = Theme("dark", palette.DARK, scale=1.4)
PRINT = Theme("print", palette.PRINT, pen=1.15)
THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}


def theme_named(name: str) -> Theme:
    """Return a theme by its name: light, dark or print. Raises `InputError` for another."""
    if name not in THEMES:
        raise InputError("drawing", [Problem(name, "is not a theme", f"use one of {', '.join(THEMES)}")])
    return THEMES[name]
