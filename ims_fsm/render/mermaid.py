"""A picture as a Mermaid state diagram, which GitHub and GitLab show where it stands in a text.

Imports the picture, its words and its colours; needs no drawing program.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.law.declaration import ENTRY
from ims_fsm.render.citation import cite, cite_all
from ims_fsm.render.description import CROSS, described, span, title, worded
from ims_fsm.render.palette import LIGHT, Palette, paint
from ims_fsm.render.picture import ANY, Arrow, Label, Picture

# The id of what stands for every open state; no declared state can have it: their names begin with a small letter.
OPEN = "Open"
_WORDS = frozenset({"as", "class", "click", "default", "direction", "end", "note", "state", "style"})
_RAISED = str.maketrans("0123456789 ", "⁰¹²³⁴⁵⁶⁷⁸⁹\N{NO-BREAK SPACE}")


def mermaid_of(picture: Picture, palette: Palette = LIGHT) -> str:
    """Return the Mermaid text of a picture; the same picture gives the same bytes.

    Mermaid draws every arrow of a state diagram alike, so its label says who acts where it is not the recipient.
    The numbers are those of the notes, which stand in comments at the end.
    """
    return "\n".join(_lines(picture, palette)) + "\n"


def _lines(picture: Picture, palette: Palette) -> Iterator[str]:
    yield from ("---", f"title: {_quoted(f'{picture.title}, {span(picture.rule_set)}')}", "---", "stateDiagram-v2")
    yield f"    accTitle: {title(picture)}"
    yield f"    accDescr: {described(picture)}"
    yield "    direction LR"
    yield from _states(picture)
    yield from _arrows(picture)
    yield from _looks(picture, palette)
    yield from _legend(picture)


def _states(picture: Picture) -> Iterator[str]:
    for card in picture.cards:
        kept = "".join(f"<br/>↻ {_said(each)}" for each in card.keeps)
        yield f"    state {_quoted(card.state.title + _raised(card.notes) + kept)} as {_id(card.name)}"
    if picture.frame:
        titles = ",<br/>".join(picture.card(state).state.title for state in picture.frame)
        yield f"    state {_quoted(f'any of<br/>{titles}')} as {OPEN}"


def _arrows(picture: Picture) -> Iterator[str]:
    if picture.initial in picture.frame:
        yield f"    {_id(picture.initial)} --> {OPEN}"
    for arrow in picture.arrows:
        yield f"    {_id(arrow.tail)} --> {_id(arrow.head)}{_label(arrow)}"
    yield from (f"    {_id(card.name)} --> {ENTRY}" for card in picture.cards if card.state.terminal)


def _id(state: str) -> str:
    # Mermaid takes some names for its own words; none of those ends in an underscore.
    return OPEN if state == ANY else f"{state}_" if state in _WORDS else state


def _quoted(words: str) -> str:
    return '"' + words.replace('"', "'") + '"'


def _label(arrow: Arrow) -> str:
    if not arrow.labels:
        return ""
    who = "" if arrow.actor == "recipient" else f" ({arrow.actor})"
    cross = f"{CROSS} " if arrow.never else ""
    return " : " + ", ".join(cross + _said(label) for label in arrow.labels) + who


def _said(label: Label) -> str:
    return worded(label.trigger) + _raised(label.notes)


def _raised(notes: tuple[int, ...]) -> str:
    return "".join(f" {number}" for number in notes).translate(_RAISED)


def _looks(picture: Picture, palette: Palette) -> Iterator[str]:
    for card in picture.cards:
        colours = paint(card.state) if card.reached else palette.never
        line = "stroke-width:3px" if card.state.terminal else "stroke-width:1px"
        line += "" if card.reached else ",stroke-dasharray:4"
        yield from _look(_id(card.name), f"fill:{colours.fill},stroke:{colours.line},color:{colours.line},{line}")
    if picture.frame:
        dashed = f"fill:{palette.frame.fill},stroke:{palette.frame.line},color:{palette.aside},stroke-dasharray:4"
        yield from _look(OPEN, dashed)


def _look(name: str, look: str) -> Iterator[str]:
    yield f"    classDef {name}_look {look}"
    yield f"    class {name} {name}_look"


def _legend(picture: Picture) -> Iterator[str]:
    yield f"    %% What moves it; {CROSS} is always refused"
    for key in picture.keys:
        yield f"    %% {worded(key.trigger.name)}: {key.trigger.says} ({cite_all(key.rules)})"
    yield "    %% What may refuse it, by number"
    for note in picture.notes:
        for rule, says in dict.fromkeys((reason.rule, reason.says) for reason in note.reasons):
            yield f"    %% {note.number} {cite(rule)}: {says}"
