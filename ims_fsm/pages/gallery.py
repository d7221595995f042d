"""The page that shows a folder of diagrams: every machine in a sentence, its picture, its change, and its other files.

Imports the law and the drawings; draws nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

from ims_fsm.charts.gallery import sections as timeline_sections
from ims_fsm.charts.gallery import write_examples
from ims_fsm.draw import theme as themes
from ims_fsm.draw.comparison.drawing import compared, stem_of, write_comparisons
from ims_fsm.draw.description import span, title
from ims_fsm.draw.diagrams import FORMATS, PUBLISHED, Drawing, Style, drawings, write_diagrams
from ims_fsm.law.comparison import Comparison
from ims_fsm.law.register import Law

PAGE = "README.md"
# What a page shows is kept in the dark theme too; a reader's own setting chooses.
DARK = Style(themes.DARK)
_BEFORE = """\
# Diagrams

Every machine of the folder `machines/`, drawn from its declaration. Nothing here is made by hand: after a change of
the law, `python -m ims_fsm.draw diagrams` draws it all again, and a test fails until that is done.

Time runs from left to right. The line of an arrow says who acts: the recipient's is solid, the supplier's dashed,
the clock's dotted. Green is accepted, red rejected, amber pending, blue-grey not acted on; a double border is the end.
The small numbers are those of the notes below a picture: what may refuse the trigger there, with its citation.
A pale arrow marked \N{MULTIPLICATION SIGN} is always refused under that rule set, and a pale state is never reached.

The `.svg` is for pages and print (its text is text; in a column of 170 mm nothing is smaller than 7 points), the
`.dark.svg` for dark pages, the `.dot` for [Graphviz](https://graphviz.org), the `.mmd` for
[Mermaid](https://mermaid.js.org), which GitHub and GitLab draw where it stands in a text. PNG, PDF, and a theme that
reads in grey: `ims-fsm draw --format pdf --theme print --out FOLDER`.
"""


def page(law: Law) -> str:
    """Return the page that shows the published diagrams of a law, in Markdown; the same law gives the same bytes."""
    sections = groupby(drawings(law), key=lambda drawing: drawing.picture.machine)
    changes = _changes(law)
    lines = [_BEFORE]
    for machine, section in sections:
        lines += _section(list(section), [change for change in changes if change.machine == machine])
    return "\n".join([*lines, *timeline_sections(law)])


def publish(law: Law, folder: Path) -> list[Path]:
    """Draw every machine of a law and what each change of law does to it into a folder, with its page.

    Returns the files. Raises what `write_diagrams` raises.
    """
    files = [*write_diagrams(law, folder), *write_diagrams(law, folder, ["svg"], style=DARK)]
    for one, other in pairwise(law.rule_sets):
        found = compared(law, one.id, other.id)
        files += write_comparisons(found, folder)
        files += (file for file in write_comparisons(found, folder, style=DARK) if file not in files)
    files += write_examples(law, folder)
    shown = folder / PAGE
    shown.write_text(page(law), "utf-8", newline="\n")
    return [*files, shown]


def _changes(law: Law) -> list[Comparison]:
    return [each for one, other in pairwise(law.rule_sets) for each in compared(law, one.id, other.id)]


def _section(own: list[Drawing], changes: list[Comparison]) -> Iterator[str]:
    newest, *older = own
    picture = newest.picture
    yield f"## {picture.title}\n"
    yield f"{picture.says[0].upper()}{picture.says[1:]}. {_drawn(newest)}\n"
    yield _shown(newest.stem, title(picture))
    yield from (f"Before that: {_drawn(drawing)}\n" for drawing in older)
    for change in changes:
        stem = stem_of(change)
        table = f"{stem.removeprefix(f'{change.machine}.')}.md"
        yield f"What changed from {change.before.id} to {change.after.id} ([as a table]({table})):\n"
        yield _shown(stem, f"{change.title}: from {change.before.id} to {change.after.id}")


def _shown(stem: str, words: str) -> str:
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{stem}.dark.svg">'
        f'<img alt="{words}" src="{stem}.svg"></picture>\n'
    )


def _drawn(drawing: Drawing) -> str:
    links = [f"[{FORMATS[fmt]}]({drawing.stem}.{FORMATS[fmt]})" for fmt in PUBLISHED]
    links.append(f"[dark]({drawing.stem}.dark.svg)")
    return f"{span(drawing.picture.rule_set)}: {' · '.join(links)}"
