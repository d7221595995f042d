"""Draws comparisons: one in a format, or those of many machines into a folder with their table.

Imports the law's comparison, the sheet and the formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ims_fsm.draw.comparison.sheet import comparison_sheet
from ims_fsm.draw.comparison.table import markdown
from ims_fsm.draw.diagrams import PLAIN, Drawing, Style, check_formats, drawn, written
from ims_fsm.draw.theme import theme_named
from ims_fsm.law.comparison import Comparison, comparisons
from ims_fsm.law.register import Law


def draw_comparison(comparison: Comparison, fmt: str, *, theme: str = "light") -> bytes:
    """Draw two editions of a machine in one picture; raises what the drawing of a machine raises."""
    check_formats([fmt])
    return drawn([comparison_sheet(comparison, theme_named(theme))], fmt)[0]


def compared(law: Law, before: str, after: str, names: Iterable[str] | None = None) -> list[Comparison]:
    """Return the comparisons of the named machines; of all that differ where none is named.

    Raises `InputError` with every unknown machine and rule set.
    """
    changes = comparisons(law, before, after, names)
    return changes if names is not None else [comparison for comparison in changes if comparison.differs]


def write_comparisons(
    changes: Sequence[Comparison], folder: Path, formats: Sequence[str] = ("svg",), style: Style = PLAIN
) -> list[Path]:
    """Draw comparisons into a folder, `MACHINE.OLD-to-NEW` each, with their table `OLD-to-NEW.md`; return the files.

    Everything is drawn before the first file is written; raises what drawing raises.
    """
    check_formats(formats)
    sheets = [replace(comparison_sheet(comparison, style.theme), notes=style.notes) for comparison in changes]
    files: dict[Path, bytes] = {}
    for fmt in dict.fromkeys(formats):
        paths = [Drawing(stem_of(s.compared), s.picture).path(folder, fmt, style.theme) for s in sheets]
        files |= zip(paths, drawn(sheets, fmt), strict=True)
    if changes:
        heading = f"# From {changes[0].before.id} to {changes[0].after.id}"
        files[folder / f"{_span(changes[0])}.md"] = f"{heading}\n\n{markdown(changes)}".encode()
    written(files, folder)
    return list(files)


def stem_of(comparison: Comparison) -> str:
    """Return the name that the files of a comparison bear, without their ending."""
    return f"{comparison.machine}.{_span(comparison)}"


def _span(comparison: Comparison) -> str:
    return f"{comparison.before.id}-to-{comparison.after.id}"
