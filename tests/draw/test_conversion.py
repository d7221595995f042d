"""A finished SVG as PNG and PDF: its size, its words, the same bytes again, and what a user reads when it cannot be."""

from __future__ import annotations

import re
import struct
import sys

import pytest

from ims_fsm.draw.conversion import converted, words_digest
from ims_fsm.draw.renderer import RendererMissingError, RenderingError

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt" viewBox="0 0 144 72" font-family="{family}">'
    "<title>A &amp; B</title><desc>both</desc>"
    '<text x="5" y="40" font-size="20" textLength="90" lengthAdjust="spacingAndGlyphs">{words}</text></svg>'
)
PLAIN = SVG.format(family="Helvetica,Arimo", words="₹ 1,09,880 → ok")
pytest.importorskip("typst", reason="typst is not installed")


def test_a_png_has_the_size_of_its_svg() -> None:
    png = converted(PLAIN, "png", dpi=144)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (144, 72)


def test_a_pdf_has_the_size_and_the_title_of_its_svg() -> None:
    pdf = converted(PLAIN, "pdf")
    assert pdf.startswith(b"%PDF")
    assert re.search(rb"/MediaBox ?\[ ?0 0 72 36", pdf)
    assert b"/Title(A & B)" in pdf
    assert words_digest(PLAIN).encode() in pdf
    assert words_digest(PLAIN) != words_digest(PLAIN.replace("ok", "no"))
    assert b"Arimo" in pdf


@pytest.mark.parametrize("fmt", ["png", "pdf"])
def test_it_is_the_same_every_time_and_no_font_of_the_system_is_asked(fmt) -> None:
    assert converted(PLAIN, fmt) == converted(PLAIN, fmt)
    assert converted(PLAIN, fmt) == converted(PLAIN.replace("Helvetica,Arimo", "DejaVu Sans,Helvetica,Arimo"), fmt)


def test_words_of_another_script_are_converted_too() -> None:
    assert converted(SVG.format(family="Arimo", words="स्वीकृत"), "png").startswith(b"\x89PNG")


def test_what_is_not_svg_is_an_error() -> None:
    with pytest.raises(RenderingError, match="typst did not draw png: "):
        converted("<svg>", "png")


def test_where_typst_is_not_there_the_remedy_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(RendererMissingError) as caught:
        converted(PLAIN, "pdf")
    assert caught.value.as_dict() == {
        "code": "renderer_missing",
        "message": "pdf cannot be drawn here: the package typst, which converts SVG, is not installed; "
        "run: pip install 'ims-fsm[draw]' (or ask for svg)",
    }
