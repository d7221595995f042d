"""`draw`: the declared machines as pictures, or two rule sets of them in one.

Imports Typer and the options; the law and the drawing when it is run, never the store.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.law import law_at, path_and_machines
from ims_fsm.cli.output import verbatim

if TYPE_CHECKING:
    from ims_fsm.law.register import Law


class Format(StrEnum):
    """A format of pictures; dot and mermaid are text and need no drawing program."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    DOT = "dot"
    MERMAID = "mermaid"


class ThemeName(StrEnum):
    """A theme: for a light page, for a dark one, and for print, where it reads in grey."""

    LIGHT = "light"
    DARK = "dark"
    PRINT = "print"


class Notes(StrEnum):
    """Which notes stand beside and below a picture: all of them, or none, as on a slide."""

    ALL = "all"
    NONE = "none"


Theme = Annotated[ThemeName, typer.Option("--theme", help="For a light page, a dark one, or print.")]


Machines = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH] [MACHINE…]",
        help="Which; all of them where none is named. PATH is a law of your own: a TOML file, or a folder.",
    ),
]
Edition = Annotated[
    str | None, typer.Option("--edition", metavar="RULE-SET", help="Only this rule set, like IMS-2024-10.")
]
Compare = Annotated[
    tuple[str, str] | None,
    typer.Option("--compare", metavar="OLD NEW", help="Two rule sets in one picture: what is added, gone, changed."),
]
HrefBase = Annotated[
    str | None, typer.Option("--href-base", metavar="PAGE", help="Link the parts to this page, like {machine}.html.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Draw again after every change, until Ctrl-C.")]
Folder = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to draw.")]


@command("draw")
def draw(
    call: Call,
    machines: Machines = None,
    *,
    fmt: Annotated[Format, typer.Option("--format", help="The format of the pictures.")] = Format.SVG,
    theme: Theme = ThemeName.LIGHT,
    edition: Edition = None,
    compare: Compare = None,
    notes: Annotated[
        Notes, typer.Option("--notes", help="All notes, or none: a picture of 16:9 for a slide.")
    ] = Notes.ALL,
    href_base: HrefBase = None,
    watch: Watch = False,
    out: Folder = Path("diagrams"),
) -> None:
    """Draw the declared machines, each with its newest rule set and those before that differ."""
    from ims_fsm.draw import Style, theme_named, write_diagrams

    path, names = path_and_machines(machines)
    style = Style(theme_named(str(theme)), href_base, notes is Notes.ALL)
    if compare and edition:
        raise CallError("--compare names two rule sets and --edition one; leave one of the options out")

    def drawn(law: Law) -> list[Path]:
        if compare:
            from ims_fsm.draw.comparison import compared, write_comparisons

            return write_comparisons(compared(law, *compare, names), out, [str(fmt)], style)
        return write_diagrams(law, out, [str(fmt)], names, edition, style)

    if watch:
        _watch(path, drawn)
        return
    files = drawn(law_at(path))
    call.answer(lambda: verbatim("\n".join(map(str, files))), {"files": files})


def _watch(path: Path | None, drawn: Callable[[Law], list[Path]]) -> None:
    from ims_fsm.draw.watching import every_so_often, watch
    from ims_fsm.resources import machines_folder

    watch(path or machines_folder(), lambda: drawn(law_at(path)), typer.echo, pause=every_so_often)
