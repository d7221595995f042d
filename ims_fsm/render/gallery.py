"""The page that shows a folder of diagrams: every machine in a sentence, its picture, and its other files.

Imports the law and the drawings; draws nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from ims_fsm.law.register import Law
from ims_fsm.render.description import span, title
from ims_fsm.render.diagrams import FORMATS, PUBLISHED, Drawing, drawings, write_diagrams

PAGE = "README.md"
_BEFORE = """\
# Diagrams

Every machine of the folder `machines/`, drawn from its declaration. Nothing here is made by hand: after a change of
the law, `python -m ims_fsm.render diagrams` draws it all again, and a test fails until that is done.

Time runs from left to right. The line of an arrow says who acts: the recipient's is solid, the supplier's dashed,
the clock's dotted. Green is accepted, red rejected, amber pending, blue-grey not acted on; a double border is the end.
The small numbers are those of the notes below a picture: what may refuse the trigger there, with its citation.
A pale arrow marked \N{MULTIPLICATION SIGN} is always refused under that rule set, and a pale state is never reached.

The `.svg` is for pages and print (its text is text), the `.dot` for [Graphviz](https://graphviz.org), the `.mmd` for
[Mermaid](https://mermaid.js.org), which GitHub and GitLab draw where it stands in a text. PNG and PDF:
`ims-fsm draw --format png --out FOLDER`.
"""


def page(law: Law) -> str:
    """Return the page that shows the published diagrams of a law, in Markdown; the same law gives the same bytes."""
    sections = groupby(drawings(law), key=lambda drawing: drawing.picture.machine)
    return "\n".join([_BEFORE, *(line for _, section in sections for line in _section(list(section)))])


def publish(law: Law, folder: Path) -> list[Path]:
    """Draw every machine of a law into a folder, with the page that shows them; return the files.

    Raises what `write_diagrams` raises.
    """
    files = write_diagrams(law, folder)
    shown = folder / PAGE
    shown.write_text(page(law), "utf-8", newline="\n")
    return [*files, shown]


def _section(own: list[Drawing]) -> Iterator[str]:
    newest, *older = own
    picture = newest.picture
    yield f"## {picture.title}\n"
    yield f"{picture.says[0].upper()}{picture.says[1:]}. {_drawn(newest)}\n"
    yield f"![{title(picture)}]({newest.stem}.svg)\n"
    yield from (f"Before that: {_drawn(drawing)}\n" for drawing in older)


def _drawn(drawing: Drawing) -> str:
    links = " · ".join(f"[{FORMATS[fmt]}]({drawing.stem}.{FORMATS[fmt]})" for fmt in PUBLISHED)
    return f"{span(drawing.picture.rule_set)}: {links}"
