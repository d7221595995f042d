"""Writes into a folder: the pages, as Markdown, a file a page, or HTML, one file for all; and the diagrams.

Imports the collection, the HTML and the drawing; every picture is made before the first file is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from ims_fsm.charts.poster.drawing import poster
from ims_fsm.draw.comparison import comparisons, write_comparisons
from ims_fsm.draw.conversion import converted
from ims_fsm.draw.diagrams import write_diagrams
from ims_fsm.errors import InputError, Problem
from ims_fsm.files.writing import Outputs
from ims_fsm.law.annexure import FILE, Annexure, load
from ims_fsm.law.book import LawBook
from ims_fsm.pages.collection import Page, collection, text_of
from ims_fsm.pages.explorer import EXPLORER_FILE, explorer_file
from ims_fsm.pages.html import Html
from ims_fsm.pages.material import Material
from ims_fsm.pages.story import Story
from ims_fsm.resources import machines_folder

FORMATS = ("md", "html")
HTML_FILE = "ims.html"
# The folder of pictures beside the pages, and the one in which a checkout keeps those of its machines.
PICTURES, PUBLISHED = "pictures", "diagrams"
_HEAD = "<!-- Generated from machines/; do not edit. -->\n\n"
_BADGE = re.compile(r'<b class="badge [\w-]+">(.*?)</b>')
_PICTURE = re.compile(r'<img alt="([^"]*)" src="picture:([^"]+)">')
_FILE = re.compile(r"\nfile:(.+)$", re.MULTILINE)
_FOLD = re.compile(r"^<details ", re.MULTILINE)


def write_pages(
    law_book: LawBook,
    stories: Iterable[Story],
    folder: Path,
    formats: Sequence[str] = FORMATS,
    root: str | None = None,
    outputs: Outputs | None = None,
) -> list[Path]:
    """Write the pages of a law book into a folder, which is made where it is not there; return the files.

    Files that are there give way, unless `outputs` says otherwise.

    `md` is a file a page with `README.md` as the first, `html` the one file `ims.html` and the
    explorer of the law beside it. `root` is the address of a
    checkout as the pages see it ("../.."): Markdown then links to its pictures and stories instead of carrying them.
    The same law and stories give the same Markdown on every machine, and the same HTML with the same Graphviz.
    Raises `InputError` for another format, `DeclarationError` for a link that leads nowhere, and for `html`, and for
    `md` without a `root`, what `ims_fsm.draw.renderer.placed` raises.
    """
    if problems := [
        Problem(name, "is not a format", f"use one of {', '.join(FORMATS)}") for name in formats if name not in FORMATS
    ]:
        raise InputError("pages", problems)
    material = Material(law_book, shipped_annexure(), tuple(stories))
    pages = collection(material)
    files: dict[str, bytes] = {}
    if "md" in formats:
        files |= markdown_files(material, pages, root)
    if "html" in formats:
        files[HTML_FILE] = html_file(material, pages).encode()
        files[EXPLORER_FILE] = explorer_file(law_book.law).encode()
    return _written(folder, files, outputs)


def publish(book: LawBook, folder: Path) -> list[Path]:
    """Draw every machine of a law, what each change of law does to it, and the charts into a folder, with their page.

    Returns the files. Raises what drawing raises.
    """
    material = Material(book, shipped_annexure(), ())
    pictures = material.pictures
    files = pictures.files(pictures.names) | {"README.md": text_of(material, "diagrams").encode()}
    files |= {f"{stem}.mmd": chart.mermaid.encode() for stem, chart in pictures.charts.items() if chart.mermaid}
    files |= {f"{stem}.svg": svg.encode() for stem, svg in pictures.moving.items()}
    sheet = poster(book).svg()
    files |= {f"poster.{fmt}": converted(sheet, fmt) for fmt in ("svg", "pdf")}
    written = write_diagrams(book.law, folder, ("dot", "mermaid"))
    for before, after in pairwise(book.law.rule_sets):
        written += write_comparisons(comparisons(book.law, before.id, after.id), folder, ())
    return [*written, *_written(folder, files)]


def shipped_annexure() -> Annexure:
    """Return Annexure-A as the package ships it; raises `DeclarationError`."""
    return load((machines_folder() / FILE).read_text("utf-8"))


def html_file(material: Material, pages: Sequence[Page]) -> str:
    """Return the pages as one HTML file, with all pictures inside; raises what drawing raises."""
    return Html(material.pictures.inline(), {story.path: story.text for story in material.stories}).write(pages)


def markdown_files(material: Material, pages: Sequence[Page], root: str | None) -> dict[str, bytes]:
    """Return the pages as files of Markdown, by name, with those of their pictures that are not linked."""
    homes = {anchor: page.name for page in pages for anchor in page.anchors}
    stories = {story.path: story.text for story in material.stories}
    published = material.pictures.names if root else frozenset[str]()

    def picture(match: re.Match[str]) -> str:
        source = f"{f'{root}/{PUBLISHED}' if match[2] in published else PICTURES}/{match[2]}"
        dark = f'<source media="(prefers-color-scheme: dark)" srcset="{source}.dark.svg">'
        return f'<picture>{dark}<img alt="{match[1]}" src="{source}.svg"></picture>'

    def story(match: re.Match[str]) -> str:
        return f" [The file]({root}/{match[1]})" if root else f"\n\n{_listing(match[1], stories[match[1]])}"

    def text(page: Page) -> str:
        written = _PICTURE.sub(picture, _BADGE.sub(r"**\1**", page.addressed(homes)))
        return _HEAD + _FILE.sub(story, _FOLD.sub('<details markdown="1" ', written))

    files = {f"{page.name}.md": text(page).encode() for page in pages}
    beside = frozenset(name for page in pages for name in page.pictures) - published
    return files | {f"{PICTURES}/{name}": content for name, content in material.pictures.files(beside).items()}


def _listing(path: str, text: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall(r"`{3,}", text)), default=2) + 1)
    listing = f"`{path}`:\n\n{fence}toml\n{text.rstrip()}\n{fence}"
    return f'<details class="file">\n<summary>The file</summary>\n\n{listing}\n\n</details>'


def _written(folder: Path, files: Mapping[str, bytes], outputs: Outputs | None = None) -> list[Path]:
    return (outputs or Outputs(replace=True)).write_all({folder / name: content for name, content in files.items()})
