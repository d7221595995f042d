"""A hook of the site: what a page links or shows from outside of docs/ goes with the site, below source/.

Imports MkDocs alone. A builder that knows no hooks leaves those links as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BESIDE = "source"
_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<path>[^():#\s]+)(?P<anchor>#[^)\s]*)?\)")
# What HTML in a page shows, which MkDocs passes over.
_SHOWN = re.compile(r'\b(?P<by>src|srcset)="(?P<path>[^":#\s]+)"')


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every file of the checkout that a page links, and what those link in turn."""
    waiting = [DOCS / file.src_uri for file in files.documentation_pages()]
    while waiting:
        page = waiting.pop()
        for path in _outside(page):
            uri = _uri(path)
            if files.get_file_from_path(uri) is None:
                files.append(File.generated(config, uri, abs_src_path=str(path)))
                if path.suffix == ".md":
                    waiting.append(path)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Have each link that leaves docs/ lead to the file's copy; a folder's is its page, or its name alone."""
    del config
    here = _place(page.file.src_uri)

    def led(link: re.Match[str]) -> str:
        path = _target(here, link["path"])
        if path is None or (path.is_file() and path.is_relative_to(DOCS) and here.is_relative_to(DOCS)):
            return link[0]
        uri = _uri(path / "README.md" if path.is_dir() else path)
        if files.get_file_from_path(uri) is None:
            return link["text"]
        return f"[{link['text']}]({relpath(uri, Path(page.file.src_uri).parent)}{link['anchor'] or ''})"

    def shown(picture: re.Match[str]) -> str:
        path = _target(here, picture["path"])
        at = path and relpath(_uri(path), Path(page.file.src_uri).parent)
        return f'{picture["by"]}="{at}"' if at else picture[0]

    return _SHOWN.sub(shown, _LINK.sub(led, markdown))


def _outside(page: Path) -> Iterator[Path]:
    text = page.read_text("utf-8")
    for link in (*_LINK.finditer(text), *_SHOWN.finditer(text)):
        path = _target(page, link["path"])
        if path is not None and path.is_file() and not path.is_relative_to(DOCS):
            yield path


def _target(page: Path, link: str) -> Path | None:
    path = (page.parent / link).resolve()
    return path if path.is_relative_to(ROOT) and path.exists() else None


def _place(uri: str) -> Path:
    return ROOT / uri.removeprefix(f"{BESIDE}/") if uri.startswith(f"{BESIDE}/") else DOCS / uri


def _uri(path: Path) -> str:
    within = path.is_relative_to(DOCS)
    return path.relative_to(DOCS).as_posix() if within else f"{BESIDE}/{path.relative_to(ROOT).as_posix()}"
