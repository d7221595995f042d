"""A diagram as a value, in a notebook and in a file."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

import ims_fsm
from ims_fsm.draw.diagrams import diagram, draw, format_of
from ims_fsm.errors import InputError
from ims_fsm.law.register import Law

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)


@drawable
def test_a_notebook_shows_the_svg(law: Law) -> None:
    note = ims_fsm.diagram("credit_note")
    assert note._repr_svg_().encode() == draw(law.machine("credit_note").edition, "svg")
    assert note._repr_mimebundle_() == {"image/svg+xml": note.svg, "text/plain": str(note)}
    assert note._repr_mimebundle_(include=["text/plain"]) == {"text/plain": str(note)}
    assert [*note._repr_mimebundle_(exclude=["text/plain"])] == ["image/svg+xml"]


def test_without_graphviz_a_notebook_is_given_mermaid(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    shown = diagram("gstr2b")._repr_mimebundle_()
    assert [*shown] == ["text/vnd.mermaid", "text/plain"]
    assert shown["text/vnd.mermaid"] == diagram("gstr2b").mermaid


def test_a_rule_set_and_a_theme_can_be_named(law: Law) -> None:
    one = diagram("credit_note", "IMS-2024-10", theme="dark", href_base="{machine}.html")
    edition = law.machine("credit_note").editions["IMS-2024-10"]
    assert one.dot.encode() == draw(edition, "dot", theme="dark", href_base="credit_note.html")
    assert diagram("credit_note", notes="none").dot.encode() == draw(
        law.machine("credit_note").edition, "dot", notes="none"
    )


def test_it_is_saved_in_the_format_of_its_ending(tmp_path, approval: Law) -> None:
    one = diagram("purchase", law=approval)
    for name, content in {"a.mmd": one.mermaid, "a.dot": one.dot}.items():
        assert one.save(tmp_path / name).read_text("utf-8") == content


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: diagram("note"), "note: is not a declared machine; the machines are"),
        (
            lambda: diagram("invoice", "IMS-1"),
            "drawing: IMS-1: is not a rule set; the rule sets are IMS-2024-10, IMS-2025-10",
        ),
        (lambda: diagram("invoice", theme="blue"), "drawing: blue: is not a theme; use one of light, dark, print"),
        (lambda: format_of(Path("a.gif")), "drawing: a.gif: has an ending that names no format; end it with one of"),
    ],
)
def test_what_there_is_not_is_told(call, message) -> None:
    with pytest.raises(InputError, match=message):
        call()
