"""Draws machines: one edition in a format, or all of them into a folder.

Imports the law, the sheet and the formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ims_fsm.draw import theme as themes
from ims_fsm.draw.formats import FORMATS, check_formats, drawn
from ims_fsm.draw.links import Links
from ims_fsm.draw.picture import Picture, picture_of
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import Theme, theme_named
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.register import Law

# What is kept with the source: text, the same on every machine, and the picture that a page shows.
PUBLISHED = ("dot", "mermaid", "svg")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with the name that its files bear, without their ending."""

    stem: str
    picture: Picture

    def path(self, folder: Path, fmt: str, theme: Theme = themes.LIGHT) -> Path:
        """Return the file in a folder that holds it in a format; a theme other than the light one is in its name."""
        own = self.stem if theme is themes.LIGHT else f"{self.stem}.{theme.name}"
        return folder / f"{own}.{FORMATS[fmt]}"


@dataclass(frozen=True, slots=True)
class Style:
    """How pictures are drawn: in a theme, with or without notes, with links to a page `href_base` where that is given.

    In `href_base` the word `{machine}` stands for the machine's name. A picture without notes is for a slide.
    """

    theme: Theme = themes.LIGHT
    href_base: str | None = None
    notes: bool = True

    def sheet(self, picture: Picture) -> Sheet:
        """Return a picture as a sheet in this style."""
        base = None if self.href_base is None else self.href_base.replace("{machine}", picture.machine)
        return Sheet(picture, self.theme, None if base is None else Links(base), notes=self.notes)


PLAIN = Style()


def draw(
    edition: Edition, fmt: str, *, theme: str = "light", href_base: str | None = None, notes: bool = True
) -> bytes:
    """Draw an edition of a machine as dot, mermaid, svg, png or pdf; text is UTF-8.

    `theme` is light, dark or print; without `notes` it is for a slide: 16:9, few words a state. With `href_base`
    states, arrows and notes lead to their lines on that page.
    Raises `InputError` for another format or theme, `RendererMissingError` where svg, png or pdf is asked and there is
    nothing to draw it with, `RenderingError` where that fails. DOT and Mermaid are the same bytes on every machine.
    """
    check_formats([fmt])
    return drawn([Style(theme_named(theme), href_base, notes).sheet(picture_of(edition))], fmt)[0]


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
    style: Style = PLAIN,
) -> list[Path]:
    """Draw the named machines, or all, into a folder, which is made where it is not there; return the files.

    What is drawn, and under which names, `drawings` says; it raises what that and `draw` raise. Everything is drawn
    before the first file is written.
    """
    check_formats(formats)
    chosen = drawings(law, names, edition)
    files: dict[Path, bytes] = {}
    for fmt in dict.fromkeys(formats):
        paths = [drawing.path(folder, fmt, style.theme) for drawing in chosen]
        files |= zip(paths, drawn([style.sheet(drawing.picture) for drawing in chosen], fmt), strict=True)
    written(files, folder)
    return list(files)


def written(files: dict[Path, bytes], folder: Path) -> None:
    """Write files into a folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        path.write_bytes(content)


def _of_machine(machine: Machine, edition: str | None) -> list[Drawing]:
    newest = machine.edition.rule_set
    pictures = {name: picture_of(each) for name, each in machine.editions.items()}
    own = pictures.pop(newest.id)
    if edition is not None:
        is_older = edition in pictures
        return [Drawing(f"{machine.name}.{edition}", pictures[edition]) if is_older else Drawing(machine.name, own)]
    differing = (name for name, picture in pictures.items() if replace(picture, rule_set=newest) != own)
    return [Drawing(machine.name, own), *(Drawing(f"{machine.name}.{name}", pictures[name]) for name in differing)]
