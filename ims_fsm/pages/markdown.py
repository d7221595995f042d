"""Markdown that is escaped of itself: text that is put into it shows as it is.

Imports MarkupSafe, which Jinja2 stands on; knows no page. A badge, an anchor and a link to an anchor are written in
one form for all pages; `collection` makes of it what a file of Markdown needs, `html` what the one HTML file needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

# What Markdown would take for its own; an underscore inside a word it leaves alone.
_MARKUP = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What begins a list, a heading or a rule at the beginning of a line.
_BEGINNING = re.compile(r"^(\d+)([.)])(?=\s)|^([#+-])(?=\s)")


class Md(Markup):
    """Markdown as it is written; what `format`, `join` and `+` put into it is escaped, unless it is Markdown too."""

    __slots__ = ()

    @classmethod
    def escape(cls, text: Any, /) -> Md:
        r"""Return a value as text that Markdown shows as it is.

        >>> str(Md.escape("[*] and a_b < c")), str(Md.escape("1. first"))
        ('\\[\\*\\] and a_b &lt; c', '1\\. first')
        """
        if hasattr(text, "__html__"):
            return cls(text.__html__())
        plain = re.sub("[&<>]", lambda match: _ENTITIES[match[0]], re.sub(r"\s+", " ", str(text)))
        return cls(_BEGINNING.sub(_escaped_beginning, _MARKUP.sub(r"\\\g<0>", plain)))


def _escaped_beginning(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}"


def link(text: object, anchor: str) -> Md:
    """Return words that lead to an anchor of these pages.

    >>> str(link("FAQ 1", "faq-1"))
    '[FAQ 1](#faq-1)'
    """
    return Md("[{}](#{})").format(text, Md(anchor))


def outside(text: object, address: str) -> Md:
    """Return words that lead to an address elsewhere."""
    return Md("[{}](<{}>)").format(text, Md(address))


def anchor(name: str) -> Md:
    """Return a place that links lead to."""
    return Md(f'<a id="{name}"></a>')


def code(text: str) -> Md:
    """Return a declared name or value as it is written."""
    return Md(f"`{text}`")


def strong(text: object) -> Md:
    """Return words that are stressed."""
    return Md("**{}**").format(text)


def aside(text: object) -> Md:
    """Return words said in passing, which are smaller where that can be shown; text of blanks is no words."""
    return Md("*{}*").format(str(text).strip()) if str(text).strip() else Md()


def badge(text: object, look: str) -> Md:
    """Return a word that is shown in a colour too, where there are colours; the word says it without one."""
    return Md('<b class="badge {}">{}</b>').format(Md(look.replace("_", "-")), text)


def commas(parts: Iterable[str], last: str = ", ") -> Md:
    """Return parts with commas between them; `last` stands before the last one.

    >>> str(commas(["a", "b", "c"], " or "))
    'a, b or c'
    """
    *before, end = [*parts] or [""]
    return Md("{}{}{}").format(Md(", ").join(before), last if before else "", end)
