"""The Markdown says what the HTML says, word for word, and every link of it leads to a place that is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from ims_fsm.law.book import LawBook
from ims_fsm.pages import Story
from ims_fsm.pages.collection import Page
from ims_fsm.pages.markdown import Md, anchor, aside, badge, code, strong
from ims_fsm.pages.material import Material
from ims_fsm.pages.publication import markdown_files, shipped_annexure

ROOT = Path(__file__).resolve().parents[2]

READER = MarkdownIt("commonmark", {"html": True}).enable("table")


def rendered(look: Any, text: str) -> Any:
    """Return Markdown as its reader's HTML."""
    return look.read(READER.render(text))


def spoken(element: Any, without: frozenset[str]) -> list[str]:
    return element.text(without).split()


def test_every_page_says_the_same_in_markdown_and_in_html(
    look: Any, pages: tuple[Page, ...], markdown: dict[str, str], html: str
) -> None:
    articles = {part.attributes["id"]: part for part in look.read(html).walk() if part.tag == "article"}
    for page in pages:
        text = re.sub(
            r"^(?:<picture>.*|<!--.*)$| \[The file\]\(.*\)", "", markdown[f"{page.name}.md"], flags=re.MULTILINE
        )
        said = spoken(rendered(look, text), frozenset())
        shown = spoken(articles[page.name], frozenset({"svg", "here", "ask", "file", "caption"}))
        assert said == shown, page.name


def test_every_link_leads_to_a_page_and_a_place_on_it(look: Any, markdown: dict[str, str]) -> None:
    documents = {name: rendered(look, text) for name, text in markdown.items() if name.endswith(".md")}
    ids = {
        name: {part.attributes["id"] for part in page.walk() if "id" in part.attributes}
        for name, page in documents.items()
    }
    for name, page in documents.items():
        for element in page.walk():
            address = element.attributes.get("href", "")
            if element.tag != "a" or not address or address.startswith("https://"):
                continue
            file, _, place = address.partition("#")
            if file.startswith("../../"):
                assert (ROOT / file.removeprefix("../../")).is_file(), address
            else:
                assert (file or name) in documents, address
                assert not place or place in ids[file or name], address


def test_every_picture_is_published_or_written_beside_the_pages(markdown: dict[str, str]) -> None:
    shown = {source for text in markdown.values() for source in re.findall(r'(?:src|srcset)="([^"]+\.svg)"', text)}
    beside = {name for name in markdown if name.endswith(".svg")}
    assert {source for source in shown if not source.startswith("../../")} == beside
    assert [source for source in shown - beside if not (ROOT / Path(source.removeprefix("../../"))).is_file()] == []
    assert {f"{source.removesuffix('.svg')}.dark.svg" for source in shown if not source.endswith(".dark.svg")} <= shown


@pytest.mark.parametrize(
    "words",
    [
        "*stressed* and _stressed_ and `code`",
        "[*] is a source",
        "a < b & c > d",
        "<b>bold</b>",
        "keep_pending and 4(B)(1)",
        "1. not a list",
        "# no heading",
        "- no item",
        "+ no item",
        "a | b",
        "~~struck~~",
        "back\\slash",
        "&amp; stays",
        "![no](picture)",
    ],
)
def test_words_are_shown_as_they_are(look: Any, words: str) -> None:
    escaped = Md.escape(words)
    written = rendered(look, f"# {escaped}\n\n{escaped}\n\n- {escaped}\n  - {escaped}\n")
    heading, paragraph, items = (next(part for part in written.walk() if part.tag == tag) for tag in ("h1", "p", "ul"))
    assert spoken(heading, frozenset()) == spoken(paragraph, frozenset()) == words.split()
    assert spoken(items, frozenset()) == [*words.split(), *words.split()]


def test_what_is_put_into_markdown_is_escaped_unless_it_is_markdown_too() -> None:
    line = Md("{} {} {} {}").format(strong("a*b"), code("a_b"), aside(" aside "), badge("no", "no_action"))
    assert line == '**a\\*b** `a_b` *aside* <b class="badge no-action">no</b>'
    assert Md(", ").join(["[x]", anchor("here")]) == '\\[x\\], <a id="here"></a>'
    assert aside(" ") == ""


def test_without_a_checkout_a_file_stands_in_its_page(book: LawBook) -> None:
    story = Story("faq/one.toml", "One", (), 'title = "```"\n', {})
    material = Material(book, shipped_annexure(), (story,))
    page = Page("one", "One", "", "Told.\nfile:faq/one.toml\n")
    alone, beside = (markdown_files(material, [page], root)["one.md"].decode() for root in (None, "../.."))
    assert '<summary>The file</summary>\n\n`faq/one.toml`:\n\n````toml\ntitle = "```"\n````' in alone
    assert "Told. [The file](../../faq/one.toml)" in beside
