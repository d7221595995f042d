"""The Markdown says what the HTML says, word for word, and every link of it leads to a place that is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ims_fsm.pages.blocks import Anchor, Aside, Badge, Bullets, Code, Item, Listing, Page, Paragraph, Strong
from ims_fsm.pages.markdown import Markdown

ROOT = Path(__file__).resolve().parents[2]

markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py reads the Markdown; pip install markdown-it-py")
READER = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table")


def rendered(look: Any, text: str) -> Any:
    """Return Markdown as its reader's HTML."""
    return look.read(READER.render(text))


def spoken(element: Any, without: frozenset[str]) -> list[str]:
    return element.text(without).split()


def test_every_page_says_the_same_in_markdown_and_in_html(
    look: Any, pages: tuple[Page, ...], markdown: dict[str, str], html: str
) -> None:
    articles = {each.attributes["id"]: each for each in look.read(html).walk() if each.tag == "article"}
    for page in pages:
        text = re.sub(r"^(?:The file: \[.*|<picture>.*|<!--.*)$", "", markdown[f"{page.name}.md"], flags=re.MULTILINE)
        said = spoken(rendered(look, text), frozenset())
        shown = spoken(articles[page.name], frozenset({"svg", "here", "file", "caption"}))
        assert said == shown, page.name


def test_every_link_leads_to_a_page_and_a_place_on_it(look: Any, markdown: dict[str, str]) -> None:
    documents = {name: rendered(look, text) for name, text in markdown.items() if name.endswith(".md")}
    ids = {
        name: {each.attributes["id"] for each in page.walk() if "id" in each.attributes}
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
    writer = Markdown({"one": "one"}, frozenset())
    written = writer.write(Page("one", words, "", (Paragraph((words,)), Bullets((Item((words,), ((words,),)),)))))
    shown = rendered(look, written)
    heading, paragraph, items = (next(found for found in shown.walk() if found.tag == tag) for tag in ("h1", "p", "ul"))
    # An anchor stands in a paragraph of its own.
    paragraph = [found for found in shown.walk() if found.tag == "p"][1] if not paragraph.text().strip() else paragraph
    assert spoken(heading, frozenset()) == spoken(paragraph, frozenset()) == words.split()
    assert spoken(items, frozenset()) == [*words.split(), *words.split()]


def test_looks_that_markdown_has_and_stress_without_words() -> None:
    writer = Markdown({"one": "one"}, frozenset())
    page = Page("one", "One", "", ())
    line = (Anchor("here"), Strong("Read. "), Code("a_b"), Aside(" aside"), Badge("no", "no"), Strong(" "))
    assert writer.line(page, line) == '<a id="here"></a>**Read.** `a_b` *aside***no**'


def test_without_a_checkout_a_file_stands_in_its_page() -> None:
    listing = Listing("faq/one.toml", 'title = "```"\n', "toml")
    page = Page("one", "One", "", (listing,))
    assert 'The file, `faq/one.toml`:\n\n````toml\ntitle = "```"\n````' in Markdown({"one": "one"}, frozenset()).write(
        page
    )
    assert "[faq/one.toml](../../faq/one.toml)" in Markdown({"one": "one"}, frozenset(), "../..").write(page)
