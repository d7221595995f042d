"""What a page asks for and what stands in it: a machine in a format, with its words for those who cannot see it.

Imports the law and the drawings; knows no documentation tool.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ims_fsm.draw.citation import cite, cite_all
from ims_fsm.draw.diagrams import Diagram, diagram
from ims_fsm.draw.tables import transition_table
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import shipped_law
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.loading import load_law
from ims_fsm.law.register import Law

NAME = "ims-machine"
# What a picture shows of its machine, as `ims-fsm draw` has it.
LOOKS = ("notes", "ratio", "only", "highlight", "differs-from", "language")
OPTIONS = ("edition", "theme", "format", "caption", *LOOKS)
FORMATS = ("svg", "mermaid", "table")
COLUMNS = ("Trigger", "Who", "From", "To", "Refused by", "Rules")
_NAMES = re.compile(r'\b(id|aria-labelledby)="([^"]*)"')
# A picture is set for print; on a page it is no wider than its column.
_FITS = 'style="max-width:100%;height:auto"'


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks for: a machine, its rule set (the newest without one), theme, format, caption and looks."""

    machine: str
    edition: str = ""
    theme: str = "light"
    fmt: str = "svg"
    caption: str = ""
    looks: tuple[tuple[str, str], ...] = ()

    @property
    def in_english(self) -> Asked:
        """The same in English, which alone is made into a PDF."""
        return replace(self, looks=tuple(look for look in self.looks if look[0] != "language"))

    @classmethod
    def read(cls, machine: str, options: Mapping[str, str]) -> Asked:
        """Read what stands in a page; raises `InputError` with everything that is not an option or a format."""
        fmt = options.get("format") or "svg"
        remedy = f"the options are {', '.join(OPTIONS)}"
        problems = [Problem(name, "is not an option", remedy) for name in options if name not in OPTIONS]
        if fmt not in FORMATS:
            problems.append(Problem(fmt, "is not a format of a page", f"use one of {', '.join(FORMATS)}"))
        looks = tuple((name, options[name]) for name in LOOKS if options.get(name))
        if looks and fmt == "table":
            problems.append(Problem(looks[0][0], "is about a picture, and a table is none", "leave the option out"))
        if not machine:
            problems.append(Problem("the machine", "is not named", f"name one, like {NAME} credit_note"))
        if problems:
            raise InputError(NAME, problems)
        edition, theme, caption = (
            options.get("edition", ""),
            options.get("theme") or "light",
            options.get("caption", ""),
        )
        return cls(machine, edition, theme, fmt, caption, looks)

    def edition_in(self, law: Law) -> Edition:
        """Return the edition that is asked for; raises `InputError` for a machine or rule set that the law lacks."""
        machine = law.machine(self.machine)
        if not self.edition:
            return machine.edition
        if self.edition not in machine.editions:
            remedy = f"the rule sets are {', '.join(machine.editions)}"
            raise InputError(NAME, [Problem(self.edition, "is not a rule set", remedy)])
        return machine.editions[self.edition]


def _diagram(law: Law, asked: Asked) -> Diagram:
    looks, edition = dict(asked.looks), asked.edition_in(law)
    picture = diagram(
        asked.machine,
        edition.rule_set.id,
        theme=asked.theme,
        notes=looks.get("notes"),
        ratio=looks.get("ratio"),
        only=looks.get("only", ()),
        highlight=looks.get("highlight"),
        differs_from=looks.get("differs-from"),
        law=law,
    )
    return picture.in_language(looks["language"]) if "language" in looks else picture


def law_in(folder: Path | None) -> Law:
    """Return the law of a folder of declarations, read again when a file in it changes; the shipped one without it.

    Raises `DeclarationError` with everything that is wrong with it.
    """
    if folder is None:
        return shipped_law()
    return _loaded(folder, tuple((file.name, file.stat().st_mtime_ns) for file in declarations(folder)))


def declarations(folder: Path) -> list[Path]:
    """Return the files of a folder of declarations, in order."""
    return sorted(folder.glob("*.toml"))


@lru_cache(maxsize=8)
def _loaded(folder: Path, stamps: tuple[tuple[str, int], ...]) -> Law:  # noqa: ARG001 - a changed file is another law
    return load_law(folder)


def figure(law: Law, asked: Asked, number: int = 0) -> str:
    """Return a machine's picture as a figure of HTML: its SVG inside the page, its caption below.

    The SVG carries its title and description; `number` tells its names from those of the page's other figures. Raises
    what drawing raises.
    """
    svg = drawn(law, asked, "svg").decode()
    svg = svg[svg.index("<svg") :].replace("<svg ", f"<svg {_FITS} ", 1)
    if number:
        svg = _NAMES.sub(lambda names: f'{names[1]}="{_numbered(names[2], number)}"', svg)
    return _captioned(f'<figure class="{NAME}">', svg, asked)


def mermaid_figure(law: Law, asked: Asked) -> str:
    """Return a machine's Mermaid text as a figure of HTML, in the element that Mermaid draws wherever a page loads it.

    Raises what drawing raises.
    """
    # Mermaid's SVG has no width of its own: a figure that is as wide as what it holds would make it tiny.
    opening = f'<figure class="{NAME}" style="width:100%">'
    text = drawn(law, asked, "mermaid").decode()
    return _captioned(opening, f'<pre class="mermaid">{html.escape(text)}</pre>', asked)


def _captioned(opening: str, drawing: str, asked: Asked) -> str:
    below = f"<figcaption>{html.escape(asked.caption)}</figcaption>" if asked.caption else ""
    return f"{opening}\n{drawing}{below}\n</figure>"


def _numbered(names: str, number: int) -> str:
    return " ".join(f"{name}-{number}" for name in names.split())


def drawn(law: Law, asked: Asked, fmt: str) -> bytes:
    """Return a machine's picture in a format of pictures; raises what drawing raises."""
    return _diagram(law, asked).drawn(fmt)


def alternative(law: Law, asked: Asked) -> str:
    """Return a machine's picture in words, for a page that shows none."""
    wording = _diagram(law, asked).sheet.wording
    return f"{wording.title}. {wording.said}"


def cells(law: Law, asked: Asked) -> Iterator[tuple[str, ...]]:
    """Give the rows of a machine's transitions, a cell for each of `COLUMNS`."""
    edition = asked.edition_in(law)
    for row in transition_table(edition):
        sources = ("nothing" if source == ENTRY else edition.states[source].title for source in row.sources)
        dest = "always refused" if row.never or row.dest is None else edition.states[row.dest].title
        refused = dict.fromkeys(f"{refusal.code} ({cite(refusal.rule)})" for refusal in row.refusals)
        yield row.trigger, row.actor, ", ".join(sources), dest, ", ".join(refused), cite_all(row.rules)
