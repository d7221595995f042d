"""A picture made fit to stand inside a page of HTML: without prolog and size, its ids its own.

Imports nothing of the package; parses no more of the SVG than the drawing rooms' fixed form.
"""

from __future__ import annotations

import re

_PROLOG = re.compile(r"<\?xml[^>]*\?>\s*")
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'\s(?:width|height)="[^"]*"')
# What Graphviz numbers by itself is numbered alike in every picture, and nothing refers to it.
_NUMBERED = re.compile(r'\sid="(?:a_)?(?:graph|clust|node|edge)\d+(?:-label)?"')
# A link out of a picture in a file leads the page around it; inside the page it needs no telling.
_TARGET = re.compile(r'\starget="_top"')


def inlined(svg: str) -> str:
    """Return an SVG to stand in a page.

    >>> inlined('<?xml version="1.0"?><svg width="9pt" height="8pt" viewBox="0 0 9 8"><g id="node1"/></svg>')
    '<svg viewBox="0 0 9 8"><g/></svg>'
    """
    text = _TARGET.sub("", _NUMBERED.sub("", _PROLOG.sub("", svg)))
    return _ROOT.sub(lambda root: _SIZE.sub("", root[0]), text, count=1).strip()
