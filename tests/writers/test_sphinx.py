"""A small documentation, built by Sphinx."""

from __future__ import annotations

import importlib.util
import io
import re
import shutil

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

pytestmark = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)
MYST = """\
# Credit notes

```{ims-machine} credit_note
:caption: What can become of one
```

```{ims-machine} credit_note
:edition: IMS-2024-10
:theme: dark
```
"""
RST = """\
Returns
=======

.. ims-machine:: gstr2b
   :format: table
   :caption: Its transitions

.. ims-machine:: gstr2b
   :format: mermaid
   :caption: What may become of it
"""


@pytest.fixture
def build(tmp_path):
    """Build pages with a builder; return its folder and what it warned of."""

    def built(pages, builder="html", **config):
        source, out = tmp_path / "docs", tmp_path / "out" / builder
        source.mkdir(exist_ok=True)
        for name, text in pages.items():
            (source / name).write_text(text)
        warnings = io.StringIO()
        settings = {"project": "Handbook", "extensions": ["myst_parser", "ims_fsm.writers.sphinx"], **config}
        with patch_docutils(str(source)), docutils_namespace():
            app = Sphinx(
                source, None, out, tmp_path / "trees", builder, settings, status=None, warning=warnings, freshenv=True
            )
            app.build()
        return out, warnings.getvalue()

    return built


def test_a_page_holds_the_picture_its_words_and_its_caption(build):
    out, warned = build({"index.md": MYST})
    page = (out / "index.html").read_text("utf-8")
    assert warned == ""
    assert page.count("<svg ") == 2
    assert "Credit note: lifecycle under IMS-2025-10</title>" in page
    assert "Open states: No action, Accepted, Rejected, Pending." in page
    assert "<figcaption>What can become of one</figcaption>" in page
    assert "Credit note: lifecycle under IMS-2024-10</title>" in page


def test_a_table_and_mermaid_stand_in_restructuredtext(build):
    brought = ["sphinxcontrib.mermaid", "ims_fsm.writers.sphinx"]
    out, warned = build(
        {"index.rst": RST}, extensions=brought, mermaid_use_local="mermaid.mjs", mermaid_config={"look": "handDrawn"}
    )
    page = (out / "index.html").read_text("utf-8")
    assert warned == ""
    assert "Its transitions" in page
    assert "two_b_stale (FAQ 29)" in page
    # The extension puts its script only on pages where its own element stands.
    assert 'import mermaid from "./_static/mermaid.mjs"' in page
    (drawn,) = re.findall(r'<pre  class="mermaid">\s*(.*?)</pre>', page, re.DOTALL)
    assert drawn.startswith("---\nconfig:\n  look: handDrawn\n\ntitle: &quot;GSTR-2B of a tax period, IMS-2025-10")
    assert drawn.count("---\n") == 2
    assert "What may become of it" in page


def test_where_mermaid_is_not_enabled_its_text_stands_and_what_to_install_is_said(build):
    out, warned = build({"index.rst": RST})
    assert (
        "index.rst:8: WARNING: Mermaid is not enabled here, so gstr2b stands as text; run pip install "
        'sphinxcontrib-mermaid and add "sphinxcontrib.mermaid" to extensions in conf.py [ims_machine.mermaid]'
    ) in warned
    assert '<pre class="mermaid">---\ntitle:' in (out / "index.html").read_text("utf-8")


@pytest.mark.parametrize(("builder", "ending"), [("text", "index.txt"), ("man", "handbook.1")])
def test_where_nothing_is_drawn_its_words_stand(build, builder, ending):
    out, _ = build({"index.md": MYST}, builder)
    words = " ".join((out / ending).read_text("utf-8").replace("\\(aq", "'").split())
    assert "Credit note: lifecycle under IMS" in words.replace("\\-", "-")
    assert "the recipient's accept leads to Accepted" in words


def test_in_latex_it_is_a_pdf_with_its_caption(build):
    out, warned = build({"index.md": MYST}, "latex")
    text = (out / "handbook.tex").read_text("utf-8")
    assert warned == ""
    assert "\\caption{What can become of one}" in text
    drawn = sorted(out.glob("ims-machine-*.pdf"))
    assert len(drawn) == 2
    assert all(file.read_bytes().startswith(b"%PDF") and file.name in text for file in drawn)


def test_what_mermaid_draws_on_a_page_is_a_pdf_in_latex(build):
    out, _ = build({"index.rst": RST}, "latex", suppress_warnings=["ims_machine.mermaid"])
    (drawn,) = out.glob("ims-machine-*.pdf")
    assert drawn.name in (out / "handbook.tex").read_text("utf-8")


def test_a_folder_of_declarations_is_drawn(build, purchases):
    out, warned = build({"index.md": "# Buying\n\n```{ims-machine} purchase\n```\n"}, ims_machines=str(purchases))
    assert warned == ""
    assert "Purchase: lifecycle under H-1" in (out / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("```{ims-machine} nothing\n```", "index.md:3: ERROR: machine: nothing: is not a declared machine"),
        ("```{ims-machine} gstr2b\n:theme: pink\n```", "index.md:3: ERROR: drawing: pink: is not a theme"),
        (
            "```{ims-machine} gstr2b\n:format: gif\n```",
            "index.md:3: ERROR: ims-machine: gif: is not a format of a page",
        ),
    ],
)
def test_what_cannot_be_drawn_is_an_error_at_its_line(build, block, says):
    _, warned = build({"index.md": f"# Notes\n\n{block}\n"})
    assert says in warned
