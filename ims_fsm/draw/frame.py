"""The frame round the open states and the bar in it, from which what they share is drawn once.

Imports the sheet and what is written in it; is handed the graph to draw in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ims_fsm.draw.hypertext import label
from ims_fsm.draw.labels import bar_label, frame_label
from ims_fsm.draw.picture import ANY, Arrow, Picture
from ims_fsm.draw.sheet import Sheet

if TYPE_CHECKING:
    from graphviz import Digraph

FRAME = "cluster_frame"
_BEGIN, _END = "begin", "end"


def framed(frame: Digraph, sheet: Sheet, pitch: int) -> None:
    """Draw the frame's own look and its bar into the subgraph that holds the open states.

    `pitch` is the height of a card with the gap below it, in points: as much of the bar faces each state.
    """
    picture, line = sheet.picture, sheet.palette.frame
    frame.attr(
        label=label(frame_label(sheet.palette)), labelloc="t", labeljust="l", margin="3", peripheries="1",
        style="rounded,filled", color=line.line, fillcolor=line.fill,
    )  # fmt: skip
    inner = inner_states(picture)
    left = [_port(arrow) for arrow in picture.arrows if arrow.tail == ANY and arrow.head == picture.initial]
    right = [_port(arrow) for arrow in picture.arrows if arrow.tail == ANY and arrow.head in inner]
    middle = (len(left) + 1) // 2
    bar = bar_label([*left[:middle], _BEGIN, *left[middle:]], right or [_END], pitch * len(inner), sheet.palette)
    frame.node(ANY, label=label(bar), shape="plain", style="solid")
    if picture.initial in picture.frame:
        look = {"color": line.line, "penwidth": "1.6", "arrowhead": "none", "weight": "20", "class": "bar"}
        frame.edge(picture.initial, f"{ANY}:{_BEGIN}:w", **look)


def inner_states(picture: Picture) -> list[str]:
    """Return the framed states at the right of the bar: all but the one in which a record begins."""
    return [state for state in picture.frame if state != picture.initial]


def leaving(picture: Picture, arrow: Arrow) -> tuple[str, Mapping[str, str]]:
    """Return where an arrow of the frame starts: at the bar when it stays inside, else at the frame's edge."""
    if arrow.head in picture.frame:
        return f"{ANY}:{_port(arrow)}:{'w' if arrow.head == picture.initial else 'e'}", {}
    outside = {other.head for other in picture.arrows if other.tail == ANY} - {*picture.frame}
    exits = [card.name for card in picture.cards if card.name in outside]
    inner = inner_states(picture)
    return inner[min(exits.index(arrow.head), len(inner) - 1)], {"ltail": FRAME}


def _port(arrow: Arrow) -> str:
    return "-".join(each.trigger for each in arrow.labels)
