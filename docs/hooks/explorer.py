"""A hook of the site: the explorer of the law is made as the site is built, and each machine's page leads to it.

Imports MkDocs and the pages of ims_fsm. A builder that knows no hooks has no explorer.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from ims_fsm.law.loading import shipped_law
from ims_fsm.pages.explorer import EXPLORER_FILE, explorer_file

BACK = '<p><a href="index.html">ims_fsm: the documentation</a></p>'


@cache
def explorer() -> str:
    """Return the explorer with a way back to the site."""
    before, header, after = explorer_file(shipped_law()).partition("<header>")
    if not header:
        raise PluginError("The explorer has no <header>, in which the way back to the site would stand")
    return f"{before}{header}\n{BACK}{after}"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the explorer to the site."""
    files.append(File.generated(config, EXPLORER_FILE, content=explorer()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Have a machine's page lead to its situations, below its title."""
    del config, files
    place = PurePosixPath(page.file.src_uri)
    if place.parent.name != "lifecycle" or place.stem not in shipped_law().machines:
        return markdown
    before, title, after = markdown.partition("\n# ")
    heading, _, rest = after.partition("\n")
    asked = f"[Ask it yourself in the law explorer](../{EXPLORER_FILE}#machine={place.stem})"
    return (
        f"{before}{title}{heading}\n\n{asked}: choose a state and the facts, and see what is refused and why.\n{rest}"
    )
