"""What the parts of a picture are called in an SVG, and where they lead on the pages of their machine.

Imports the picture alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.draw.picture import ANY, Arrow, Picture
from ims_fsm.law.declaration import ENTRY


def card_id(picture: Picture, state: str) -> str:
    """Return the id of a state's card in the SVG of a picture, unlike that of any other picture."""
    return f"{picture.name}-{state}"


def arrow_id(picture: Picture, arrow: Arrow) -> str:
    """Return the id of an arrow in the SVG of a picture, unlike that of any other picture."""
    tail = {ENTRY: "Entry", ANY: "Any"}.get(arrow.tail, arrow.tail)
    return "-".join((picture.name, tail, arrow.head, *(label.trigger for label in arrow.labels)))


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of states, arrows and notes; `base` is that of their page, empty for the page they stand in."""

    base: str = ""

    def state(self, picture: Picture, name: str) -> str:
        """Return the address of a state's line."""
        return f"{self.base}#{picture.machine}-state-{name}"

    def arrow(self, picture: Picture, arrow: Arrow) -> str:
        """Return the address of an arrow's line."""
        return f"{self.base}#{arrow_id(picture, arrow)}-line"

    def note(self, picture: Picture, number: int) -> str:
        """Return the address of a numbered note."""
        return f"{self.base}#{picture.name}-note-{number}"
