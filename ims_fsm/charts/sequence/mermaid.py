"""A tale as a Mermaid sequence diagram, which GitHub and GitLab show where it stands in a text.

Imports the tale and how a citation reads; needs no drawing program.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from ims_fsm.charts.paper.citing import cited
from ims_fsm.charts.sequence.story import Actor, Entry, Step, Tale, balance, signed
from ims_fsm.charts.sequence.words import day_said, ending, refusals_said, said

# In a message Mermaid takes a semicolon for its end and a hash for a comment.
_REPLACED = str.maketrans({"#": "no. ", ";": ","})
_FOLD, _BREAK = 42, "<br/>"
_IDS = {Actor.SUPPLIER: "S", Actor.PORTAL: "P", Actor.RECIPIENT: "R"}
_SIDES = (("liability", Actor.SUPPLIER, "Liability"), ("credit", Actor.RECIPIENT, "ITC"))


def mermaid_of(tale: Tale, fields: Mapping[str, str]) -> str:
    """Return the Mermaid text of a tale; `fields` fill in its refusals; the same tale gives the same bytes."""
    return "\n".join(_lines(tale, fields)) + "\n"


def _lines(tale: Tale, fields: Mapping[str, str]) -> Iterator[str]:
    yield from ("---", f'title: "{tale.title}"', "---", "sequenceDiagram")
    yield f"    accTitle: {tale.title}"
    yield f"    accDescr: {said(tale, fields)}"
    yield "    autonumber"
    yield from (f"    participant {name} as {actor.title()}" for actor, name in _IDS.items())
    for step in tale.steps:
        yield from _step(step, fields)
    yield f"    Note over S,R: {_plain(ending(tale))}"


def _step(step: Step, fields: Mapping[str, str]) -> Iterator[str]:
    arrow = "--x" if step.refusals else "-->>" if step.source is Actor.PORTAL else "->>"
    words = f"{day_said(step.day)}: {step.says} ({cited(step.rules)})"
    yield f"    {_IDS[step.source]}{arrow}{_IDS[step.target]}: {_plain(words)}"
    for sentence in refusals_said(step, fields):
        yield f"    Note right of P: {_BREAK.join(textwrap.wrap(_plain(f'refused: {sentence}'), _FOLD))}"
    for side, actor, title in _SIDES:
        entry: Entry | None = getattr(step, side)
        if entry is not None:
            place = "left of" if actor is Actor.SUPPLIER else "right of"
            yield f"    Note {place} {_IDS[actor]}: {title} {signed(entry.amount)}{_BREAK}total {balance(entry.total)}"


def _plain(words: str) -> str:
    return words.translate(_REPLACED)
