"""The contents of the HTML file: its pages by group, the questions of the FAQ by number, and the search.

Imports the blocks and the standard library's escaping.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ims_fsm.pages.anchors import FAQ
from ims_fsm.pages.blocks import Page

_SEARCH = """\
<form class="search" role="search" hidden>
<label for="words">Search</label>
<input id="words" type="search" autocomplete="off" placeholder="pending credit note">
<output aria-live="polite"></output>
</form>"""


def navigation(pages: Sequence[Page]) -> str:
    """Return the contents; the search is shown by the script, for nothing can be searched without it."""
    groups: dict[str, list[Page]] = {}
    for page in pages:
        groups.setdefault(page.group, []).append(page)
    inner = "\n".join(part for group, listed in groups.items() for part in _group(group, listed))
    return (
        f'<header class="contents">\n{_SEARCH}\n<details open>\n<summary>Contents</summary>\n'
        f'<nav aria-label="Contents">\n{inner}\n</nav>\n</details>\n</header>'
    )


def _group(group: str, pages: Sequence[Page]) -> Iterator[str]:
    if group:
        yield f"<p>{escape(group)}</p>"
    items = "".join(f'<li><a href="#{escape(page.name)}">{escape(page.label)}</a></li>' for page in pages)
    yield f"<ul>{items}</ul>"
    for page in pages:
        if page.name == FAQ:
            yield _numbers(page)


def _numbers(page: Page) -> str:
    """Return the sections of a page as a row of their numbers, each named for who cannot see the page."""
    links = []
    for section in page.sections:
        number, named = escape(section.title.partition(".")[0]), escape(section.title)
        links.append(f'<li><a href="#{escape(section.anchor)}" title="{named}">{number}</a></li>')
    return f'<ol class="numbers" aria-label="The questions by number">{"".join(links)}</ol>'
