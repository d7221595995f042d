"""The legend of a machine: what each trigger is and who does it, and the numbered notes with their citations.

Imports the picture and its words; runs no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ims_fsm.draw.citation import cite, cite_all, worded
from ims_fsm.draw.columns import Block, Entry
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.links import Links
from ims_fsm.draw.palette import strokes
from ims_fsm.draw.picture import Picture

MOVES, REFUSES = "What moves it", "What may refuse it"


def blocks(picture: Picture, links: Links | None = None) -> Iterator[Block]:
    """Give the legend of a picture: the triggers whole, then each reason by itself."""
    yield triggers(picture)
    heading = REFUSES
    for note in picture.notes:
        told = dict.fromkeys((reason.rule, reason.says) for reason in note.reasons)
        href = links.note(picture, note.number) if links else ""
        sentences = shortened([says for _, says in told])
        for at, ((rule, _), says) in enumerate(zip(told, sentences, strict=True)):
            yield Block((Entry(str(note.number), cite(rule), says, leads=not at, href=href),), heading)
            heading = ""


def triggers(picture: Picture) -> Block:
    """Return what moves a machine, with the stroke of whoever does it."""
    drawn = strokes(picture.actors)
    told = ", ".join(f"{stroke}: the {actor}" for actor, stroke in drawn.items())
    crossed = f", {CROSS}: always refused" if any(arrow.never for arrow in picture.arrows) else ""
    entries = (
        Entry(
            "",
            worded(key.trigger.name),
            f"{key.trigger.says} ({unbroken(cite_all(key.rules))})",
            drawn[key.trigger.actor],
        )
        for key in picture.keys
    )
    return Block(tuple(entries), MOVES, told + crossed)


def shortened(sentences: Sequence[str]) -> list[str]:
    """Return sentences of which each leaves out the clause that it shares with the first, as ditto marks do.

    >>> shortened(["It is late, so it is barred", "It is lost, so it is barred", "It is barred"])
    ['It is late, so it is barred', 'It is lost, …', 'It is barred']
    """
    _, comma, clause = sentences[0].rpartition(", ") if sentences else ("", "", "")
    ending = comma + clause
    rest = (f"{one.removesuffix(ending)}, …" if comma and one.endswith(ending) else one for one in sentences[1:])
    return [*sentences[:1], *rest]


def unbroken(words: str) -> str:
    """Return words that no line is broken between."""
    return words.replace(" ", "\N{NO-BREAK SPACE}")
