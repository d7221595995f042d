"""The folder diagrams/ is what the law draws now, and every process draws the same."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ims_fsm.law.loading import shipped_law
from ims_fsm.law.register import Law
from ims_fsm.render.diagrams import Drawing, drawings
from ims_fsm.render.dot import dot_of
from ims_fsm.render.gallery import PAGE, page
from ims_fsm.render.mermaid import mermaid_of
from ims_fsm.render.svg import digest, digest_in

REMEDY = "draw it again: python -m ims_fsm.render diagrams"
DRAWINGS = drawings(shipped_law())

each_drawing = pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda each: each.stem)


@each_drawing
def test_dot_is_fresh(published: Path, drawing: Drawing) -> None:
    assert drawing.path(published, "dot").read_bytes() == dot_of(drawing.picture).encode(), REMEDY


@each_drawing
def test_mermaid_is_fresh(published: Path, drawing: Drawing) -> None:
    assert drawing.path(published, "mermaid").read_bytes() == mermaid_of(drawing.picture).encode(), REMEDY


@each_drawing
def test_svg_was_drawn_from_this_dot(published: Path, drawing: Drawing) -> None:
    text = drawing.path(published, "svg").read_text("utf-8")
    assert digest_in(text) == digest(dot_of(drawing.picture)), REMEDY


def test_the_page_is_fresh(published: Path, law: Law) -> None:
    assert (published / PAGE).read_text("utf-8") == page(law), REMEDY


def test_the_page_shows_and_links_what_is_there_and_nothing_is_left_over(published: Path) -> None:
    linked = set(re.findall(r"\]\(([^):]+)\)", (published / PAGE).read_text("utf-8")))
    assert linked | {PAGE} == {file.name for file in published.iterdir()}


def test_every_process_draws_the_same_bytes() -> None:
    code = (
        "import hashlib; from ims_fsm.law.loading import shipped_law; from ims_fsm.render.diagrams import drawings; "
        "from ims_fsm.render.dot import dot_of; from ims_fsm.render.mermaid import mermaid_of; "
        "texts = ''.join(dot_of(d.picture) + mermaid_of(d.picture) for d in drawings(shipped_law())); "
        "print(hashlib.sha256(texts.encode()).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    here = "".join(dot_of(drawing.picture) + mermaid_of(drawing.picture) for drawing in DRAWINGS)
    assert set(runs) == {hashlib.sha256(here.encode()).hexdigest()}
