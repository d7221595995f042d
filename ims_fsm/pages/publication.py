"""Writes the pages into a folder: Markdown, a file a page, or HTML, one file for all.

Imports the collection and the writers; everything is made before the first file is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.annexure import FILE, Annexure, load
from ims_fsm.law.book import LawBook
from ims_fsm.pages.blocks import Page, anchors_of, figures_of
from ims_fsm.pages.collection import collection
from ims_fsm.pages.html import Html
from ims_fsm.pages.markdown import PICTURES, Markdown
from ims_fsm.pages.material import Material
from ims_fsm.pages.story import Story
from ims_fsm.resources import machines_folder

FORMATS = ("md", "html")
HTML_FILE = "ims.html"


def write_pages(
    law_book: LawBook,
    stories: Iterable[Story],
    folder: Path,
    formats: Sequence[str] = FORMATS,
    root: str | None = None,
) -> list[Path]:
    """Write the pages of a law book into a folder, which is made where it is not there; return the files.

    `md` is a file a page with `README.md` as the first, `html` the one file `ims.html`. `root` is the address of a
    checkout as the pages see it ("../.."): Markdown then links to its pictures and stories instead of carrying them.
    The same law and stories give the same Markdown on every machine, and the same HTML with the same Graphviz.
    Raises `InputError` for another format, `DeclarationError` for a link that leads nowhere, and for `html`, and for
    `md` without a `root`, what `ims_fsm.draw.renderer.render` raises.
    """
    if problems := [
        Problem(each, "is no format", f"use one of {', '.join(FORMATS)}") for each in formats if each not in FORMATS
    ]:
        raise InputError("pages", problems)
    material = Material(law_book, shipped_annexure(), tuple(stories))
    pages = collection(material)
    files: dict[str, bytes] = {}
    if "md" in formats:
        files |= markdown_files(material, pages, root)
    if "html" in formats:
        files[HTML_FILE] = Html(material.pictures.inline()).write(pages).encode()
    return [_written(folder / name, content) for name, content in files.items()]


def shipped_annexure() -> Annexure:
    """Return Annexure-A as the package ships it; raises `DeclarationError`."""
    return load((machines_folder() / FILE).read_text("utf-8"))


def markdown_files(material: Material, pages: Sequence[Page], root: str | None) -> dict[str, bytes]:
    """Return the pages as files of Markdown, by name, with those of their pictures that are not linked."""
    homes = {anchor: page.name for page in pages for anchor in anchors_of(page)}
    pictures = material.pictures
    writer = Markdown(homes, pictures.published, root)
    files = {f"{page.name}.md": writer.write(page).encode() for page in pages}
    beside = frozenset(figures_of(pages)) - (frozenset() if root is None else pictures.published)
    return files | {f"{PICTURES}/{name}": content for name, content in pictures.files(beside).items()}


def _written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
