"""Draws machines: a sheet in any format, an edition by its name, all of a law into a folder, a diagram as a value.

DOT and Mermaid are text; SVG is laid out by Graphviz; PNG and PDF are made of the SVG. A program is run, or a package
loaded, only for the format asked. Imports the law and the sheet; what draws a format when it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from ims_fsm.draw import interchange
from ims_fsm.draw import theme as themes
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.excerpt import excerpts, names_in
from ims_fsm.draw.language import ENGLISH, Language, language_named
from ims_fsm.draw.picture import Links, Picture, picture_of
from ims_fsm.draw.ratio import Notes, Ratio, notes_named, ratio_named, usual_notes
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import Theme, theme_named
from ims_fsm.errors import InputError, Problem
from ims_fsm.files.writing import Outputs
from ims_fsm.law.book import shipped_law
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.register import Law
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.spelling import hinted

S = TypeVar("S", bound=Sheet)

# Every format with the ending of its files.
FORMATS = {"dot": "dot", "mermaid": "mmd", "svg": "svg", "png": "png", "pdf": "pdf"}


def check_formats(formats: Iterable[str], allowed: Iterable[str] = FORMATS) -> None:
    """Raise `InputError` with every word that is not an allowed format."""
    remedy = f"use one of {', '.join(allowed)}"
    if problems := [Problem(fmt, "is not a format", remedy) for fmt in formats if fmt not in allowed]:
        raise InputError("drawing", problems)


def drawn(sheets: Sequence[Sheet], fmt: str) -> list[bytes]:
    """Draw sheets in a format, in order; text is UTF-8, and an SVG carries the digest of its DOT.

    Raises `InputError` for another format, and for png and pdf in a language whose letters they would tear apart;
    `RendererMissingError` where svg, png or pdf is asked and there is nothing to draw it with, `RenderingError` where
    that fails. A page of a ratio is filled by us alone, and the direction that
    fills it best is chosen: neither dot nor mermaid has one.
    """
    check_formats([fmt])
    if fmt in {"dot", "mermaid"} and (paged := [sheet for sheet in sheets if sheet.ratio]):
        what = f"is laid out by whoever shows it, so it fills no page of {paged[0].ratio}"
        raise InputError("drawing", [Problem(fmt, what, "leave the ratio out, or draw svg, png or pdf")])
    if fmt in {"png", "pdf"}:
        _check_letters(sheets, fmt)
    if fmt == "mermaid":
        from ims_fsm.draw.mermaid import mermaid_of  # noqa: PLC0415 - a format loads what draws it

        return [mermaid_of(sheet).encode() for sheet in sheets]
    if fmt == "dot":
        return [dot_of(sheet).encode() for sheet in sheets]
    return _laid_out(sheets, fmt)


def _laid_out(sheets: Sequence[Sheet], fmt: str) -> list[bytes]:
    """Draw sheets as svg, png or pdf; one that fills a page, and has no frame, is read from its top too."""
    from ims_fsm.draw.conversion import converted  # noqa: PLC0415 - as above
    from ims_fsm.draw.renderer import placed  # noqa: PLC0415 - as above
    from ims_fsm.draw.svg import svg_of  # noqa: PLC0415 - as above

    readings = [
        [sheet, replace(sheet, turned=True)] if sheet.ratio and not sheet.picture.frame else [sheet] for sheet in sheets
    ]
    sources = [[dot_of(sheet) for sheet in reading] for reading in readings]
    places = iter(placed([*chain.from_iterable(sources)]))
    pictures: list[str] = []
    problems: list[Problem] = []
    for reading, dots in zip(readings, sources, strict=True):
        try:
            pictures.append(svg_of(reading, [*islice(places, len(reading))], dots))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError("drawing", problems)
    return [svg.encode() if fmt == "svg" else converted(svg, fmt) for svg in pictures]


def _check_letters(sheets: Iterable[Sheet], fmt: str) -> None:
    if codes := {sheet.picture.language.code for sheet in sheets if sheet.picture.language.fonts}:
        what = f"is made by a converter that does not join the letters of {', '.join(sorted(codes))}"
        raise InputError("drawing", [Problem(fmt, what, "draw it as svg, and print that from a browser")])


# What is kept with the source: text, the same on every machine, and the picture that a page shows.
PUBLISHED = ("dot", "mermaid", "svg")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with the name that its files bear, without their ending."""

    stem: str
    picture: Picture
    edition: Edition

    def in_language(self, language: Language) -> Drawing:
        """Return the picture in a language; another than English stands in its name."""
        ending = "" if language is ENGLISH else f".{language.code}"
        return replace(self, stem=self.stem + ending, picture=self.picture.in_language(language))


def file_name(stem: str, fmt: str, theme: Theme = themes.LIGHT) -> str:
    """Return the name of the file of a picture in a format; a theme other than the light one is in its name.

    >>> file_name("invoice", "mermaid"), file_name("invoice", "svg", themes.DARK)
    ('invoice.mmd', 'invoice.dark.svg')
    """
    return f"{stem}.{FORMATS[fmt]}" if theme is themes.LIGHT else f"{stem}.{theme.name}.{FORMATS[fmt]}"


