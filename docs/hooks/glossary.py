"""A hook of the site: the first time that a page uses a word of the glossary, it is a link that tells what it is.

Imports MkDocs alone.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from os.path import relpath
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

GLOSSARY = "reference/glossary.md"
# A word that is plain English too is looked up by whoever wants to, and not linked: its anchor says so.
_ENTRY = re.compile(r'^\*\*(?P<words>.+?)\*\*<a id="(?P<id>[\w-]+)"></a>\n: (?P<says>.+)$', re.MULTILINE)
_MARKED = re.compile(r"\[([^\]]*)\]\([^)]*\)|[`*]")
# A full stop and a capital: a sentence's end; "e.g. two" is within one.
_END = re.compile(r"\. (?=[^a-z])")
_APART = re.compile(r"a|abbr|button|code|h[1-6]|pre|script|style|summary|svg|th|title")


@dataclass(frozen=True)
class Term:
    """A word of the glossary: where its entry is, and the first sentence of it."""

    anchor: str
    says: str


@cache
def terms(path: Path) -> dict[str, Term]:
    """Return the words of a glossary that pages link, written as in the middle of a sentence."""
    found = {}
    for entry in _ENTRY.finditer(path.read_text("utf-8")):
        said = _MARKED.sub(lambda mark: mark[1] or "", entry["says"])
        term = Term(entry["id"], _END.split(said)[0].rstrip(".") + ".")
        found |= dict.fromkeys(entry["words"].split(", "), term)
    return found


@dataclass
class Linked(HTMLParser):
    """A page's HTML, with the first use of each word linked; what is code, a heading or a link already stays."""

    words: dict[str, Term]
    glossary: str
    parts: list[str] = field(default_factory=list)
    apart: int = 0

    def __post_init__(self) -> None:
        """Keep references of characters as they are."""
        super().__init__(convert_charrefs=False)
        longest = sorted(self.words, key=len, reverse=True)
        ways = (f"[{word[0].upper()}{word[0]}]{re.escape(word[1:])}" for word in longest)
        self.pattern = re.compile(rf"(?<![\w-])({'|'.join(ways)})(s?)(?![\w-])")
        self.left = {word[0].lower() + word[1:]: term for word, term in self.words.items()}

    def linked(self, text: str) -> str:
        """Return a page's HTML with its links."""
        self.feed(text)
        self.close()
        return "".join(self.parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag, and note what it begins."""
        del attrs
        self.apart += _APART.fullmatch(tag) is not None
        self.parts.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag that is its own end."""
        del tag, attrs
        self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Keep an end, and note of what."""
        self.apart -= _APART.fullmatch(tag) is not None
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Link the words in a text."""
        self.parts.append(data if self.apart else self.pattern.sub(self._link, data))

    def handle_entityref(self, name: str) -> None:
        """Keep a character by its name."""
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Keep a character by its number."""
        self.parts.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        """Keep a comment."""
        self.parts.append(f"<!--{data}-->")

    def _link(self, use: re.Match[str]) -> str:
        term = self.left.pop(use[1][0].lower() + use[1][1:], None)
        if term is None:
            return use[0]
        title = html.escape(term.says)
        return f'<a class="term" href="{self.glossary}#{term.anchor}" title="{title}">{use[0]}</a>'


def on_page_content(text: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Link the words of the glossary in a page; in the glossary itself none is."""
    here, glossary = page.file, files.get_file_from_path(GLOSSARY)
    if glossary is None or here.src_uri == GLOSSARY:
        return text
    where = relpath(glossary.dest_uri, Path(here.dest_uri).parent)
    return Linked(terms(Path(config.docs_dir) / GLOSSARY), where).linked(text)
