"""Themes: a picture for a light page, for a dark one, and for print, where it must read in grey.

The colours are what people expect of accepted, rejected and pending; a stroke says who acts.
Imports the law's declared states and the errors; knows no picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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

    paper: str = "#ffffff"
    ink: str = "#263238"
    aside: str = "#54646c"
    never: Paint = Paint("#ffffff", "#6b7a82")
    faint: Paint = Paint("#ffffff", "#aab4ba")
    frame: Paint = Paint("#fafbfc", "#b0bec5")
    blue_grey: Paint = Paint("#eceff3", "#4f6873")
    green: Paint = Paint("#e4f3e6", "#2a742e")
    red: Paint = Paint("#fce8e8", "#c62828")
    amber: Paint = Paint("#fff3d6", "#935400")
    blue: Paint = Paint("#e5f0fa", "#1f6aa5")
    neutral: Paint = Paint("#f0f0f0", "#5c5c5c")

    def paint(self, state: StateDeclaration) -> Paint:
        """Return the colours of a state: neutral where it is terminal, else by its name."""
        paint: Paint = getattr(self, "neutral" if state.terminal else _BY_NAME.get(state.name, "blue"))
        return paint


# A word that means the same wherever it names a state; any other state is blue, and a terminal one neutral.
_BY_NAME: Mapping[str, str] = {
    "no_action": "blue_grey",
    "absent": "blue_grey",
    "draft": "blue",
    "accepted": "green",
    "approved": "green",
    "rejected": "red",
    "declined": "red",
    "pending": "amber",
    "stale": "amber",
}


@dataclass(frozen=True, slots=True)
class Theme:
    """A palette, how heavy lines are drawn, and how much larger than in print an SVG is shown."""

    name: str
    palette: Palette
    pen: float = 1.0
    scale: float = 1.0


LIGHT = Theme("light", Palette(), scale=1.4)
DARK = Theme(
    "dark",
    Palette(
        paper="#12171c",
        ink="#e8edf1",
        aside="#a9b6bf",
        never=Paint("#12171c", "#8d9aa3"),
        faint=Paint("#12171c", "#56636c"),
        frame=Paint("#181f25", "#4a5a66"),
        blue_grey=Paint("#25303a", "#a9c0cf"),
        green=Paint("#133020", "#74d08a"),
        red=Paint("#3b1a1c", "#ff9b94"),
        amber=Paint("#35290f", "#f0bd5e"),
        blue=Paint("#122c44", "#86c1f7"),
        neutral=Paint("#272c31", "#c3cad0"),
    ),
    scale=1.4,
)
# Read in grey: every line is nearly black, and the fills step from white to a light grey.
PRINT = Theme(
    "print",
    Palette(
        ink="#000000",
        aside="#2b2b2b",
        never=Paint("#ffffff", "#595959"),
        faint=Paint("#ffffff", "#9a9a9a"),
        frame=Paint("#ffffff", "#7a7a7a"),
        blue_grey=Paint("#ffffff", "#26343b"),
        green=Paint("#f0f8f0", "#0d4413"),
        red=Paint("#f4d3d3", "#7d0d0d"),
        amber=Paint("#faf0d2", "#583300"),
        blue=Paint("#f3f8fc", "#0c3d66"),
        neutral=Paint("#e2e2e2", "#1f1f1f"),
    ),
    pen=1.15,
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