@dataclass(frozen=True, slots=True)
class Style:
    """How pictures are drawn: in a theme, with what notes, on what page, with links to a page `href_base` if there is.

    In `href_base` the word `{machine}` stands for the machine's name. Without `notes` it has all of them, or
    those that are usual on the page that it fills. `only` names the states and triggers that are shown; without it all.
    """

    theme: Theme = themes.LIGHT
    href_base: str | None = None
    notes: Notes | None = None
    ratio: Ratio | None = None
    only: tuple[str, ...] = ()

    @classmethod
    def named(
        cls, theme: str, href_base: str | None, notes: str | None, ratio: str | None, only: str | Sequence[str] = ()
    ) -> Style:
        """Return a style whose parts are named, those of `only` with commas between them if they are a text.

        Raises `InputError` for a name that there is not.
        """
        said, page = notes_named(notes) if notes else None, ratio_named(ratio) if ratio else None
        return cls(theme_named(theme), href_base, said, page, names_in(only))

    def sheet(self, picture: Picture) -> Sheet:
        """Return a picture as a sheet in this style."""
        return self.dressed(self.plain(picture))

    def plain(self, picture: Picture) -> Sheet:
        """Return a picture as a sheet in this theme, with its links, whole."""
        return Sheet(picture, self.theme, self.links(picture))

    def links(self, picture: Picture) -> Links | None:
        """Return where the parts of a picture lead, if they lead anywhere."""
        return None if self.href_base is None else Links(self.href_base.replace("{machine}", picture.machine))

    def dressed(self, sheet: S) -> S:
        """Return a sheet with the notes, the page and the parts of this style."""
        return self.all_dressed({"": sheet})[""]

    def all_dressed(self, sheets: Mapping[str, S]) -> dict[str, S]:
        """Return sheets with the notes, the page and the parts of this style; one without these parts is left out."""
        pictures = {stem: sheet.picture for stem, sheet in sheets.items()}
        parts = excerpts(pictures, self.only) if self.only else pictures
        notes = self.notes or usual_notes(self.ratio)
        return {
            stem: replace(sheets[stem].showing(part), notes=notes, ratio=self.ratio) for stem, part in parts.items()
        }


PLAIN = Style()


def draw(  # noqa: PLR0913 - as many as the command has
    edition: Edition,
    fmt: str,
    *,
    theme: str = "light",
    href_base: str | None = None,
    notes: str | None = None,
    ratio: str | None = None,
    only: str | Sequence[str] = (),
) -> bytes:
    """Draw an edition of a machine as dot, mermaid, svg, png or pdf; text is UTF-8.

    `theme` is light, dark or print; `notes` are none, numbers or full; `ratio` is the page that it fills, 16:9, a4 or
    square; `only` are the states and triggers that are shown. With `href_base` states, arrows and notes lead to their
    lines on that page.
    Raises `InputError` for another format or theme, `RendererMissingError` where svg, png or pdf is asked and there is
    nothing to draw it with, `RenderingError` where that fails. DOT and Mermaid are the same bytes on every machine.
    """
    check_formats([fmt])
    return drawn([Style.named(theme, href_base, notes, ratio, only).sheet(picture_of(edition))], fmt)[0]


def drawings(law: Law, names: Iterable[str] | None = None, edition: str | TaxPeriod | None = None) -> list[Drawing]:
    """Return what there is to be drawn of the named machines, or of all.

    Without `edition` a machine has the picture of the newest rule set under its own name, and under
    `NAME.RULE-SET` that of each older one which differs. With `edition` it has that rule set's picture alone, or that
    of the one which governs it in a period.
    Raises `InputError` with every unknown machine and rule set.
    """
    listed = checked(law, "drawing", names, [] if edition is None or isinstance(edition, TaxPeriod) else [edition])
    return [drawing for name in listed for drawing in _of_machine(law.machines[name], edition)]


def checked(law: Law, subject: str, names: Iterable[str] | None, rule_sets: Iterable[str], *more: Problem) -> list[str]:
    """Return the named machines, each once, or all; raises `InputError` with every unknown name and `more`."""
    listed = list(law.machines) if names is None else list(dict.fromkeys(names))
    ids = [rule_set.id for rule_set in law.rule_sets]
    problems = _strangers(listed, law.machines, "is not a declared machine", "the machines are")
    problems += _strangers(dict.fromkeys(rule_sets), ids, "is not a rule set", "the rule sets are")
    if problems := [*problems, *more]:
        raise InputError(subject, problems)
    return listed


