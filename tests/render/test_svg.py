"""What is made of Graphviz's SVG before it is published."""

from __future__ import annotations

import importlib.util
import shutil
from xml.etree import ElementTree as ET

import pytest

from ims_fsm.law.register import Law
from ims_fsm.render import draw
from ims_fsm.render.dot import dot_of
from ims_fsm.render.picture import picture_of
from ims_fsm.render.svg import digest, digest_in, finished

SVG = "{http://www.w3.org/2000/svg}"

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)


@pytest.fixture(scope="module")
def svg(law: Law) -> ET.Element:
    return ET.fromstring(draw(law.machine("credit_note").edition, "svg"))  # noqa: S314 - our own picture


@drawable
def test_it_has_a_title_and_a_description(svg) -> None:
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Credit note: lifecycle under IMS-2025-10"
    assert "Open states: No action, Accepted, Rejected, Pending." in description.text
    assert description.text.endswith("Nothing leads out of: Frozen, Removed.")


@drawable
def test_text_stays_text_in_a_font_that_every_reader_has(svg) -> None:
    texts = {text.text: text.get("font-family") for text in svg.iter(f"{SVG}text")}
    assert {"Accepted", "Rejected", "Pending", "keep pending"} <= set(texts)
    assert set(texts.values()) == {"Helvetica,Arial,sans-serif"}


@drawable
def test_a_state_and_an_arrow_say_their_sentence_on_hover(svg) -> None:
    said = {group.get("id"): group.findtext(f"{SVG}title") for group in svg.iter(f"{SVG}g")}
    assert said["credit_note-IMS-2025-10-accepted"].startswith("Accepted: The recipient takes it")
    assert (
        said["credit_note-IMS-2025-10-pending-no_action-lapse"] == "From Pending, the clock's lapse leads to No action."
    )


@drawable
def test_it_carries_the_digest_of_its_dot(law: Law) -> None:
    edition = law.machine("gstr2b").edition
    assert digest_in(draw(edition, "svg").decode()) == digest(draw(edition, "dot").decode())


def test_what_graphviz_says_of_itself_is_left_out(law: Law) -> None:
    picture = picture_of(law.machine("gstr2b").edition)
    raw = (
        b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "x"\n "y">\n<!-- by version 1 -->\n'
        b'<svg width="1pt"\n height="2pt">\n</svg>'
    )
    text = finished(raw, picture, dot_of(picture)).decode()
    assert text.startswith('<?xml version="1.0"?>\n<svg width="1pt" height="2pt" role="img"')
    assert "<!" not in text


def test_an_svg_of_another_hand_carries_no_digest() -> None:
    assert digest_in("<svg></svg>") is None
