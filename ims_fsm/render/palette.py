"""The colours and strokes of a picture: what people expect of accepted, rejected and pending, and a line for who acts.

Imports the law's declared states alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ims_fsm.law.declaration import StateDeclaration


@dataclass(frozen=True, slots=True)
class Paint:
    """The two colours of a state: its fill, and its line, which is dark enough for text on the fill."""

    fill: str
    line: str


BLUE_GREY = Paint("#eceff3", "#546e7a")
GREEN = Paint("#e4f3e6", "#2e7d32")
RED = Paint("#fce8e8", "#c62828")
AMBER = Paint("#fff3d6", "#a65f00")
BLUE = Paint("#e5f0fa", "#1f6aa5")
NEUTRAL = Paint("#f0f0f0", "#616161")

# A word that means the same wherever it names a state; any other state is blue, and a terminal one neutral.
_BY_NAME: Mapping[str, Paint] = {
    "no_action": BLUE_GREY,
    "absent": BLUE_GREY,
    "accepted": GREEN,
    "approved": GREEN,
    "rejected": RED,
    "pending": AMBER,
    "stale": AMBER,
}

_STROKES: Mapping[str, str] = {"recipient": "solid", "supplier": "dashed", "clock": "dotted"}
_EVERY_STROKE = ("solid", "dashed", "bold", "dotted")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours that belong to no state: paper, ink, what is said aside, what never is, the frame and its bar."""

    paper: str = "#ffffff"
    ink: str = "#263238"
    aside: str = "#5b6b73"
    never: Paint = Paint("#ffffff", "#7d8a91")
    frame: Paint = Paint("#fafbfc", "#b0bec5")


LIGHT = Palette()


def paint(state: StateDeclaration) -> Paint:
    """Return the colours of a state: neutral where it is terminal, else by its name."""
    return NEUTRAL if state.terminal else _BY_NAME.get(state.name, BLUE)


def strokes(actors: Iterable[str]) -> dict[str, str]:
    """Return the stroke by which an actor's arrows are known: solid, dashed, bold or dotted.

    The recipient, the supplier and the clock always have their own; others take in turn what is free.

    >>> strokes(["manager", "clock", "director"])
    {'manager': 'solid', 'clock': 'dotted', 'director': 'dashed'}
    """
    listed = list(dict.fromkeys(actors))
    taken = {_STROKES[actor] for actor in listed if actor in _STROKES}
    free = iter([stroke for stroke in _EVERY_STROKE if stroke not in taken])
    return {actor: _STROKES.get(actor) or next(free, "solid") for actor in listed}
