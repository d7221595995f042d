"""The page that shows a folder of diagrams: every machine in a sentence, its picture, its change, and its other files.

Imports the law, the drawings and Jinja2; draws nothing itself.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ims_fsm.charts import gallery as charts
from ims_fsm.draw import theme as themes
from ims_fsm.draw.comparison import compared, stem_of, write_comparisons
from ims_fsm.draw.description import span, title
from ims_fsm.draw.diagrams import FORMATS, PUBLISHED, Style, drawings, write_diagrams
from ims_fsm.law.comparison import Comparison
from ims_fsm.law.register import Law

PAGE = "README.md"
# What a page shows is kept in the dark theme too; a reader's own setting chooses.
DARK = Style(themes.DARK)


def page(law: Law) -> str:
    """Return the page that shows the published diagrams of a law, in Markdown; the same law gives the same bytes."""
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    # Titles and names of files alone are put in, and none has a character that Markdown or HTML would take for its own.
    templates = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True)  # noqa: S701
    machines = groupby(drawings(law), key=lambda drawing: drawing.picture.machine)
    return templates.get_template("diagrams.md.j2").render(
        machines={machine: [*of_machine] for machine, of_machine in machines},
        changes=[change for changes in _changes(law) for change in changes],
        endings=[FORMATS[fmt] for fmt in PUBLISHED],
        examples="\n".join(charts.sections(law)),
        span=span,
        title=title,
        stem_of=stem_of,
    )


def publish(law: Law, folder: Path) -> list[Path]:
    """Draw every machine of a law and what each change of law does to it into a folder, with its page.

    Returns the files. Raises what `write_diagrams` raises.
    """
    files = [*write_diagrams(law, folder), *write_diagrams(law, folder, ["svg"], style=DARK)]
    for changes in _changes(law):
        files += write_comparisons(changes, folder)
        files += (file for file in write_comparisons(changes, folder, style=DARK) if file not in files)
    files += charts.write_examples(law, folder)
    readme = folder / PAGE
    readme.write_text(page(law), "utf-8", newline="\n")
    return [*files, readme]


def _changes(law: Law) -> list[list[Comparison]]:
    return [compared(law, before.id, after.id) for before, after in pairwise(law.rule_sets)]
