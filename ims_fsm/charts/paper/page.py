"""A page of shapes: a whole picture with its title and description, as SVG; the same page gives the same bytes.

Imports the shapes and the lettering.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from ims_fsm.charts.paper.lettering import FAMILY
from ims_fsm.charts.paper.shapes import Box, Rect, Shape, Text, flattened, number


@dataclass(frozen=True, slots=True)
class Page:
    """A whole picture: its name in a document, its title and description, its size in points, its colour, its shapes.

    `scale` is how much larger it is shown than it is set.
    """

    name: str
    title: str
    says: str
    width: float
    height: float
    paper: str
    shapes: tuple[Shape, ...]
    scale: float = 1.0

    def svg(self) -> str:
        """Return the picture as SVG: text stays text; title and description are for those who cannot see it."""
        shown = f'width="{number(self.width * self.scale)}pt" height="{number(self.height * self.scale)}pt"'
        view = f'viewBox="0 0 {number(self.width)} {number(self.height)}"'
        named = f"{self.name}-title", f"{self.name}-description"
        whole = Rect(Box(0, 0, self.width, self.height), self.paper)
        role = f'role="img" aria-labelledby="{" ".join(named)}"'
        lines = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {shown} {view} font-family="{FAMILY}" {role}>',
            f'<title id="{named[0]}">{html.escape(self.title, quote=False)}</title>',
            f'<desc id="{named[1]}">{html.escape(self.says, quote=False)}</desc>',
            *(element for shape in (whole, *self.shapes) if (element := shape.svg())),
            "</svg>",
        )
        return "\n".join(lines) + "\n"

    def texts(self) -> Iterator[Text]:
        """Give every line of words on the page."""
        return (shape for shape in flattened(self.shapes) if isinstance(shape, Text))
