"""A record's path in words: a table of its steps, the ways open now and what closes the others.

Imports the picture and the highlight; runs no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.draw.citation import cite, cite_all, worded
from ims_fsm.draw.description import CROSS
from ims_fsm.draw.legend import Block, Entry
from ims_fsm.draw.palette import strokes
from ims_fsm.draw.path.highlight import Barrier, Highlight, Step
from ims_fsm.draw.picture import Picture

STEPS, WAYS, BARRIERS = "The steps it took", "What may happen next", "What may not happen now"


def blocks(picture: Picture, highlight: Highlight) -> Iterator[Block]:
    """Give the steps, the ways and the barriers of a record."""
    steps = tuple(Entry(step.mark, step.when, _step(picture, step)) for step in highlight.steps)
    yield Block(steps, STEPS, "" if steps else "None: nothing has moved it.")
    yield from _ways(picture, highlight)
    heading = BARRIERS
    for triggers, reasons in _alike(highlight.barriers):
        for at, (rule, says) in enumerate(reasons):
            named = ", ".join(map(worded, triggers)) if not at else ""
            yield Block((Entry("" if at else CROSS, named, f"{says} ({cite(rule)})"),), heading)
            heading = ""


def told(picture: Picture, highlight: Highlight) -> str:
    """Return the path, the ways and the barriers in sentences."""
    sentences = [f"{highlight.heading}: {highlight.subheading}. It stands in {_title(picture, highlight.state)}."]
    sentences += [f"{step.when}: {_step(picture, step)}." for step in highlight.steps]
    sentences += [f"{worded(way.trigger)} leads to {_title(picture, way.dest)}." for way in highlight.ways]
    for triggers, reasons in _alike(highlight.barriers):
        why = "; ".join(f"{says} ({cite(rule)})" for rule, says in reasons)
        sentences.append(f"Not now {' or '.join(map(worded, triggers))}: {why}.")
    return " ".join(sentences)


def _ways(picture: Picture, highlight: Highlight) -> Iterator[Block]:
    actors = {key.trigger.name: key.trigger.actor for key in picture.keys}
    drawn = strokes(picture.actors)
    entries = tuple(
        Entry(
            "",
            worded(way.trigger),
            f"leads to {_title(picture, way.dest)}, by the {actors[way.trigger]} ({cite_all(way.rules)})",
            drawn[actors[way.trigger]],
        )
        for way in highlight.ways
    )
    yield Block(entries, WAYS, "" if entries else "Nothing: it is decided for good.")


def _step(picture: Picture, step: Step) -> str:
    if step.number is None:
        return f"{worded(step.trigger)}, by {step.actor}: begins in {_title(picture, step.dest)}"
    return f"{worded(step.trigger)}, by {step.actor}: {_title(picture, step.source)} → {_title(picture, step.dest)}"


def _title(picture: Picture, state: str) -> str:
    return picture.card(state).state.title


def _alike(barriers: tuple[Barrier, ...]) -> list[tuple[list[str], tuple[tuple[str, str], ...]]]:
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for barrier in barriers:
        groups.setdefault(barrier.reasons, []).append(barrier.trigger)
    return [(triggers, reasons) for reasons, triggers in groups.items()]
