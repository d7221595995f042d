"""A sheet in DOT, Graphviz's language, built with the graphviz package; no program is run.

Imports the sheet and what is written in it; graphviz itself only when something is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ims_fsm.draw import measure
from ims_fsm.draw.columns import columns
from ims_fsm.draw.frame import FRAME, framed, inner_states, leaving
from ims_fsm.draw.hypertext import label
from ims_fsm.draw.labels import arrow_label, card_height, card_label, title_label
from ims_fsm.draw.links import arrow_id, card_id
from ims_fsm.draw.palette import strokes
from ims_fsm.draw.picture import ANY, Arrow, Card, Picture
from ims_fsm.draw.sheet import Sheet
from ims_fsm.law.declaration import ENTRY

if TYPE_CHECKING:
    from graphviz import Digraph

FONT = "Helvetica,Arial,sans-serif"
_PAGE = "cluster_page"
_PENS = {"dotted": 1.5, "bold": 1.9}


def dot_of(shown: Picture | Sheet) -> str:
    """Return the DOT of a sheet, or of a picture in the light theme; the same sheet gives the same bytes.

    Nodes bear the names of states, `[*]` is the entry and `[any]` the bar. The class of an edge names its actor
    and its triggers, that of a node the triggers that keep it: the machine can be read back from it.
    """
    from graphviz import Digraph  # noqa: PLC0415 - looking at the law must not load a drawing package

    sheet = Sheet(shown) if isinstance(shown, Picture) else shown
    graph = Digraph(sheet.name)
    _defaults(graph, sheet)
    with graph.subgraph(name=_PAGE) as page:
        below = columns([*sheet.legend()], sheet.palette)
        page.attr(label=label(below), labelloc="b", labeljust="l", peripheries="0", margin="0")
        _nodes(page, sheet)
    for arrow in sheet.picture.arrows:
        _edge(graph, sheet, arrow)
    return str(graph.source)


def _defaults(graph: Digraph, sheet: Sheet) -> None:
    graph.attr(
        "graph",
        rankdir="LR", margin="0", compound="true", pad=_inches(measure.MARGIN),
        nodesep=_inches(measure.GAP), ranksep=_inches(measure.RANK),
        bgcolor=sheet.palette.paper, fontname=FONT, size=f"{measure.COLUMN / 72:.3f},100",
        label=label(title_label(sheet)), labelloc="t", labeljust="l",
    )  # fmt: skip
    graph.attr(
        "node",
        shape="box", style="rounded,filled", margin="0.04,0.04", penwidth=f"{1.1 * sheet.theme.pen:g}",
        fontname=FONT, fontcolor=sheet.palette.ink,
    )  # fmt: skip
    graph.attr("edge", arrowsize="0.55", fontname=FONT, fontcolor=sheet.palette.ink)


def _nodes(page: Digraph, sheet: Sheet) -> None:
    picture, ink = sheet.picture, sheet.palette.ink
    page.node(ENTRY, label="", shape="circle", width="0.12", fixedsize="true", color=ink, fillcolor=ink)
    if picture.frame:
        with page.subgraph(name=FRAME) as frame:
            for state in picture.frame:
                _node(frame, sheet, picture.card(state))
            framed(frame, sheet, card_height(picture) + 2 * measure.GAP)
            _column(frame, inner_states(picture))
    for card in picture.cards:
        if card.name not in picture.frame:
            _node(page, sheet, card)
    _column(page, [card.name for card in picture.cards if card.state.terminal])


def _column(graph: Digraph, states: Sequence[str]) -> None:
    """Put states below one another, in order."""
    with graph.subgraph() as column:
        column.attr(rank="same")
        for above, below in pairwise(states):
            column.edge(above, below, style="invis")


def _node(graph: Digraph, sheet: Sheet, card: Card) -> None:
    look = sheet.card_look(card)
    attributes = {
        "label": label(card_label(sheet, card, look)),
        "height": _inches(card_height(sheet.picture)),
        "id": sheet.own(card_id(sheet.picture, card.name)),
        "class": " ".join(["state", *(f"keeps-{kept.trigger}" for kept in card.keeps)]),
        "color": look.paint.line,
        "fillcolor": look.paint.fill,
        "peripheries": "2" if card.state.terminal else "1",
        "style": "rounded,filled,dashed" if look.dashed else "rounded,filled",
    }
    if look.halo:
        attributes |= {
            "penwidth": "0",
            "fillcolor": f"{look.paint.line}55",
            "peripheries": "1",
            "margin": "0.045,0.045",
        }
    if sheet.links:
        attributes |= _leading(sheet.links.state(sheet.picture, card.name), sheet.card_said(card))
    graph.node(card.name, **attributes)


def _edge(graph: Digraph, sheet: Sheet, arrow: Arrow) -> None:
    picture, look = sheet.picture, sheet.arrow_look(arrow)
    stroke = look.stroke or strokes(picture.actors).get(arrow.actor, "solid")
    attributes = {
        "id": sheet.own(arrow_id(picture, arrow)),
        "class": " ".join(["arrow", *([arrow.actor] if arrow.actor else []), *(each.trigger for each in arrow.labels)]),
        "style": stroke,
        "penwidth": f"{_PENS.get(stroke, 1.0) * look.pen * sheet.theme.pen:g}",
        "color": look.color,
        "label": label(arrow_label(sheet, arrow)) if arrow.labels else "",
        "arrowhead": "tee" if look.barred else "normal",
    }
    if picture.card(arrow.head).state.terminal and not picture.frame:
        attributes["weight"] = "8"
    if sheet.links and arrow.labels:
        attributes |= _leading(sheet.links.arrow(picture, arrow), sheet.arrow_said(arrow))
    tail, more = leaving(picture, arrow) if arrow.tail == ANY else (arrow.tail, {})
    graph.edge(tail, arrow.head, **attributes, **more)


def _leading(address: str, says: str) -> dict[str, str]:
    # Shown inside a page the picture is a frame of its own: the link leads the page itself.
    return {"href": address, "tooltip": says, "labeltooltip": says, "target": "_top"}


def _inches(points: float) -> str:
    return f"{points / 72:.3f}"
