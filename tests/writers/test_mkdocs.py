"""A small site, built by MkDocs."""

from __future__ import annotations

import importlib.util
import logging
import shutil

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

pytestmark = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)
PAGE = """\
# Credit notes

```{ims-machine} credit_note
:caption: What can become of one
```

```{ims-machine} gstr2b
:format: table
:caption: Its transitions
```

````md
```{ims-machine} credit_note
```
````

```{ims-machine} gstr2b
:format: mermaid
```

```{ims-machine} credit_note
:edition: IMS-2024-10
```
"""


@pytest.fixture
def site(tmp_path, monkeypatch, caplog):
    """Build a page into a site; return its HTML. What it warns of is heard, also where a build was quiet before."""
    monkeypatch.setattr(logging.getLogger("mkdocs"), "propagate", True)
    caplog.set_level(logging.WARNING, logger="mkdocs")

    def built(page, more=""):
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "index.md").write_text(page)
        (tmp_path / "hook.py").write_text("from ims_fsm.writers.mkdocs import *\n")
        (tmp_path / "mkdocs.yml").write_text(f"site_name: Handbook\nhooks: [hook.py]\nplugins: []\n{more}")
        config = load_config(str(tmp_path / "mkdocs.yml"))
        build_site(config)
        return (tmp_path / "site" / "index.html").read_text("utf-8")

    return built


def test_a_page_holds_the_pictures_their_words_and_captions(site):
    page = site(PAGE)
    assert page.count("<svg ") == 2
    assert "Credit note: lifecycle under IMS-2025-10</title>" in page
    assert "Credit note: lifecycle under IMS-2024-10</title>" in page
    assert "Open states: No action, Accepted, Rejected, Pending." in page
    assert "<figcaption>What can become of one</figcaption>" in page


def test_a_table_is_markdown_and_where_mermaid_is_not_loaded_what_to_install_is_said(site, caplog):
    page = site(PAGE)
    assert "<strong>Its transitions</strong>" in page
    assert "<td>two_b_stale (FAQ 29)</td>" in page
    assert "language-mermaid" in page
    (warned,) = caplog.messages
    assert warned == (
        "Mermaid is not loaded here, so gstr2b stands as text; run pip install mkdocs-material and set theme: "
        "material, or name a mermaid.min.js in extra_javascript"
    )


def test_where_a_page_loads_mermaid_it_stands_in_the_element_that_mermaid_draws(site, caplog):
    page = site(PAGE, "extra_javascript: [assets/mermaid.min.js]\n")
    assert '<pre class="mermaid">---\ntitle: &quot;GSTR-2B of a tax period, IMS-2025-10' in page
    assert not caplog.messages


def test_a_block_that_is_only_shown_stays(site):
    assert "```{ims-machine} credit_note" in site(PAGE)


def test_a_folder_of_declarations_is_drawn(site, purchases):
    page = site("```{ims-machine} purchase\n```\n", f"extra:\n  ims_machines: {purchases.name}\n")
    assert "Purchase: lifecycle under H-1" in page


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("# A\n\n```{ims-machine} nothing\n```\n", "index.md, line 3: machine: nothing: is not a declared machine"),
        ("A\n```{ims-machine} gstr2b\n", "index.md, line 2: ims-machine: the block: is never closed; end it with ```"),
    ],
)
def test_what_cannot_be_drawn_ends_the_build_at_its_line(site, caplog, page, says):
    with pytest.raises(Abort):
        site(page)
    assert says in caplog.text
