"""Pictures in other languages: a catalogue has every word that a picture asks for, and no other."""

from __future__ import annotations

import importlib.util
import re
import shutil
from dataclasses import replace

import pytest

from ims_fsm.draw import measure
from ims_fsm.draw.diagrams import diagram, drawings, drawn
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.language import ENGLISH, Language, language_named, languages
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.picture import Picture, picture_of
from ims_fsm.draw.ratio import Notes
from ims_fsm.draw.sheet import Sheet
from ims_fsm.errors import InputError
from ims_fsm.law.register import Law

OTHERS = [code for code in languages() if code != ENGLISH.code]
drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)


class Asked(dict[str, str]):
    """Words that remember which were asked for."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__(words)
        self.for_: set[str] = set()

    def get(self, english: str, default: str) -> str:
        self.for_.add(english)
        return super().get(english, default)


@pytest.fixture(scope="module")
def hindi(law: Law) -> Picture:
    return picture_of(law.machine("credit_note").edition).in_language(language_named("hi"))


@drawable
@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_every_word_that_is_drawn_and_no_other(law: Law, code: str) -> None:
    language = language_named(code)
    words = Asked(dict(language.words))
    spoken = Language(code, language.fonts, words)
    pictures = [drawing.picture.in_language(spoken) for drawing in drawings(law)]
    for picture in pictures:
        dot_of(picture)
        mermaid_of(picture)
    # A part of a picture has words of its own, and so has a slide.
    assert all(replace(pictures[0], hidden=hidden).left_out for hidden in ((1, 0), (0, 1), (2, 2)))
    drawn([Sheet(pictures[1], notes=Notes.NONE)], "svg")
    assert words.for_ - set(words) == set()
    assert set(words) - words.for_ == set()


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_fields_of_its_english(code: str) -> None:
    for english, words in language_named(code).words.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", words)), english


def test_an_unknown_language_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError) as refused:
        language_named("tlh")
    assert str(refused.value) == "drawing: tlh: is not a language that pictures have words in; use one of en, hi"


def test_titles_triggers_and_sentences_are_hindi_and_the_words_of_the_law_stay(hindi: Picture) -> None:
    text = mermaid_of(hindi)
    assert "Open --> accepted : स्वीकार" in text
    assert "कोई कार्रवाई नहीं" in text
    assert "(आपूर्तिकर्ता)" in text
    assert "FAQ 12: This record was decided for good" in text
    assert Sheet(hindi).wording.said.startswith("क्रेडिट नोट: क्रेडिट नोट, जैसा आपूर्तिकर्ता ने उसे पहली बार दर्ज किया। नियम:")


@drawable
def test_an_svg_names_its_language_and_fonts_that_write_it(hindi: Picture) -> None:
    (content,) = drawn([Sheet(hindi)], "svg")
    svg = content.decode()
    assert ",Arimo,Noto Sans Devanagari,Nirmala UI," in svg
    assert ' lang="hi" ' in svg
    # What is only guessed carries no length: the reader's font joins the letters.
    assert not re.search(r"textLength[^>]*>[^<]*[\u0900-\u097f]", svg)


@pytest.mark.parametrize("fmt", ["png", "pdf"])
def test_what_would_tear_its_letters_apart_is_not_drawn(hindi: Picture, fmt: str) -> None:
    with pytest.raises(InputError) as refused:
        drawn([Sheet(hindi)], fmt)
    assert str(refused.value) == (
        f"drawing: {fmt}: is made by a converter that does not join the letters of hi; "
        "draw it as svg, and print that from a browser"
    )


def test_devanagari_is_measured_without_what_stands_above_and_below() -> None:
    assert measure.width("कि", 10) == pytest.approx(1.1 * (7.62 + 2.59))
    assert measure.width("कु", 10) == measure.width("क", 10)
    assert measure.folded("प्राप्तकर्ता रिकॉर्ड को स्वीकार करता है।", 80) == ["प्राप्तकर्ता रिकॉर्ड को", "स्वीकार करता है।"]


def test_a_diagram_is_had_in_a_language() -> None:
    assert "स्वीकृत" in str(diagram("invoice").in_language("hi"))


@pytest.mark.parametrize("look", [{"highlight": "faq.11"}, {"differs_from": "invoice"}])
def test_what_would_be_half_english_is_refused(look: dict[str, str]) -> None:
    picture = diagram("credit_note", **look)
    assert picture.in_language("en") == picture
    with pytest.raises(InputError, match="drawing: hi: is a language of machines as they are declared alone; leave it"):
        picture.in_language("hi")


def test_a_machine_of_ones_own_keeps_the_words_that_the_catalogue_lacks() -> None:
    hindi = language_named("hi")
    assert (hindi.said("Draft"), hindi.said("Waiting for the manager")) == ("प्रारूप", "Waiting for the manager")
