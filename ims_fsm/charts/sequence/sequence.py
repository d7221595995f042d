"""Sequences written down: as a picture, and as a Mermaid diagram, which GitHub and GitLab show where it stands.

Imports the tales and what draws them; Mermaid needs no drawing program.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from ims_fsm.charts.sequence.drawing import page_of
from ims_fsm.charts.sequence.telling import SEQUENCES, Actor, Step, Tale, balance, signed, tale_of
from ims_fsm.draw.conversion import DRAWN, converted
from ims_fsm.draw.diagrams import check_formats
from ims_fsm.draw.theme import LIGHT, Theme
from ims_fsm.law.book import LawBook

__all__ = ["SEQUENCES", "sequence", "tale_of"]
# In a message Mermaid takes a semicolon for its end and a hash for a comment.
_REPLACED = str.maketrans({"#": "no. ", ";": ","})
_FOLD, _BREAK = 42, "<br/>"
_IDS = {Actor.SUPPLIER: "S", Actor.PORTAL: "P", Actor.RECIPIENT: "R"}


def sequence(book: LawBook, tale: Tale, fmt: str = "svg", theme: Theme = LIGHT) -> bytes:
    """Return a tale as svg, png or pdf, or as the mermaid text of a sequence diagram; text is UTF-8.

    The same tale gives the same bytes. Raises `InputError` for another format, and what drawing a page raises.
    """
    check_formats([fmt], (*DRAWN, "mermaid"))
    fields = book.calendar.phrases()
    if fmt == "mermaid":
        return ("\n".join(_lines(tale, fields)) + "\n").encode()
    return converted(page_of(tale, fields, theme).svg(), fmt)


def _lines(tale: Tale, fields: Mapping[str, str]) -> Iterator[str]:
    yield from ("---", f'title: "{tale.title}"', "---", "sequenceDiagram")
    yield f"    accTitle: {tale.title}"
    yield f"    accDescr: {tale.said(fields)}"
    yield "    autonumber"
    yield from (f"    participant {name} as {actor.title()}" for actor, name in _IDS.items())
    for step in tale.steps:
        yield from _step(step, fields)
    yield f"    Note over S,R: {_plain(tale.ending)}"


def _step(step: Step, fields: Mapping[str, str]) -> Iterator[str]:
    arrow = "--x" if step.refusals else "-->>" if step.source is Actor.PORTAL else "->>"
    words = _plain(f"{step.when}: {step.says} ({step.cited})")
    yield f"    {_IDS[step.source]}{arrow}{_IDS[step.target]}: {words}"
    for clause in step.refused(fields):
        yield f"    Note right of P: {_BREAK.join(textwrap.wrap(_plain(f'refused: {clause}'), _FOLD))}"
    for place, title, entry in (("left of S", "Liability", step.liability), ("right of R", "ITC", step.credit)):
        if entry:
            yield f"    Note {place}: {title} {signed(entry.amount)}{_BREAK}total {balance(entry.total)}"


def _plain(words: str) -> str:
    return words.translate(_REPLACED)
