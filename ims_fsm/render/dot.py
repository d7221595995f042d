"""A picture in DOT, Graphviz's language, built with the graphviz package; no program is run.

Imports the picture, what is written in it and its colours; graphviz itself only when something is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ims_fsm.law.declaration import ENTRY
from ims_fsm.render.frame import FRAME, framed, inner_states, leaving
from ims_fsm.render.hypertext import label
from ims_fsm.render.labels import arrow_label, card_height, card_label, title_label
from ims_fsm.render.legend import legend
from ims_fsm.render.palette import LIGHT, Palette, paint, strokes
from ims_fsm.render.picture import ANY, Arrow, Card, Picture

if TYPE_CHECKING:
    from graphviz import Digraph

FONT = "Helvetica,Arial,sans-serif"
_PAGE = "cluster_page"
# Points between two nodes, one below the other; the unseen edge that orders two cards takes as much again.
_GAP = 14


def dot_of(picture: Picture, palette: Palette = LIGHT) -> str:
    """Return the DOT of a picture; the same picture gives the same bytes.

    Nodes bear the names of states, `[*]` is the entry and `[any]` the bar. The class of an edge names its actor
    and its triggers, that of a node the triggers that keep it: the machine can be read back from it.
    """
    from graphviz import Digraph  # noqa: PLC0415 - looking at the law must not load a drawing package

    graph = Digraph(picture.name)
    _defaults(graph, picture, palette)
    with graph.subgraph(name=_PAGE) as page:
        page.attr(label=label(legend(picture, palette)), labelloc="b", labeljust="l", peripheries="0", margin="0")
        _nodes(page, picture, palette)
    for arrow in picture.arrows:
        _edge(graph, picture, arrow, palette)
    return str(graph.source)


def card_id(picture: Picture, state: str) -> str:
    """Return the id of a state's card in the SVG of a picture, unlike that of any other picture."""
    return f"{picture.name}-{state}"


def arrow_id(picture: Picture, arrow: Arrow) -> str:
    """Return the id of an arrow in the SVG of a picture, unlike that of any other picture."""
    tail = {ENTRY: "Entry", ANY: "Any"}.get(arrow.tail, arrow.tail)
    return "-".join((picture.name, tail, arrow.head, *(each.trigger for each in arrow.labels)))


def _defaults(graph: Digraph, picture: Picture, palette: Palette) -> None:
    graph.attr(
        "graph",
        rankdir="LR", compound="true", nodesep=f"{_GAP / 72:.3f}", ranksep="0.42", pad="0.25",
        bgcolor=palette.paper, fontname=FONT,
        label=label(title_label(picture, palette)), labelloc="t", labeljust="l",
    )  # fmt: skip
    graph.attr(
        "node",
        shape="box", style="rounded,filled", margin="0.12,0.08", penwidth="1.4",
        fontname=FONT, fontcolor=palette.ink,
    )  # fmt: skip
    graph.attr("edge", arrowsize="0.7", fontname=FONT, fontcolor=palette.ink)


def _nodes(page: Digraph, picture: Picture, palette: Palette) -> None:
    page.node(ENTRY, label="", shape="circle", width="0.17", fixedsize="true", color=palette.ink, fillcolor=palette.ink)
    if picture.frame:
        with page.subgraph(name=FRAME) as frame:
            for state in picture.frame:
                _node(frame, picture, picture.card(state), palette)
            framed(frame, picture, palette, card_height(picture) + 2 * _GAP)
            _column(frame, inner_states(picture))
    for card in picture.cards:
        if card.name not in picture.frame:
            _node(page, picture, card, palette)
    _column(page, [card.name for card in picture.cards if card.state.terminal])


def _column(graph: Digraph, states: Sequence[str]) -> None:
    """Put states below one another, in order."""
    with graph.subgraph() as column:
        column.attr(rank="same")
        for above, below in pairwise(states):
            column.edge(above, below, style="invis")


def _node(graph: Digraph, picture: Picture, card: Card, palette: Palette) -> None:
    colours = paint(card.state) if card.reached else palette.never
    attributes = {
        "label": label(card_label(card, palette)),
        "height": f"{card_height(picture) / 72:.3f}",
        "id": card_id(picture, card.name),
        "class": " ".join(["state", *(f"keeps-{kept.trigger}" for kept in card.keeps)]),
        "color": colours.line,
        "fillcolor": colours.fill,
        "peripheries": "2" if card.state.terminal else "1",
        "style": "rounded,filled" if card.reached else "rounded,filled,dashed",
    }
    graph.node(card.name, **attributes)


def _edge(graph: Digraph, picture: Picture, arrow: Arrow, palette: Palette) -> None:
    stroke = strokes(picture.actors).get(arrow.actor, "solid")
    head, tail = picture.card(arrow.head), arrow.tail
    idle = arrow.never or not (tail in {ENTRY, ANY} or picture.card(tail).reached)
    attributes = {
        "id": arrow_id(picture, arrow),
        "class": " ".join(["arrow", *([arrow.actor] if arrow.actor else []), *(each.trigger for each in arrow.labels)]),
        "style": stroke,
        "penwidth": {"dotted": "1.7", "bold": "2"}.get(stroke, "1.2"),
        "color": palette.never.line if idle else paint(head.state).line,
        "label": label(arrow_label(arrow, palette)) if arrow.labels else "",
        "arrowhead": "tee" if arrow.never else "normal",
    }
    if head.state.terminal and not picture.frame:
        attributes["weight"] = "8"
    tail, more = leaving(picture, arrow) if tail == ANY else (tail, {})
    graph.edge(tail, arrow.head, **attributes, **more)
