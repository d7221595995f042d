"""A sheet as a Mermaid state diagram, which GitHub and GitLab show where it stands in a text.

Imports the sheet and its words; needs no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.draw.legend import Block, Entry
from ims_fsm.draw.measure import balanced
from ims_fsm.draw.picture import ANY, Arrow, Card, Label, Picture
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.sign import state_sign
from ims_fsm.law.declaration import ENTRY

# The id of what stands for every open state; no declared state can have it: their names begin with a small letter.
OPEN = "Open"
# The same for the frame of the machine, and for the boxes below it that hold the legend.
MACHINE, LEGEND = "Machine", "Legend"
# Mermaid breaks words at 200 pixels, and paints a frame, unless it is told otherwise.
SETTINGS = (
    '%%{init: {"flowchart": {"wrappingWidth": 1000}, '
    '"themeVariables": {"compositeBackground": "transparent", "compositeTitleBackground": "transparent"}}}%%'
)
# How long a line of the legend is, in the points that words are measured in: some 100 letters.
LEGEND_WIDTH = 330
_INDENT = "\N{EM SPACE}"
_WORDS = frozenset({"as", "class", "click", "default", "direction", "end", "note", "state", "style"})
_RAISED = str.maketrans("0123456789 ", "⁰¹²³⁴⁵⁶⁷⁸⁹\N{NO-BREAK SPACE}")


def mermaid_of(drawing: Picture | Sheet) -> str:
    """Return the Mermaid text of a sheet, or of a picture in the light theme; the same sheet gives the same bytes.

    Mermaid draws every arrow of a state diagram alike, so its label says who acts where it is not the recipient.
    The numbers are those of the notes, which stand in boxes below the machine: what is not connected is drawn there.
    """
    return "\n".join(_lines(Sheet(drawing) if isinstance(drawing, Picture) else drawing)) + "\n"


def _lines(sheet: Sheet) -> Iterator[str]:
    titled = " · ".join([sheet.wording.caption, *sheet.wording.below])
    yield from ("---", f"title: {_quoted(titled)}", "---")
    yield from (SETTINGS,) if sheet.numbered else ()
    yield "stateDiagram-v2"
    yield f"    accTitle: {sheet.wording.title}"
    yield f"    accDescr: {sheet.wording.said}"
    yield "    direction LR"
    # Without the frame the boxes would stand among the states.
    yield from (
        (f"    state {_quoted(sheet.picture.title)} as {MACHINE} {{", "    direction LR") if sheet.numbered else ()
    )
    yield from _states(sheet)
    yield from _arrows(sheet)
    yield from ("    }",) if sheet.numbered else ()
    yield from _looks(sheet)
    yield from _legend(sheet) if sheet.numbered else ()


def _states(sheet: Sheet) -> Iterator[str]:
    picture = sheet.picture
    for card in picture.cards:
        yield f"    state {_quoted(_written(sheet, card))} as {_id(card.name)}"
    if picture.frame:
        titles = ",<br/>".join(_titled(picture.card(state)) for state in picture.frame)
        any_of = picture.language.said("any of")
        yield f"    state {_quoted(f'{any_of}<br/>{titles}')} as {OPEN}"


def _written(sheet: Sheet, card: Card) -> str:
    look, notes = sheet.card_look(card), sheet.card_notes(card) if sheet.numbered else ""
    kept = "".join(
        f"<br/>↻ {sheet.picture.named(label.trigger)}{_numbers(sheet.kept(card, label) if sheet.numbered else '')}"
        for label in card.keeps
    )
    badge = f"<br/>[{look.badge}]" if look.badge else ""
    return _titled(card) + _numbers(notes) + badge + kept


def _titled(card: Card) -> str:
    """Return the title of a state behind its sign."""
    return f"{state_sign(card.state)} {card.state.title}"


def _arrows(sheet: Sheet) -> Iterator[str]:
    picture = sheet.picture
    if picture.initial in picture.frame:
        yield f"    {_id(picture.initial)} --> {OPEN}"
    for arrow in picture.arrows:
        yield f"    {_id(arrow.tail)} --> {_id(arrow.head)}{_label(sheet, arrow)}"
    yield from (f"    {_id(card.name)} --> {ENTRY}" for card in picture.cards if card.state.terminal)


def _id(state: str) -> str:
    # Mermaid takes some names for its own words; none of those ends in an underscore.
    return OPEN if state == ANY else f"{state}_" if state in _WORDS else state


def _quoted(words: str) -> str:
    return '"' + words.replace('"', "'") + '"'


def _label(sheet: Sheet, arrow: Arrow) -> str:
    if not arrow.labels:
        return ""
    picture = sheet.picture
    who = "" if arrow.actor == "recipient" else f" ({picture.language.said(arrow.actor)})"
    return " : " + ", ".join(_trigger(sheet, arrow, label) for label in arrow.labels) + who


def _trigger(sheet: Sheet, arrow: Arrow, label: Label) -> str:
    look = sheet.label_look(arrow, label)
    before = f"{look.sign} " if look.sign else ""
    steps = f" [{', '.join(look.badges)}]" if look.badges else ""
    return before + sheet.picture.named(label.trigger) + _numbers(look.aside if sheet.numbered else "") + steps


def _numbers(words: str) -> str:
    """Return the numbers of notes raised; anything else that stands beside a trigger in brackets."""
    if not words:
        return ""
    return f" {words}".translate(_RAISED) if words.replace(" ", "").isdigit() else f" [{words}]"


def _looks(sheet: Sheet) -> Iterator[str]:
    palette = sheet.palette
    for card in sheet.picture.cards:
        look = sheet.card_look(card)
        line = "stroke-width:3px" if card.state.terminal or look.halo else "stroke-width:1px"
        line += ",stroke-dasharray:4" if look.dashed else ""
        colours = f"fill:{look.paint.fill},stroke:{look.paint.line},color:{look.paint.line}"
        yield from _look(_id(card.name), f"{colours},{line}")
    if sheet.picture.frame:
        dashed = f"fill:{palette.frame.fill},stroke:{palette.frame.line},color:{palette.aside},stroke-dasharray:4"
        yield from _look(OPEN, dashed)


def _look(name: str, look: str) -> Iterator[str]:
    yield f"    classDef {name}_look {look}"
    yield f"    class {name} {name}_look"


def _legend(sheet: Sheet) -> Iterator[str]:
    boxes: list[list[str]] = []
    for block in sheet.legend():
        if block.heading or not boxes:
            boxes.append([])
        boxes[-1] += _printed(block)
    palette = sheet.palette
    look = f"fill:{palette.frame.fill},stroke:{palette.frame.line},color:{palette.aside},text-align:left"
    for number, lines in enumerate(boxes, 1):
        yield f"    state {_quoted('<br/>'.join(lines))} as {LEGEND}{number}"
        yield from _look(f"{LEGEND}{number}", look)


def _printed(block: Block) -> Iterator[str]:
    if block.heading:
        yield f"<b>{block.heading}</b>{f' ({block.aside})' if block.aside else ''}"
    for entry in block.entries:
        first, *more = balanced(f"{entry.name}: {entry.says}" if entry.name else entry.says, LEGEND_WIDTH)
        yield _marked(entry) + first
        yield from (f"{_INDENT}{line}" for line in more)


def _marked(entry: Entry) -> str:
    """Return the mark before an entry that begins a group; what follows in the group stands below its words."""
    if not entry.mark:
        return ""
    return f"{entry.mark}\N{EN SPACE}" if entry.leads else _INDENT
