"""Finishes what Graphviz draws as SVG: title and description for screen readers, words on hover, its DOT's digest.

Imports the sheet alone; parses no more of the SVG than Graphviz's own fixed form.
"""

from __future__ import annotations

import hashlib
import html
import re

from ims_fsm.draw.dot import FONT
from ims_fsm.draw.links import arrow_id, card_id
from ims_fsm.draw.picture import Picture
from ims_fsm.draw.sheet import Sheet

_ROOT = re.compile(r"<svg\b([^>]*)>")
_SIZE = re.compile(r'\b(width|height)="([\d.]+)pt"')
_DIGEST = re.compile(r'\bdata-dot-sha256="([0-9a-f]{64})"')
_PREAMBLE = re.compile(r"<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*", re.DOTALL)
# Said once for the whole picture, or what an SVG is read as anyhow.
_REPEATED = (f' font-family="{FONT}"', ' xml:space="preserve"', ' text-anchor="start"')
_GROUP_TITLE = re.compile(r'(<g id="([^"]*)" class="[^"]*">)\s*<title>[^<]*</title>')


def digest(dot: str) -> str:
    """Return the SHA-256 of a DOT text, 64 hex digits: an SVG carries that of the DOT it was drawn from."""
    return hashlib.sha256(dot.encode()).hexdigest()


def digest_in(svg: str) -> str | None:
    """Return the digest that an SVG carries; nothing where it carries none."""
    found = _DIGEST.search(svg)
    return found[1] if found else None


def finished(svg: bytes, shown: Picture | Sheet, dot: str) -> bytes:
    """Return an SVG of Graphviz made fit to be published: its text stays text.

    It says what it is to those who cannot see it; a state or arrow says its sentence on hover; it carries the digest
    of its DOT, by which a stale one is found, whatever version of Graphviz drew it.
    """
    sheet = Sheet(shown) if isinstance(shown, Picture) else shown
    picture = sheet.picture
    said = {sheet.own(card_id(picture, card.name)): sheet.card_said(card) for card in picture.cards}
    said |= {sheet.own(arrow_id(picture, arrow)): sheet.arrow_said(arrow) for arrow in picture.arrows}
    text = _PREAMBLE.sub("", svg.decode())
    for repeated in _REPEATED:
        text = text.replace(repeated, "")
    text = _GROUP_TITLE.sub(lambda found: found[1] + _title(said.get(html.unescape(found[2]), "")), text)
    return _ROOT.sub(lambda found: _opening(found[1], sheet, dot), text, count=1).encode()


def _title(words: str) -> str:
    return f"\n<title>{html.escape(words)}</title>" if words else ""


def _opening(attributes: str, sheet: Sheet, dot: str) -> str:
    own = " ".join(
        _SIZE.sub(lambda found: f'{found[1]}="{float(found[2]) * sheet.theme.scale:g}pt"', attributes).split()
    )
    named = f"{sheet.name}-title", f"{sheet.name}-description"
    # An image's parts cannot be reached one by one; a picture with links is a document to whoever hears it read.
    role = "graphics-document document" if sheet.links else "img"
    return (
        f'<svg {own} font-family="{FONT}" role="{role}" aria-labelledby="{named[0]}" aria-describedby="{named[1]}" '
        f'data-dot-sha256="{digest(dot)}">\n'
        f'<title id="{named[0]}">{html.escape(sheet.title)}</title>\n'
        f'<desc id="{named[1]}">{html.escape(sheet.said)}</desc>'
    )
