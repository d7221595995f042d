"""A hook of the site: a picture that has a dark sister follows the reader's choice on the site, not the system's alone.

Imports MkDocs alone. In Markdown it is `<picture>`, which GitHub shows too; the theme tells the two by their addresses.
"""

from __future__ import annotations

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_PICTURE = re.compile(
    r'<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="(?P<dark>[^"]+)"\s*/?>\s*'
    r'<img (?P<before>[^>]*?)src="(?P<light>[^"]+)"(?P<after>[^>]*)>\s*</picture>'
)


def on_page_content(text: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Show the light picture on a light page and the dark one on a dark page."""
    del page, config, files
    return _PICTURE.sub(
        lambda of: "".join(
            f'<img {of["before"]}src="{of[shade]}#only-{shade}"{of["after"]}>' for shade in ("light", "dark")
        ),
        text,
    )
