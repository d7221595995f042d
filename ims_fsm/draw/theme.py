"""Themes: a picture for a light page, for a dark one, and for print, where it must read in grey.

The colours are what people expect of accepted, rejected and pending; a stroke says who acts.
Imports the law's declared states and the errors; knows no picture. Colours and signs of states are in palettes.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.declaration import StateDeclaration


@dataclass(frozen=True, slots=True)
class Paint:
    """The two colours of a state: its fill, and its line, which can be read as text on the fill and on the paper."""

    fill: str
    line: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of a picture: of states, of what belongs to none, and of what a change of law does.

    `never` is for what is refused always or not reached, `faint` for what a record has nothing to do with.
    """

    paper: str
    ink: str
    aside: str
    never: Paint
    faint: Paint
    frame: Paint
    blue_grey: Paint
    green: Paint
    red: Paint
    amber: Paint
    blue: Paint
    neutral: Paint

    def paint(self, state: StateDeclaration) -> Paint:
        """Return the colours of a state: neutral where it is terminal, else by its name."""
        word = WORDS.get(state.name, {})
        paint: Paint = getattr(self, "neutral" if state.terminal else word.get("colour", "blue"))
        return paint


_PALETTES: Mapping[str, Mapping[str, Any]] = json.loads(Path(__file__).with_name("palettes.json").read_text("utf-8"))
#: The words that mean the same wherever they name a state, each with its colour and its sign; any other state is blue,
#: and a terminal one neutral.
WORDS: Mapping[str, Mapping[str, str]] = _PALETTES["states"]


def _palette(theme: str) -> Palette:
    colours: dict[str, Any] = {}
    for name, colour in _PALETTES[theme].items():
        colours[name] = colour if isinstance(colour, str) else Paint(*colour)
    return Palette(**colours)


@dataclass(frozen=True, slots=True)
class Theme:
    """A palette, how heavy lines are drawn, and how much larger than in print an SVG is shown."""

    name: str
    palette: Palette
    pen: float = 1.0
    scale: float = 1.0


# In print every line is nearly black, and the fills step from white to a light grey: it is read in grey.
LIGHT, DARK, PRINT = (
    Theme("light", _palette("light"), scale=1.4),
    Theme("dark", _palette("dark"), scale=1.4),
    Theme("print", _palette("print"), pen=1.15),
)
THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}


def theme_named(name: str) -> Theme:
    """Return a theme by its name: light, dark or print. Raises `InputError` for another."""
    if name not in THEMES:
        raise InputError("drawing", [Problem(name, "is not a theme", f"use one of {', '.join(THEMES)}")])
    return THEMES[name]


_STROKES: Mapping[str, str] = {"recipient": "solid", "supplier": "dashed", "clock": "dotted"}
# How a stroke is broken, and how thick it is where that differs: dots are heavier than a line to be seen as well.
DASHES: Mapping[str, str] = {"solid": "", "dashed": "4 2.2", "bold": "", "dotted": "1.3 2.2"}
PENS: Mapping[str, float] = {"dotted": 1.5, "bold": 1.9}


def strokes(actors: Iterable[str]) -> dict[str, str]:
    """Return the stroke by which an actor's arrows are known: solid, dashed, bold or dotted.

    The recipient, the supplier and the clock always have their own; others take in turn what is free.

    >>> strokes(["manager", "clock", "director"])
    {'manager': 'solid', 'clock': 'dotted', 'director': 'dashed'}
    """
    listed = list(dict.fromkeys(actors))
    taken = {_STROKES[actor] for actor in listed if actor in _STROKES}
    free = iter([stroke for stroke in DASHES if stroke not in taken])
    return {actor: _STROKES.get(actor) or next(free, "solid") for actor in listed}
