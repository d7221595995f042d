"""Draws machines: one edition in a format, or all of them into a folder.

Imports the law and the rest of the room; a drawing package is loaded, and a program run, only for the format asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.register import Law
from ims_fsm.render.dot import dot_of
from ims_fsm.render.mermaid import mermaid_of
from ims_fsm.render.picture import Picture, picture_of
from ims_fsm.render.renderer import render
from ims_fsm.render.svg import finished

# Every format with the ending of its files.
FORMATS = {"dot": "dot", "mermaid": "mmd", "svg": "svg", "png": "png", "pdf": "pdf"}
# What is kept with the source: text, the same on every machine, and the picture that a page shows.
PUBLISHED = ("dot", "mermaid", "svg")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with the name that its files bear, without their ending."""

    stem: str
    picture: Picture

    def path(self, folder: Path, fmt: str) -> Path:
        """Return the file in a folder that holds it in a format."""
        return folder / f"{self.stem}.{FORMATS[fmt]}"


def draw(edition: Edition, fmt: str) -> bytes:
    """Draw an edition of a machine as dot, mermaid, svg, png or pdf; text is UTF-8.

    Raises `InputError` for another format, `RendererMissingError` where svg, png or pdf is asked and there is nothing
    to draw it with, `RenderingError` where that fails. DOT and Mermaid are the same bytes on every machine.
    """
    _check_formats([fmt])
    return _drawn([picture_of(edition)], fmt)[0]


def drawings(law: Law, names: Iterable[str] | None = None, edition: str | None = None) -> list[Drawing]:
    """Return what there is to be drawn of the named machines, or of all.

    Without `edition` a machine has the picture of the newest rule set under its own name, and under
    `NAME.RULE-SET` that of each older one which differs. With `edition` it has that rule set's picture alone.
    Raises `InputError` with every unknown machine and rule set.
    """
    listed = list(law.machines) if names is None else list(dict.fromkeys(names))
    rule_sets = [rule_set.id for rule_set in law.rule_sets]
    problems = [
        Problem(name, "is no declared machine", f"the machines are {', '.join(law.machines)}")
        for name in listed
        if name not in law.machines
    ]
    if edition is not None and edition not in rule_sets:
        problems.append(Problem(edition, "is no rule set", f"the rule sets are {', '.join(rule_sets)}"))
    if problems:
        raise InputError("drawing", problems)
    return [drawing for name in listed for drawing in _of_machine(law.machines[name], edition)]


def write_diagrams(
    law: Law,
    folder: Path,
    formats: Sequence[str] = PUBLISHED,
    names: Iterable[str] | None = None,
    edition: str | None = None,
) -> list[Path]:
    """Draw the named machines, or all, into a folder, which is made where it is not there; return the files.

    What is drawn, and under which names, `drawings` says; it raises what that and `draw` raise. Everything is drawn
    before the first file is written.
    """
    _check_formats(formats)
    chosen = drawings(law, names, edition)
    files: dict[Path, bytes] = {}
    for fmt in dict.fromkeys(formats):
        paths = [drawing.path(folder, fmt) for drawing in chosen]
        files |= zip(paths, _drawn([drawing.picture for drawing in chosen], fmt), strict=True)
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        path.write_bytes(content)
    return list(files)


def _of_machine(machine: Machine, edition: str | None) -> list[Drawing]:
    newest = machine.edition.rule_set
    pictures = {name: picture_of(each) for name, each in machine.editions.items()}
    own = pictures.pop(newest.id)
    if edition is not None:
        is_older = edition in pictures
        return [Drawing(f"{machine.name}.{edition}", pictures[edition]) if is_older else Drawing(machine.name, own)]
    differing = (name for name, picture in pictures.items() if replace(picture, rule_set=newest) != own)
    return [Drawing(machine.name, own), *(Drawing(f"{machine.name}.{name}", pictures[name]) for name in differing)]


def _check_formats(formats: Iterable[str]) -> None:
    known = ", ".join(FORMATS)
    if problems := [Problem(fmt, "is no format", f"use one of {known}") for fmt in formats if fmt not in FORMATS]:
        raise InputError("drawing", problems)


def _drawn(pictures: Sequence[Picture], fmt: str) -> list[bytes]:
    if fmt == "mermaid":
        return [mermaid_of(picture).encode() for picture in pictures]
    sources = [dot_of(picture) for picture in pictures]
    if fmt == "dot":
        return [source.encode() for source in sources]
    rendered = render(sources, fmt)
    if fmt != "svg":
        return rendered
    return [finished(*each) for each in zip(rendered, pictures, sources, strict=True)]