def _strangers(names: Iterable[str], among: Collection[str], what: str, are: str) -> list[Problem]:
    remedy = f"{are} {', '.join(among)}"
    return [Problem(name, what, hinted(name, among, remedy)) for name in names if name not in among]


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
    before the first file is written; files that are there give way.
    """
    sheets = {drawing.stem: style.sheet(drawing.picture) for drawing in drawings(law, names, edition)}
    return written(sheets, folder, formats)


def written(
    sheets: Mapping[str, Sheet],
    folder: Path,
    formats: Sequence[str],
    beside: Mapping[str, str] | None = None,
    outputs: Outputs | None = None,
) -> list[Path]:
    """Draw sheets into a folder, each under its name and its look, with texts beside them; return the files.

    The folder is made where it is not there, once everything is drawn; files that are there give way, unless
    `outputs` says otherwise. Raises what `drawn` and `outputs` raise.
    """
    check_formats(formats)
    files: dict[Path, bytes] = {}
    for fmt in dict.fromkeys(formats):
        paths = [folder / file_name(stem + sheet.look, fmt, sheet.theme) for stem, sheet in sheets.items()]
        files |= zip(paths, drawn([*sheets.values()], fmt), strict=True)
    files |= {folder / name: text.encode() for name, text in (beside or {}).items()}
    return (outputs or Outputs(replace=True)).write_all(files)


def exchanged(
    law: Law, folder: Path, fmt: str, names: Iterable[str] | None = None,
    edition: str | TaxPeriod | None = None, outputs: Outputs | None = None,
) -> list[Path]:  # fmt: skip
    """Write the named machines, or all, for other engines (scxml, xstate) into a folder; return the files.

    Which editions, and under which names, `drawings` says; the rest is as `written`.
    """
    check_formats([fmt], interchange.FORMATS)
    files = {
        folder / f"{drawing.stem}.{interchange.FORMATS[fmt]}": interchange.interchanged(drawing.edition, fmt)
        for drawing in drawings(law, names, edition)
    }
    return (outputs or Outputs(replace=True)).write_all(files)


def _of_machine(machine: Machine, which: str | TaxPeriod | None) -> list[Drawing]:
    newest = machine.edition
    edition = machine.at(which).rule_set.id if isinstance(which, TaxPeriod) else which
    if edition is not None:
        stem = machine.name if edition == newest.rule_set.id else f"{machine.name}.{edition}"
        return [Drawing(stem, picture_of(machine.editions[edition]), machine.editions[edition])]
    current = Drawing(machine.name, picture_of(newest), newest)
    older = [
        Drawing(f"{machine.name}.{name}", picture_of(edited), edited)
        for name, edited in machine.editions.items()
        if edited is not newest
    ]
    rule_set = newest.rule_set
    return [current, *(other for other in older if replace(other.picture, rule_set=rule_set) != current.picture)]


@dataclass(frozen=True)
class Diagram:
    """A sheet that can be drawn: `.svg`, `.mermaid` and `.dot` are text, `drawn` gives any format as bytes."""

    sheet: Sheet

    def in_language(self, code: str) -> Diagram:
        """Return it with its words in a language (hi).

        Raises `InputError` for one that pictures have no words in, and for a picture of a rule or a difference.
        """
        if type(self.sheet) is not Sheet and language_named(code) is not ENGLISH:
            what, remedy = "is a language of machines as they are declared alone", "leave it or the other view out"
            raise InputError("drawing", [Problem(code, what, remedy)])
        return Diagram(replace(self.sheet, picture=self.sheet.picture.in_language(language_named(code))))

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
        Outputs(replace=True).write(file, self.drawn(format_of(file)))
        return file

    def __str__(self) -> str:
        """Say it in sentences."""
        return self.sheet.wording.said

    def _repr_svg_(self) -> str:
        """Return the SVG that a notebook shows."""
        return self.svg

    def _repr_mimebundle_(
        self, include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
    ) -> dict[str, str]:
        """Return what a notebook may show: SVG, or Mermaid where no Graphviz is installed, and always the sentences."""
        from ims_fsm.draw.renderer import RendererMissingError  # noqa: PLC0415 - a notebook asks for it

        try:
            picture = {"image/svg+xml": self.svg}
        except RendererMissingError:
            picture = {"text/vnd.mermaid": self.mermaid}
        whole = {**picture, "text/plain": str(self)}
        kept = set(whole) & set(include) if include else set(whole)
        return {kind: content for kind, content in whole.items() if kind in kept - set(exclude or ())}


def diagram(  # noqa: PLR0913 - as many as the command has
    machine: str,
    edition: str | None = None,
    *,
    theme: str = "light",
    href_base: str | None = None,
    notes: str | None = None,
    ratio: str | None = None,
    only: str | Sequence[str] = (),
    highlight: str | None = None,
    differs_from: str | None = None,
    law: Law | None = None,
) -> Diagram:
    """Return the diagram of a machine under a rule set, the newest where none is named.

    `theme`, `notes`, `ratio`, `only` and `href_base` are as in `draw`. With `highlight` that rule or guard stands out,
    with `differs_from` the machine is beside that one. `law` is the shipped one where none is given.
    Raises `InputError` for an unknown name, and for a rule that does nothing to the machine.
    """
    from ims_fsm.draw.views import views  # noqa: PLC0415 - most pictures need no other kind of sheet

    whole = law or shipped_law()
    style = Style.named(theme, href_base, notes, ratio, only)
    chosen = edition or whole.machine(machine).edition.rule_set.id
    (sheet,) = views(whole, [machine], chosen, style, highlight=highlight, differs_from=differs_from).values()
    return Diagram(sheet)


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
