"""`draw`: the declared machines as pictures.

Imports Typer and the options; the law and the drawing when it is run, never the store.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.output import emit, verbatim


class Format(StrEnum):
    """A format of pictures; dot and mermaid are text and need no drawing program."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    DOT = "dot"
    MERMAID = "mermaid"


def draw(
    machines: Annotated[
        list[str] | None, typer.Argument(metavar="MACHINE…", help="Which; all of them where none is named.")
    ] = None,
    *,
    fmt: Annotated[Format, typer.Option("--format", help="The format of the pictures.")] = Format.SVG,
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="RULE-SET", help="Only this rule set, like IMS-2024-10.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to draw.")] = Path("diagrams"),
    as_json: options.AsJson = False,
) -> None:
    """Draw the declared machines, each with its newest rule set and those before that differ."""
    from ims_fsm.law.loading import shipped_law
    from ims_fsm.render import write_diagrams

    files = write_diagrams(shipped_law(), out, [str(fmt)], machines or None, edition)
    if as_json:
        emit({"files": [str(path) for path in files]})
        return
    for path in files:
        verbatim(str(path))
