"""What a picture says as SVG, to those who see it and to those who do not."""

from __future__ import annotations

import importlib.util
import shutil
from xml.etree import ElementTree as ET

import pytest

from ims_fsm.draw.diagrams import draw
from ims_fsm.draw.measure import FAMILY
from ims_fsm.draw.svg import digest
from ims_fsm.law.register import Law

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
    assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == (title.get("id"), description.get("id"))
    assert title.text == "Credit note: lifecycle under IMS-2025-10"
    assert "Open states: No action, Accepted, Rejected, Pending." in description.text
    assert description.text.endswith("Nothing leads out of: Frozen, Removed.")


@drawable
def test_text_stays_text_in_a_font_that_every_reader_has(svg) -> None:
    texts = {text.text: text.get("font-family") for text in svg.iter(f"{SVG}text")}
    assert {"Accepted", "Rejected", "Pending", "keep pending"} <= set(texts)
    assert svg.get("font-family") == FAMILY
    assert set(texts.values()) == {None}


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
    kept = digest(draw(edition, "dot").decode())
    assert f' data-dot-sha256="{kept}"' in draw(edition, "svg").decode()


@drawable
def test_what_pending_may_not_do_is_seen_on_its_card_and_that_open_states_are_left_is_said(svg) -> None:
    card = next(g for g in svg.iter(f"{SVG}g") if g.get("id") == "credit_note-IMS-2025-10-pending")
    assert "\N{MULTIPLICATION SIGN} freeze" in [text.text for text in card.iter(f"{SVG}text")]
    assert "from any open state" in [text.text for text in svg.iter(f"{SVG}text")]


@drawable
def test_without_links_it_is_an_image_and_with_links_a_document_whose_parts_lead_to_their_lines(law: Law) -> None:
    edition = law.machine("gstr2b").edition
    assert b"<a " not in draw(edition, "svg")
    linked = ET.fromstring(draw(edition, "svg", href_base="{machine}.html"))  # noqa: S314 - our own picture
    assert linked.get("role") == "graphics-document document"
    href = "{http://www.w3.org/1999/xlink}href"
    leads = {link.get(href): link.get("{http://www.w3.org/1999/xlink}title") for link in linked.iter(f"{SVG}a")}
    assert leads["gstr2b.html#gstr2b-state-stale"].startswith("Stale: An action was changed")
    assert leads["gstr2b.html#gstr2b-IMS-2025-10-draft-final-file_3b-line"].startswith(
        "From Draft, the recipient's file"
    )
    assert {f"gstr2b.html#gstr2b-IMS-2025-10-note-{number}" for number in range(1, 6)} <= set(leads)
    assert not [words for words in leads.values() if "<" in words]


@drawable
def test_one_graphviz_draws_the_same_bytes_again(law: Law) -> None:
    edition = law.machine("gstr2b").edition
    assert draw(edition, "svg", theme="print") == draw(edition, "svg", theme="print")
