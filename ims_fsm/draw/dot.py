"""A sheet in DOT, Graphviz's language; no program is run.

Every node and label has a size of our own, so that Graphviz puts everything in the same place whatever fonts it finds.
Imports the sheet and what is written in it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from ims_fsm.draw import measure
from ims_fsm.draw.labels import BARS_SAY, FRAME_SAYS, Words, arrow_lines, card_lines, card_size, extent
from ims_fsm.draw.links import arrow_id, card_id
from ims_fsm.draw.measure import FAMILY, folded
from ims_fsm.draw.palette import PENS, strokes
from ims_fsm.draw.picture import ANY, Arrow, Card, Picture
from ims_fsm.draw.sheet import Sheet
from ims_fsm.law.declaration import ENTRY

FRAME = "cluster_frame"
# How far apart Graphviz draws the lines of a double border.
DOUBLE = 4
# The bar inside the frame, to which the states lead whose shared arrows leave the frame.
LEAVING = "[all]"
_BEGIN, _END = "begin", "end"
_PLAIN = re.compile(r"[a-zA-Z_]\w*|\d+(\.\d+)?")
_WORDS = frozenset({"node", "edge", "graph", "digraph", "subgraph", "strict"})
_CELLS = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'


def dot_of(drawing: Picture | Sheet) -> str:
    """Return the DOT of a sheet, or of a picture in the light theme; the same sheet gives the same bytes.

    Nodes bear the names of states, `[*]` is the entry, `[any]` and `[all]` are the bars of the frame. The class of an
    edge names its actor and its triggers, that of a node the triggers that keep it: the machine can be read back.
    """
    sheet = Sheet(drawing) if isinstance(drawing, Picture) else drawing
    body = ("\t" + line for line in chain(_defaults(sheet), _nodes(sheet), _edges(sheet)))
    return "\n".join((f"digraph {_quoted(sheet.name)} {{", *body, "}")) + "\n"


def _defaults(sheet: Sheet) -> Iterator[str]:
    palette = sheet.palette
    yield "graph" + _attributes(
        rankdir="LR", nodesep=_inches(measure.GAP), ranksep=_inches(measure.RANK), bgcolor=palette.paper,
        fontname=FAMILY, labelloc="b", labeljust="l", label=_legend(sheet),
    )  # fmt: skip
    yield "node" + _attributes(
        shape="box", fixedsize="true", style="rounded,filled", penwidth=f"{1.1 * sheet.theme.pen:g}",
        fontname=FAMILY, fontsize=f"{measure.TEXT}", fontcolor=palette.ink,
    )  # fmt: skip
    yield "edge" + _attributes(arrowsize="0.55", fontname=FAMILY, fontsize=f"{measure.TRIGGER}", fontcolor=palette.ink)


def _nodes(sheet: Sheet) -> Iterator[str]:
    picture, ink = sheet.picture, sheet.palette.ink
    yield _node(ENTRY, label="", shape="circle", width="0.12", height="0.12", color=ink, fillcolor=ink)
    if picture.frame:
        yield from _frame(sheet)
    size = card_size(sheet)
    yield from (_card(sheet, card, size) for card in picture.cards if card.name not in picture.frame)
    yield from _column([card.name for card in picture.cards if card.state.terminal])


def _frame(sheet: Sheet) -> Iterator[str]:
    """Give the frame round the open states, with the bars from which what they share is drawn once."""
    picture, line, size = sheet.picture, sheet.palette.frame, card_size(sheet)
    says = _fixed([Words(f"{FRAME_SAYS}: arrows of the bars start {BARS_SAY}", measure.TEXT, sheet.palette.aside)])
    look = {"style": "rounded,filled", "color": line.line, "fillcolor": line.fill}
    inner = inner_states(picture)
    tall = round((size[1] + measure.GAP) * len(inner))
    yield f"subgraph {FRAME} {{"
    yield "\t\tgraph" + _attributes(label=says, labelloc="t", labeljust="l", margin="5", peripheries="1", **look)
    yield from ("\t" + _card(sheet, picture.card(state), size) for state in picture.frame)
    shared = [arrow for arrow in picture.arrows if arrow.tail == ANY]
    left = [_port(arrow) for arrow in shared if arrow.head == picture.initial]
    right = [_port(arrow) for arrow in shared if arrow.head in inner]
    middle = (len(left) + 1) // 2
    if left or right:
        yield "\t" + _bar(ANY, [*left[:middle], _BEGIN, *left[middle:]], right or [_END], tall, line.line)
    if any(arrow.head not in picture.frame for arrow in shared):
        yield "\t" + _bar(LEAVING, inner, exits(picture), tall, line.line)
    yield from ("\t" + row for row in _column(inner))
    yield "}"


def exits(picture: Picture) -> list[str]:
    """Return the states outside the frame that its shared arrows lead to, in the order in which they stand."""
    heads = {arrow.head for arrow in picture.arrows if arrow.tail == ANY}
    return [card.name for card in picture.cards if card.name in heads and card.name not in picture.frame]


def inner_states(picture: Picture) -> list[str]:
    """Return the framed states at the right of the bar: all but the one in which a record begins."""
    return [state for state in picture.frame if state != picture.initial]


def _bar(name: str, left: Sequence[str], right: Sequence[str], tall: int, color: str) -> str:
    """Return a bar with a port for each arrow at its left and right side; `tall` in points."""
    size = f'FIXEDSIZE="TRUE" WIDTH="{measure.BAR // 2}"'
    sides = "".join(
        f"<TD><TABLE {_CELLS}>"
        + "".join(f'<TR><TD PORT="{port}" {size} HEIGHT="{tall // len(ports)}"></TD></TR>' for port in ports)
        + "</TABLE></TD>"
        for ports in (left, right)
    )
    table = f'<<TABLE {_CELLS} BGCOLOR="{color}"><TR>{sides}</TR></TABLE>>'
    return _node(name, label=table, shape="plain", style="solid", fixedsize="false")


def _column(states: Sequence[str]) -> Iterator[str]:
    """Put states below one another, in order."""
    below = "; ".join(f"{_quoted(above)} -> {_quoted(under)} [style=invis]" for above, under in pairwise(states))
    yield f"{{ rank=same; {below or '; '.join(map(_quoted, states))} }}"


def _card(sheet: Sheet, card: Card, size: tuple[float, float]) -> str:
    look = sheet.card_look(card)
    # Of a double border Graphviz puts the outer one outside.
    outer = 2 * DOUBLE if card.state.terminal else 0
    attributes = {
        "label": "\\n".join(line.words.replace("\\", "\\\\") for line in card_lines(sheet, card, look) if line.words),
        "width": _inches(size[0] - outer),
        "height": _inches(size[1] - outer),
        "id": sheet.part_id(card_id(sheet.picture, card.name)),
        "class": " ".join(["state", *(f"keeps-{kept.trigger}" for kept in card.keeps)]),
        "color": look.paint.line,
        "fillcolor": look.paint.fill,
        "peripheries": "2" if card.state.terminal else "1",
        "style": "rounded,filled,dashed" if look.dashed else "rounded,filled",
    }
    if sheet.links:
        attributes |= _leading(sheet.links.state(sheet.picture, card.name), sheet.card_said(card))
    return _node(card.name, **attributes)


def _edges(sheet: Sheet) -> Iterator[str]:
    picture, pale = sheet.picture, sheet.palette.frame.line
    grey = {"color": pale, "penwidth": "1.6", "arrowhead": "none"}
    shared = {arrow.head for arrow in picture.arrows if arrow.tail == ANY}
    inside, outside = shared & {*picture.frame}, bool(exits(picture))
    if picture.initial in picture.frame and inside:
        yield _edge(picture.initial, _at(ANY, _BEGIN, "w"), weight="20", **grey)
    if outside:
        led = inner_states(picture) if inside else picture.frame
        for state in led:
            bar = _at(LEAVING, state, "w") if state in inner_states(picture) else LEAVING
            yield _edge(state, bar, weight="20", **grey)
    yield from (_arrow(sheet, arrow) for arrow in picture.arrows)


def _arrow(sheet: Sheet, arrow: Arrow) -> str:
    picture, look = sheet.picture, sheet.arrow_look(arrow)
    stroke = look.stroke or strokes(picture.actors).get(arrow.actor, "solid")
    lines = [*arrow_lines(sheet, arrow)]
    attributes = {
        "id": sheet.part_id(arrow_id(picture, arrow)),
        "class": " ".join(
            ["arrow", *([arrow.actor] if arrow.actor else []), *(label.trigger for label in arrow.labels)]
        ),
        "style": stroke,
        "penwidth": f"{PENS.get(stroke, 1.0) * look.pen * sheet.theme.pen:g}",
        "color": look.color,
        "label": _fixed(lines) if lines else "",
        "arrowhead": "tee" if look.barred else "normal",
    }
    if picture.card(arrow.head).state.terminal and not picture.frame:
        attributes["weight"] = "8"
    if sheet.links and arrow.labels:
        attributes |= _leading(sheet.links.arrow(picture, arrow), sheet.arrow_said(arrow))
    return _edge(_tail(picture, arrow), arrow.head, **attributes)


def _tail(picture: Picture, arrow: Arrow) -> str:
    """Return where an arrow starts: one of the frame at the bar that stands on its way."""
    if arrow.tail != ANY:
        return arrow.tail
    if arrow.head not in picture.frame:
        return _at(LEAVING, arrow.head, "e")
    return _at(ANY, _port(arrow), "w" if arrow.head == picture.initial else "e")


def _at(bar: str, port: str, side: str) -> str:
    return f'"{bar}":"{port}":{side}'


def _port(arrow: Arrow) -> str:
    return "-".join(label.trigger for label in arrow.labels)


def _legend(sheet: Sheet) -> str:
    """Return what stands below the picture, in one column: its title, and what explains it."""
    lines = [Words(sheet.heading, measure.STATE, sheet.palette.ink, bold=True)]
    lines += [Words(words, measure.TEXT, sheet.palette.aside) for words in sheet.subheading.splitlines()]
    for block in sheet.legend() if sheet.notes else ():
        lines += [Words(words, measure.TEXT, sheet.palette.ink) for words in (block.heading, block.aside) if words]
        for entry in block.entries:
            said = f"{' '.join(part for part in (entry.mark, entry.name) if part)}: {entry.says}"
            lines += [Words(words, measure.TEXT, sheet.palette.aside) for words in folded(said, measure.WIDTH)]
    return _fixed(lines)


def _fixed(lines: Sequence[Words]) -> str:
    """Return lines as a label that is as large as we measured it, whatever font it is set in."""
    wide, tall = extent(lines)
    text = '<BR ALIGN="LEFT"/>\n'.join(
        f'<FONT POINT-SIZE="{line.size:g}" COLOR="{line.color}">'
        f"{html.escape(line.words or ' '.join(line.badges))}</FONT>"
        for line in lines
    )
    size = f'FIXEDSIZE="TRUE" WIDTH="{round(wide) + 1}" HEIGHT="{round(tall) + 4}"'
    return f"<<TABLE {_CELLS} {size}><TR><TD>{text}</TD></TR></TABLE>>"


def _leading(address: str, says: str) -> dict[str, str]:
    # Shown inside a page the picture is a frame of its own: the link leads the page itself.
    return {"href": address, "tooltip": says, "labeltooltip": says, "target": "_top"}


def _node(name: str, **attributes: str) -> str:
    return f"{_quoted(name)}{_attributes(**attributes)}"


def _edge(tail: str, head: str, **attributes: str) -> str:
    ends = (end if end.startswith('"') else _quoted(end) for end in (tail, head))
    return f"{' -> '.join(ends)}{_attributes(**attributes)}"


def _attributes(**attributes: str) -> str:
    return f" [{' '.join(f'{name}={_quoted(value)}' for name, value in attributes.items())}]"


def _quoted(words: str) -> str:
    """Return words as an id of DOT; what begins as an HTML-like label stays one."""
    if words.startswith("<<") or (_PLAIN.fullmatch(words) and words.lower() not in _WORDS):
        return words
    return '"' + words.replace('"', '\\"') + '"'


def _inches(points: float) -> str:
    return f"{points / 72:.3f}"
