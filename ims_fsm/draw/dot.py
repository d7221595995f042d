"""A sheet in DOT, Graphviz's language, built with the package graphviz; no program is run.

Every node and label has a size of our own, so that Graphviz puts everything in the same place whatever fonts it finds.
Imports the sheet and what is written in it; graphviz itself only when something is drawn.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ims_fsm.draw import measure
from ims_fsm.draw.labels import BARS_SAY, FRAME_SAYS, Words, arrow_lines, card_lines, card_size, extent, gap
from ims_fsm.draw.measure import FAMILY, folded
from ims_fsm.draw.picture import ANY, Arrow, Card, Picture
from ims_fsm.draw.sheet import Part, Sheet
from ims_fsm.law.declaration import ENTRY

if TYPE_CHECKING:
    from graphviz import Digraph

FRAME = "cluster_frame"
# How far apart Graphviz draws the lines of a double border.
DOUBLE = 4
# The bar inside the frame, to which the states lead whose shared arrows leave the frame.
LEAVING = "[all]"
# How much wider than its words a label is that stands beside a line.
BESIDE = 8
_BEGIN, _END = "begin", "end"
_CELLS = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'


def dot_of(drawing: Picture | Sheet) -> str:
    """Return the DOT of a sheet, or of a picture in the light theme; the same sheet gives the same bytes.

    Nodes bear the names of states, `[*]` is the entry, `[any]` and `[all]` are the bars of the frame. The class of an
    edge names its actor and its triggers, that of a node the triggers that keep it: the machine can be read back.
    """
    from graphviz import Digraph  # noqa: PLC0415 - looking at the law must not load a drawing package

    sheet = Sheet(drawing) if isinstance(drawing, Picture) else drawing
    graph = Digraph(sheet.name)
    _defaults(graph, sheet)
    _nodes(graph, sheet)
    _edges(graph, sheet)
    return str(graph.source)


def _defaults(graph: Digraph, sheet: Sheet) -> None:
    ink = sheet.palette.ink
    graph.attr(
        "graph", rankdir="TB" if sheet.turned else "LR", nodesep=_inches(gap(sheet)),
        ranksep=_inches(measure.RANK), bgcolor=sheet.palette.paper, fontname=FAMILY,
        labelloc="b", labeljust="l", label=_legend(sheet),
    )  # fmt: skip
    graph.attr(
        "node", shape="box", fixedsize="true", style="rounded,filled", penwidth=f"{1.1 * sheet.theme.pen:g}",
        fontname=FAMILY, fontsize=f"{measure.TEXT}", fontcolor=ink,
    )  # fmt: skip
    graph.attr("edge", arrowsize="0.55", fontname=FAMILY, fontsize=f"{measure.TRIGGER}", fontcolor=ink)


def _nodes(graph: Digraph, sheet: Sheet) -> None:
    picture, ink = sheet.picture, sheet.palette.ink
    if any(arrow.tail == ENTRY for arrow in picture.arrows):
        graph.node(ENTRY, "", shape="circle", width="0.12", height="0.12", color=ink, fillcolor=ink)
    size = card_size(sheet)
    if picture.frame:
        with graph.subgraph(name=FRAME) as frame:
            _frame(frame, sheet, size)
    for card in picture.cards:
        if card.name not in picture.frame:
            _card(graph, sheet, card, size)
    _column(graph, [card.name for card in picture.cards if card.state.terminal])


def _frame(frame: Digraph, sheet: Sheet, size: tuple[float, float]) -> None:
    """Write the frame round the open states, with the bars from which what they share is drawn once."""
    picture, line = sheet.picture, sheet.palette.frame
    open_states, start = map(picture.language.said, (FRAME_SAYS, BARS_SAY))
    says = _fixed([Words(f"{open_states}: arrows of the bars start {start}", measure.TEXT, sheet.palette.aside)])
    look = {"style": "rounded,filled", "color": line.line, "fillcolor": line.fill}
    frame.attr("graph", label=says, labelloc="t", labeljust="l", margin="5", peripheries="1", **look)
    for state in picture.frame:
        _card(frame, sheet, picture.card(state), size)
    inner = inner_states(picture)
    tall = round((size[1] + gap(sheet)) * len(inner))
    shared = [arrow for arrow in picture.arrows if arrow.tail == ANY]
    left = [_port(arrow) for arrow in shared if arrow.head == picture.initial]
    right = [_port(arrow) for arrow in shared if arrow.head in inner]
    middle = (len(left) + 1) // 2
    if left or right:
        _bar(frame, ANY, ([*left[:middle], _BEGIN, *left[middle:]], right or [_END]), tall, line.line)
    if outside := exits(picture):
        _bar(frame, LEAVING, (inner, outside), tall, line.line)
    _column(frame, inner)


def exits(picture: Picture) -> list[str]:
    """Return the states outside the frame that its shared arrows lead to, in the order in which they stand."""
    heads = {arrow.head for arrow in picture.arrows if arrow.tail == ANY}
    return [card.name for card in picture.cards if card.name in heads and card.name not in picture.frame]


def inner_states(picture: Picture) -> list[str]:
    """Return the framed states at the right of the bar: all but the one in which a record begins."""
    return [state for state in picture.frame if state != picture.initial]


def _bar(frame: Digraph, name: str, sides: tuple[Sequence[str], Sequence[str]], tall: int, color: str) -> None:
    """Write a bar with a port for each arrow at its left and right side; `tall` in points."""
    size = f'FIXEDSIZE="TRUE" WIDTH="{measure.BAR // 2}"'
    cells = "".join(
        f"<TD><TABLE {_CELLS}>"
        + "".join(f'<TR><TD PORT="{port}" {size} HEIGHT="{tall // len(ports)}"></TD></TR>' for port in ports)
        + "</TABLE></TD>"
        for ports in sides
    )
    table = f'<<TABLE {_CELLS} BGCOLOR="{color}"><TR>{cells}</TR></TABLE>>'
    frame.node(name, table, shape="plain", style="solid", fixedsize="false")


def _column(graph: Digraph, states: Sequence[str]) -> None:
    """Put states below one another, in order."""
    with graph.subgraph() as column:
        column.attr(rank="same")
        for above, below in pairwise(states):
            column.edge(above, below, style="invis")


def _card(graph: Digraph, sheet: Sheet, card: Card, size: tuple[float, float]) -> None:
    from graphviz import escape, nohtml  # noqa: PLC0415 - as above

    look, part = sheet.card_look(card), sheet.card_part(card)
    # Of a double border Graphviz puts the outer one outside.
    outer = 2 * DOUBLE if card.state.terminal else 0
    attributes = {
        "label": nohtml("\\n".join(escape(line.plain) for line in card_lines(sheet, card, look) if line.words)),
        "width": _inches(size[0] - outer),
        "height": _inches(size[1] - outer),
        "id": part.name,
        "class": part.kind,
        "color": look.paint.line,
        "fillcolor": look.paint.fill,
        "peripheries": "2" if card.state.terminal else "1",
        "style": "rounded,filled,dashed" if look.dashed else "rounded,filled",
    }
    graph.node(card.name, **attributes, **_leading(part))


def _edges(graph: Digraph, sheet: Sheet) -> None:
    picture = sheet.picture
    joined = {"color": sheet.palette.frame.line, "penwidth": "1.6", "arrowhead": "none", "weight": "20"}
    inside = any(arrow.tail == ANY and arrow.head in picture.frame for arrow in picture.arrows)
    inner = inner_states(picture)
    if picture.initial in picture.frame and inside:
        graph.edge(picture.initial, f"{ANY}:{_BEGIN}:w", **joined)
    if exits(picture):
        for state in inner if inside else picture.frame:
            graph.edge(state, f"{LEAVING}:{state}:w" if state in inner else LEAVING, **joined)
    for arrow in picture.arrows:
        _arrow(graph, sheet, arrow)


def _arrow(graph: Digraph, sheet: Sheet, arrow: Arrow) -> None:
    picture, look, part = sheet.picture, sheet.arrow_look(arrow), sheet.arrow_part(arrow)
    stroke, pen = sheet.stroke(arrow)
    lines = [*arrow_lines(sheet, arrow)]
    attributes = {
        "id": part.name,
        "class": part.kind,
        "style": stroke,
        "penwidth": f"{pen * sheet.theme.pen:g}",
        "color": look.color,
        # One that stands beside a line which runs down keeps away from it.
        "label": _fixed(lines, BESIDE if sheet.turned else 1) if lines else "",
        "arrowhead": "tee" if look.barred else "normal",
    }
    if picture.card(arrow.head).state.terminal and not picture.frame:
        attributes["weight"] = "8"
    graph.edge(_tail(picture, arrow), arrow.head, **attributes, **_leading(part))


def _tail(picture: Picture, arrow: Arrow) -> str:
    """Return where an arrow starts: one of the frame at the bar that stands on its way."""
    if arrow.tail != ANY:
        return arrow.tail
    if arrow.head not in picture.frame:
        return f"{LEAVING}:{arrow.head}:e"
    return f"{ANY}:{_port(arrow)}:{'w' if arrow.head == picture.initial else 'e'}"


def _port(arrow: Arrow) -> str:
    return "-".join(label.trigger for label in arrow.labels)


def _legend(sheet: Sheet) -> str:
    """Return what stands below the picture, in one column: its title, and what explains it."""
    lines = [Words(sheet.wording.heading, measure.STATE, sheet.palette.ink, bold=True)]
    lines += [Words(words, measure.TEXT, sheet.palette.aside) for words in sheet.wording.subheading.splitlines()]
    below = sheet.wording.below
    for block in sheet.legend():
        lines += [Words(words, measure.TEXT, sheet.palette.ink) for words in (block.heading, block.aside) if words]
        for entry in block.entries:
            said = f"{' '.join(part for part in (entry.mark, entry.name) if part)}: {entry.says}"
            lines += [Words(words, measure.TEXT, sheet.palette.aside) for words in folded(said, measure.WIDTH)]
    lines += [
        Words(folds, measure.TEXT, sheet.palette.aside) for says in below for folds in folded(says, measure.WIDTH)
    ]
    return _fixed(lines)


def _fixed(lines: Sequence[Words], more: int = 1) -> str:
    """Return lines as a label that is as large as we measured it, and so much wider, whatever font it is set in."""
    wide, tall = extent(lines)
    text = '<BR ALIGN="LEFT"/>\n'.join(
        f'<FONT POINT-SIZE="{line.size:g}" COLOR="{line.color}">{html.escape(line.plain)}</FONT>' for line in lines
    )
    size = f'FIXEDSIZE="TRUE" WIDTH="{round(wide) + more}" HEIGHT="{round(tall) + 4}"'
    return f"<<TABLE {_CELLS} {size}><TR><TD>{text}</TD></TR></TABLE>>"


def _leading(part: Part) -> dict[str, str]:
    """Return where a part of a picture leads, and what it says there; nothing where it leads nowhere."""
    if not part.href:
        return {}
    from graphviz import escape  # noqa: PLC0415 - as above

    # Shown inside a page the picture is a frame of its own: the link leads the page itself.
    said = escape(part.says)
    return {"href": escape(part.href), "tooltip": said, "labeltooltip": said, "target": "_top"}


def _inches(points: float) -> str:
    return f"{points / 72:.3f}"
