"""A diagram as a value: what a notebook shows when it stands at the end of a cell, and every format of it on request.

Imports the law and the formats; draws only when it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ims_fsm.draw.diagrams import Style
from ims_fsm.draw.formats import FORMATS, drawn
from ims_fsm.draw.picture import picture_of
from ims_fsm.draw.renderer import RendererMissingError
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import theme_named
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.loading import shipped_law
from ims_fsm.law.register import Law


@dataclass(frozen=True)
class Diagram:
    """A sheet that can be drawn: `.svg`, `.mermaid` and `.dot` are text, `drawn` gives any format as bytes."""

    sheet: Sheet

    def drawn(self, fmt: str) -> bytes:
        """Return it as svg, png, pdf, dot or mermaid; raises what the drawing of a machine raises."""
        return drawn([self.sheet], fmt)[0]

    @property
    def svg(self) -> str:
        """The diagram as SVG."""
        return self.drawn("svg").decode()

    @property
    def dot(self) -> str:
        """The diagram in DOT."""
        return self.drawn("dot").decode()

    @property
    def mermaid(self) -> str:
        """The diagram in Mermaid."""
        return self.drawn("mermaid").decode()

    def save(self, path: Path | str) -> Path:
        """Write it to a file, in the format that the file's ending names; raises `InputError` for another ending."""
        file = Path(path)
        file.write_bytes(self.drawn(format_of(file)))
        return file

    def __str__(self) -> str:
        """Say it in sentences."""
        return self.sheet.said

    def _repr_svg_(self) -> str:
        """Return the SVG that a notebook shows."""
        return self.svg

    def _repr_mimebundle_(
        self, include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
    ) -> dict[str, str]:
        """Return what a notebook may show: SVG, or Mermaid where no Graphviz is installed, and always the sentences."""
        try:
            shown = {"image/svg+xml": self.svg}
        except RendererMissingError:
            shown = {"text/vnd.mermaid": self.mermaid}
        whole = {**shown, "text/plain": str(self)}
        kept = set(whole) & set(include) if include else set(whole)
        return {kind: content for kind, content in whole.items() if kind in kept - set(exclude or ())}


def diagram(
    machine: str,
    edition: str | None = None,
    *,
    theme: str = "light",
    href_base: str | None = None,
    law: Law | None = None,
) -> Diagram:
    """Return the diagram of a machine under a rule set, the newest where none is named.

    `law` is the shipped one where none is given. Raises `InputError` for an unknown machine, rule set or theme.
    """
    found = (law or shipped_law()).machine(machine)
    if edition is not None and edition not in found.editions:
        remedy = f"the rule sets are {', '.join(found.editions)}"
        raise InputError("drawing", [Problem(edition, "is no rule set", remedy)])
    chosen = found.edition if edition is None else found.editions[edition]
    return Diagram(Style(theme_named(theme), href_base).sheet(picture_of(chosen)))


def format_of(path: Path) -> str:
    """Return the format that a file's ending names; raises `InputError` for one that names none.

    >>> format_of(Path("note.svg")), format_of(Path("note.mmd"))
    ('svg', 'mermaid')
    """
    endings = {f".{ending}": fmt for fmt, ending in FORMATS.items()} | {".mermaid": "mermaid"}
    if path.suffix not in endings:
        remedy = f"end it with one of {', '.join(endings)}"
        raise InputError("drawing", [Problem(path.name, "has an ending that names no format", remedy)])
    return endings[path.suffix]
