"""Finishes what Graphviz draws as SVG: title and description for screen readers, words on hover, its DOT's digest.

Imports the picture and its words; parses no more of the SVG than Graphviz's own fixed form.
"""

from __future__ import annotations

import hashlib
import html
import re

from ims_fsm.render.description import arrow_said, card_said, described, title
from ims_fsm.render.dot import arrow_id, card_id
from ims_fsm.render.picture import Picture

_ROOT = re.compile(r"<svg\b([^>]*)>")
_DIGEST = re.compile(r'\bdata-dot-sha256="([0-9a-f]{64})"')
_PREAMBLE = re.compile(r"<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*", re.DOTALL)
_GROUP_TITLE = re.compile(r'(<g id="([^"]*)" class="[^"]*">)\s*<title>[^<]*</title>')


def digest(dot: str) -> str:
    """Return the SHA-256 of a DOT text, 64 hex digits: an SVG carries that of the DOT it was drawn from."""
    return hashlib.sha256(dot.encode()).hexdigest()


def digest_in(svg: str) -> str | None:
    """Return the digest that an SVG carries; nothing where it carries none."""
    found = _DIGEST.search(svg)
    return found[1] if found else None


def finished(svg: bytes, picture: Picture, dot: str) -> bytes:
    """Return an SVG of Graphviz made fit to be published: its text stays text.

    It says what it is to those who cannot see it; a state or arrow says its sentence on hover; it carries the digest
    of its DOT, by which a stale one is found, whatever version of Graphviz drew it.
    """
    said = {card_id(picture, card.name): card_said(card) for card in picture.cards}
    said |= {arrow_id(picture, arrow): arrow_said(picture, arrow) for arrow in picture.arrows}
    text = _PREAMBLE.sub("", svg.decode())
    text = _GROUP_TITLE.sub(lambda found: found[1] + _title(said.get(html.unescape(found[2]), "")), text)
    return _ROOT.sub(lambda found: _opening(found[1], picture, dot), text, count=1).encode()


def _title(words: str) -> str:
    return f"\n<title>{html.escape(words)}</title>" if words else ""


def _opening(attributes: str, picture: Picture, dot: str) -> str:
    own = " ".join(attributes.split())
    named = f"{picture.name}-title", f"{picture.name}-description"
    return (
        f'<svg {own} role="img" aria-labelledby="{" ".join(named)}" data-dot-sha256="{digest(dot)}">\n'
        f'<title id="{named[0]}">{html.escape(title(picture))}</title>\n'
        f'<desc id="{named[1]}">{html.escape(described(picture))}</desc>'
    )
